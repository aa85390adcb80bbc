"""The review on the map: a click chooses the error that lies there, and QGIS's menu has what can be done with it."""

from __future__ import annotations

from typing import Callable

from qgis.core import QgsPointXY, QgsVectorLayer
from qgis.gui import QgsMapTool
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...bridge.i18n import tr
from .error_list import ErrorList
from .tool import ReviewTool, errors_at, give_back


class MapChoice(QObject):
    """Gives the map the tool of the review while its page is shown.

    Parameters
    ----------
    error_list : ErrorList
        Whose current error is chosen.
    fill_menu : callable
        Puts the commands for the errors selected in the list into a menu.

    Signals
    -------
    chosen
        Another error was made the current one.
    refused : str
        Why a click had no effect.
    held : bool
        Whether the map has the tool.
    """

    chosen = pyqtSignal()
    refused = pyqtSignal(str)
    held = pyqtSignal(bool)

    def __init__(self, iface, error_list: ErrorList, fill_menu: Callable[[object], None], parent: QObject):
        super().__init__(parent)
        self._iface, self._list, self._fill_menu = iface, error_list, fill_menu
        self._layer: QgsVectorLayer | None = None
        self._before: QgsMapTool | None = None
        self.tool = ReviewTool(iface.mapCanvas())
        self.tool.clicked.connect(self.choose_at)
        canvas = iface.mapCanvas()
        self._signals = ((canvas.mapToolSet, self._tell), (canvas.contextMenuAboutToShow, self.extend_menu))
        for signal, slot in self._signals:
            signal.connect(slot)

    @property
    def has_tool(self) -> bool:
        """Whether the map has the tool."""
        return self._iface.mapCanvas().mapTool() is self.tool

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Choose errors of another layer."""
        self._layer = layer

    def take(self) -> None:
        """Give the map the tool."""
        if not self.has_tool:
            self._before = self._iface.mapCanvas().mapTool()
            self._iface.mapCanvas().setMapTool(self.tool)
        self._tell()

    def release(self) -> None:
        """Give the map its former tool back, unless it has got another one."""
        if self.has_tool:
            give_back(self._iface, self.tool, self._before)

    def stop(self) -> None:
        """Let go of the map for good."""
        for signal, slot in self._signals:
            signal.disconnect(slot)
        self._signals = ()
        self.release()

    def choose_at(self, point: QgsPointXY) -> bool:
        """Make the error at a place of the map the current one, where the map is; return whether there is one."""
        found = errors_at(self._layer, point, self._iface.mapCanvas()) if self._layer is not None else []
        fid = next((fid for fid in found if self._list.shows(fid)), None)
        if fid is None:
            if found:
                self.refused.emit(tr("The list does not show this error now: change its filter."))
            return False
        if fid not in self._list.selected():
            self._list.set_current(fid)
            self.chosen.emit()
        return True

    def extend_menu(self, menu, event) -> None:
        """Put the commands for the error below the mouse into QGIS's own menu."""
        if self.has_tool and self.choose_at(event.mapPoint()):
            self._fill_menu(menu)

    def _tell(self, *_) -> None:
        self.held.emit(self.has_tool)
