"""The page *Inspect*: choose an image, run the inspection, see its score."""

from __future__ import annotations

from qgis.core import Qgis, QgsApplication, QgsMapLayer, QgsMessageLog, QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.gui import QgsFileWidget, QgsMapLayerComboBox
from qgis.PyQt import sip
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ...algorithms.base import ICONS
from ...algorithms.i18n import tr
from ..compat import RASTER_LAYERS
from ..score_card import ScoreCard
from ..settings import PAGE
from .inspection import Inspection
from .type_list import TypeList


class InspectPage(QWidget):
    """Runs `rsqi:inspect` in the background on the chosen raster layer.

    Signals
    -------
    finished : QgsVectorLayer
        The errors, already in the project.
    """

    finished = pyqtSignal(object)

    def __init__(self, iface, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiInspectPage")
        self._iface = iface
        self._inspection = None
        self._layer_name = ""
        self._messages = []
        self._build()
        iface.currentLayerChanged.connect(self.follow)
        self.follow(iface.activeLayer())

    # What is chosen

    def follow(self, layer: QgsMapLayer | None) -> None:
        """Choose the layer that became active, if it is a raster and nothing runs."""
        if isinstance(layer, QgsRasterLayer) and self._inspection is None:
            self.layer_box.setLayer(layer)

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Take no notice: what is reviewed does not matter here."""

    def parameters(self) -> dict:
        """Return the parameters of `rsqi:inspect` as they are chosen."""
        path = self.output_box.filePath().strip()
        return {
            "INPUT": self.layer_box.currentLayer(),
            "MODEL": self.model_box.filePath().strip() or "default",
            "TYPES": self.type_list.checked(),
            "OUTPUT": f"ogr:dbname='{path}' table=\"errors\" (geom)" if path else "TEMPORARY_OUTPUT",
        }

    # Running

    def run(self) -> None:
        """Start the inspection."""
        self._untell()
        layer = self.layer_box.currentLayer()
        if layer is None:
            text = tr("There is no raster layer to inspect: add an image to the project.")
            self._tell(text, Qgis.MessageLevel.Warning)
            return
        if not self.type_list.checked():
            self._tell(tr("Choose at least one error type."), Qgis.MessageLevel.Warning)
            return
        inspection = Inspection(self.parameters(), self)
        problem = inspection.start()
        if problem:
            self._tell(problem, Qgis.MessageLevel.Critical)
            return
        self._inspection, self._layer_name = inspection, layer.name()
        inspection.progressed.connect(lambda percent: self.progress.setValue(round(percent)))
        inspection.said.connect(self.status.setText)
        inspection.warned.connect(lambda text: self._tell(text, Qgis.MessageLevel.Warning))
        inspection.finished.connect(self._show)
        inspection.failed.connect(self._fail)
        self.score_card.clear()
        self.status.setText(tr("Starting the worker..."))
        self._set_running(True)

    def cancel(self) -> None:
        """Cancel the inspection that runs."""
        if self._inspection is not None:
            self.status.setText(tr("Cancelling..."))
            self.cancel_button.setEnabled(False)
            self._inspection.cancel()

    def stop(self) -> None:
        """End a running inspection and let go of QGIS; called when the plugin is unloaded."""
        self._iface.currentLayerChanged.disconnect(self.follow)
        self._untell()
        if self._inspection is not None:
            self._inspection.stop()
            self._inspection = None

    def _show(self, results: dict) -> None:
        name = tr("{name}: errors").format(name=self._layer_name)
        layer = self._inspection.take_layer(results["OUTPUT"], name, "errors")
        QgsProject.instance().addMapLayer(layer)
        QgsProject.instance().layerTreeRoot().findLayer(layer.id()).setExpanded(True)  # the legend of the types
        self.score_card.show_score(results["SCORE"], results["GRADE"], results["ERROR_COUNT"])
        self.status.setText(tr("Done."))
        self._set_running(False)
        self.finished.emit(layer)

    def _fail(self, message: str) -> None:
        self.status.setText(tr("The inspection failed.") if message else tr("Cancelled."))
        self._set_running(False)
        if message:
            self._tell(message, Qgis.MessageLevel.Critical)

    def _set_running(self, running: bool) -> None:
        if not running:
            self._inspection = None
        self.choices.setEnabled(not running)
        self.run_button.setEnabled(not running)
        self.cancel_button.setEnabled(running)
        self.progress.setValue(0)
        self.progress.setVisible(running)

    def _tell(self, text: str, level) -> None:
        item = self._iface.messageBar().createMessage("RSQI", text)
        self._iface.messageBar().pushWidget(item, level)
        self._messages.append(item)
        QgsMessageLog.logMessage(text, "RSQI", level)

    def _untell(self) -> None:
        """Take the messages of the last run away."""
        for item in self._messages:
            if not sip.isdeleted(item):  # closed by the user
                self._iface.messageBar().popWidget(item)
        self._messages.clear()

    # Widgets

    def _build(self) -> None:
        self.layer_box = QgsMapLayerComboBox()
        self.layer_box.setFilters(RASTER_LAYERS)
        self.model_box = QgsFileWidget()
        self.model_box.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.model_box.setDialogTitle(tr("Choose a model folder"))
        self.model_box.lineEdit().setPlaceholderText(tr("Default model"))
        self.type_list = TypeList()
        self.output_box = QgsFileWidget()
        self.output_box.setStorageMode(QgsFileWidget.StorageMode.SaveFile)
        self.output_box.setFilter(tr("GeoPackage (*.gpkg)"))
        self.output_box.setDialogTitle(tr("Save the errors as"))
        self.output_box.lineEdit().setPlaceholderText(tr("Temporary layer"))

        all_button, none_button = QPushButton(tr("All")), QPushButton(tr("None"))
        all_button.clicked.connect(lambda: self.type_list.check_all(True))
        none_button.clicked.connect(lambda: self.type_list.check_all(False))
        types_line = QHBoxLayout()
        types_line.addWidget(QLabel(tr("Error types")))
        types_line.addStretch()
        types_line.addWidget(all_button)
        types_line.addWidget(none_button)

        self.choices = QWidget()
        form = QFormLayout(self.choices)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Image"), self.layer_box)
        form.addRow(tr("Model"), self.model_box)
        form.addRow(types_line)
        form.addRow(self.type_list)
        form.addRow(tr("Save to"), self.output_box)

        self.run_button = QPushButton(QIcon(str(ICONS / "rsqi.svg")), tr("Start inspection"))
        self.run_button.setDefault(True)
        self.run_button.clicked.connect(self.run)
        self.cancel_button = QPushButton(tr("Cancel"))
        self.cancel_button.setEnabled(False)
        self.cancel_button.clicked.connect(self.cancel)
        settings_button = QToolButton()
        settings_button.setIcon(QgsApplication.getThemeIcon("/mActionOptions.svg"))
        settings_button.setToolTip(tr("RSQI settings"))
        settings_button.clicked.connect(lambda: self._iface.showOptionsDialog(self._iface.mainWindow(), PAGE))
        buttons = QHBoxLayout()
        buttons.addWidget(self.run_button, 1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(settings_button)

        self.progress = QProgressBar()
        self.progress.setRange(0, 100)
        self.progress.hide()
        self.status = QLabel()
        self.status.setWordWrap(True)
        self.score_card = ScoreCard()

        content = QWidget()
        column = QVBoxLayout(content)
        column.addWidget(self.choices)
        column.addLayout(buttons)
        column.addWidget(self.progress)
        column.addWidget(self.status)
        column.addWidget(self.score_card)
        column.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
