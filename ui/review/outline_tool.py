"""The map tool that points at an error: clicks inside it, Ctrl+clicks beside it, Enter takes the outline."""

from __future__ import annotations

from qgis.core import QgsPointXY
from qgis.gui import QgsMapCanvas, QgsMapTool
from qgis.PyQt.QtCore import Qt, pyqtSignal


class OutlineTool(QgsMapTool):
    """Clicks and keys; what they mean is said by whom they are sent to.

    Signals
    -------
    clicked : QgsPointXY, bool
        Where in the system of the map, and whether Ctrl was down.
    taken
        Enter, or a right click as it closes a polygon.
    """

    clicked = pyqtSignal(QgsPointXY, bool)
    taken = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas):
        super().__init__(canvas)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def canvasReleaseEvent(self, event):
        if event.button() == Qt.MouseButton.LeftButton:
            held = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self.clicked.emit(event.mapPoint(), held)
        elif event.button() == Qt.MouseButton.RightButton:
            self.taken.emit()

    def keyPressEvent(self, event):
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()  # or the map would take it as well
            self.taken.emit()
