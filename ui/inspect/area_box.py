"""Where to inspect: everywhere, what the map shows, or the selected polygons of a layer."""

from __future__ import annotations

from qgis.core import QgsProcessingFeatureSourceDefinition, QgsReferencedRectangle, QgsVectorLayer
from qgis.gui import QgsMapLayerComboBox
from qgis.PyQt.QtWidgets import QComboBox, QVBoxLayout, QWidget

from ...bridge.compat import POLYGON_LAYERS
from ...bridge.i18n import tr
from ..widgets.narrow import narrow

WHOLE, VISIBLE, SELECTED = range(3)


class AreaBox(QWidget):
    """Chooses the area."""

    def __init__(self, canvas, parent=None):
        super().__init__(parent)
        self._canvas = canvas
        self.kind_box = narrow(QComboBox())
        self.kind_box.setObjectName("rsqiArea")
        self.kind_box.addItems([tr("Whole image"), tr("Visible extent"), tr("Selected polygons of a layer")])
        self.layer_box = narrow(QgsMapLayerComboBox())
        self.layer_box.setObjectName("rsqiPolygons")
        self.layer_box.setFilters(POLYGON_LAYERS)
        self.layer_box.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.kind_box)
        column.addWidget(self.layer_box)
        self.kind_box.currentIndexChanged.connect(lambda kind: self.layer_box.setVisible(kind == SELECTED))

    def problem(self) -> str:
        """Return what is missing; empty: nothing."""
        if self.kind_box.currentIndex() != SELECTED:
            return ""
        layer = self.layer_box.currentLayer()
        if not isinstance(layer, QgsVectorLayer):
            return tr("There is no layer of polygons: add one, or inspect the whole image.")
        if not layer.selectedFeatureCount():
            return tr("Select the polygons to inspect in {name}.").format(name=layer.name())
        return ""

    def parameters(self) -> dict:
        """Return EXTENT or AREA of `rsqi:inspect`, or neither."""
        kind = self.kind_box.currentIndex()
        if kind == VISIBLE:
            crs = self._canvas.mapSettings().destinationCrs()
            return {"EXTENT": QgsReferencedRectangle(self._canvas.extent(), crs)}
        if kind == SELECTED:
            return {"AREA": QgsProcessingFeatureSourceDefinition(self.layer_box.currentLayer().id(), True)}
        return {}
