"""The page *Learn*: from reviewed errors to a model that finds them better, step by step."""

from __future__ import annotations

import json

from qgis.core import Qgis, QgsMessageLog, QgsProject, QgsSettings, QgsVectorLayer
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ...bridge.algorithm_run import AlgorithmRun
from ...bridge.i18n import tr
from ...bridge.model_figures import keep_figures
from ...bridge.texts import progress_text
from ...rsqi_core.errors import RsqiError
from ..widgets.narrow import VerticalScroll
from .candidate_window import CandidateWindow
from .comparison_step import ComparisonStep
from .data_step import DataStep
from .models_step import ModelsStep
from .page_window import PageWindow
from .thresholds_step import ThresholdsStep
from .training_step import TrainingStep

DATASET = "rsqi/learn/dataset"  # setting: the last one


class LearnPage(QWidget):
    """Data, thresholds, training, comparison: each a step with its own widget."""

    def __init__(self, iface, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("rsqiLearnPage")
        self._iface = iface
        self._run: AlgorithmRun | None = None
        self._warnings: list[str] = []
        self._stopped = ""  # what is said where the run is cancelled
        self._build()
        project = QgsProject.instance()
        self._signals = ((project.layersAdded, self._count_decisions), (project.layersRemoved, self._count_decisions))
        for signal, slot in self._signals:
            signal.connect(slot)
        self.data.changed.connect(self._follow_data)
        self.data.export_requested.connect(self._export)
        self.data.generated_requested.connect(self._choose_generated)
        self.training.training_requested.connect(self._train)
        self.models.measure_requested.connect(self._measure)
        self.models.page_requested.connect(self._show_page)
        self.thresholds.fit_requested.connect(self._fit)
        for step in (self.thresholds, self.comparison, self.models):
            step.chosen.connect(self._model_chosen)
        self.data.show_dataset(str(QgsSettings().value(DATASET, "") or ""))

    # The contract of a page

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Count the decisions anew."""
        self._count_decisions()

    def stop(self) -> None:
        """Let go of QGIS; a training that runs keeps what it has learned."""
        for signal, slot in self._signals:
            signal.disconnect(slot)
        self._signals = ()
        if self._run is not None:
            self._run.stop()
            self._run = None

    def showEvent(self, event):
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Bring all steps up to date."""
        self.data.refresh()
        self.thresholds.refresh()
        self.training.refresh()
        self.comparison.refresh()
        self.models.refresh()

    def cancel(self) -> None:
        """Stop what runs; a training can go on later."""
        if self._run is not None:
            self.cancel_button.setEnabled(False)
            self._show_status(tr("Cancelling..."))
            self._run.cancel()

    # Steps

    def _export(self, parameters: dict) -> None:
        self._stopped = tr("Stopped. Nothing was written.")
        self._start_run("rsqi:trainingdata", parameters, self._exported)

    def _exported(self, results: dict) -> None:
        self.data.show_dataset(results["OUTPUT"])
        self._show_status(tr("The training data are ready."))

    def _choose_generated(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Choose a folder of generated images"))
        if folder:
            self.show_generated(folder)

    def show_generated(self, folder: str) -> None:
        """Show a folder of generated images, to choose among them for the dataset."""
        try:
            self.candidate_window = CandidateWindow(folder, self.data.dataset_box.filePath().strip(), self)
        except RsqiError as error:
            self._show_status(str(error), failed=True)
            return
        self._show_status("")
        self.candidate_window.taken.connect(lambda _: self.data.refresh())
        self.candidate_window.show()

    def _train(self, parameters: dict) -> None:
        self._stopped = tr("Stopped. What was learned so far is kept: train again to go on.")
        self._start_run("rsqi:finetune", {**parameters, "DATASET": self.data.dataset()}, self._show_result)

    def _show_result(self, results: dict) -> None:
        comparison = json.loads(results["VERDICT"])
        self.comparison.show_result(comparison, results.get("OUTPUT", "") if comparison["better"] else "")
        text = tr("The new model is better: look at the comparison, then use it.")
        if not comparison["better"]:
            text = tr("The new model is not better: the old one stays.")
        self._show_status(text)
        QTimer.singleShot(0, self._show_comparison)  # the table is laid out a moment later
        self._push_message(text, Qgis.MessageLevel.Success if comparison["better"] else Qgis.MessageLevel.Info)

    def _fit(self, parameters: dict) -> None:
        self._stopped = tr("Stopped. Nothing was written.")
        self._start_run("rsqi:fitthresholds", parameters, self._show_thresholds)

    def _show_thresholds(self, results: dict) -> None:
        self.thresholds.show_result(json.loads(results["ROWS"]), results["OUTPUT"] if results["MOVED"] else "")
        text = tr("No other thresholds are better for these verdicts: all stay.")
        if results["MOVED"]:
            text = tr("Thresholds that fit the verdicts are ready: look at the table, then use them.")
        self._show_status(text)

    def _model_chosen(self, model: str) -> None:
        self.thresholds.refresh()
        self.comparison.refresh(model)
        self.models.refresh()

    def _measure(self, parameters: dict) -> None:
        dataset, models = self.data.dataset(), self.models.models()

        def keep(results: dict) -> None:
            keep_figures(dataset, results["OUTPUT"], models, json.loads(results["FIGURES"]))
            self._show_status(tr("The models are measured: take the better one, or look at the page."))

        self._stopped = tr("Stopped. Nothing was written.")
        self._start_run("rsqi:evaluate", {**parameters, "DATASET": dataset}, keep)

    def _show_page(self, page: str) -> None:
        self.page_window = PageWindow(page, self)
        self.page_window.show()

    def _show_comparison(self) -> None:
        self.scroll.ensureWidgetVisible(self.comparison)

    def _start_run(self, algorithm: str, parameters: dict, done) -> None:
        run = AlgorithmRun(algorithm, parameters, self, tr("Learn"))
        run.progressed.connect(lambda percent: self.progress.setValue(round(percent)))
        run.worker_event.connect(self._show_event)
        run.warning.connect(self._show_warning)
        run.finished.connect(lambda results: self._end_run(done, results))
        run.failed.connect(self._fail)
        self._warnings.clear()
        problem = run.start()
        if problem:
            self._show_status(problem, failed=True)
            return
        self._run = run
        self._set_running(True)
        self._show_status(tr("Starting the worker..."))

    def _end_run(self, done, results: dict) -> None:
        self._set_running(False)
        done(results)
        self.refresh()

    def _fail(self, message: str) -> None:
        self._set_running(False)
        self.refresh()
        if message:
            self._show_status(message, failed=True)
            self._push_message(message, Qgis.MessageLevel.Critical)
        else:
            self._show_status(self._stopped)

    def _show_event(self, event: dict) -> None:
        """Show an event of the worker."""
        if event["event"] == "curve":
            self.training.curve.add(event)
        elif event["event"] == "resumed":
            self._show_status(tr("Going on from step {step}.").format(step=event["step"]))
        elif event["event"] == "progress":
            self._show_status(progress_text(event))

    def _show_warning(self, text: str) -> None:
        self._warnings.append(text)
        QgsMessageLog.logMessage(text, "RSQI", Qgis.MessageLevel.Warning)
        self.notes.setText(tr("Notes: {count}, the last: {text}").format(count=len(self._warnings), text=text))
        self.notes.setToolTip("\n".join(self._warnings[-30:]))
        self.notes.show()

    # Display

    def _count_decisions(self, *_) -> None:
        if self.isVisible() and self._run is None:
            self.data.refresh()
            self.thresholds.refresh()

    def _follow_data(self) -> None:
        dataset = self.data.dataset()
        if dataset:
            QgsSettings().setValue(DATASET, dataset)
        self.training.set_ready(bool(dataset))
        self.models.set_dataset(dataset)

    def _set_running(self, running: bool) -> None:
        if not running:
            self._run = None
        else:
            self.notes.hide()
        self.data.set_running(running)
        self.thresholds.set_running(running)
        self.training.set_running(running)
        self.models.set_running(running)
        self.cancel_button.setEnabled(running)
        self.progress.setValue(0)
        self.bar.setVisible(running)

    def _show_status(self, text: str, failed: bool = False) -> None:
        self.status.setText(text)
        self.status.setStyleSheet("color: #c62828" if failed else "")
        self.status.setVisible(bool(text))

    def _push_message(self, text: str, level) -> None:
        QgsMessageLog.logMessage(text, "RSQI", level)
        if not self.isVisible():  # else the page shows it
            self._iface.messageBar().pushMessage("RSQI", text, level)

    def _build(self) -> None:
        self.data, self.training, self.comparison = DataStep(), TrainingStep(), ComparisonStep()
        self.thresholds, self.models = ThresholdsStep(), ModelsStep()
        content = QWidget()
        column = QVBoxLayout(content)
        steps = (
            (tr("1  Data"), self.data), (tr("2  Thresholds"), self.thresholds), (tr("3  Training"), self.training),
            (tr("4  Old and new"), self.comparison), (tr("5  All models"), self.models),
        )  # fmt: skip
        for number, (title, step) in enumerate(steps):
            if number:
                line = QFrame()
                line.setFrameShape(QFrame.Shape.HLine)
                line.setFrameShadow(QFrame.Shadow.Sunken)
                column.addWidget(line)
            label = QLabel(title)
            font = label.font()
            font.setBold(True)
            label.setFont(font)
            column.addWidget(label)
            column.addWidget(step)
        column.addStretch()
        self.scroll = VerticalScroll()
        self.scroll.setWidget(content)
        # What runs stays in sight, wherever the steps are scrolled to.
        self.progress = QProgressBar()
        self.progress.setRange(0, 100)
        self.cancel_button = QPushButton(tr("Cancel"))
        self.cancel_button.setObjectName("rsqiLearnCancel")
        self.cancel_button.clicked.connect(self.cancel)
        self.bar = QWidget()
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.progress, 1)
        row.addWidget(self.cancel_button)
        self.bar.hide()
        self.status, self.notes = QLabel(), QLabel()
        self.status.setObjectName("rsqiLearnStatus")
        for label in (self.status, self.notes):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.hide()
        foot = QVBoxLayout()
        foot.setContentsMargins(9, 0, 9, 9)
        for widget in (self.bar, self.status, self.notes):
            foot.addWidget(widget)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.scroll, 1)
        whole.addLayout(foot)
