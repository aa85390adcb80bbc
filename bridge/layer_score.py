"""The score of a layer of errors that may be edited: the image below it, the measures of its errors, and their sum."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from typing import Iterable, Mapping

from qgis.core import (
    NULL,
    Qgis,
    QgsDistanceArea,
    QgsFeature,
    QgsFeatureRequest,
    QgsMessageLog,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)

from ..rsqi_core.errors import RsqiError
from ..rsqi_core.files.checklist_table import read_checklist
from ..rsqi_core.locate import find_file
from ..rsqi_core.scoring import STATUSES, ErrorRecord, JudgedItem, Scheme, Score, Tally
from ..rsqi_core.taxonomy import TYPES, noted_codes
from .geopackage import features_of, fids_of, geopackage_of, summary_of
from .i18n import tr
from .measures import ImageMeasures, area_of, distance_area, error_record, measures_of_raster, project_context
from .notes import error_message
from .seam_table import measures_by_error

DERIVED = ("severity", "penalty")
KNOWN_TYPES = range(1, len(TYPES) + 1)
NULL_TYPE = type(NULL)  # compared by type, as comparing thousands of values with NULL takes long


@dataclass(frozen=True)
class InspectedImage:
    """The image that a layer of errors lies on.

    Attributes
    ----------
    measures : ImageMeasures
    inspected : tuple of str, optional
        Codes of the types that were looked for; None if that is not known: all. It may be empty.
    raster : str
        Source of the image, empty if unknown.
    is_stored : bool
        Whether the layer's own file describes the image; else it was taken from a raster layer.
    """

    measures: ImageMeasures
    inspected: tuple[str, ...] | None = None
    raster: str = ""
    is_stored: bool = True


class MeasuredErrors:
    """The errors of a layer by feature id, measured and judged: after an edit only what has changed.

    Attributes
    ----------
    checks : tuple of JudgedItem
        What a person has judged beside the image; may be replaced at any time.
    outdated : dict of int to tuple
        Severity and penalty of the judged errors that have other ones in the layer.
    """

    def __init__(self, image: InspectedImage):
        self.image = image
        self.outdated: dict[int, tuple] = {}
        self.checks: tuple[JudgedItem, ...] = ()
        self._records: dict[int, ErrorRecord] = {}
        self._stored: dict[int, tuple] = {}  # severity and penalty as the layer has them
        self._tally: Tally | None = None
        self._way: tuple[Scheme, str] | None = None
        self._to_put: list[int] = []
        self._seams: dict[int, dict] | None = None  # what the seams of the file say of errors, once they are read

    def __len__(self) -> int:
        return len(self._records)

    def judge_by(self, scheme: Scheme, mode: str) -> None:
        """Judge by this scheme and mode from now on.

        Raises
        ------
        RsqiError
            The image has no valid pixel.
        """
        if (scheme, mode) == self._way:
            return
        measures = self.image.measures
        pixels = round(measures.valid_area / measures.pixel_area)
        inspected = self.image.inspected
        self._tally = Tally(scheme, measures.valid_area, pixels, measures.diagonal, mode, inspected)
        self._way, self._to_put = (scheme, mode), sorted(self._records, reverse=True)
        self.outdated.clear()

    def read(self, layer: QgsVectorLayer, fids: Iterable[int], measure: QgsDistanceArea, anew: bool = False) -> None:
        """Read errors of the layer as they are now; measure those that are new, or all of them `anew`.

        An error without a valid type or outline is left out.
        """
        fids = list(fids)
        columns = {name: layer.fields().indexFromName(name) for name in ("category_id", "status", *DERIVED)}
        wanted = [column for column in columns.values() if column >= 0]
        known = [] if anew else [fid for fid in fids if fid in self._records]
        request = QgsFeatureRequest().setFlags(QgsFeatureRequest.Flag.NoGeometry).setFilterFids(known)
        request.setSubsetOfAttributes(wanted)
        for feature in features_of(layer, request, len(known)) if known else ():
            category_id, status = self._note_stored(feature, columns)
            if category_id:
                record = self._records[feature.id()]
                self._put(feature.id(), replace(record, category_id=category_id, status=status))
        new = sorted(set(fids).difference(known))
        if new and self._seams is None:
            self._seams = measures_by_error(layer)
        request = QgsFeatureRequest().setFilterFids(new).setSubsetOfAttributes(wanted)
        for feature in features_of(layer, request, len(new)) if new else ():
            category_id, status = self._note_stored(feature, columns)
            if category_id and not feature.geometry().isEmpty():
                area = area_of(feature.geometry(), measure)
                record = error_record(feature, self.image.measures, area, status)
                self._put(feature.id(), replace(record, **self._seams.get(feature.id(), {})))

    def forget_seams(self) -> None:
        """Read what seams say of errors again, once it is needed."""
        self._seams = None

    def forget(self, fids: Iterable[int]) -> None:
        """Leave out errors that the layer has no more."""
        for fid in fids:
            self._stored.pop(fid, None)
            if self._records.pop(fid, None) is not None and self._tally is not None and fid in self._tally.records:
                self._tally.remove(fid)

    def keep(self, fids: Iterable[int]) -> None:
        """Leave out all other errors."""
        self.forget(set(self._records).difference(fids))

    def settle(self, most: int | None = None) -> bool:
        """Judge `most` of what has changed, or all of it; return whether everything is judged."""
        portion = len(self._to_put) if most is None else most
        for fid in reversed(self._to_put[-portion:] if portion else []):
            if fid in self._records:
                self._tally.put(fid, self._records[fid])
        del self._to_put[len(self._to_put) - min(portion, len(self._to_put)) :]
        if self._to_put or not self._tally.settle(most):
            return False
        changed = self._tally.changed
        for _ in range(len(changed) if most is None else min(most, len(changed))):
            self._compare(changed.pop())
        return not changed

    def score(self) -> Score:
        """Return the score of all errors, in the order of the file: of equal ones the first is charged first."""
        self.settle()
        self._tally.checks = self.checks
        return self._tally.score()

    def unreviewed(self) -> int:
        """Return how many errors are unreviewed."""
        return sum(record.status == STATUSES[0] for record in self._records.values())

    def _note_stored(self, feature: QgsFeature, columns: Mapping[str, int]) -> tuple[int, str]:
        """Take severity and penalty over; return type and status, type 0 if it is none: such an error is left out."""
        found = {name: feature[column] if column >= 0 else None for name, column in columns.items()}
        found = {name: None if isinstance(value, NULL_TYPE) else value for name, value in found.items()}
        if found["category_id"] not in KNOWN_TYPES:
            self.forget([feature.id()])
            return 0, ""
        self._stored[feature.id()] = found["severity"], found["penalty"]
        self._compare(feature.id())
        return found["category_id"], found["status"] if found["status"] in STATUSES else STATUSES[0]

    def _put(self, fid: int, record: ErrorRecord) -> None:
        self._records[fid] = record
        if self._tally is not None:
            self._tally.put(fid, record)

    def _compare(self, fid: int) -> None:
        """Note whether severity and penalty of an error are outdated in the layer."""
        item = self._tally.items.get(fid) if self._tally is not None else None
        severity, penalty = self._stored.get(fid, (None, None))
        if item is None or (
            (severity or None) == item.severity and math.isclose(penalty or 0.0, item.penalty, abs_tol=1e-6)
        ):
            self.outdated.pop(fid, None)
        else:
            self.outdated[fid] = (item.severity, item.penalty)


def inspected_image(layer: QgsVectorLayer) -> InspectedImage | None:
    """Return the image that the table ``summary`` beside a layer describes; None if there is none."""
    row = summary_of(layer)
    try:
        a, b, _, d, e, _ = json.loads(row["transform"])
        width, height = int(row["width"]), int(row["height"])
        valid_area, pixels = float(row["valid_area_m2"]), int(row.get("valid_pixels") or width * height)
        pixel_side = math.sqrt(abs(a * e - b * d))
        diagonal = float(row.get("diagonal_px") or math.hypot(width, height))
        measures = ImageMeasures(valid_area, valid_area / pixels, pixel_side, diagonal)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    inspected = noted_codes(row)
    noted = str(row.get("raster") or "")
    return InspectedImage(measures, inspected, find_file(noted, geopackage_of(layer)) or noted)


def checks_of(layer: QgsVectorLayer) -> tuple[JudgedItem, ...]:
    """Return what a person has judged beside the image, as the layer's own file has it; none if it cannot be read."""
    path = geopackage_of(layer)
    try:
        return read_checklist(path) if path is not None and path.is_file() else ()
    except RsqiError as error:
        QgsMessageLog.logMessage(error_message(error), "RSQI", Qgis.MessageLevel.Warning)
        return ()


