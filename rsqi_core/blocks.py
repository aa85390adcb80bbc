"""The grid of overlapping blocks that covers a raster."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import ParameterError


@dataclass(frozen=True)
class Block:
    """One square of the grid, in pixels.

    Attributes
    ----------
    size : int
        Nominal side of the grid's blocks; `width` and `height` are smaller only where the raster itself is.
    row, col : int
        Place in the grid, from 0.
    x, y : int
        Column and row of the first pixel.
    width, height : int
        Size of the block.
    """

    size: int
    row: int
    col: int
    x: int
    y: int
    width: int
    height: int


def grid(width: int, height: int, size: int, overlap: float = 0.2) -> tuple[Block, ...]:
    """Cover `width` x `height` pixels with blocks of `size`, neighbours sharing at least `overlap` of it.

    Row by row; the last row and column shift inwards, so there are no slivers (paper, section 3.1; domain facts 5.9).
    A raster smaller than `size` gets one block of its own size.

    Raises
    ------
    ParameterError
        A size below 1 or an overlap outside 0 <= overlap < 1.
    """
    if min(width, height, size) < 1:
        raise ParameterError(f"raster {width} x {height} and block size {size} must be at least 1 px")
    if not 0 <= overlap < 1:
        raise ParameterError(f"overlap {overlap} must be at least 0 and below 1")
    columns, rows = _starts(width, size, overlap), _starts(height, size, overlap)
    return tuple(
        Block(size, row, col, x, y, min(size, width), min(size, height))
        for row, y in enumerate(rows)
        for col, x in enumerate(columns)
    )


def _starts(length: int, size: int, overlap: float) -> tuple[int, ...]:
    """First pixels of the blocks along one axis."""
    if length <= size:
        return (0,)
    step = max(1, int(size * (1 - overlap)))
    last = length - size
    return (*range(0, last, step), last)
