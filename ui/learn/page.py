"""The page *Learn*: from reviewed errors to a model that finds them better, in three steps."""

from __future__ import annotations

import json

from qgis.core import Qgis, QgsMessageLog, QgsProject, QgsSettings, QgsVectorLayer
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtWidgets import (
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
from ...bridge.texts import progress_text
from ..widgets.narrow import VerticalScroll
from .comparison_step import VerdictStep
from .data_step import DataStep
from .training_step import TrainingStep

DATASET = "rsqi/learn/dataset"  # setting: the last one


class LearnPage(QWidget):
    """Data, training, verdict."""

    def __init__(self, iface, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("rsqiLearnPage")
        self._iface = iface
        self._run: AlgorithmRun | None = None
        self._notes: list[str] = []
        self._build()
        project = QgsProject.instance()
        self._signals = ((project.layersAdded, self._see), (project.layersRemoved, self._see))
        for signal, slot in self._signals:
            signal.connect(slot)
        self.data.changed.connect(self._follow_data)
        self.data.wanted.connect(self._export)
        self.training.wanted.connect(self._train)
        self.data.show_dataset(str(QgsSettings().value(DATASET, "") or ""))

    # The contract of a page

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Count the decisions anew."""
        self._see()

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
        """Look at everything anew."""
        self.data.refresh()
        self.training.refresh()
        self.verdict.refresh()

    def cancel(self) -> None:
        """Stop what runs; a training can go on later."""
        if self._run is not None:
            self.cancel_button.setEnabled(False)
            self._say(tr("Cancelling..."))
            self._run.cancel()

    # Steps

    def _export(self, parameters: dict) -> None:
        self._start("rsqi:trainingdata", parameters, self._exported)

    def _exported(self, results: dict) -> None:
        self.data.show_dataset(results["OUTPUT"])
        self._say(tr("The training data are ready."))

    def _train(self, parameters: dict) -> None:
        self._start("rsqi:finetune", {**parameters, "DATASET": self.data.dataset()}, self._trained)

    def _trained(self, results: dict) -> None:
        verdict = json.loads(results["VERDICT"])
        self.verdict.conclude(verdict, results.get("OUTPUT", "") if verdict["better"] else "")
        text = tr("The new model is better: look at the comparison, then use it.")
        if not verdict["better"]:
            text = tr("The new model is not better: the old one stays.")
        self._say(text)
        QTimer.singleShot(0, self._show_verdict)  # the table has just come and gets its place a moment later
        self._tell(text, Qgis.MessageLevel.Success if verdict["better"] else Qgis.MessageLevel.Info)

    def _show_verdict(self) -> None:
        self.scroll.ensureWidgetVisible(self.verdict)

    def _start(self, algorithm: str, parameters: dict, done) -> None:
        run = AlgorithmRun(algorithm, parameters, self)
        run.progressed.connect(lambda percent: self.progress.setValue(round(percent)))
        run.worker_event.connect(self._hear)
        run.warning.connect(self._note)
        run.finished.connect(lambda results: self._end(done, results))
        run.failed.connect(self._fail)
        self._notes.clear()
        problem = run.start()
        if problem:
            self._say(problem, failed=True)
            return
        self._run = run
        self._set_running(True)
        self._say(tr("Starting the worker..."))

    def _end(self, done, results: dict) -> None:
        self._set_running(False)
        done(results)
        self.refresh()

    def _fail(self, message: str) -> None:
        self._set_running(False)
        self.refresh()
        if message:
            self._say(message, failed=True)
            self._tell(message, Qgis.MessageLevel.Critical)
        else:
            self._say(tr("Stopped. What was learned so far is kept: train again to go on."))

    def _hear(self, event: dict) -> None:
        """Take an event of the worker."""
        if event["event"] == "curve":
            self.training.curve.add(event)
        elif event["event"] == "resumed":
            self._say(tr("Going on from step {step}.").format(step=event["step"]))
        elif event["event"] == "progress":
            self._say(progress_text(event))

    def _note(self, text: str) -> None:
        self._notes.append(text)
        QgsMessageLog.logMessage(text, "RSQI", Qgis.MessageLevel.Warning)
        self.notes.setText(tr("Notes: {count}, the last: {text}").format(count=len(self._notes), text=text))
        self.notes.setToolTip("\n".join(self._notes[-30:]))
        self.notes.show()

    # What is seen

    def _see(self, *_) -> None:
        if self.isVisible() and self._run is None:
            self.data.refresh()

    def _follow_data(self) -> None:
        dataset = self.data.dataset()
        if dataset:
            QgsSettings().setValue(DATASET, dataset)
        self.training.set_ready(bool(dataset))

    def _set_running(self, running: bool) -> None:
        if not running:
            self._run = None
        else:
            self.notes.hide()
        self.data.set_running(running)
        self.training.set_running(running)
        self.cancel_button.setEnabled(running)
        self.progress.setValue(0)
        self.bar.setVisible(running)

    def _say(self, text: str, failed: bool = False) -> None:
        self.status.setText(text)
        self.status.setStyleSheet("color: #c62828" if failed else "")
        self.status.setVisible(bool(text))

    def _tell(self, text: str, level) -> None:
        QgsMessageLog.logMessage(text, "RSQI", level)
        if not self.isVisible():  # else it stands in the page
            self._iface.messageBar().pushMessage("RSQI", text, level)

    def _build(self) -> None:
        self.data, self.training, self.verdict = DataStep(), TrainingStep(), VerdictStep()
        content = QWidget()
        column = QVBoxLayout(content)
        steps = (
            (tr("1  Data"), self.data), (tr("2  Training"), self.training), (tr("3  Old and new"), self.verdict)
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