def image_of_raster(raster: QgsRasterLayer) -> InspectedImage:
    """Return the image that a raster layer shows."""
    return InspectedImage(measures_of_raster(raster, project_context()), None, raster.source(), is_stored=False)


def image_below(layer: QgsVectorLayer | None) -> QgsRasterLayer | None:
    """Return a raster layer of the project on which all of a layer lies."""
    if layer is None:
        return None
    for found in QgsProject.instance().mapLayers().values():
        if isinstance(found, QgsRasterLayer) and found.crs() == layer.crs() and found.extent().contains(layer.extent()):
            return found
    return None


def score_file(path: str, scheme: Scheme, mode: str, context: QgsProcessingContext) -> Score:
    """Score the result in a GeoPackage as it has been reviewed so far.

    Raises
    ------
    QgsProcessingException
        It is no result of RSQI.
    """
    layer = QgsVectorLayer(f"{path}|layername=errors", "errors", "ogr")
    image = inspected_image(layer) if layer.isValid() and layer.fields().indexFromName("category_id") >= 0 else None
    if image is None:
        raise QgsProcessingException(
            tr("{path} is no result of RSQI: give a GeoPackage that an inspection wrote.").format(path=path)
        )
    errors = MeasuredErrors(image)
    errors.checks = checks_of(layer)
    errors.read(layer, fids_of(layer), distance_area(layer.crs(), context))
    try:
        errors.judge_by(scheme, mode)
        return errors.score()
    except RsqiError as error:
        raise QgsProcessingException(f"{path}: {error_message(error)}") from error
