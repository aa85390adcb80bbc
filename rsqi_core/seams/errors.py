"""seams -> polygons: the band along each seam that was found, among the other errors of an inspection."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from affine import Affine

from ..errors import Cancelled
from ..findings import ErrorPolygon, ErrorRecord
from ..frame import Frame
from ..models import Model
from ..parameters import Parameters
from ..polygons import records
from ..progress import OnProgress, Progress
from ..taxonomy import BOUNDARY_TYPES
from .find import find_seams
from .record import Seam, error_of, with_measures

Found = list[tuple[Seam, ErrorPolygon]]
Numbered = tuple[tuple[Seam, int], ...]  # seams, each with the number of its polygon


def seam_errors(
    frame: Frame, parameters: Parameters, model: Model | None, progress: OnProgress, cancelled: Callable[[], bool]
) -> Found | None:
    """Find the seams of the wanted types, each with its band; None where nobody looks for any.

    Raises
    ------
    Cancelled
        If `cancelled` says so.
    """
    wanted = "segment" in parameters.stages and any(t.code in parameters.types for t in BOUNDARY_TYPES)
    if model is None or not model.card.seams or not wanted:
        return None
    started: dict[str, float] = {}

    def seen(stage: str, done: int, total: int) -> None:
        if cancelled():
            raise Cancelled("cancelled; nothing was written")
        passed = time.monotonic() - started.setdefault(stage, time.monotonic())
        progress(Progress(stage, done, total, passed * (total - done) / done if done else None))

    size = frame.width, frame.height
    seams = find_seams(frame, model, seen)
    bands = [error_of(seam, frame.transform, frame.crs_of_areas, size) for seam in seams]
    return [(seam, band) for seam, band in zip(seams, bands) if band is not None and band.code in parameters.types]


def among(polygons: Sequence[ErrorPolygon], found: Found | None) -> tuple[list[ErrorPolygon], Numbered | None]:
    """Put the bands among other errors, by type and falling size, and number the seams by them."""
    if found is None:
        return list(polygons), None
    bands = [band for _, band in found]
    ordered = sorted([*polygons, *bands], key=lambda each: (each.category_id, -each.pixels))
    places = {id(each): number for number, each in enumerate(ordered)}
    return ordered, tuple((seam, places[id(band)]) for seam, band in found)


def measured(polygons: Sequence[ErrorPolygon], seams: Numbered | None, transform: Affine) -> list[ErrorRecord]:
    """polygons -> score: what scoring needs to know of each, in their order."""
    judged = records(polygons, transform)
    for seam, number in seams or ():
        judged[number] = with_measures(judged[number], seam.measure)
    return judged
