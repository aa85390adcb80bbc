"""raster -> blocks: walk down a raster in strips, decoding each pixel once for the blocks of every size."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

import numpy as np

from ..blocks import Block, Step
from ..findings import Tile
from ..raster import Raster
from ..raster.gdal import CACHE, cache
from .decimate import Decimator, tile_shape

ROWS = 128, 512  # least and most of a strip
_COLUMNS = 1024  # px of a panel: what is read at a time fits into the processor's cache, and empty ones take no time
_PIXEL = 4  # bytes that a panel takes for each


def walk(
    raster: Raster,
    window: tuple[int, int, int, int],
    steps: Sequence[Step],
    side: int,
    first: int = 0,
    rows: int | None = None,
) -> Iterator[Tile]:
    """Yield the tiles of `steps` in their order.

    Kept in memory are the strip being read, the rows above it that blocks of the finest grid still need, and the small
    pictures of the coarser blocks that have begun; of all these only what lies in panels that hold something.

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
    rows : int, optional
        Height of a strip; the tiles do not depend on it. By default as few as the file allows.

    Raises
    ------
    RasterError
        The raster is damaged.
    """
    finest = min(step.block.size for step in steps)
    steps = steps[first:]
    if not steps:
        return
    top, kept = min(step.block.y for step in steps), rows is None and _keeps_tiles(raster)
    rows = rows or _rows(raster)
    bottom = max(step.due for step in steps)  # of a part of a raster only, if `steps` end before it does
    ends = {bottom, *(end for end in _ends(window, top, rows) if end < bottom)}
    if kept:  # to stop at the end of every block as well decodes no tile again, and needs no room for more rows
        ends |= {step.due for step in steps if step.block.size == finest}
        height = min(max(finest, rows), window[3])
    else:
        height = min(finest, window[3]) + rows
    strips = _Strips(raster, window, top, height)
    with cache(_left(raster, height * window[2] * _PIXEL)):
        yield from _tiles(strips, sorted(ends), steps, finest, side)


def _tiles(strips: _Strips, ends: Sequence[int], steps: Sequence[Step], finest: int, side: int) -> Iterator[Tile]:
    """Read down to each of `ends`, and yield the tiles that are due there."""
    coarse = sorted((step.block for step in steps if step.block.size > finest), key=lambda block: -block.y)
    begun: dict[Block, Decimator] = {}
    due = 0
    for bottom in ends:
        start = strips.bottom
        strips.read(bottom)
        while coarse and coarse[-1].y < bottom:
            block = coarse.pop()
            begun[block] = Decimator((block.height, block.width), tile_shape(block, side))
        for block, picture in begun.items():
            if start < block.bottom:
                first_row, last_row = max(start, block.y), min(bottom, block.bottom)
                seen = strips.take(block, first_row, last_row)
                picture.add(*seen) if seen else picture.skip(last_row - first_row)
        while due < len(steps) and steps[due].due <= bottom:
            step = steps[due]
            due += 1
            if step.block.size == finest:
                seen = strips.take(step.block, step.block.y, step.block.bottom)
                yield _native_tile(step, *seen) if seen else Tile(step, None)
            else:
                picture = begun.pop(step.block)
                yield Tile(step, picture.picture if picture.seen else None)
        strips.forget(next((step.block.y for step in steps[due:] if step.block.size == finest), bottom))


def _rows(raster: Raster) -> int:
    """Rows of a strip: few, as long as each tile of the file is decoded only once."""
    least, most = ROWS
    return least if _keeps_tiles(raster) else min(most, -(-least // raster.block_rows) * raster.block_rows)


def _keeps_tiles(raster: Raster) -> bool:
    """Does a row of the file's tiles wait in GDAL's cache for the next strip?"""
    return _tile_row(raster) <= CACHE // 2


def _tile_row(raster: Raster) -> int:
    return raster.width * raster.block_rows * raster.pixel_bytes  # bytes


def _left(raster: Raster, taken: int) -> int:
    """Bytes that GDAL's cache may have beside so many of ours: wide rasters are to take no more than narrow ones."""
    return max(CACHE - taken, _tile_row(raster) * 3 // 2 if _keeps_tiles(raster) else CACHE // 4)


def _ends(window: tuple[int, int, int, int], top: int, rows: int) -> Iterator[int]:
    """Yield the rows of the window at which strips end: multiples of `rows` in the raster."""
    _, y, _, height = window
    bottom = top
    while bottom < height:
        bottom = min(height, ((y + bottom) // rows + 1) * rows - y)
        yield bottom


def _native_tile(step: Step, rgb: np.ndarray, valid: np.ndarray | None) -> Tile:
    if valid is not None and not valid.any():
        return Tile(step, None)
    rgb = rgb if rgb.flags.owndata else rgb.copy()  # the rows move on
    return Tile(step, rgb, None if valid is None or valid.all() else valid.copy())


class _Strips:
    """A few rows of the window, the last of them just read."""

    def __init__(self, raster: Raster, window: tuple[int, int, int, int], top: int, capacity: int):
        self._raster, self._window = raster, window
        x, _, width, _ = window
        self._edges = [0, *range(_COLUMNS - x % _COLUMNS, width, _COLUMNS), width]
        self._panels = [_Panel(left, right, capacity) for left, right in zip(self._edges, self._edges[1:])]
        self._top = self.bottom = top

    def read(self, bottom: int) -> None:
        """Read the rows from the last one to `bottom`."""
        x, y, width, _ = self._window
        start, end, rows = self.bottom - self._top, bottom - self._top, bottom - self.bottom
        blank = self._raster.is_blank(x, y + self.bottom, width, rows)
        for panel in self._panels:
            box = x + panel.left, y + self.bottom, panel.right - panel.left, rows
            if blank or self._raster.is_blank(*box):
                panel.skip(start, end)
            else:
                panel.put(start, end, *self._raster.read(*box))
        self.bottom = bottom

    def take(self, block: Block, top: int, bottom: int) -> tuple[np.ndarray, np.ndarray | None] | None:
        """Return the rows of a block between `top` and `bottom`, perhaps as views; None if nothing is there.

        The mask is None where all pixels are valid.
        """
        left, right, start, end = block.x, block.x + block.width, top - self._top, bottom - self._top
        panels = self._panels[bisect_right(self._edges, left) - 1 : bisect_left(self._edges, right)]
        if all(panel.rgb is None for panel in panels):
            return None
        rgb, valid = zip(*(panel.take(start, end, left, right) for panel in panels))
        if len(panels) == 1:
            return rgb[0], valid[0]
        if all(each is None for each in valid):
            return np.concatenate(rgb, 1), None
        known = [np.ones(c.shape[:2], bool) if v is None else v for c, v in zip(rgb, valid)]
        return np.concatenate(rgb, 1), np.concatenate(known, 1)

    def forget(self, top: int) -> None:
        """Let go of the rows above `top`, to make room for the next strip."""
        top = min(top, self.bottom)
        for panel in self._panels:
            panel.forget(top - self._top, self.bottom - self._top)
        self._top = top


class _Panel:
    """The columns from `left` to `right` of some rows; where nothing is in any of them, they take no memory."""

    def __init__(self, left: int, right: int, capacity: int):
        self.left, self.right = left, right
        self.rgb: np.ndarray | None = None
        self._valid: np.ndarray | None = None  # all pixels are, if None
        self._capacity, self._used = capacity, 0  # rows, and the last of them with something in it

    def put(self, start: int, end: int, rgb: np.ndarray, valid: np.ndarray) -> None:
        """Take rows uint8 [N, width, 3] and bool [N, width]."""
        if not valid.any() and not rgb.any():
            return self.skip(start, end)
        if self.rgb is None:
            self.rgb = np.empty((self._capacity, *rgb.shape[1:]), np.uint8)
            if start:
                self.skip(0, start)
        self.rgb[start:end], self._used = rgb, end
        self._mark(start, end, valid)

    def skip(self, start: int, end: int) -> None:
        """Take rows in which nothing is."""
        if self.rgb is not None:
            self.rgb[start:end] = 0
            self._mark(start, end, np.False_)

    def _mark(self, start: int, end: int, valid: np.ndarray | np.bool_) -> None:
        if self._valid is None:
            if valid.all():
                return
            self._valid = np.empty((self._capacity, self.right - self.left), bool)
            self._valid[:start] = True
        self._valid[start:end] = valid

    def take(self, start: int, end: int, left: int, right: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Return what lies between these columns of the window."""
        first, last = max(0, left - self.left), min(right, self.right) - self.left
        if self.rgb is None:
            shape = end - start, last - first
            return np.zeros((*shape, 3), np.uint8), np.zeros(shape, bool)
        return self.rgb[start:end, first:last], None if self._valid is None else self._valid[start:end, first:last]

    def forget(self, top: int, bottom: int) -> None:
        """Move the rows from `top` to `bottom` to the beginning."""
        self._used -= top
        if self.rgb is None or self._used <= 0:
            self.rgb, self._valid, self._used = None, None, 0
            return
        self.rgb[: bottom - top] = self.rgb[top:bottom]
        if self._valid is not None:
            left = self._valid[top:bottom]
            if left.all():
                self._valid = None
            else:
                self._valid[: bottom - top] = left
