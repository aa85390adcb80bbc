"""The line that a tool of QGIS is drawing: what it has of it, and a line put back into it, so that it can be mended."""

from __future__ import annotations

from typing import Sequence

from qgis.core import QgsPointXY, QgsVectorLayer
from qgis.gui import QgsMapCanvas, QgsMapMouseEvent, QgsMapTool, QgsMapToolCapture
from qgis.PyQt.QtCore import QEvent, Qt


def is_sketching(tool: QgsMapTool | None) -> bool:
    """Return whether a line or polygon has been begun."""
    return isinstance(tool, QgsMapToolCapture) and tool.size() > 0


def sketch_of(tool: QgsMapTool | None) -> list[QgsPointXY]:
    """Return the places of the line, in the system of the layer; of a polygon the first one once."""
    if not is_sketching(tool):
        return []
    places = [QgsPointXY(vertex) for vertex in tool.captureCurve().vertices()]
    return places[:-1] if len(places) > 2 and places[0] == places[-1] else places


def draw_again(canvas: QgsMapCanvas, layer: QgsVectorLayer, places: Sequence[QgsPointXY]) -> bool:
    """Give the map's tool the places as if they were clicked; return False where it is none, or is drawing already."""
    tool = canvas.mapTool()
    fit = isinstance(tool, QgsMapToolCapture) and not is_sketching(tool)
    if not (fit and places and canvas.currentLayer() is layer and layer.isEditable()):
        return False
    button = Qt.MouseButton.LeftButton
    for place in places:
        on_map = tool.toMapCoordinates(layer, place)
        pixel = canvas.getCoordinateTransform().transform(on_map)
        where = pixel.toQPointF().toPoint()
        event = QgsMapMouseEvent(canvas, QEvent.Type.MouseButtonRelease, where, button, button)
        event.setMapPoint(on_map)  # not snapped to what is beside it, nor rounded to pixels of the screen
        tool.cadCanvasReleaseEvent(event)
    return is_sketching(tool)
