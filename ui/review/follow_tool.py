"""The map tool that follows a seam: clicks along it, keys that take, lengthen or drop the line, and the line itself."""

from __future__ import annotations

from qgis.core import QgsCoordinateTransform, QgsCsException, QgsGeometry, QgsPointXY, QgsProject, QgsVectorLayer
from qgis.gui import QgsMapCanvas, QgsMapTool, QgsRubberBand
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor

from ...bridge.compat import LINE, POINT

COLOR, CASING = QColor("#ffeb3b"), QColor(16, 16, 16, 170)
WIDTH = 3


class FollowTool(QgsMapTool):
    """Collects places in the system of the layer under review.

    Attributes
    ----------
    clicks : list of QgsPointXY
    cursor : QgsPointXY or None
        Where the mouse is.

    Signals
    -------
    changed
        Another place was clicked or taken back.
    moved
        The mouse was moved after the first click.
    taken
    left
    """

    changed = pyqtSignal()
    moved = pyqtSignal()
    taken = pyqtSignal()
    left = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas):
        super().__init__(canvas)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._layer: QgsVectorLayer | None = None
        self.clicks: list[QgsPointXY] = []
        self.cursor: QgsPointXY | None = None
        self._bands: dict[str, QgsRubberBand] = {}

    def start(self, layer: QgsVectorLayer) -> None:
        """Collect places in the system of a layer."""
        self._layer = layer
        self.drop()

    def drop(self) -> None:
        """Forget the line that was begun."""
        self.clicks, self.cursor = [], None
        for band in self._bands.values():
            self.canvas().scene().removeItem(band)
        self._bands = {}

    def show_line(self, points: list[QgsPointXY]) -> None:
        """Draw the line as it was found last."""
        geometry = QgsGeometry.fromPolylineXY(points) if len(points) > 1 else QgsGeometry()
        for name, color, width in (("casing", CASING, WIDTH + 3), ("line", COLOR, WIDTH)):
            self._band(name, LINE, color, width).setToGeometry(geometry, self._layer)
        self._show_places()

    def place(self, point: QgsPointXY, back: bool = False) -> QgsPointXY | None:
        """Return a place of the map in the system of the layer, or `back`; None beyond what that can express."""
        shown = self.canvas().mapSettings().destinationCrs()
        if shown == self._layer.crs() or not shown.isValid() or not self._layer.crs().isValid():
            return QgsPointXY(point)
        transform = QgsCoordinateTransform(shown, self._layer.crs(), QgsProject.instance())
        way = QgsCoordinateTransform.TransformDirection.ReverseTransform
        try:
            return transform.transform(point, way) if back else transform.transform(point)
        except QgsCsException:
            return None

    def canvasReleaseEvent(self, event):
        if event.button() == Qt.MouseButton.RightButton:
            if self.clicks:
                self.taken.emit()
            return
        place = self.place(event.mapPoint())
        if event.button() == Qt.MouseButton.LeftButton and place is not None:
            self.clicks.append(place)
            self.cursor = None
            self._show_places()
            self.changed.emit()

    def canvasMoveEvent(self, event):
        place = self.place(event.mapPoint())
        if self.clicks and place is not None:
            self.cursor = place
            self._show_places()
            self.moved.emit()

    def keyPressEvent(self, event):
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.taken.emit()
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        elif key == Qt.Key.Key_Backspace and self.clicks:
            self.clicks.pop()
            self.cursor = self.cursor if self.clicks else None
            self._show_places()
            self.changed.emit()
        elif key != Qt.Key.Key_Backspace:
            event.ignore()
            return
        event.accept()

    def deactivate(self):
        self.drop()
        super().deactivate()

    def _show_places(self) -> None:
        """Mark what was clicked, and draw a straight line to the mouse until the seam to there is found."""
        marks = self._band("places", POINT, COLOR, 1)
        marks.setIcon(QgsRubberBand.IconType.ICON_FULL_BOX)
        marks.setIconSize(7)
        marks.setToGeometry(QgsGeometry.fromMultiPointXY(self.clicks), self._layer)
        ahead = [self.clicks[-1], self.cursor] if self.clicks and self.cursor is not None else []
        band = self._band("ahead", LINE, COLOR, 1)
        band.setLineStyle(Qt.PenStyle.DashLine)
        band.setToGeometry(QgsGeometry.fromPolylineXY(ahead) if ahead else QgsGeometry(), self._layer)

    def _band(self, name: str, kind, color: QColor, width: int) -> QgsRubberBand:
        if name not in self._bands:
            band = QgsRubberBand(self.canvas(), kind)
            band.setColor(color)
            band.setWidth(width)
            self._bands[name] = band
        return self._bands[name]
