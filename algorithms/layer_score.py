"""The score of a layer of errors that may be edited: what it lies on, its measures, its sum."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Iterable

from qgis.core import (
    NULL,
    QgsDistanceArea,
    QgsFeature,
    QgsFeatureRequest,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProject,
    QgsProviderRegistry,
    QgsRasterLayer,
    QgsVectorLayer,
)

from ..rsqi_core.errors import ParameterError
from ..rsqi_core.scoring import STATUSES, ErrorRecord, Scheme, Score, TypeScore, score
from ..rsqi_core.taxonomy import CODES, TYPES
from ..rsqi_core.locate import find_file
from .i18n import tr
from .measures import Image, image_of_raster, record, ruler
from .notes import said

DERIVED = ("severity", "penalty")


@dataclass(frozen=True)
class Frame:
    """What a layer of errors lies on.

    Attributes
    ----------
    image : Image
    inspected : tuple of str, optional
        Codes of the types that were looked for; None if nobody knows: all.
    raster : str
        Source of the image, empty if unknown.
    told : bool
        Whether the layer's own file tells this; else it was taken from an image.
    """

    image: Image
    inspected: tuple[str, ...] | None = None
    raster: str = ""
    told: bool = True


@dataclass
class Ledger:
    """The measures of a layer's errors by feature id, so that after an edit only what has changed is measured again."""

    frame: Frame
    records: dict[int, ErrorRecord] = field(default_factory=dict)
    stored: dict[int, tuple] = field(default_factory=dict)  # severity and penalty as the layer has them

    def missing(self, layer: QgsVectorLayer) -> list[int]:
        """Take over types and states as they are now; return the errors that have to be measured.

        An error without a valid type is left out.
        """
        kept, missing = {}, []
        self.stored.clear()
        request = QgsFeatureRequest().setFlags(QgsFeatureRequest.Flag.NoGeometry)
        for feature in fetch(layer, request, layer.featureCount()):
            if feature["category_id"] not in range(1, len(TYPES) + 1):
                continue
            self.stored[feature.id()] = tuple(value_of(feature, name) for name in DERIVED)
            known = self.records.get(feature.id())
            if known is None:
                missing.append(feature.id())
            else:
                kept[feature.id()] = replace(known, category_id=feature["category_id"], status=status_of(feature))
        self.records = kept
        return missing

    def measure(self, layer: QgsVectorLayer, fids: Iterable[int], measure: QgsDistanceArea) -> None:
        """Measure errors."""
        fids = list(fids)
        for feature in fetch(layer, QgsFeatureRequest().setFilterFids(fids), len(fids)):
            if not feature.geometry().isEmpty():
                area = measure.measureArea(feature.geometry())
                self.records[feature.id()] = record(feature, self.frame.image, area, status_of(feature))

    def judge(self, scheme: Scheme, mode: str) -> Score:
        """Score what is measured; the items are in the order of `records`."""
        image = self.frame.image
        pixels = round(image.valid_area / image.pixel_area)
        records = list(self.records.values())
        return score(records, scheme, image.valid_area, pixels, image.diagonal, mode, self.frame.inspected)

    def stale(self, judged: Score) -> dict[int, tuple]:
        """Return severity and penalty of the errors whose stored ones are others."""
        found = {}
        for fid, item in zip(self.records, judged.items):
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


def frame_of(layer: QgsVectorLayer) -> Frame | None:
    """Return what the table ``summary`` beside a layer tells; None if there is none."""
    row = summary_of(layer)
    try:
        a, b, _, d, e, _ = json.loads(row["transform"])
        width, height = int(row["width"]), int(row["height"])
        valid_area, pixels = float(row["valid_area_m2"]), int(row.get("valid_pixels") or width * height)
        image = Image(valid_area, valid_area / pixels, math.sqrt(abs(a * e - b * d)), math.hypot(width, height))
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    inspected = tuple(code for code in str(row.get("inspected") or "").split(",") if code)
    noted = str(row.get("raster") or "")
    return Frame(image, inspected or None, find_file(noted, path_of(layer)) or noted)


