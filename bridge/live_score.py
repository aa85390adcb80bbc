"""The score of the layer under review, kept up to date while it is edited, and measured in portions of milliseconds."""

from __future__ import annotations

from qgis.core import QgsRasterLayer, QgsVectorLayer
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QElapsedTimer, QObject, QTimer, pyqtSignal

from ..rsqi_core.errors import RsqiError
from ..rsqi_core.scoring import STATUSES, Score
from . import schemes
from .geopackage import store_summary
from .i18n import tr
from .layer_score import DERIVED, InspectedImage, MeasuredErrors, image_of_raster, inspected_image
from .measures import distance_area, project_context
from .notes import error_message

PAUSE_MS = 120  # after the last edit
SLICE_MS = 20
PORTION = 50


class LiveScore(QObject):
    """Listens to a layer and scores it.

    Signals
    -------
    scored : rsqi_core.scoring.Score
    unavailable : str
        There is no score, and why; empty without a layer.
    """

    scored = pyqtSignal(object)
    unavailable = pyqtSignal(str)

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.layer: QgsVectorLayer | None = None
        self.image: InspectedImage | None = None
        self.skipped = 0  # errors without a valid type
        self._errors: MeasuredErrors | None = None
        self._waiting: list[int] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._measure_portion)

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Score another layer."""
        self.stop()
        self.layer = layer
        if layer is None:
            self.unavailable.emit("")
            return
        layer.attributeValueChanged.connect(self.refresh)
        layer.geometryChanged.connect(self._outline_changed)
        layer.featureAdded.connect(self.refresh)
        layer.featureDeleted.connect(self._outline_changed)
        layer.afterCommitChanges.connect(self.refresh)
        layer.afterRollBack.connect(self._rolled_back)
        layer.dataChanged.connect(self.refresh)
        layer.willBeDeleted.connect(self.stop)
        self._set_image(inspected_image(layer))

    def set_raster(self, raster: QgsRasterLayer | None) -> None:
        """Take the image that the errors lie on, where the layer's own file does not describe it."""
        if self.layer is not None:
            self._set_image(image_of_raster(raster) if raster is not None and raster.isValid() else None)

    def stop(self) -> None:
        """Let go of the layer."""
        self._timer.stop()
        layer, self.layer, self.image, self._errors, self._waiting = self.layer, None, None, None, None
        if layer is not None and not sip.isdeleted(layer):
            layer.attributeValueChanged.disconnect(self.refresh)
            layer.geometryChanged.disconnect(self._outline_changed)
            layer.featureAdded.disconnect(self.refresh)
            layer.featureDeleted.disconnect(self._outline_changed)
            layer.afterCommitChanges.disconnect(self.refresh)
            layer.afterRollBack.disconnect(self._rolled_back)
            layer.dataChanged.disconnect(self.refresh)
            layer.willBeDeleted.disconnect(self.stop)

    def refresh(self, *_) -> None:
        """Score again within a moment: something has changed."""
        self._waiting = None
        if self._errors is not None:
            self._timer.start(PAUSE_MS)

    def unreviewed(self) -> int:
        """Return how many errors are unreviewed."""
        records = self._errors.records.values() if self._errors is not None else ()
        return sum(record.status == STATUSES[0] for record in records)

    def outdated(self, score: Score) -> dict[int, tuple]:
        """Return severity and penalty of the errors whose stored ones differ; none if the layer has no such fields."""
        if self._errors is None or self.layer is None or self.layer.fields().indexFromName(DERIVED[0]) < 0:
            return {}
        return self._errors.outdated(score)

    def write(self, score: Score) -> str:
        """Store severity and penalty of every error as one step, and the sums beside the layer; return why not."""
        layer, outdated = self.layer, self.outdated(score)
        joined = layer.isEditable()
        if not joined and not layer.startEditing():
            return tr("{name} cannot be edited: it is read-only.").format(name=layer.name())
        columns = [layer.fields().indexFromName(name) for name in DERIVED]
        layer.beginEditCommand(tr("Deductions"))
        for fid, values in outdated.items():
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

    def _outline_changed(self, fid: int, *_) -> None:
        if self._errors is not None:
            self._errors.records.pop(fid, None)
        self.refresh()

    def _rolled_back(self) -> None:
        if self._errors is not None:
            self._errors.records.clear()
        self.refresh()

    def _set_image(self, image: InspectedImage | None) -> None:
        self.image, self._waiting = image, None
        self._errors = MeasuredErrors(image) if image is not None else None
        if image is None:
            self._timer.stop()
            self.unavailable.emit("no image")
        else:
            self._timer.start(0)

    def _measure_portion(self) -> None:
        """Measure for some milliseconds what is not measured yet; once all is, score."""
        if self._errors is None or self.layer is None:
            return
        if self._waiting is None:
            self._waiting = self._errors.update(self.layer)
        clock = QElapsedTimer()
        clock.start()
        measure = distance_area(self.layer.crs(), project_context())
        while self._waiting and clock.elapsed() < SLICE_MS:
            portion, self._waiting = self._waiting[:PORTION], self._waiting[PORTION:]
            self._errors.measure(self.layer, portion, measure)
        if self._waiting:
            self._timer.start(0)
            return
        self._waiting = None
        self.skipped = self.layer.featureCount() - len(self._errors.records)
        try:
            self.scored.emit(self._errors.score(schemes.current(), schemes.mode()))
        except RsqiError as error:
            self.unavailable.emit(error_message(error))
