"""raster -> between which rows each column holds data, so that a block knows what lies above and below it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..blocks import Block
from ..raster import Raster
from ..rules.collar import is_data
from .walk import ROWS

_COLUMNS = 4096  # px that are read at a time


@dataclass(frozen=True)
class Footprint:
    """First and last row with data in each column, int [W]; without any, below the last row and above the first."""

    first: np.ndarray
    last: np.ndarray

    def beyond(self, block: Block) -> tuple[np.ndarray, np.ndarray]:
        """Return for each column of a block whether data lie above it and below it, bool [w] each."""
        columns = slice(block.x, block.x + block.width)
        return self.first[columns] < block.y, self.last[columns] >= block.bottom


def footprint(raster: Raster, window: tuple[int, int, int, int]) -> Footprint:
    """Find the footprint of a window, which is column, row, width and height.

    Strips are read from above and from below for as long as a column lacks data: one of each, unless there is a collar
    that nobody has declared. Nodata ends the search as data do, for what is declared need not be told from a gap.

    Raises
    ------
    RasterError
        The raster is damaged.
    """
    tops = range(0, window[3], min(max(raster.block_rows, ROWS[0]), ROWS[1]))
    first = _nearest(raster, window, tops, lambda seen: seen.argmax(0), window[3])
    last = _nearest(raster, window, tops[::-1], lambda seen: len(seen) - 1 - seen[::-1].argmax(0), -1)
    return Footprint(first, last)


def _nearest(
    raster: Raster,
    window: tuple[int, int, int, int],
    tops: range,
    pick: Callable[[np.ndarray], np.ndarray],
    none: int,
) -> np.ndarray:
    """Return the row that `pick` finds in the first strip with data in a column, or `none`, int [W]."""
    x, y, width, height = window
    found, missing = np.full(width, none), np.ones(width, bool)
    for top in tops:
        rows = min(abs(tops.step), height - top)
        for left in range(0, width, _COLUMNS):
            box = slice(left, min(left + _COLUMNS, width))
            if not missing[box].any():
                continue
            part = x + left, y + top, box.stop - left, rows
            if raster.is_blank(*part):
                seen = np.ones((rows, part[2]), bool)
            else:
                rgb, valid = raster.read(*part)
                seen = is_data(rgb) | ~valid
            new = missing[box] & seen.any(0)
            found[box][new] = top + pick(seen)[new]
            missing[box] &= ~new
        if not missing.any():
            break
    return found
