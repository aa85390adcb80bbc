"""Errors that lie so close together that they are one: groups that follow each box that comes, goes or moves.

Imported inside QGIS as well: standard library only, Python 3.9 syntax.
"""

from __future__ import annotations

import math
from collections import deque

from .grid import Box, Grid
from .scheme import TIE, exceeds


class Group:
    """Errors that count once, by their keys."""

    __slots__ = ("keys",)

    def __init__(self, keys: set[int]):
        self.keys = keys


class Groups:
    """Boxes by key, in one group where they are connected by gaps of at most `distance`; 0 joins nothing.

    What is joined does not depend on the order in which boxes come and go.

    Attributes
    ----------
    every : set of Group
    changed : set of Group
        Those of `every` that have got or lost a box, or whose box was touched, until somebody clears the set.
    gone : set of Group
        Those that are in `every` no more, until somebody clears the set.
    """

    def __init__(self, distance: float):
        self._distance = distance
        self._grid = Grid(distance * (1 + 2 * TIE)) if distance > 0 else None
        self._boxes: dict[int, Box | None] = {}
        self._of: dict[int, Group] = {}
        self.every: set[Group] = set()
        self.changed: set[Group] = set()
        self.gone: set[Group] = set()

    def __contains__(self, key: int) -> bool:
        return key in self._boxes

    def put(self, key: int, box: Box | None) -> None:
        """Add a box, or note that it is another one or its error is; without a box an error is alone."""
        if key in self._boxes:
            if self._boxes[key] == box:
                self.changed.add(self._of[key])
                return
            self.remove(key)
        near: list[Group] = []
        if box is not None and self._grid is not None:
            near = self._groups_near(box)
            self._grid.add(key, box)
        self._boxes[key] = box
        group = max(near, key=lambda each: len(each.keys), default=None) or self._new(set())
        for other in near:
            if other is not group:
                self._drop(other)
                self._move(other.keys, group)
        self._move({key}, group)
        self.changed.add(group)

    def remove(self, key: int) -> None:
        """Remove a box, and part the group that it held together."""
        box, group = self._boxes.pop(key), self._of.pop(key)
        group.keys.discard(key)
        if box is not None and self._grid is not None:
            self._grid.remove(key, box)
            if group.keys:
                for piece in self._pieces(box):
                    group.keys -= piece
                    self._move(piece, self._new(set()))
        if group.keys:
            self.changed.add(group)
        else:
            self._drop(group)

    def _new(self, keys: set[int]) -> Group:
        group = Group(keys)
        self.every.add(group)
        self.changed.add(group)
        return group

    def _drop(self, group: Group) -> None:
        self.every.discard(group)
        self.changed.discard(group)
        self.gone.add(group)

    def _move(self, keys: set[int], group: Group) -> None:
        group.keys |= keys
        self._of.update(dict.fromkeys(keys, group))

    def _near(self, one: Box, other: Box) -> bool:
        gap_x = max(other[0] - one[2], one[0] - other[2], 0.0)
        gap_y = max(other[1] - one[3], one[1] - other[3], 0.0)
        return not exceeds(math.hypot(gap_x, gap_y), self._distance)

    def _groups_near(self, box: Box) -> list[Group]:
        found: set[Group] = set()
        for key, other in self._grid.around(box) if self._grid is not None else ():
            group = self._of[key]
            if group not in found and self._near(box, other):
                found.add(group)
        return list(found)

    def _keys_near(self, box: Box) -> list[int]:
        found = self._grid.around(box) if self._grid is not None else ()
        return [key for key, other in found if self._near(box, other)]

    def _pieces(self, box: Box) -> list[set[int]]:
        """Return what is no longer connected with the rest of a group, now that it has lost `box`.

        A search from each neighbour of the box, in turns: where two meet they go on as one, and once a single one is
        left, the others that have come to an end are the pieces. So it does not matter how large the rest is.
        """
        searches = [_Search(key) for key in self._keys_near(box)]
        owner = {search.found[0]: search for search in searches}
        pieces: list[set[int]] = []
        while len(searches) > 1:
            for search in searches:
                if not search.merged:
                    self._step(search, owner)
            searches = [search for search in searches if not search.merged]
            ended = [search for search in searches if not search.waiting]
            for search in ended[: len(searches) - 1]:
                searches.remove(search)
                pieces.append(set(search.found))
        return pieces

    def _step(self, search: _Search, owner: dict[int, _Search]) -> None:
        """Look around the box that a search has waiting longest, if there is one."""
        box = self._boxes[search.waiting.popleft()] if search.waiting else None
        for key in self._keys_near(box) if box is not None else ():
            other = owner.get(key)
            if other is None:
                owner[key] = search
                search.found.append(key)
                search.waiting.append(key)
            elif other is not search:
                small, search = sorted((search, other), key=lambda each: len(each.found))
                small.merged = True
                owner.update(dict.fromkeys(small.found, search))
                search.found += small.found
                search.waiting += small.waiting


class _Search:
    """Keys that are connected with the first one, and those of them around which nobody has looked yet."""

    __slots__ = ("found", "merged", "waiting")

    def __init__(self, key: int):
        self.found, self.waiting, self.merged = [key], deque([key]), False
