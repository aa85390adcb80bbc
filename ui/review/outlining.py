"""A click inside a missed error gets its outline from the worker; taken, it is an error as if it had been drawn."""

from __future__ import annotations

import json

from qgis.core import QgsCoordinateTransform, QgsCsException, QgsGeometry, QgsPointXY, QgsProject, QgsVectorLayer
from qgis.gui import QgsRubberBand, QgsVertexMarker
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtGui import QColor

from ...bridge.compat import POLYGON
from ...bridge.geopackage import summary_of
from ...bridge.i18n import tr
from ...bridge.layer_score import image_below, inspected_image
from ...bridge.raster_source import raster_path
from ...bridge.worker_call import WorkerCall
from ...rsqi_core import taxonomy
from .digitising import Digitising
from .outline_tool import OutlineTool

MODE = "outline"  # of `Digitising`
NOTED = ("model", "bands", "nodata", "tolerance")  # parameters of the inspection that an outline depends on
LINE, FILL = QColor("#00e5ff"), QColor(0, 229, 255, 40)
INSIDE, BESIDE = QColor("#00c853"), QColor("#ff1744")


class Outlining(QObject):
    """Collects clicks, shows the outline that they give, and adds it to the layer.

    Signals
    -------
    changed
        Another type was proposed, or an outline has come or is awaited.
    refused : str
        Why there is no outline.
    """

    changed = pyqtSignal()
    refused = pyqtSignal(str)

    def __init__(self, iface, digitising: Digitising, parent: QObject | None = None):
        super().__init__(parent)
        self._canvas, self._digitising = iface.mapCanvas(), digitising
        self._layer: QgsVectorLayer | None = None
        self._at: list[QgsPointXY] = []
        self._without: list[QgsPointXY] = []
        self._type = ""  # code that was chosen by a person
        self._band: QgsRubberBand | None = None
        self._markers: list[QgsVertexMarker] = []
        self.geometry: QgsGeometry | None = None
        self.call = WorkerCall(self)
        self.tool = OutlineTool(self._canvas)
        self.call.answered.connect(self._show)
        self.call.failed.connect(self._fail)
        self.tool.clicked.connect(self.point_at)
        self.tool.taken.connect(self.take)
        digitising.own_tools[MODE] = self.tool
        digitising.mode_changed.connect(lambda mode: self.clear())

    @property
    def waiting(self) -> bool:
        """Whether an outline is awaited."""
        return self.call.waiting

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Outline errors of another layer."""
        self.clear()
        self._layer = layer

    def stop(self) -> None:
        """Take everything off the map."""
        self.set_layer(None)

    def point_at(self, point: QgsPointXY, beside: bool = False) -> None:
        """Add a place of the map to those inside the error, or to those beside it."""
        if beside and not self._at:
            self.refused.emit(tr("Click inside the error first; Ctrl+click then takes a part away."))
            return
        request = self._request()
        place = self._in_layer(point)
        if request is None or place is None:
            self.refused.emit(tr("The image that was inspected is not found, so that nothing can be outlined in it."))
            return
        (self._without if beside else self._at).append(place)
        self._mark(point, BESIDE if beside else INSIDE)
        self._ask(request)

    def choose_type(self, category_id: int) -> None:
        """Outline an error of this type; one without an outline of its own only gets its name from it."""
        self._type = taxonomy.by_id(category_id).code
        request = self._request()
        if self._at and request is not None:
            self._ask(request)

    def take(self) -> None:
        """Add the outline to the layer as a new error."""
        if self.geometry is None or self.call.waiting:
            return
        geometry = self.geometry
        self.clear()
        self._digitising.add(geometry)

    def clear(self) -> None:
        """Forget the clicks and their outline."""
        self.call.stop()
        self._at, self._without, self._type, self.geometry = [], [], "", None
        scene = self._canvas.scene()
        for item in (*self._markers, *([self._band] if self._band else [])):
            scene.removeItem(item)
        self._markers, self._band = [], None

    def _ask(self, request: dict) -> None:
        region = {t.code for t in taxonomy.REGION_TYPES}
        request["at"], request["without"] = ([[p.x(), p.y()] for p in places] for places in (self._at, self._without))
        request["type"] = self._type if self._type in region else None
        self.call.ask(request)
        self.changed.emit()

    def _request(self) -> dict | None:
        image = inspected_image(self._layer)
        path = image.raster if image is not None else ""
        if not path:
            below = image_below(self._layer)
            path = (raster_path(below) or "") if below is not None else ""
        if not path:
            return None
        try:
            noted = json.loads(summary_of(self._layer).get("parameters") or "{}")
        except (TypeError, ValueError):
            noted = {}
        parameters = {name: noted[name] for name in NOTED if noted.get(name) is not None}
        return {"command": "outline", "raster": path, "parameters": parameters}

    def _in_layer(self, point: QgsPointXY) -> QgsPointXY | None:
        shown, own = self._canvas.mapSettings().destinationCrs(), self._layer.crs()
        if shown == own or not shown.isValid() or not own.isValid():
            return point
        try:
            return QgsCoordinateTransform(shown, own, QgsProject.instance()).transform(point)
        except QgsCsException:  # beyond what the system can express
            return None

    def _mark(self, point: QgsPointXY, color: QColor) -> None:
        marker = QgsVertexMarker(self._canvas)
        marker.setCenter(point)
        marker.setColor(color)
        marker.setPenWidth(2)
        marker.setIconSize(10)
        self._markers.append(marker)

    def _show(self, answer: dict) -> None:
        geometry = QgsGeometry()
        geometry.fromWkb(bytes.fromhex(answer["wkb"]))
        self.geometry = geometry if not geometry.isEmpty() else None
        if not self._type:
            self._digitising.category_id = int(answer["category_id"])
        if self._band is None:
            self._band = QgsRubberBand(self._canvas, POLYGON)
            self._band.setStrokeColor(LINE)
            self._band.setFillColor(FILL)
            self._band.setWidth(2)
        self._band.setToGeometry(geometry, self._layer)
        self.changed.emit()

    def _fail(self, text: str) -> None:
        """Say why there is no outline; the click that failed is forgotten with the others."""
        self.clear()
        self.refused.emit(text)
        self.changed.emit()
