"""Severity and penalty of every error, kept up to date in the file while errors are edited."""

from __future__ import annotations

from qgis.core import Qgis, QgsMessageLog, QgsVectorLayer
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...bridge.geopackage import store_summary
from ...bridge.live_score import LiveScore
from ...rsqi_core.scoring import Score
from .decisions import Decisions
from .store import StoreError


class Deductions(QObject):
    """Stores severities, penalties and score by the scheme in use, after an edit only: opening a layer changes nothing.

    Signals
    -------
    written : set of int
        Errors whose severity or penalty is another now.
    """

    written = pyqtSignal(object)

    def __init__(self, decisions: Decisions, parent: QObject | None = None):
        super().__init__(parent)
        self._decisions = decisions
        self._edited = False
        self._live_score = LiveScore(self)
        self._live_score.scored.connect(self._store_score)
        decisions.changed.connect(self._note_edit)
        decisions.reloaded.connect(self._measure_again)

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Follow another layer."""
        self._edited = False
        self._live_score.set_layer(layer)

    def stop(self) -> None:
        self._live_score.stop()

    def _note_edit(self, fids: set[int]) -> None:
        self._edited = True
        self._live_score.refresh()

    def _measure_again(self, fids: set[int]) -> None:
        """Measure all errors again, as somebody else may have moved outlines."""
        if fids:
            self._live_score.set_layer(self._decisions.layer)

    def _store_score(self, score: Score) -> None:
        if not self._edited:
            return
        self._edited = False
        store_summary(self._decisions.layer, score)
        self._decisions.mark_as_read()
        values = self._live_score.outdated(score)
        if not values:
            return
        try:
            self._decisions.write_derived(values)
        except StoreError as error:  # the next edit tries again
            QgsMessageLog.logMessage(str(error), "RSQI", Qgis.MessageLevel.Warning)
            return
        self.written.emit(set(values))
