"""A window of a raster as a small picture, whatever its size."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from .reader import Raster

_ROWS, _COLUMNS = 512, 4096  # px of the raster read at a time


def read_thumbnail(raster: Raster, window: tuple[int, int, int, int], longest: int) -> tuple[np.ndarray, np.ndarray]:
    """Read a window decimated, piece by piece, so that memory stays small however large it is.

    GDAL takes the file's own overviews where it has them.

    Parameters
    ----------
    window : (int, int, int, int)
        Column, row, width and height in pixels of the raster.
    longest : int
        Pixels of the picture's longer side, at most.

    Returns
    -------
    rgb : numpy.ndarray
        uint8 [H, W, 3].
    valid : numpy.ndarray
        bool [H, W].
    """
    x, y, width, height = window
    shrink = max(1.0, max(width, height) / longest)
    rows, columns = max(1, round(height / shrink)), max(1, round(width / shrink))
    rgb, valid = np.empty((rows, columns, 3), np.uint8), np.empty((rows, columns), bool)
    for top, bottom, y0, y1 in _pieces(rows, height, _ROWS):
        for left, right, x0, x1 in _pieces(columns, width, _COLUMNS):
            box = raster.read(x + x0, y + y0, x1 - x0, y1 - y0, (bottom - top, right - left))
            rgb[top:bottom, left:right], valid[top:bottom, left:right] = box
    return rgb, valid


def _pieces(target: int, source: int, most: int) -> Iterator[tuple[int, int, int, int]]:
    """Cut `target` pixels made of `source` ones into pieces: (first, end) of the target, then of the source."""
    count = min(target, math.ceil(source / most))
    ends = [n * target // count for n in range(count + 1)]
    for first, end in zip(ends, ends[1:]):
        yield first, end, first * source // target, end * source // target
