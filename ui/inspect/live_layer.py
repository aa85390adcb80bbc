"""The errors that have been found so far, on the map while an inspection runs."""

from __future__ import annotations

from qgis.core import QgsCoordinateReferenceSystem, QgsFeature, QgsGeometry, QgsProject, QgsVectorLayer
from qgis.PyQt import sip

from ...bridge import layer_style
from ...bridge.fields import error_fields


class LiveLayer:
    """A temporary layer, which comes into the project with its first error and goes when the result is there."""

    def __init__(self, name: str, crs: QgsCoordinateReferenceSystem):
        self.count = 0
        self._fields = error_fields()
        self._layer = QgsVectorLayer("MultiPolygon", name, "memory")
        self._layer.setCrs(crs)
        self._layer.dataProvider().addAttributes(list(self._fields))
        self._layer.updateFields()
        self._layer.setCustomProperty("skipMemoryLayersCheck", 1)  # QGIS is not to ask whether to save it
        self._layer.setReadOnly(True)
        layer_style.apply(self._layer, "errors")

    def add(self, errors: list[dict]) -> None:
        """Show what an event `errors` of the worker holds."""
        if sip.isdeleted(self._layer):  # the user has removed it
            self.count += len(errors)
            return
        if not self.count:
            QgsProject.instance().addMapLayer(self._layer, False)
            QgsProject.instance().layerTreeRoot().insertLayer(0, self._layer)  # on top, and not the active one
        self._layer.dataProvider().addFeatures([self._feature(error) for error in errors])
        self._layer.updateExtents()
        self._layer.triggerRepaint()
        self.count += len(errors)

    def remove(self) -> None:
        """Take the layer away."""
        if not sip.isdeleted(self._layer):
            QgsProject.instance().removeMapLayer(self._layer.id())

    def _feature(self, error: dict) -> QgsFeature:
        geometry = QgsGeometry()
        geometry.fromWkb(bytes.fromhex(error["wkb"]))
        feature = QgsFeature(self._fields)
        feature.setGeometry(geometry)
        for name in ("category_id", "confidence", "area_m2"):
            feature[name] = error[name]
        feature["status"] = "unreviewed"
        return feature
