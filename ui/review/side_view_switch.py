"""Opens the second view of the map beside the panel of the review, and closes it."""

from __future__ import annotations

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QDockWidget, QWidget

from .keys import KeyListener
from .side_view import SideView


class SideViewSwitch(QObject):
    """Has the second view while it is open; the keys of the review hold there, too.

    Attributes
    ----------
    view : SideView or None

    Signals
    -------
    switched : bool
        Whether it is open now.
    """

    switched = pyqtSignal(bool)

    def __init__(self, iface, keys: KeyListener, page: QWidget):
        super().__init__(page)
        self._iface, self._keys, self._page = iface, keys, page
        self._layer: QgsVectorLayer | None = None
        self.view: SideView | None = None

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Show errors of another layer."""
        self._layer = layer
        if self.view is not None:
            self.view.set_layer(layer)

    def toggle(self) -> None:
        """Open the view, or close it."""
        if self.view is not None:
            self.close()
            return
        window, dock = self._iface.mainWindow(), self._page.parentWidget()
        while dock is not None and not isinstance(dock, QDockWidget):
            dock = dock.parentWidget()
        self.view = SideView(self._iface.mapCanvas(), self._layer, window)
        self.view.closed.connect(self._closed)
        self.view.place_in(window, dock)
        self._keys.watch(self.view.canvas)
        self.switched.emit(True)

    def close(self) -> None:
        """Close the view if it is open."""
        if self.view is not None:
            self.view.close()

    def _closed(self) -> None:
        self._keys.unwatch(self.view.canvas)
        self.view.deleteLater()
        self.view = None
        self.switched.emit(False)
