"""What all tools of the review have in common: they take the map from the tool that has it, and give it back."""

from __future__ import annotations

from typing import Callable

from qgis.gui import QgsMapTool
from qgis.PyQt.QtCore import QObject, pyqtSignal

from .tool import give_back


class MapMode(QObject):
    """A tool that is on for a while: until it is left, or until the technician takes another one.

    Attributes
    ----------
    mode : str
        Which tool is on, empty if none is.

    Signals
    -------
    mode_changed : str
    """

    mode_changed = pyqtSignal(str)

    def __init__(self, iface, parent: QObject | None = None):
        super().__init__(parent)
        self._iface = iface
        self.mode = ""
        self._tool: QgsMapTool | None = None
        self._before: QgsMapTool | None = None

    def leave(self) -> None:
        """End the tool."""
        if not self.mode:
            return
        self._iface.mapCanvas().mapToolSet.disconnect(self._tool_set)
        self._end()
        self.mode = ""
        give_back(self._iface, self._tool, self._before)
        self._tool = self._before = None
        self.mode_changed.emit("")

    def _begin(self, mode: str, give_map: Callable[[], None]) -> None:
        """Begin a mode; `give_map` gives the map its tool."""
        canvas = self._iface.mapCanvas()
        self._before = canvas.mapTool()
        give_map()
        self._tool = canvas.mapTool()
        self.mode = mode
        canvas.mapToolSet.connect(self._tool_set)
        canvas.setFocus()
        self.mode_changed.emit(mode)

    def _end(self) -> None:
        """Bring to its end what the tool has begun: it still has the map, and `mode` says which it is."""

    def _tool_set(self, tool, _=None) -> None:
        if tool is not self._tool:
            self.leave()
