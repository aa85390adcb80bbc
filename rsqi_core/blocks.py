"""The grid of overlapping blocks that covers a raster."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from .errors import ParameterError
from .limits import OVERLAP


@dataclass(frozen=True, slots=True)
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

    @property
    def bottom(self) -> int:
        """First row below the block."""
        return self.y + self.height

    def overlaps(self, other: Block) -> bool:
        """Do the two share a pixel?"""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.bottom
            and other.y < self.bottom
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One block of a walk down a raster.

    Attributes
    ----------
    block : Block
    due : int
        Rows that must have been read before the block's turn comes.
    final : int
        Rows that no later step of the walk reaches.
    last : bool
        No later step is due at the same row.
    """

    block: Block
    due: int
    final: int
    last: bool


def grid(width: int, height: int, size: int, overlap: float = OVERLAP) -> tuple[Block, ...]:
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


def walk_order(grids: Sequence[Sequence[Block]]) -> tuple[Step, ...]:
    """Put the blocks of several grids of one raster in the order in which a walk down the raster meets them.

    A block's turn comes when all its rows are read and every finer block that shares a row with it has had its own;
    blocks that become due together go by size, then row by row. The order follows from the grids alone.

    Parameters
    ----------
    grids : sequence of sequence of Block
        By rising block size, each as :func:`grid` returns it.
    """
    due: list[tuple[int, Block]] = []
    finer: list[tuple[list[int], list[int]]] = []  # of each finer grid: first row and due row of its rows of blocks
    for blocks in grids:
        rows: dict[int, int] = {}
        for block in blocks:
            if block.y not in rows:
                last = [dues[bisect_left(starts, block.bottom) - 1] for starts, dues in finer]
                rows[block.y] = max(block.bottom, *last) if last else block.bottom
            due.append((rows[block.y], block))
        finer.append((list(rows), list(rows.values())))
    due.sort(key=lambda each: (each[0], each[1].size, each[1].row, each[1].col))
    steps: list[Step] = []
    reached = max((block.bottom for _, block in due), default=0)
    for row, block in reversed(due):
        steps.append(Step(block, row, reached, last=not steps or steps[-1].due > row))
        reached = min(reached, block.y)
    return tuple(reversed(steps))


def _starts(length: int, size: int, overlap: float) -> tuple[int, ...]:
    """First pixels of the blocks along one axis."""
    if length <= size:
        return (0,)
    step = max(1, int(size * (1 - overlap)))
    last = length - size
    return (*range(0, last, step), last)
