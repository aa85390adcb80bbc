"""The current error on the map: where the map is moved to, what is outlined, and what is not painted over."""

from __future__ import annotations

from qgis.core import QgsVectorLayer
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject, QTimer
from qgis.PyQt.QtWidgets import QAbstractButton

from .edit_tools import EditTools
from .error_list import ErrorList
from .navigation import Navigator, outline
from .store import snapshot

SETTLE_MS = 60  # a held key runs through the list without dragging the map along


class CurrentError(QObject):
    """Shows the current error of the list as it is in the file.

    Parameters
    ----------
    keep_scale : QAbstractButton
        Checked: the map is moved only.
    tools : EditTools
        While one of them is on, the error is painted as all others: the tool has to see it.
    """

    def __init__(
        self,
        navigator: Navigator,
        error_list: ErrorList,
        keep_scale: QAbstractButton,
        tools: EditTools,
        parent: QObject | None = None,
    ):
        super().__init__(parent)
        self._navigator, self._list, self._keep_scale, self._tools = navigator, error_list, keep_scale, tools
        self._layer: QgsVectorLayer | None = None
        self._pixel_side: float | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self.show)

    def set_layer(self, layer: QgsVectorLayer | None, pixel_side: float | None) -> None:
        """Show errors of another layer, whose image has pixels of this size."""
        self._layer, self._pixel_side = layer, pixel_side

    def show_soon(self) -> None:
        """Move the map once the list stays where it is."""
        self._timer.start()

    def show(self) -> None:
        """Move the map to the error, unless several are selected."""
        fid = self._list.fid
        if self._layer is None or fid is None or len(self._list.selected()) > 1:
            return
        feature = snapshot(self._layer, [fid])[fid]
        if feature is not None:
            keep = self._keep_scale.isChecked()
            self._navigator.go_to(self._layer, feature.geometry(), self._pixel_side, keep, self._unpainted())

    def mark(self) -> None:
        """Outline the error as it is now."""
        fid = self._list.fid
        feature = snapshot(self._layer, [fid])[fid] if fid is not None else None
        if feature is None:
            self._navigator.mark(self._layer, None)
        else:
            self._navigator.mark(self._layer, outline(feature.geometry(), self._pixel_side), self._unpainted())

    def unmark(self) -> None:
        """Take the outline away, and paint all errors as usual."""
        if self._layer is not None and not sip.isdeleted(self._layer):
            self._navigator.mark(self._layer, None)

    def stop(self) -> None:
        """Move the map no more."""
        self._timer.stop()

    def _unpainted(self) -> int | None:
        return None if self._tools.mode else self._list.fid
