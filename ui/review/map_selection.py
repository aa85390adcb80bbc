"""The errors that are selected on the map: the review selects some, and hears what else is selected."""

from __future__ import annotations

from qgis.core import QgsVectorLayer
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject, pyqtSignal


class MapSelection(QObject):
    """Tells its own selection from one that is made on the map.

    Signals
    -------
    changed : list of int
        Fids that somebody has selected on the map.
    """

    changed = pyqtSignal(list)

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self._layer: QgsVectorLayer | None = None
        self._selecting = False

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Watch another layer."""
        if self._known():
            self._layer.selectionChanged.disconnect(self._tell)
        self._layer = layer
        if layer is not None:
            layer.selectionChanged.connect(self._tell)

    def select(self, fids: list[int]) -> None:
        """Select errors, without a signal."""
        if self._known():
            self._selecting = True
            self._layer.selectByIds(fids)
            self._selecting = False

    def _known(self) -> bool:
        return self._layer is not None and not sip.isdeleted(self._layer)

    def _tell(self, *_) -> None:
        if not self._selecting:
            self.changed.emit(sorted(self._layer.selectedFeatureIds()))
