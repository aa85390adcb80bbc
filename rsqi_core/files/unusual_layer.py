"""The layer ``unusual`` of a result: places unlike anything clean, without a type and without a part in a score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from ..findings import ErrorPolygon
from .layer import OGR_ERRORS, read_layer, values_of

LAYER = "unusual"


@dataclass(frozen=True)
class UnusualPlace:
    """A place of the layer.

    Attributes
    ----------
    geometry : shapely.Geometry
        In map units.
    rank : int
        From 1, the most unusual first.
    score : float
        0-1, mean over its pixels; 0.5 is where clean images hardly ever get.
    area_m2 : float
    """

    geometry: shapely.Geometry
    rank: int
    score: float
    area_m2: float


def unusual_table(
    places: Sequence[ErrorPolygon],
) -> tuple[np.ndarray, dict[str, tuple[np.ndarray, np.ndarray]]]:
    """Return the shapes as WKB and, by field, values and mask of nulls; the most unusual place comes first."""
    table = {
        "rank": values_of([*range(1, len(places) + 1)], np.int32),
        "score": values_of([round(each.confidence, 4) for each in places], np.float64),
        "area_m2": values_of([each.area_m2 for each in places], np.float64),
        "pixels": values_of([each.pixels for each in places], np.int64),
    }
    return shapely.to_wkb(np.array([each.geometry for each in places], object)), table


def as_places(polygons: Sequence[ErrorPolygon]) -> tuple[UnusualPlace, ...]:
    """Return polygons, the most unusual first, as the layer holds them."""
    return tuple(
        UnusualPlace(each.geometry, rank, round(each.confidence, 4), each.area_m2)
        for rank, each in enumerate(polygons, 1)
    )


def read_unusual(path: Path | str | None) -> tuple[UnusualPlace, ...] | None:
    """Read the places of a result by rank; None where no memory of clean images was asked."""
    if path is None:
        return None
    try:
        meta, _, geometries, columns = read_layer(path, LAYER)
        fields = dict(zip(meta["fields"], columns))
        rows = zip(shapely.from_wkb(geometries), fields["rank"], fields["score"], fields["area_m2"])
        places = [UnusualPlace(shape, int(rank), float(score), float(area)) for shape, rank, score, area in rows]
    except (*OGR_ERRORS, OSError, KeyError, TypeError, ValueError):
        return None
    return tuple(sorted((each for each in places if each.geometry is not None), key=lambda each: each.rank))
