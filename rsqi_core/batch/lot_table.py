"""The scenes of a folder of results as they are now: inspected, reviewed by whom, judged a second time.

Imported inside QGIS as well: standard library only, Python 3.9 syntax.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from ..files.second_review import drawn_in
from ..scoring import GRADES, UNSCORED
from .outcome import FAILED, Outcome
from .state import FILE, State

WAITING, INSPECTED = "waiting", "inspected"  # beside FAILED
OPEN, PASSES, REJECTED = "open", "passes", "rejected"
_ORDER = {grade: n for n, grade in enumerate((UNSCORED, *reversed(GRADES)))}
_REVIEW = """SELECT count(*),
    sum(coalesce(nullif(status, ''), 'unreviewed') = 'unreviewed'), sum(coalesce(status, '') <> 'rejected'),
    max(edited_at) FROM errors"""
_NAMES = "SELECT DISTINCT edited_by FROM errors WHERE coalesce(edited_by, '') <> '' ORDER BY edited_by"


@dataclass(frozen=True)
class Review:
    """What a result says of itself now.

    Attributes
    ----------
    score : float or None
    grade : str
    errors : int
        Those that count: all but the rejected ones.
    total, unreviewed : int
        Of all errors.
    by : tuple of str
        Who has judged, changed or drawn any.
    at : str
        When the last of that was, as ISO text; empty if nothing was.
    drawn : int
        Errors that were drawn for a second review.
    second : tuple of (int, int)
        What the first and the second person say of those that both have judged.
    """

    score: Optional[float]
    grade: str
    errors: int
    total: int
    unreviewed: int
    by: tuple[str, ...] = ()
    at: str = ""
    drawn: int = 0
    second: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Entry:
    """One scene of a lot.

    Attributes
    ----------
    scene : str
    result : pathlib.Path
        Its GeoPackage, which need not exist.
    outcome : Outcome or None
        What batches have noted; None: it waits.
    review : Review or None
        What the result says now; None: there is none.
    """

    scene: str
    result: Path
    outcome: Optional[Outcome] = None
    review: Optional[Review] = None

    @property
    def name(self) -> str:
        """Of the result."""
        return self.result.stem

    @property
    def status(self) -> str:
        """`WAITING`, `INSPECTED` or `FAILED`."""
        if self.outcome is not None and self.outcome.status == FAILED:
            return FAILED
        return INSPECTED if self.outcome is not None and self.review is not None else WAITING

    @property
    def grade(self) -> str:
        """Now; unscored as long as it is not inspected."""
        return self.review.grade if self.review is not None and self.status == INSPECTED else UNSCORED

    @property
    def score(self) -> float | None:
        """Now; None as long as it is not inspected."""
        return self.review.score if self.review is not None and self.status == INSPECTED else None

    @property
    def is_reviewed(self) -> bool:
        """Is it inspected, with nothing left to judge?"""
        return self.status == INSPECTED and self.review is not None and not self.review.unreviewed

    @property
    def verdict(self) -> str:
        """`PASSES` or `REJECTED`; `OPEN` while errors wait for a review or nothing is scored."""
        if not self.is_reviewed or self.grade == UNSCORED:
            return OPEN
        return REJECTED if self.grade == "rejected" else PASSES

    @property
    def rank(self) -> tuple[int, int, float, str]:
        """Sorts the worst first: what failed, what is inspected by rising grade and score, and what waits."""
        place = (FAILED, INSPECTED, WAITING).index(self.status)
        return place, _ORDER[self.grade], self.score or 0.0, self.scene


def read_lot(folder: Path) -> list[Entry]:
    """Return the scenes that batches into a folder have had to do with, without looking into their results.

    Raises
    ------
    rsqi_core.errors.OutputError
        The folder's state cannot be read.
    """
    if not (folder / FILE).exists():
        return []
    state = State(folder)
    return [
        Entry(scene, folder / f"{name}.gpkg", state.outcomes.get(scene)) for scene, name in sorted(state.names.items())
    ]


def read_review(result: Path) -> Review | None:
    """Return what a result says of itself now; None if there is none that can be read."""
    if not result.is_file():
        return None
    address = result.resolve().as_uri()
    for mode in ("mode=ro", "immutable=1"):  # a read-only folder has no room for the index of a journal
        try:
            with closing(sqlite3.connect(f"{address}?{mode}", uri=True, timeout=0.2)) as database:
                return _read(database)
        except sqlite3.Error:
            continue
    return None


def stamp_of(result: Path) -> tuple[tuple[int, int], ...]:
    """Return times and sizes of a result and its journal, which differ once somebody has written into it."""
    found = []
    for path in (result, result.with_name(f"{result.name}-wal")):
        try:
            status = path.stat()
        except OSError:
            continue
        found.append((status.st_mtime_ns, status.st_size))
    return tuple(found)


def _read(database: sqlite3.Connection) -> Review:
    score, grade = database.execute("SELECT score, grade FROM summary").fetchone() or (None, None)
    total, unreviewed, errors, at = database.execute(_REVIEW).fetchone()
    names = tuple(name for (name,) in database.execute(_NAMES))
    try:
        drawn = drawn_in(database)
    except sqlite3.Error:  # no such table: nobody has drawn any
        drawn = []
    second = tuple((each.first.category_id, each.second.category_id) for each in drawn if each.second is not None)
    known = grade if grade in _ORDER else UNSCORED
    return Review(
        None if known == UNSCORED else score,
        known,
        errors or 0,
        total or 0,
        unreviewed or 0,
        names,
        str(at or ""),
        len(drawn),
        second,
    )
