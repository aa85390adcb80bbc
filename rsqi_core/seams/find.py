"""raster -> seams: evidence, traced to lines, which move to where the tone steps and are measured there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import cv2
import numpy as np

from ..frame import Frame
from ..models import Model
from .evidence import CELL, evidence
from .record import Seam, seam_of
from .refine import joined_ends, refine
from .steady import measure_found
from .trace import trace

_ENOUGH = 30.0  # of a card that does not say from which evidence on a line is a seam

Seen = Callable[[str, int, int], None]  # stage, what is done of it, and all of it


def _unseen(stage: str, done: int, total: int) -> None:
    pass


def find_seams(frame: Frame, model: Model, seen: Seen = _unseen) -> list[Seam]:
    """Return the seams that a model sees in a raster and that show where they are measured.

    Parameters
    ----------
    model : Model
        With a network of seams (`Card.seams`).
    seen : callable
        Told of each window (stage ``evidence``) and of each line (``lines``); what it raises ends the search.

    Returns
    -------
    list of Seam
        Lines of a net share their ends.
    """
    return seams_of(frame, evidence(frame, model.seams, partial(seen, "evidence")), model.card.seams, seen)


def seams_of(frame: Frame, probability: np.ndarray, limits: Mapping[str, float], seen: Seen = _unseen) -> list[Seam]:
    """Follow the seams in a map of evidence, uint8 as of `evidence`; `limits` are those of `Card.seams`."""
    x, y, width, height = frame.window
    size = width, height

    def read(left: int, top: int, columns: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
        return frame.raster.read(x + left, y + top, columns, rows)

    traced, enough = trace(probability, limits["low"]), limits.get("enough", _ENOUGH)
    lines = [np.clip(line.points * CELL, 0, size) for line in traced if line.evidence >= enough]
    refined = []
    for done, line in enumerate(lines):
        seen("lines", done, 2 * len(lines))
        refined.append(refine(read, size, line))
    found = []
    for done, (line, moved) in enumerate(zip(lines, joined_ends(lines, refined)), len(lines)):
        seen("lines", done, 2 * len(lines))
        measured = measure_found(read, size, moved)
        if measured is not None and measured.is_error:
            seam = seam_of(moved, measured, frame.transform, frame.crs_of_areas)
            found.append(replace(seam, confidence=_mean_along(probability, line) / 255, source="model"))
    return found


def _mean_along(probability: np.ndarray, line: np.ndarray) -> float:
    """Mean of a map along a line in pixels of the raster."""
    passed = np.zeros(probability.shape, np.uint8)
    cv2.polylines(passed, [np.floor(line / CELL).astype(np.int32)], False, 1)
    return float(cv2.mean(probability, passed)[0])
