"""raster -> seams: evidence, traced to lines, which move to where the tone steps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..frame import Frame
from ..models import Model
from .evidence import CELL, evidence
from .refine import joined_ends, refine
from .trace import trace

LEAST = 12  # cells that a seam is long at least; what is shorter is the border of something

Progress = Callable[[int, int], None]  # windows looked at, and all of them


def find_seams(frame: Frame, model: Model, progress: Progress = lambda done, total: None) -> list[np.ndarray]:
    """Return the seams that a model sees in a raster, as lines.

    Parameters
    ----------
    model : Model
        With a network of seams (`Card.seams`).

    Returns
    -------
    list of numpy.ndarray
        float64 [N, 2], columns and rows in pixels of the frame; lines of a net share their ends.
    """
    return lines_of(frame, evidence(frame, model.seams, progress), model.card.seams)


def lines_of(frame: Frame, seen: np.ndarray, limits: dict[str, float]) -> list[np.ndarray]:
    """Follow the seams in a map of evidence, uint8 as of `evidence`; `limits` are those of `Card.seams`."""
    lines = [line * CELL for line in trace(seen, 255 * limits["high"], 255 * limits["low"], LEAST)]
    x, y, width, height = frame.window

    def read(left: int, top: int, columns: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
        return frame.raster.read(x + left, y + top, columns, rows)

    moved = [refine(read, (width, height), np.clip(line, 0, (width, height))) for line in lines]
    return joined_ends(lines, moved)
