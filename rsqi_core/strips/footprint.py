"""raster -> between which rows each column holds data, so that a block knows what lies above and below it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from ..blocks import Block
from ..raster import Raster
from .walk import ROWS

_COLLAR = 16  # grey levels from black or white; dark water is no collar, and not worth a search
_COLUMNS = 4096  # px that are read at a time


@dataclass(frozen=True)
class Footprint:
    """First and last row of each column that is not black, and that is not white, int [2, W].

    Where there is none, these are below the last row and above the first.
    """

    first: np.ndarray
    last: np.ndarray

    def beyond(self, block: Block) -> tuple[np.ndarray, np.ndarray]:
        """Return for each column of a block whether anything else lies above it, and below it, bool [2, w] each."""
        columns = slice(block.x, block.x + block.width)
        return self.first[:, columns] < block.y, self.last[:, columns] >= block.bottom


def footprint(raster: Raster, window: tuple[int, int, int, int]) -> Footprint:
    """Find the footprint of a window, which is column, row, width and height.

    Strips are read from above and from below for as long as a column is black or white: one of each, unless there is a
    collar that nobody has declared. Nodata ends the search too, for what is declared need not be told from a gap.

    Raises
    ------
    RasterError
        The raster is damaged.
    """
    _, _, width, height = window
    tops = range(0, height, min(max(raster.block_rows, ROWS[0]), ROWS[1]))
    first, last = np.full((2, width), height), np.full((2, width), -1)
    _find(raster, window, tops, first, np.ones((2, width), bool), lambda seen: seen.argmax(1))
    _find(raster, window, tops[::-1], last, first < height, lambda seen: seen.shape[1] - 1 - seen[:, ::-1].argmax(1))
    return Footprint(first, last)


def _find(
    raster: Raster,
    window: tuple[int, int, int, int],
    tops: range,
    found: np.ndarray,
    missing: np.ndarray,
    pick: Callable[[np.ndarray], np.ndarray],
) -> None:
    """Set in int [2, W] the row that `pick` chooses of the first strip with data, where bool [2, W] `missing` asks."""
    x, y, width, height = window
    for top in tops:
        rows = min(abs(tops.step), height - top)
        for left in range(0, width, _COLUMNS):
            part = slice(left, min(left + _COLUMNS, width))
            box = x + left, y + top, part.stop - left, rows
            if not missing[:, part].any():
                continue
            seen = np.ones((2, rows, part.stop - left), bool) if raster.is_blank(*box) else _data(*raster.read(*box))
            new = missing[:, part] & seen.any(1)
            found[:, part][new] = top + pick(seen)[new]
            missing[:, part] &= ~new
        if not missing.any():
            return


def _data(rgb: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """Return what is not black, and what is not white, of uint8 [H, W, 3], and what is nodata, bool [2, H, W]."""
    black = cv2.inRange(rgb, (0,) * 3, (_COLLAR,) * 3)
    white = cv2.inRange(rgb, (255 - _COLLAR,) * 3, (255,) * 3)
    return (np.stack([black, white]) == 0) | ~valid
