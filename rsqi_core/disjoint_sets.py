"""Disjoint sets (union-find): what belongs together by pairs becomes groups.

Plain Python, as scoring needs it inside QGIS, and as the first use of scipy's would cost an inspection a second.
"""

from __future__ import annotations


class DisjointSets:
    """The numbers 0 to `count` - 1, each in a set of its own at first."""

    def __init__(self, count: int):
        self._parent = list(range(count))

    def join(self, first: int, second: int) -> None:
        """Make one set of those that hold these two."""
        self._parent[self._root(second)] = self._root(first)

    def joined(self, first: int, second: int) -> bool:
        """Tell whether the two are in one set."""
        return self._root(first) == self._root(second)

    def groups(self) -> list[list[int]]:
        """Return the sets, each in rising order, by their least members."""
        members: dict[int, list[int]] = {}
        for number in range(len(self._parent)):
            members.setdefault(self._root(number), []).append(number)
        return list(members.values())

    def _root(self, number: int) -> int:
        parent = self._parent
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number
