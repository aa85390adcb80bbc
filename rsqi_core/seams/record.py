"""A measured line in map units, and the error that stands for it in mask, score, shapefile and report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from affine import Affine
from shapely.affinity import affine_transform
from shapely.geometry import MultiPolygon

from ..findings import ErrorPolygon, ErrorRecord
from ..geodesy import ellipsoidal_area, ellipsoidal_length
from .measure import SeamMeasure

BAND = 6.0  # px on each side of a line that its error covers


@dataclass(frozen=True)
class Seam:
    """A measured line.

    Attributes
    ----------
    geometry : shapely.LineString
        In map units.
    measure : SeamMeasure
    confidence : float
        Probability 0-1 that there is a seam; 1 for a line that was given.
    source : {"rule", "model"}
        Who says so: measures along a given line, or the network that has found it.
    """

    geometry: shapely.LineString
    measure: SeamMeasure
    confidence: float = 1.0
    source: str = "rule"


def seam_of(points: np.ndarray, measure: SeamMeasure, transform: Affine, crs: Any) -> Seam:
    """Return a line [N, 2] in pixels with its measures, in map units."""
    geometry = affine_transform(shapely.LineString(points), transform.to_shapely())
    return Seam(geometry, replace(measure, length_m=ellipsoidal_length(geometry, crs)))


def error_of(seam: Seam, transform: Affine, crs: Any, size: tuple[int, int]) -> ErrorPolygon | None:
    """Return the band along a seam that shows, within a raster of `size`; None for one that does not."""
    if not seam.measure.is_error:
        return None
    band = _band(seam, transform, size)
    geometry = affine_transform(band, transform.to_shapely())
    return ErrorPolygon(
        category_id=seam.measure.category_id,
        geometry=geometry,
        pixels=round(band.area),
        area_m2=ellipsoidal_area(geometry, crs),
        confidence=seam.confidence,
        block_size=0,
        source=seam.source,
    )


def band_of(seam: Seam, transform: Affine, size: tuple[int, int]) -> MultiPolygon:
    """Return the band along a seam in map units, within a raster of `size`, whether the seam shows or not."""
    return affine_transform(_band(seam, transform, size), transform.to_shapely())


def _band(seam: Seam, transform: Affine, size: tuple[int, int]) -> MultiPolygon:
    """In pixels of the raster."""
    line = affine_transform(seam.geometry, (~transform).to_shapely())
    band = shapely.intersection(
        shapely.buffer(line, BAND, cap_style="flat", join_style="mitre"), shapely.box(0, 0, *size)
    )
    return MultiPolygon([part for part in shapely.get_parts(band) if part.geom_type == "Polygon"])


def with_measures(record: ErrorRecord, measure: SeamMeasure) -> ErrorRecord:
    """Return the record of a seam's error with what the scheme asks of a seam."""
    offset = measure.offset_px if measure.displaced else None
    return replace(record, offset_px=offset, step_dn=measure.largest_step)
