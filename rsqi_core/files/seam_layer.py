"""The layer ``seams`` of a result, read back: measured lines, and which error stands for each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from pyogrio.errors import DataLayerError

from ..seams.measure import MISALIGNMENT
from ..seams.record import Seam
from .layer import read_layer

_MEASURES = ("delta_e", "sharpness_ratio", "offset_px", "offset_significance", "length_m", "visible_share")


@dataclass(frozen=True)
class StoredSeam:
    """A measured line of a result.

    Attributes
    ----------
    geometry : shapely.LineString
        In map units.
    category_id : int
    step_dn : (float, float, float)
    delta_e, sharpness_ratio, length_m, visible_share : float
    offset_px, offset_significance : float or None
        As of :class:`rsqi_core.seams.measure.SeamMeasure`.
    error_id : int or None
        Number (fid) of the error that stands for the line; None where the line does not show.
    """

    geometry: shapely.LineString
    category_id: int
    step_dn: tuple[float, float, float]
    delta_e: float
    sharpness_ratio: float
    offset_px: float | None
    offset_significance: float | None
    length_m: float
    visible_share: float
    error_id: int | None

    @property
    def displaced(self) -> bool:
        """Is the line one of misalignment?"""
        return self.category_id == MISALIGNMENT

    @property
    def largest_step(self) -> float:
        """Of the three bands, without sign."""
        return max(map(abs, self.step_dn))

    @property
    def for_score(self) -> dict[str, Any]:
        """What a scheme asks of the error of a seam."""
        return {"offset_px": self.offset_px if self.displaced else None, "step_dn": self.largest_step}


def read_seams(path: Path | str) -> tuple[StoredSeam, ...]:
    """Read the lines of a GeoPackage in their order; none where it has no such layer."""
    try:
        meta, _, geometries, columns = read_layer(path, "seams")
    except DataLayerError:
        return ()
    fields = dict(zip(meta["fields"], columns))
    shapes = shapely.from_wkb(geometries)
    found = []
    for row, shape in enumerate(shapes):
        cells = {name: column[row].item() for name, column in fields.items() if hasattr(column[row], "item")}
        values: dict[str, Any] = {name: None if _missing(cell) else cell for name, cell in cells.items()}
        if shape is None or shape.is_empty or values["category_id"] is None:
            continue
        red, green, blue = (float(values[f"step_dn_{band}"] or 0) for band in "rgb")
        known, error = {name: values[name] for name in _MEASURES}, values["error_id"]
        error = None if error is None else int(error)
        found.append(StoredSeam(shape, int(values["category_id"]), (red, green, blue), **known, error_id=error))
    return tuple(found)


def stored(seams: Sequence[tuple[Seam, int]]) -> tuple[StoredSeam, ...]:
    """Return lines, each with the index of its polygon, as they are read back once they are written."""
    return tuple(
        StoredSeam(
            seam.geometry,
            seam.measure.category_id,
            seam.measure.step_dn,
            **{name: getattr(seam.measure, name) for name in _MEASURES},
            error_id=index + 1,
        )
        for seam, index in seams
    )


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))
