"""Read the errors of a layer in portions, so that QGIS never stands still, however many they are."""

from __future__ import annotations

from qgis.core import QgsFeatureRequest, QgsVectorLayer
from qgis.PyQt.QtCore import QElapsedTimer, QObject, QTimer, pyqtSignal

from ...bridge.geopackage import features_of, fids_of
from .error_rows import columns_of, row_of

FIRST_MS = 40  # what is read at once: with few errors all
SLICE_MS = 30
PORTION = 250


class Reading(QObject):
    """One way through the errors of a layer, as they are in its file.

    Attributes
    ----------
    total : int
        Errors of the layer.

    Signals
    -------
    read : dict of int to ErrorRow or None
        Some errors; None for one that the file has no more.
    ended
    """

    read = pyqtSignal(object)
    ended = pyqtSignal()

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self._layer: QgsVectorLayer | None = None
        self._waiting: list[int] = []
        self.total = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lambda: self._read(SLICE_MS))

    @property
    def going_on(self) -> bool:
        """Whether errors are still to be read."""
        return bool(self._waiting)

    def start(self, layer: QgsVectorLayer) -> list[int]:
        """Begin with the first error again; return the fids of all."""
        self._layer = layer
        fids = fids_of(layer, committed=True)
        self._waiting, self.total = fids[::-1], len(fids)
        return fids

    def go_on(self) -> None:
        """Read the first errors now, and the others while QGIS works."""
        self._read(FIRST_MS)

    def stop(self) -> None:
        """Read no more."""
        self._timer.stop()
        self._layer, self._waiting = None, []

    def _read(self, milliseconds: int) -> None:
        clock = QElapsedTimer()
        clock.start()
        found = {}
        columns = columns_of(self._layer.dataProvider().fields())
        while self._waiting and (
            not found or clock.elapsed() < milliseconds
        ):  # at least one, however busy the computer
            portion = self._waiting[-PORTION:]
            del self._waiting[-PORTION:]
            found.update(dict.fromkeys(reversed(portion)))
            request = QgsFeatureRequest().setFlags(QgsFeatureRequest.Flag.NoGeometry).setFilterFids(portion)
            for feature in features_of(self._layer, request, len(portion), committed=True):
                found[feature.id()] = row_of(feature, columns)
        self.read.emit(found)
        if self._waiting:
            self._timer.start(0)
        elif self._layer is not None:
            self.ended.emit()
