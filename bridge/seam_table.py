"""The layer `seams` of a result: the lines that errors stand for, with their measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping

from qgis.core import NULL, QgsFeature, QgsFeatureRequest, QgsGeometry, QgsVectorLayer

from ..rsqi_core.taxonomy import by_code
from .geopackage import features_of, geopackage_of

MISALIGNMENT = by_code("stitching_misalignment").id
STEPS = ("step_dn_r", "step_dn_g", "step_dn_b")
MEASURES = ("delta_e", "sharpness_ratio", "length_m", "offset_px", "offset_significance", "visible_share")


@dataclass(frozen=True)
class MeasuredSeam:
    """A line of the layer `seams`.

    Attributes
    ----------
    geometry : QgsGeometry
        In the CRS of the errors.
    category_id : int
    step : tuple of float
        By how many grey levels red, green and blue are brighter on the right.
    delta_e, sharpness_ratio, length_m : float
    offset_px, offset_significance : float or None
        None where nothing that crosses the line tells.
    visible_share : float or None
        Share 0-1 of the line at which it shows; None in results of older versions.
    """

    geometry: QgsGeometry
    category_id: int
    step: tuple[float, float, float]
    delta_e: float
    sharpness_ratio: float
    length_m: float
    offset_px: float | None = None
    offset_significance: float | None = None
    visible_share: float | None = None


def measures_by_error(errors: QgsVectorLayer) -> dict[int, dict[str, Any]]:
    """Return what the seams beside a layer of errors say of them for the score, by the id of the error.

    As the core reads it from the file (`rsqi_core.files.geopackage`), so that both give the same severity.
    """
    table = seam_table(errors)
    if table is None:
        return {}
    request = QgsFeatureRequest().setFlags(QgsFeatureRequest.Flag.NoGeometry)
    request.setSubsetOfAttributes(["category_id", "offset_px", "error_id", *STEPS], table.fields())
    found = {}
    for feature in features_of(table, request, table.featureCount()):
        if feature["error_id"] != NULL:
            offset = _number(feature, "offset_px") if feature["category_id"] == MISALIGNMENT else None
            step = max(abs(feature[name]) for name in STEPS)
            found[int(feature["error_id"])] = {"offset_px": offset, "step_dn": step}
    return found


def seams_of(errors: QgsVectorLayer, fid: int) -> list[MeasuredSeam]:
    """Return the lines that an error of a layer stands for."""
    table = seam_table(errors)
    if table is None:
        return []
    request = QgsFeatureRequest().setFilterExpression(f'"error_id" = {fid:d}')
    return [_seam(feature) for feature in features_of(table, request, 0)]


def seam_table(errors: QgsVectorLayer) -> QgsVectorLayer | None:
    """Return the table `seams` beside a layer of errors, opened anew; None if there is none."""
    path = geopackage_of(errors)
    table = QgsVectorLayer(f"{path}|layername=seams", "seams", "ogr") if path is not None else None
    return table if table is not None and table.isValid() else None


def _seam(feature: QgsFeature) -> MeasuredSeam:
    names = ("category_id", *STEPS, *MEASURES)
    return measured_seam(feature.geometry(), {name: _number(feature, name) for name in names})


def measured_seam(geometry: QgsGeometry, values: Mapping[str, Any]) -> MeasuredSeam:
    """Return a line with the measures of its fields by name."""
    steps = tuple(values[name] or 0.0 for name in STEPS)
    return MeasuredSeam(QgsGeometry(geometry), values["category_id"], steps, *(values[name] for name in MEASURES))


def _number(feature: QgsFeature, name: str) -> float | None:
    return None if feature[name] == NULL else feature[name]
