"""The score of the layer under review, kept true while it is edited; measured in small portions, so nobody waits."""

from __future__ import annotations

from qgis.core import QgsRasterLayer, QgsVectorLayer
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QElapsedTimer, QObject, QTimer, pyqtSignal

from ..rsqi_core.errors import RsqiError
from ..rsqi_core.scoring import STATUSES, Score
from . import schemes
from .i18n import tr
from .layer_score import DERIVED, Frame, Ledger, frame_of, frame_of_raster, store_summary, transform_context
from .measures import ruler
from .notes import said

PAUSE_MS = 120  # after the last edit
SLICE_MS = 20
PORTION = 50


class LiveScore(QObject):
    """Listens to a layer and scores it.

    Signals
    -------
    scored : rsqi_core.scoring.Score
    lost : str
        There is no score, and why; empty without a layer.
    """

    scored = pyqtSignal(object)
    lost = pyqtSignal(str)

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.layer: QgsVectorLayer | None = None
        self.frame: Frame | None = None
        self.skipped = 0  # errors without a valid type
        self._ledger: Ledger | None = None
        self._waiting: list[int] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go_on)

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Score another layer."""
        self.stop()
        self.layer = layer
        if layer is None:
            self.lost.emit("")
            return
        layer.attributeValueChanged.connect(self.refresh)
        layer.geometryChanged.connect(self._moved)
        layer.featureAdded.connect(self.refresh)
        layer.featureDeleted.connect(self._moved)
        layer.afterCommitChanges.connect(self.refresh)
        layer.afterRollBack.connect(self._rolled_back)
        layer.dataChanged.connect(self.refresh)
        layer.willBeDeleted.connect(self.stop)
        self._set_frame(frame_of(layer))

    def set_raster(self, raster: QgsRasterLayer | None) -> None:
        """Take the image that the errors lie on, where the layer itself does not tell it."""
        if self.layer is not None:
            self._set_frame(frame_of_raster(raster) if raster is not None and raster.isValid() else None)

    def stop(self) -> None:
        """Let go of the layer."""
        self._timer.stop()
        layer, self.layer, self.frame, self._ledger, self._waiting = self.layer, None, None, None, None
        if layer is not None and not sip.isdeleted(layer):
            layer.attributeValueChanged.disconnect(self.refresh)
            layer.geometryChanged.disconnect(self._moved)
            layer.featureAdded.disconnect(self.refresh)
            layer.featureDeleted.disconnect(self._moved)
            layer.afterCommitChanges.disconnect(self.refresh)
            layer.afterRollBack.disconnect(self._rolled_back)
            layer.dataChanged.disconnect(self.refresh)
            layer.willBeDeleted.disconnect(self.stop)

    def refresh(self, *_) -> None:
        """Score again within a moment: something has changed."""
        self._waiting = None
        if self._ledger is not None:
            self._timer.start(PAUSE_MS)

    def unreviewed(self) -> int:
        """Return how many errors nobody has judged yet."""
        records = self._ledger.records.values() if self._ledger is not None else ()
        return sum(record.status == STATUSES[0] for record in records)

    def stale(self, score: Score) -> dict[int, tuple]:
        """Return severity and penalty by error where the layer has others; none if it cannot have any."""
        if self._ledger is None or self.layer is None or self.layer.fields().indexFromName(DERIVED[0]) < 0:
            return {}
        return self._ledger.stale(score)

    def write(self, score: Score) -> str:
        """Store severity and penalty of every error as one step, and the sums beside the layer; return why not."""
        layer, stale = self.layer, self.stale(score)
        joined = layer.isEditable()
        if not joined and not layer.startEditing():
            return tr("{name} cannot be edited: it is read-only.").format(name=layer.name())
        columns = [layer.fields().indexFromName(name) for name in DERIVED]
        layer.beginEditCommand(tr("Deductions"))
        for fid, values in stale.items():
            layer.changeAttributeValues(fid, dict(zip(columns, values)))
        layer.endEditCommand()
        if not joined and not layer.commitChanges():
            reason = " ".join(" ".join(layer.commitErrors()).split())
            layer.rollBack()
            return tr("{name} could not be saved, nothing was changed: {reason}").format(
                name=layer.name(), reason=reason
            )
        store_summary(layer, score)
        layer.triggerRepaint()
        return ""

    def _moved(self, fid: int, *_) -> None:
        if self._ledger is not None:
            self._ledger.records.pop(fid, None)
        self.refresh()

    def _rolled_back(self) -> None:
        if self._ledger is not None:
            self._ledger.records.clear()
        self.refresh()

    def _set_frame(self, frame: Frame | None) -> None:
        self.frame, self._waiting = frame, None
        self._ledger = Ledger(frame) if frame is not None else None
        if frame is None:
            self._timer.stop()
            self.lost.emit("no image")
        else:
            self._timer.start(0)

    def _go_on(self) -> None:
        """Measure what is not yet measured for a moment; once all is, judge."""
        if self._ledger is None or self.layer is None:
            return
        if self._waiting is None:
            self._waiting = self._ledger.missing(self.layer)
        clock = QElapsedTimer()
        clock.start()
        measure = ruler(self.layer.crs(), transform_context())
        while self._waiting and clock.elapsed() < SLICE_MS:
            portion, self._waiting = self._waiting[:PORTION], self._waiting[PORTION:]
            self._ledger.measure(self.layer, portion, measure)
        if self._waiting:
            self._timer.start(0)
            return
        self._waiting = None
        self.skipped = self.layer.featureCount() - len(self._ledger.records)
        try:
            self.scored.emit(self._ledger.judge(schemes.current(), schemes.mode()))
        except RsqiError as error:
            self.lost.emit(said(error))
