"""Severity and penalty of every error, kept true in the file while errors are edited."""

from __future__ import annotations

from qgis.core import Qgis, QgsMessageLog, QgsVectorLayer
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...bridge.geopackage import store_summary
from ...bridge.live_score import LiveScore
from ...rsqi_core.scoring import Score
from .decisions import Verdicts
from .store import StoreError


class Deductions(QObject):
    """Writes back what the scheme in use says of each error and of the image; only after an edit: looking is free.

    Signals
    -------
    written : set of int
        Errors whose severity or penalty is another now.
    """

    written = pyqtSignal(object)

    def __init__(self, verdicts: Verdicts, parent: QObject | None = None):
        super().__init__(parent)
        self._verdicts = verdicts
        self._edited = False
        self._live = LiveScore(self)
        self._live.scored.connect(self._judged)
        verdicts.changed.connect(self._follow)
        verdicts.reloaded.connect(self._start_again)

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Follow another layer."""
        self._edited = False
        self._live.set_layer(layer)

    def stop(self) -> None:
        self._live.stop()

    def _follow(self, fids: set[int]) -> None:
        self._edited = True
        self._live.refresh()

    def _start_again(self, fids: set[int]) -> None:
        """Measure anew, as somebody else may have moved outlines."""
        if fids:
            self._live.set_layer(self._verdicts.layer)

    def _judged(self, score: Score) -> None:
        if not self._edited:
            return
        self._edited = False
        store_summary(self._verdicts.layer, score)
        self._verdicts.overlook()
        values = self._live.outdated(score)
        if not values:
            return
        try:
            self._verdicts.write_derived(values)
        except StoreError as error:  # the next edit tries again
            QgsMessageLog.logMessage(str(error), "RSQI", Qgis.MessageLevel.Warning)
            return
        self.written.emit(set(values))
