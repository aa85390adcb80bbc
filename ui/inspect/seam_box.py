"""Seamlines to measure: a layer of lines or polygons, or a file that becomes one."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProject, QgsVectorLayer
from qgis.gui import QgsMapLayerComboBox
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from ...bridge.compat import LINE_OR_POLYGON_LAYERS
from ...bridge.i18n import tr
from ...bridge.paths import ICONS
from ..widgets.narrow import narrow


class SeamBox(QWidget):
    """Chooses the lines, and has the button that measures along them.

    Signals
    -------
    measure_requested
    refused : str
        A file cannot be opened.
    """

    measure_requested = pyqtSignal()
    refused = pyqtSignal(str)

    def __init__(self, parent=None):
        super().__init__(parent)
        self.layer_box = narrow(QgsMapLayerComboBox())
        self.layer_box.setObjectName("rsqiSeamlines")
        self.layer_box.setFilters(LINE_OR_POLYGON_LAYERS)
        self.layer_box.setAllowEmptyLayer(True)
        self.layer_box.setLayer(None)
        self.layer_box.setToolTip(
            tr("Lines, or polygons that meet along the seams; another coordinate system is reprojected.")
        )
        self.file_button = QToolButton()
        self.file_button.setText("…")
        self.file_button.setToolTip(tr("Choose a file of seamlines"))
        self.measure_button = QPushButton(QIcon(str(ICONS / "seams.svg")), tr("Measure seams"))
        self.measure_button.setObjectName("rsqiMeasureSeams")
        self.measure_button.setToolTip(tr("Measures step and displacement along the seamlines of a mosaic."))
        self.measure_button.setEnabled(False)
        line = QHBoxLayout()
        line.addWidget(self.layer_box, 1)
        line.addWidget(self.file_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(line)
        column.addWidget(self.measure_button)
        self.layer_box.layerChanged.connect(lambda layer: self.measure_button.setEnabled(layer is not None))
        self.file_button.clicked.connect(self._choose_file)
        self.measure_button.clicked.connect(self.measure_requested)

    def layer(self) -> QgsVectorLayer | None:
        """Return the chosen layer."""
        return self.layer_box.currentLayer()

    def open_file(self, path: str) -> None:
        """Put a file of lines into the project, and choose it."""
        layer = QgsVectorLayer(path, Path(path).stem, "ogr")
        if not layer.isValid():
            self.refused.emit(tr("{path} cannot be opened as a layer of lines.").format(path=path))
            return
        QgsProject.instance().addMapLayer(layer)
        self.layer_box.setLayer(layer)
        if self.layer() is not layer:
            QgsProject.instance().removeMapLayer(layer.id())
            self.refused.emit(tr("{path} holds no lines and no polygons.").format(path=path))

    def _choose_file(self) -> None:
        kinds = tr("Vector files (*.shp *.gpkg *.geojson *.json *.dxf *.kml *.tab *.mif);;All files (*)")
        path, _ = QFileDialog.getOpenFileName(self, tr("Choose a file of seamlines"), "", kinds)
        if path:
            self.open_file(path)
