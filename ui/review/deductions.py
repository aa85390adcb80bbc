"""Severity and penalty of every error, kept up to date in the file while errors are edited."""

from __future__ import annotations

from qgis.core import Qgis, QgsMessageLog, QgsVectorLayer
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ...bridge.file_lock import lock_problem
from ...bridge.geopackage import store_summary
from ...bridge.live_score import LiveScore
from ...rsqi_core.scoring import Score
from .decisions import Decisions
from .store import StoreError

PORTION = 200  # errors that are written at a time


class Deductions(QObject):
    """Stores severities, penalties and score by the scheme in use, after an edit only: opening a layer changes nothing.

    Signals
    -------
    written : set of int
        Errors whose severity or penalty is another now.
    """

    written = pyqtSignal(object)

    def __init__(self, decisions: Decisions, live: LiveScore, parent: QObject | None = None):
        super().__init__(parent)
        self._decisions, self._live_score = decisions, live
        self._edited = False
        self._waiting: list[int] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._write_portion)
        live.scored.connect(self._store_score)
        decisions.changed.connect(self._note_edit)
        decisions.reloaded.connect(self._measure_again)
        decisions.lines_changed.connect(live.measure_seams_again)

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Follow another layer."""
        self.stop()
        self._live_score.set_layer(layer)

    def stop(self) -> None:
        """Write nothing any more."""
        self._edited = False
        self._waiting.clear()
        self._timer.stop()

    def _note_edit(self, fids: set[int]) -> None:
        self._edited = True

    def _measure_again(self, fids: set[int]) -> None:
        """Measure what somebody else has changed: the outlines may be others."""
        if fids:
            gone = fids.difference(self._decisions.rows)
            self._live_score.read_again(fids - gone, gone)

    def _store_score(self, score: Score) -> None:
        if not self._edited or self._decisions.layer is None:
            return
        if lock_problem(self._decisions.layer):
            return  # the next score tries again: what was refused has been said
        self._edited = False
        store_summary(self._decisions.layer, score)
        self._decisions.mark_as_read()
        self._waiting = sorted(self._live_score.outdated(), reverse=True)
        self._write_portion()

    def _write_portion(self) -> None:
        """Write some errors: where the limit of a type is reached, a verdict changes the points of all of them."""
        portion = self._waiting[-PORTION:]
        del self._waiting[-PORTION:]
        outdated = self._live_score.outdated()
        values = {fid: outdated[fid] for fid in portion if fid in outdated}
        if values:
            try:
                self._decisions.write_derived(values)
            except StoreError as error:  # the next edit tries again
                QgsMessageLog.logMessage(str(error), "RSQI", Qgis.MessageLevel.Warning)
                self._waiting.clear()
                return
            self.written.emit(set(values))
        if self._waiting:
            self._timer.start(0)
