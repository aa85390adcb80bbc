"""The map tool of the review: a drag moves the map, a click chooses the error that lies there."""

from __future__ import annotations

from qgis.core import (
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeatureRequest,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.gui import QgsMapCanvas, QgsMapTool, QgsMapToolPan
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QPoint, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QApplication

REACH_PX = 4  # of the screen: errors may be a pixel of the image in size


class ReviewTool(QgsMapToolPan):
    """QGIS's tool to move the map, with a click of its own.

    Signals
    -------
    clicked : QgsPointXY
        Where, in the system of the map.
    """

    clicked = pyqtSignal(QgsPointXY)

    def __init__(self, canvas: QgsMapCanvas):
        super().__init__(canvas)
        self._pressed: QPoint | None = None
        self._moved = False

    def canvasPressEvent(self, event):
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._moved = event.pos(), False
        super().canvasPressEvent(event)

    def canvasMoveEvent(self, event):
        if self._pressed is not None:
            if (event.pos() - self._pressed).manhattanLength() < QApplication.startDragDistance() and not self._moved:
                return  # a hand that trembles
            self._moved = True
        super().canvasMoveEvent(event)

    def canvasReleaseEvent(self, event):
        if event.button() != Qt.MouseButton.LeftButton or self._moved or self._pressed is None:
            super().canvasReleaseEvent(event)
        else:  # QGIS's own tool would move the map to the place
            self.canvas().setCursor(Qt.CursorShape.OpenHandCursor)
            self.clicked.emit(event.mapPoint())
        self._pressed = None


def give_back(iface, tool: QgsMapTool | None, before: QgsMapTool | None) -> None:
    """Give the map the tool that it had before `tool`, else QGIS's own to move it; another one that was taken stays."""
    canvas = iface.mapCanvas()
    if canvas.mapTool() not in (tool, None):
        return
    if before is not None and not sip.isdeleted(before) and before is not tool:
        canvas.setMapTool(before)
        return
    if canvas.mapTool() is not None:
        canvas.unsetMapTool(tool)
    iface.actionPan().trigger()


def errors_at(layer: QgsVectorLayer, point: QgsPointXY, canvas: QgsMapCanvas) -> list[int]:
    """Return the errors at a place of the map, the smallest first: a large one may lie around it."""
    reach = REACH_PX * canvas.mapUnitsPerPixel()
    box = QgsRectangle(point.x() - reach, point.y() - reach, point.x() + reach, point.y() + reach)
    shown = canvas.mapSettings().destinationCrs()
    if shown != layer.crs() and shown.isValid() and layer.crs().isValid():
        try:
            box = QgsCoordinateTransform(shown, layer.crs(), QgsProject.instance()).transformBoundingBox(box)
        except QgsCsException:  # beyond what the system can express
            return []
    place = QgsGeometry.fromRect(box)
    request = QgsFeatureRequest().setFilterRect(box).setNoAttributes()
    found = [
        (feature.geometry().area(), feature.id())
        for feature in layer.getFeatures(request)
        if feature.geometry().intersects(place)
    ]
    return [fid for _, fid in sorted(found)]
