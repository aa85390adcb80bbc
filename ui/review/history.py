"""What has been done in the review, so that it can be undone and redone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Mapping

from qgis.core import QgsFeature

LIMIT = 1000
NEW = -1  # fid of what the file has not yet


@dataclass(frozen=True)
class Change:
    """One action: the errors as they were and as they became, by fid; None where there is no such error.

    Attributes
    ----------
    text : str
        What the action is called, for the button that undoes it.
    lines_before, lines_after : mapping of int to QgsFeature or None
        The seams' lines that changed with the errors, by their own fids.
    """

    text: str
    before: Mapping[int, QgsFeature | None]
    after: Mapping[int, QgsFeature | None]
    lines_before: Mapping[int, QgsFeature | None] = field(default_factory=dict)
    lines_after: Mapping[int, QgsFeature | None] = field(default_factory=dict)

    def reversed(self) -> Change:
        """Return the change that takes this one back."""
        return Change(self.text, self.after, self.before, self.lines_after, self.lines_before)

    def renumbered(self, fids: Mapping[int, int]) -> Change:
        """Return the change with other fids: a memory layer gives a restored feature a new one."""
        before, after = (
            {fids.get(fid, fid): feature for fid, feature in part.items()} for part in (self.before, self.after)
        )
        return replace(self, before=before, after=after)


class History:
    """The changes that were done and those that were undone; a new change drops the latter."""

    def __init__(self):
        self._done: list[Change] = []
        self._undone: list[Change] = []

    def push(self, change: Change) -> None:
        """Add what has just been done."""
        self._done.append(change)
        del self._done[:-LIMIT]
        self._undone.clear()

    def last(self, undone: bool = False) -> Change | None:
        """Return the change that undo takes back, or that redo makes again."""
        pile = self._undone if undone else self._done
        return pile[-1] if pile else None

    def move(self, undone: bool = False) -> None:
        """Note that the last change was undone, or redone."""
        source, target = (self._undone, self._done) if undone else (self._done, self._undone)
        target.append(source.pop())

    def drop(self, undone: bool = False) -> None:
        """Forget the last change, as the errors are no longer what it left."""
        (self._undone if undone else self._done).pop()

    def renumber(self, fids: Mapping[int, int]) -> None:
        """Follow features that came back under another fid."""
        if any(old != new for old, new in fids.items()):
            self._done = [change.renumbered(fids) for change in self._done]
            self._undone = [change.renumbered(fids) for change in self._undone]

    def clear(self) -> None:
        self._done.clear()
        self._undone.clear()
