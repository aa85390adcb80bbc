"""The score of the layer under review, kept up to date while it is edited, and measured in portions of milliseconds."""

from __future__ import annotations

from itertools import islice
from typing import Iterable

from qgis.core import QgsRasterLayer, QgsVectorLayer
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QElapsedTimer, QObject, QTimer, pyqtSignal

from ..rsqi_core.errors import RsqiError
from ..rsqi_core.scoring import JudgedItem, Score
from . import schemes
from .file_lock import lock_problem
from .geopackage import fids_of, store_summary
from .i18n import tr
from .layer_score import DERIVED, InspectedImage, MeasuredErrors, checks_of, image_of_raster, inspected_image
from .measures import distance_area, project_context
from .notes import error_message

PAUSE_MS = 60  # after the last edit
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
        self.score: Score | None = None  # the last one of this layer
        self.checks: tuple[JudgedItem, ...] = ()  # what a person has judged beside the image
        self._errors: MeasuredErrors | None = None
        self._columns: set[int] = set()  # of the fields that a score depends on
        self._to_read: dict[int, bool] = {}  # by fid: whether to measure anew
        self._all_stale = False
        self._begun = False  # whether the errors have been listed for the first time
        self._scheme_known = False  # whether the scheme in use has been read since the last change
        self._edited: set[int] = set()  # since the last commit
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._work)

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Score another layer."""
        if layer is not None and layer is self.layer:
            return
        self.stop()
        self.layer = layer
        if layer is None:
            self.unavailable.emit("")
            return
        self._columns = {layer.fields().indexFromName(name) for name in ("category_id", "status", *DERIVED)}
        for signal, slot in self._slots(layer):
            signal.connect(slot)
        self.checks = checks_of(layer)
        self._set_image(inspected_image(layer))

    def set_raster(self, raster: QgsRasterLayer | None) -> None:
        """Take the image that the errors lie on, where the layer's own file does not describe it."""
        if self.layer is not None:
            self._set_image(image_of_raster(raster) if raster is not None and raster.isValid() else None)

    def stop(self) -> None:
        """Let go of the layer."""
        self._timer.stop()
        layer, self.layer, self.image, self.score, self._errors = self.layer, None, None, None, None
        self.checks = ()
        self._to_read.clear()
        self._edited.clear()
        self._all_stale = False
        if layer is not None and not sip.isdeleted(layer):
            for signal, slot in self._slots(layer):
                signal.disconnect(slot)

    def set_checks(self, checks: tuple[JudgedItem, ...]) -> None:
        """Take other verdicts on what no image shows."""
        self.checks = checks
        if self._errors is not None:
            self._errors.checks = checks
        self.refresh()

    def refresh(self, *_) -> None:
        """Score again within a moment: the scheme is another, or something has changed."""
        self._scheme_known = False
        if self._errors is not None:
            self._timer.start(PAUSE_MS)

    def read_again(self, fids: Iterable[int], gone: Iterable[int] = ()) -> None:
        """Measure errors that somebody else has changed, in place of all that the layer's signal calls for."""
        self._all_stale = not self._begun
        self._note(fids, anew=True)
        for fid in gone:
            self._deleted(fid)

    def measure_seams_again(self, fids: Iterable[int]) -> None:
        """Measure errors again whose seams' lines are others."""
        if self._errors is not None and self.layer is not None:
            self._errors.forget_seams()
            self._note([fid for fid in fids if self.layer.getFeature(fid).isValid()], anew=True)

    @property
    def skipped(self) -> int:
        """Errors of the layer without a valid type or outline."""
        return self.layer.featureCount() - len(self._errors) if self._errors is not None else 0

    def unreviewed(self) -> int:
        """Return how many errors are unreviewed."""
        return self._errors.unreviewed() if self._errors is not None else 0

    def outdated(self) -> dict[int, tuple]:
        """Return severity and penalty of the errors whose stored ones differ; none if the layer has no such fields."""
        if self._errors is None or self.layer is None or self.layer.fields().indexFromName(DERIVED[0]) < 0:
            return {}
        return dict(self._errors.outdated)

    def write(self) -> str:
        """Store severity and penalty of every error as one step, and the sums beside the layer; return why not."""
        layer, outdated = self.layer, self.outdated()
        problem = lock_problem(layer)
        if problem:
            return problem
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
        store_summary(layer, self.score)
        layer.triggerRepaint()
        return ""

    # What the layer says

    def _slots(self, layer: QgsVectorLayer) -> list[tuple]:
        return [
            (layer.attributeValueChanged, self._value_changed),
            (layer.geometryChanged, self._outline_changed),
            (layer.featureAdded, self._outline_changed),
            (layer.featureDeleted, self._deleted),
            (layer.afterCommitChanges, self._committed),
            (layer.afterRollBack, self._rolled_back),
            (layer.dataChanged, self._read_all),
            (layer.willBeDeleted, self.stop),
        ]

    def _value_changed(self, fid: int, column: int, _value) -> None:
        if column in self._columns:
            self._note([fid])

    def _outline_changed(self, fid: int, *_) -> None:
        self._note([fid], anew=True)

    def _deleted(self, fid: int) -> None:
        self._edited.add(fid)
        self._to_read.pop(fid, None)
        if self._errors is not None:
            self._errors.forget([fid])
            self._timer.start(PAUSE_MS)

    def _committed(self) -> None:
        self._edited.clear()

    def _rolled_back(self) -> None:
        edited = set(self._edited)
        for fid in edited:
            if fid < 0:  # it was never in the file
                self._deleted(fid)
        self._note([fid for fid in edited if fid >= 0], anew=True)
        self._edited.clear()

    def _read_all(self) -> None:
        self._all_stale = True
        self.refresh()

    def _note(self, fids: Iterable[int], anew: bool = False) -> None:
        for fid in fids:
            self._edited.add(fid)
            self._to_read[fid] = anew or self._to_read.get(fid, False)
        self.refresh()

    def _set_image(self, image: InspectedImage | None) -> None:
        self.image, self.score, self._scheme_known = image, None, False
        self._errors = MeasuredErrors(image) if image is not None else None
        if self._errors is not None:
            self._errors.checks = self.checks
        self._to_read.clear()
        if image is None:
            self._timer.stop()
            self.unavailable.emit("no image")
        else:
            self._all_stale, self._begun = True, False
            self._timer.start(0)

    # The work, for some milliseconds at a time

    def _work(self) -> None:
        """Measure what is not measured yet, and judge what is not judged yet; once all is, score."""
        if self._errors is None or self.layer is None:
            return
        try:
            done = self._work_slice()
            if done:
                self.score = self._errors.score()
        except RsqiError as error:
            self.unavailable.emit(error_message(error))
            return
        if done:
            self.scored.emit(self.score)
        else:
            self._timer.start(0)

    def _work_slice(self) -> bool:
        clock = QElapsedTimer()
        clock.start()
        if self._all_stale:
            fids = fids_of(self.layer)  # of a layer without errors opens the file again, which signals a change of all
            self._all_stale, self._begun = False, True
            self._errors.keep(fids)
            self._to_read = dict.fromkeys(fids, True)
        if not self._scheme_known:
            self._scheme_known = True
            self._errors.judge_by(schemes.current(), schemes.mode())
        measure = distance_area(self.layer.crs(), project_context())
        while self._to_read and clock.elapsed() < SLICE_MS:
            portion = list(islice(self._to_read.items(), PORTION))
            for fid, _ in portion:
                del self._to_read[fid]
            for anew in (False, True):
                self._errors.read(self.layer, [fid for fid, each in portion if each is anew], measure, anew)
        while not self._to_read and clock.elapsed() < SLICE_MS:
            if self._errors.settle(PORTION):
                return True
        return False