def frame_of_raster(raster: QgsRasterLayer) -> Frame:
    """Return what an image tells itself."""
    return Frame(image_of_raster(raster, transform_context()), None, raster.source(), told=False)


def summary_of(layer: QgsVectorLayer) -> dict:
    """Return the row of the table ``summary`` beside a layer; empty if there is none."""
    path = path_of(layer)
    if path is None:
        return {}
    table = QgsVectorLayer(f"{path}|layername=summary", "summary", "ogr")
    row = _only_row(table)
    return dict(zip(row.fields().names(), row.attributes())) if row is not None else {}


def store_summary(layer: QgsVectorLayer, judged: Score) -> bool:
    """Store the score and its sums in the table ``summary`` beside a layer; return whether there is one."""
    path = path_of(layer)
    table = QgsVectorLayer(f"{path}|layername=summary", "summary", "ogr") if path is not None else None
    row = _only_row(table) if table is not None else None
    if row is None:
        return False
    parts = [judged.by_type.get(code) or TypeScore() for code in CODES]
    values = {"score": judged.value, "grade": judged.grade, "score_mode": judged.mode}
    values["error_count"] = sum(part.count for part in parts)
    values.update({f"count_{code}": part.count for code, part in zip(CODES, parts)})
    values.update({f"area_{code}": part.area_m2 for code, part in zip(CODES, parts)})
    indices = {table.fields().indexFromName(name): value for name, value in values.items()}
    changes = {index: value for index, value in indices.items() if index >= 0 and row[index] != value}
    return not changes or table.dataProvider().changeAttributeValues({row.id(): changes})


def _only_row(table: QgsVectorLayer) -> QgsFeature | None:
    return next(iter(fetch(table, QgsFeatureRequest(), 1)), None) if table.isValid() else None


def fetch(layer: QgsVectorLayer, request: QgsFeatureRequest, least: int) -> list[QgsFeature]:
    """Return features of a layer, with uncommitted edits, `least` of them if the file has so many.

    QGIS reads a GeoPackage without locks, and such a connection finds nothing any more once somebody else has begun to
    write with a write-ahead journal. So the file is opened again where there are less.
    """
    found = [QgsFeature(feature) for feature in layer.getFeatures(request)]
    if len(found) < least and not layer.isEditable() and layer.providerType() == "ogr":
        layer.dataProvider().reloadData()
        found = [QgsFeature(feature) for feature in layer.getFeatures(request)]
    return found


def path_of(layer: QgsVectorLayer) -> Path | None:
    """Return the GeoPackage that a layer lies in; None for any other layer."""
    if layer.providerType() != "ogr":
        return None
    path = QgsProviderRegistry.instance().decodeUri("ogr", layer.source()).get("path") or ""
    return Path(path) if path.lower().endswith(".gpkg") else None


def transform_context():
    """Return how the project transforms coordinates, wrapped as Processing does."""
    context = QgsProcessingContext()
    context.setTransformContext(QgsProject.instance().transformContext())
    return context


def score_file(path: str, scheme: Scheme, mode: str, context: QgsProcessingContext) -> Score:
    """Score the result in a GeoPackage as it has been reviewed so far.

    Raises
    ------
    QgsProcessingException
        It is no result of RSQI.
    """
    layer = QgsVectorLayer(f"{path}|layername=errors", "errors", "ogr")
    frame = frame_of(layer) if layer.isValid() and layer.fields().indexFromName("category_id") >= 0 else None
    if frame is None:
        raise QgsProcessingException(
            tr("{path} is no result of RSQI: give a GeoPackage that an inspection wrote.").format(path=path)
        )
    ledger = Ledger(frame)
    ledger.measure(layer, ledger.missing(layer), ruler(layer.crs(), context))
    try:
        return ledger.judge(scheme, mode)
    except ParameterError as error:
        raise QgsProcessingException(f"{path}: {said(error)}") from error
