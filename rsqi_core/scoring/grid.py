"""Boxes by place: which of them may lie near another one.

Imported inside QGIS as well: standard library only, Python 3.9 syntax.
"""

from __future__ import annotations

import math
from typing import Iterator, Tuple

Box = Tuple[float, float, float, float]  # xmin, ymin, xmax, ymax


class Grid:
    """Boxes in cells of about their own width and height, so that a cell holds few, however long or thin they are.

    Parameters
    ----------
    reach : float
        Least side of a cell, and the gap up to which boxes are near; above 0.
    """

    def __init__(self, reach: float):
        self._reach = reach
        self._cells: dict[tuple[int, int], dict[tuple[int, int], dict[int, Box]]] = {}  # by exponents of their sides

    def add(self, key: int, box: Box) -> None:
        """Add a box."""
        level = self._level(box)
        self._cells.setdefault(level, {}).setdefault(self._cell(level, box), {})[key] = box

    def remove(self, key: int, box: Box) -> None:
        """Remove a box that was added."""
        level = self._level(box)
        cells, cell = self._cells[level], self._cell(level, box)
        del cells[cell][key]
        if not cells[cell]:
            del cells[cell]
        if not cells:
            del self._cells[level]

    def around(self, box: Box) -> Iterator[tuple[int, Box]]:
        """Yield all boxes whose gap to this one may be within reach, and some beyond."""
        xmin, ymin, xmax, ymax = box
        reach = self._reach
        for (across, down), cells in self._cells.items():
            width, height = math.ldexp(reach, across), math.ldexp(reach, down)
            left, right = math.floor((xmin - reach) / width - 0.5), math.floor((xmax + reach) / width + 0.5)
            low, high = math.floor((ymin - reach) / height - 0.5), math.floor((ymax + reach) / height + 0.5)
            if (right - left + 1) * (high - low + 1) > len(cells):  # a large box among small ones
                for (x, y), boxes in cells.items():
                    if left <= x <= right and low <= y <= high:
                        yield from boxes.items()
                continue
            for x in range(left, right + 1):
                for y in range(low, high + 1):
                    found = cells.get((x, y))
                    if found is not None:
                        yield from found.items()

    def _level(self, box: Box) -> tuple[int, int]:
        """Return the exponents of two by which the cells for a box are larger than the reach: even ones, so few."""
        sides = (box[2] - box[0]) / self._reach, (box[3] - box[1]) / self._reach
        across, down = max(0, math.frexp(sides[0])[1]), max(0, math.frexp(sides[1])[1])
        return across + across % 2, down + down % 2

    def _cell(self, level: tuple[int, int], box: Box) -> tuple[int, int]:
        """Return the cell that the middle of a box lies in."""
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return (
            math.floor(x / math.ldexp(self._reach, level[0])),
            math.floor(y / math.ldexp(self._reach, level[1])),
        )
