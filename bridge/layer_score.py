"""The score of a layer of errors that may be edited: the image below it, the measures of its errors, and their sum."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, replace
from typing import Iterable

from qgis.core import (
    NULL,
    QgsDistanceArea,
    QgsFeature,
    QgsFeatureRequest,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)

from ..rsqi_core import scoring
from ..rsqi_core.errors import ParameterError
from ..rsqi_core.locate import find_file
from ..rsqi_core.scoring import STATUSES, ErrorRecord, Scheme, Score
from ..rsqi_core.taxonomy import TYPES, noted_codes
from .geopackage import features_of, geopackage_of, summary_of
from .i18n import tr
from .measures import ImageMeasures, area_of, distance_area, error_record, measures_of_raster, project_context
from .notes import error_message

DERIVED = ("severity", "penalty")


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


@dataclass
class MeasuredErrors:
    """The measures of a layer's errors by feature id, so that after an edit only what has changed is measured again."""

    image: InspectedImage
    records: dict[int, ErrorRecord] = field(default_factory=dict)
    stored: dict[int, tuple] = field(default_factory=dict)  # severity and penalty as the layer has them

    def update(self, layer: QgsVectorLayer) -> list[int]:
        """Read types and states as they are now; return the errors that have to be measured.

        An error without a valid type is left out.
        """
        kept, unmeasured = {}, []
        self.stored.clear()
        request = QgsFeatureRequest().setFlags(QgsFeatureRequest.Flag.NoGeometry)
        for feature in features_of(layer, request, layer.featureCount()):
            if feature["category_id"] not in range(1, len(TYPES) + 1):
                continue
            self.stored[feature.id()] = tuple(value_of(feature, name) for name in DERIVED)
            known = self.records.get(feature.id())
            if known is None:
                unmeasured.append(feature.id())
            else:
                kept[feature.id()] = replace(known, category_id=feature["category_id"], status=status_of(feature))
        self.records = kept
        return unmeasured

    def measure(self, layer: QgsVectorLayer, fids: Iterable[int], measure: QgsDistanceArea) -> None:
        """Measure errors."""
        fids = list(fids)
        for feature in features_of(layer, QgsFeatureRequest().setFilterFids(fids), len(fids)):
            if not feature.geometry().isEmpty():
                area = area_of(feature.geometry(), measure)
                self.records[feature.id()] = error_record(feature, self.image.measures, area, status_of(feature))

    def score(self, scheme: Scheme, mode: str) -> Score:
        """Score what is measured; the items are in the order of `records`."""
        self.records = dict(sorted(self.records.items()))  # of equal errors the first is charged first, as in the file
        measures, records = self.image.measures, list(self.records.values())
        pixels = round(measures.valid_area / measures.pixel_area)
        return scoring.score(
            records, scheme, measures.valid_area, pixels, measures.diagonal, mode, self.image.inspected
        )

    def outdated(self, score: Score) -> dict[int, tuple]:
        """Return severity and penalty of the errors whose stored ones differ."""
        found = {}
        for fid, item in zip(self.records, score.items):
            severity, penalty = self.stored.get(fid, (None, None))
            if (severity or None) != item.severity or not math.isclose(penalty or 0.0, item.penalty, abs_tol=1e-6):
                found[fid] = (item.severity, item.penalty)
        return found


def value_of(feature: QgsFeature, name: str):
    """Return a value of a feature; None if it is NULL or if there is no such field."""
    index = feature.fields().indexFromName(name)
    value = feature[index] if index >= 0 else None
    return None if value == NULL else value


def status_of(feature: QgsFeature) -> str:
    """Return the state of an error; of one without, ``unreviewed``."""
    value = value_of(feature, "status")
    return value if value in STATUSES else STATUSES[0]


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
    errors.measure(layer, errors.update(layer), distance_area(layer.crs(), context))
    try:
        return errors.score(scheme, mode)
    except ParameterError as error:
        raise QgsProcessingException(f"{path}: {error_message(error)}") from error
