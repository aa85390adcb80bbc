"""The page *Inspect*: run inspections one after another, and show how far they are and what they have found."""

from __future__ import annotations

from pathlib import Path

from qgis.core import Qgis, QgsApplication, QgsMapLayer, QgsMessageLog, QgsProject, QgsVectorLayer
from qgis.PyQt import sip
from qgis.PyQt.QtCore import Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QIcon, QKeySequence
from qgis.PyQt.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ...bridge import layer_style
from ...bridge.algorithm_run import AlgorithmRun
from ...bridge.compat import QShortcut
from ...bridge.i18n import tr
from ...bridge.paths import ICONS
from ...bridge.texts import listed, progress_text, score_line
from ...rsqi_core.files.earlier import read_earlier
from ..widgets.narrow import VerticalScroll
from . import earlier_layers
from .form import InspectionForm
from .images import RESULT, SEAMS, Image
from .live_layer import LiveLayer
from .outcomes import Outcome, OutcomeTable, summary_text
from .replacing import BESIDE, CANCEL, ask, layers_of
from .source_box import FOLDER

_INSPECTION, _MEASUREMENT = "rsqi:inspect", "rsqi:measureseams"


class InspectPage(QWidget):
    """Runs `rsqi:inspect`, or `rsqi:measureseams`, in the background.

    Signals
    -------
    finished : QgsVectorLayer
        The errors of one image, in the project, ready for review.
    options_requested
        Open RSQI's page in the options of QGIS.
    """

    finished = pyqtSignal(object)
    options_requested = pyqtSignal()

    def __init__(self, iface, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiInspectPage")
        self._iface = iface
        self._work = _INSPECTION
        self._images: list[Image] = []
        self._outcomes: list[Outcome] = []
        self._inspection: AlgorithmRun | None = None
        self._live_layer: LiveLayer | None = None
        self._result_path: Path | None = None
        self._replaced: Path | None = None
        self._cancelled = False
        self._messages = []
        self._status_text = self._hint_text = ""
        self._build()
        self.form.source_box.changed.connect(self._show_hint)
        self.form.seam_box.measure_requested.connect(self.measure_seams)
        self.form.seam_box.refused.connect(lambda text: self._push_message(text, Qgis.MessageLevel.Warning))
        self._show_hint()
        iface.currentLayerChanged.connect(self.follow)
        self.follow(iface.activeLayer())

    def follow(self, layer: QgsMapLayer | None) -> None:
        """Choose the layer that became active, if nothing runs."""
        if not self.is_running():
            self.form.follow(layer)

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Do nothing: inspections do not depend on the layer under review."""

    def is_running(self) -> bool:
        """Does an inspection run?"""
        return bool(self._images)

    # Running

    def run(self) -> None:
        """Start an inspection."""
        self._begin(_INSPECTION, self.form.problem())

    def measure_seams(self) -> None:
        """Start measuring along the chosen seamlines."""
        self._begin(_MEASUREMENT, self.form.seam_problem())

    def _begin(self, work: str, problem: str) -> None:
        self._clear_messages()
        if problem:
            self._push_message(problem, Qgis.MessageLevel.Warning)
            self.status.setText(problem)
            return
        self._replaced = self._ask_for_replaced()
        if self._replaced is CANCEL:
            return
        self.form.save_settings()
        self._work, self._images, self._outcomes, self._cancelled = work, self.form.images(), [], False
        self.table.clear()
        self.table.setVisible(len(self._images) > 1)
        self._set_running(True)
        self._start_next()

    def cancel(self) -> None:
        """Cancel the inspection that runs, and those that wait."""
        if self._inspection is not None and not self._cancelled:
            self._cancelled = True
            self.status.setText(tr("Cancelling..."))
            self.cancel_button.setEnabled(False)
            self._inspection.cancel()

    def stop(self) -> None:
        """End a running inspection and let go of QGIS; called when the plugin is unloaded."""
        self._iface.currentLayerChanged.disconnect(self.follow)
        self.form.stop()
        self._clear_messages()
        self._images = []
        if self._inspection is not None:
            self._inspection.stop()
            self._inspection = None
        self._clear_map()

    def _start_next(self) -> None:
        """Begin with the next image, or come to the end."""
        if not self._images:
            return  # the plugin has been unloaded
        if self._cancelled or len(self._outcomes) == len(self._images):
            self._finish_all()
            return
        image = self._images[len(self._outcomes)]
        layer = image.open()
        if not layer.isValid():
            self._end_image(problem=tr("{path} cannot be opened as an image.").format(path=image.path or image.name))
            return
        seams = self._work == _MEASUREMENT
        self._result_path = self._replaced or self.form.destination(image, SEAMS if seams else RESULT)
        parameters = self.form.seam_parameters(image) if seams else self.form.parameters(image)
        parameters |= {"INPUT": layer, "OUTPUT": str(self._result_path)}
        parameters["OVERWRITE"] = self._replaced is not None
        self._live_layer = LiveLayer(tr("{name}: errors so far").format(name=image.name), layer.crs())
        self._inspection = AlgorithmRun(self._work, parameters, self, image.name)
        self._inspection.progressed.connect(self._progress)
        self._inspection.worker_event.connect(self._show_event)
        self._inspection.info.connect(self._show_status)
        self._inspection.warning.connect(self._warn)
        self._inspection.finished.connect(self._succeed)
        self._inspection.failed.connect(lambda message: self._end_image(problem=message))
        self._show_status(tr("Starting the worker..."))
        problem = self._inspection.start()
        if problem:
            self._end_image(problem=problem)

    def _ask_for_replaced(self) -> Path | str | None:
        """Return the reviewed result that shall be replaced; None: there is none; `CANCEL`: rather do nothing."""
        path = self.form.chosen_file()
        earlier = read_earlier(path) if path is not None and path.is_file() else None
        if earlier is None or not earlier.is_own or not earlier.verdicts:
            return None
        answer = ask(path, earlier.verdicts, self)
        if answer == CANCEL:
            return CANCEL
        if answer == BESIDE:
            return None
        layers = layers_of(path)
        for layer in layers:
            if layer.isModified():
                self._push_message(
                    tr("Save the edits of the layer {name} first.").format(name=layer.name()), Qgis.MessageLevel.Warning
                )
                return CANCEL
        QgsProject.instance().removeMapLayers([layer.id() for layer in layers])
        return path

    def _show_event(self, event: dict) -> None:
        """Show an event of the worker."""
        if self._live_layer is None:
            return
        if event["event"] == "errors":
            self._live_layer.add(event["errors"])
            self._show_status(self._status_text)
        elif event["event"] == "progress" and not self._cancelled:
            self._show_status(progress_text(event))

    def _progress(self, percent: float) -> None:
        self.progress.setValue(round(10 * (100 * len(self._outcomes) + percent) / max(1, len(self._images))))

    def _show_status(self, text: str) -> None:
        if self._cancelled or not self._images:
            return
        self._status_text = text
        if len(self._images) > 1:
            done, name = len(self._outcomes), self._images[len(self._outcomes)].name
            text = tr("{number} of {total}, {name}: {text}").format(
                number=done + 1, total=len(self._images), name=name, text=text
            )
        if self._live_layer is not None and self._live_layer.count:
            text += "\n" + tr("Errors so far: {count}").format(count=self._live_layer.count)
        self.status.setText(text)

    def _warn(self, text: str) -> None:
        if len(self._images) > 1:
            text = f"{self._images[len(self._outcomes)].name}: {text}"
            QgsMessageLog.logMessage(text, "RSQI", Qgis.MessageLevel.Warning)
        else:
            self._push_message(text, Qgis.MessageLevel.Warning)

    def _succeed(self, results: dict) -> None:
        image = self._images[len(self._outcomes)]
        outcome = Outcome(image, self._result_path, results.get("SCORE"), results["GRADE"], results["ERROR_COUNT"])
        self._end_image(outcome)

    def _end_image(self, outcome: Outcome | None = None, problem: str = "") -> None:
        """Record the outcome of an image, and go on to the next one."""
        image = self._images[len(self._outcomes)]
        self._clear_map()
        self._inspection = None
        if outcome is None and not problem:
            self._cancelled = True  # perhaps in the list of tasks
        else:
            self._outcomes.append(outcome or Outcome(image, problem=problem))
            self.table.add(self._outcomes[-1])
            if outcome and len(self._images) > 1 and self.form.source_box.kind() != FOLDER:
                self._load(outcome)
        QTimer.singleShot(0, self._start_next)

    def _finish_all(self) -> None:
        """Show the result of all inspections."""
        images, outcomes = self._images, self._outcomes
        self._images = []
        self._set_running(False)
        if self._cancelled:
            self.status.setText(tr("Cancelled."))
            if outcomes:
                self.status.setText(tr("Cancelled. {text}").format(text=summary_text(outcomes)))
        elif len(images) > 1:
            self.status.setText(summary_text(outcomes))
        elif outcomes[0].problem:
            failed = tr("The inspection failed.") if self._work == _INSPECTION else tr("The measurement failed.")
            self.status.setText(failed)
            self._push_message(outcomes[0].problem, Qgis.MessageLevel.Critical)
        else:
            self._show_outcome(outcomes[0])

    def _show_outcome(self, outcome: Outcome) -> None:
        text = score_line(outcome.score, outcome.grade, outcome.count)
        self.status.setText(f"{text}\n{outcome.path}")
        self.open_outcome(outcome)

    def open_outcome(self, outcome: Outcome) -> None:
        """Put a result into the project, its image as well, and ask for its review."""
        project = QgsProject.instance()
        if outcome.image.layer is None and not self._loaded(outcome.image.path):
            project.addMapLayer(outcome.image.open())
        layer = self._loaded(f"{outcome.path}|layername=errors") or self._load(outcome)
        self._iface.setActiveLayer(layer)
        self.finished.emit(layer)

    def open_result(self, raster: str, result: Path) -> None:
        """Open a result as a batch wrote it, and ask for its review."""
        self.open_outcome(Outcome(Image(result.stem, path=Path(raster)), result))

    def _load(self, outcome: Outcome) -> QgsVectorLayer:
        """Put errors, seams and what is unusual into the project, on top, with their legends; return the errors."""
        titles = {"errors": tr("{name}: errors"), "seams": tr("{name}: seams"), "unusual": tr("{name}: unusual places")}
        tables = [self._load_table(outcome, table, title) for table, title in titles.items()]
        aside = earlier_layers.set_aside([layer for layer in tables if layer is not None], outcome.image)
        if aside:
            text = tr("Earlier results of {name} are kept in a group of the layer panel, hidden: {layers}.")
            self._push_message(text.format(name=outcome.image.name, layers=listed(aside)), Qgis.MessageLevel.Info)
        return tables[0]

    def _load_table(self, outcome: Outcome, table: str, title: str) -> QgsVectorLayer | None:
        layer = QgsVectorLayer(f"{outcome.path}|layername={table}", title.format(name=outcome.image.name), "ogr")
        if table != "errors" and layer.featureCount() < 1:
            return None
        layer_style.apply(layer, table)
        earlier_layers.note_image(layer, outcome.image)
        QgsProject.instance().addMapLayer(layer, False)
        QgsProject.instance().layerTreeRoot().insertLayer(0, layer).setExpanded(True)
        return layer

    def _loaded(self, source: Path | str) -> QgsMapLayer | None:
        """Return the layer of the project with this source."""
        layers = QgsProject.instance().mapLayers().values()
        return next((layer for layer in layers if layer.source() == str(source)), None)

    def _clear_map(self) -> None:
        """Remove the errors found so far from the map; the canvas does not notice by itself that a layer is gone."""
        if self._live_layer is not None:
            self._live_layer.remove()
            self._live_layer = None
            self._iface.mapCanvas().refresh()

    def _set_running(self, running: bool) -> None:
        self.form.setEnabled(not running)
        self.run_button.setEnabled(not running)
        self.cancel_button.setEnabled(running)
        self.progress.setValue(0)
        self.progress.setVisible(running)

    def _show_hint(self) -> None:
        """Show what to do as long as there is nothing to inspect."""
        hint = "" if self.form.images() else self.form.problem()
        if not self.is_running() and (hint or self.status.text() == self._hint_text):
            self._hint_text = hint
            self.status.setText(hint)

    def _push_message(self, text: str, level) -> None:
        item = self._iface.messageBar().createMessage("RSQI", text)
        self._iface.messageBar().pushWidget(item, level)
        self._messages.append(item)
        QgsMessageLog.logMessage(text, "RSQI", level, False)  # said above the map already

    def _clear_messages(self) -> None:
        """Remove the messages of the last run."""
        for item in self._messages:
            if not sip.isdeleted(item):  # closed by the user
                self._iface.messageBar().popWidget(item)
        self._messages.clear()

    # Widgets

    def _build(self) -> None:
        self.form = InspectionForm(self._iface.mapCanvas())
        scroll = VerticalScroll()
        room = QWidget()
        inner = QVBoxLayout(room)
        inner.addWidget(self.form)
        inner.addStretch()
        scroll.setWidget(room)

        self.run_button = QPushButton(QIcon(str(ICONS / "rsqi.svg")), tr("Start inspection"))
        self.run_button.setObjectName("rsqiRun")
        self.run_button.setToolTip("Ctrl+Enter")
        self.run_button.clicked.connect(self.run)
        self.cancel_button = QPushButton(tr("Cancel"))
        self.cancel_button.setObjectName("rsqiCancel")
        self.cancel_button.setToolTip("Esc")
        self.cancel_button.setEnabled(False)
        self.cancel_button.clicked.connect(self.cancel)
        settings_button = QToolButton()
        settings_button.setIcon(QgsApplication.getThemeIcon("/mActionOptions.svg"))
        settings_button.setToolTip(tr("RSQI settings"))
        settings_button.clicked.connect(lambda: self.options_requested.emit())
        buttons = QHBoxLayout()
        buttons.addWidget(self.run_button, 1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(settings_button)
        for keys, slot in (("Ctrl+Return", self.run), ("Ctrl+Enter", self.run), ("Esc", self.cancel)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)

        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.hide()
        self.status = QLabel()
        self.status.setObjectName("rsqiStatus")
        self.status.setWordWrap(True)
        self.status.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.table = OutcomeTable()
        self.table.hide()
        self.table.chosen.connect(self.open_outcome)

        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroll, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(9, 0, 9, 9)
        foot.addLayout(buttons)
        foot.addWidget(self.progress)
        foot.addWidget(self.status)
        foot.addWidget(self.table, 1)
        column.addLayout(foot)
