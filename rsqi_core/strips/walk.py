"""raster -> blocks: walk down a raster in strips, decoding each pixel once for the blocks of every size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..blocks import Block, Step
from ..raster import Raster
from .decimate import Decimator

ROWS = 512  # a strip starts at a multiple of this in the raster, as the rows of tiles do in most files
_COLUMNS = 4096  # px read at a time, so that the tiles of one read fit into GDAL's cache whatever the raster's width


@dataclass(frozen=True)
class Tile:
    """What the networks and the rules see of a block.

    Attributes
    ----------
    step : Step
    rgb : numpy.ndarray or None
        uint8 [h, w, 3]: the block at full resolution on the finest grid, at most `side` px on the others; 0 where not
        valid. None if no pixel is valid.
    valid : numpy.ndarray or None
        bool [h, w] on the finest grid; None if all pixels are valid and on the other grids.
    """

    step: Step
    rgb: np.ndarray | None
    valid: np.ndarray | None = None

    @property
    def block(self) -> Block:
        return self.step.block


def tile_shape(block: Block, side: int) -> tuple[int, int]:
    """Rows and columns of a block's picture for a network that takes `side` px: decimated, never enlarged."""
    scale = min(1.0, side / max(block.width, block.height))
    return max(1, round(block.height * scale)), max(1, round(block.width * scale))


def walk(
    raster: Raster,
    window: tuple[int, int, int, int],
    steps: Sequence[Step],
    side: int,
    first: int = 0,
    rows: int = ROWS,
) -> Iterator[Tile]:
    """Yield the tiles of `steps` in their order.

    Kept in memory are the strip being read, the rows above it that blocks of the finest grid still need, and the small
    pictures of the coarser blocks that have begun.

    Parameters
    ----------
    raster : Raster
        Belongs to the walk until it ends.
    window : tuple of int
        Column, row, width and height in the raster; the steps count from its corner.
    steps : sequence of Step
        From :func:`rsqi_core.blocks.walk_order`.
    side : int
        Longest side of a coarser block's picture.
    first : int
        Steps to pass over, as their results are known.
    rows : int
        Height of a strip; the tiles do not depend on it.

    Raises
    ------
    RasterError
        The raster is damaged.
    """
    finest = min(step.block.size for step in steps)
    steps = steps[first:]
    if not steps:
        return
    coarse = sorted((step.block for step in steps if step.block.size > finest), key=lambda block: -block.y)
    begun: dict[Block, Decimator] = {}
    top, due = min(step.block.y for step in steps), 0
    strips = _Strips(raster, window, top, min(finest, window[3]) + rows)
    for bottom in _ends(window, top, rows):
        start = strips.bottom
        strips.read(bottom)
        while coarse and coarse[-1].y < bottom:
            block = coarse.pop()
            begun[block] = Decimator((block.height, block.width), tile_shape(block, side))
        for block, picture in begun.items():
            if start < block.bottom:
                picture.add(*strips.take(block, max(start, block.y), min(bottom, block.bottom)))
        while due < len(steps) and steps[due].due <= bottom:
            step = steps[due]
            due += 1
            if step.block.size == finest:
                yield _native_tile(step, *strips.take(step.block, step.block.y, step.block.bottom))
            else:
                picture = begun.pop(step.block)
                yield Tile(step, picture.picture if picture.seen else None)
        strips.forget(next((step.block.y for step in steps[due:] if step.block.size == finest), bottom))


def _ends(window: tuple[int, int, int, int], top: int, rows: int) -> Iterator[int]:
    """Yield the rows of the window at which strips end: multiples of `rows` in the raster."""
    _, y, _, height = window
    bottom = top
    while bottom < height:
        bottom = min(height, ((y + bottom) // rows + 1) * rows - y)
        yield bottom


def _native_tile(step: Step, rgb: np.ndarray, valid: np.ndarray) -> Tile:
    if not valid.any():
        return Tile(step, None)
    return Tile(step, rgb.copy(), None if valid.all() else valid.copy())  # the rows move on


class _Strips:
    """A few rows of the window, the last of them just read."""

    def __init__(self, raster: Raster, window: tuple[int, int, int, int], top: int, capacity: int):
        self._raster, self._window = raster, window
        self._rgb = np.empty((capacity, window[2], 3), np.uint8)
        self._valid = np.empty((capacity, window[2]), bool)
        self._top = self.bottom = top

    def read(self, bottom: int) -> None:
        """Read the rows from the last one to `bottom`."""
        x, y, width, _ = self._window
        rows = slice(self.bottom - self._top, bottom - self._top)
        left = 0
        while left < width:
            right = min(width, ((x + left) // _COLUMNS + 1) * _COLUMNS - x)
            rgb, valid = self._raster.read(x + left, y + self.bottom, right - left, bottom - self.bottom)
            self._rgb[rows, left:right], self._valid[rows, left:right] = rgb, valid
            left = right
        self.bottom = bottom

    def take(self, block: Block, top: int, bottom: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows of a block between `top` and `bottom`, as views."""
        place = slice(top - self._top, bottom - self._top), slice(block.x, block.x + block.width)
        return self._rgb[place], self._valid[place]

    def forget(self, top: int) -> None:
        """Let go of the rows above `top`, to make room for the next strip."""
        top = min(top, self.bottom)
        rows, kept = slice(top - self._top, self.bottom - self._top), slice(self.bottom - top)
        self._rgb[kept], self._valid[kept] = self._rgb[rows], self._valid[rows]
        self._top = top
