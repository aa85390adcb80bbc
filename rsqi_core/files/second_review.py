"""The table ``second_review`` of a result: errors that a second person judges without seeing the first's verdicts.

The layer ``errors`` stays as the first person left it. A row is an error that was drawn, with the answer that the first
person had given by then, and the second's as it comes: the id of the type, 0 for no error. Programs that do not know
the table leave it alone. Imported inside QGIS as well: standard library only, Python 3.9 syntax.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Optional

from ..errors import OutputError
from ..notes import Note

TABLE = "second_review"
NO_ERROR = 0
_WAIT_S = 0.5
_CREATE = """CREATE TABLE IF NOT EXISTS second_review (
    fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    error_id INTEGER NOT NULL UNIQUE,
    first_category_id INTEGER NOT NULL,
    first_by TEXT,
    drawn_at DATETIME NOT NULL,
    category_id INTEGER,
    judged_by TEXT,
    judged_at DATETIME
)"""
_REGISTER = """INSERT OR IGNORE INTO gpkg_contents (table_name, data_type, identifier, last_change)
    VALUES ('second_review', 'attributes', 'second_review', ?)"""
# What the first person says of each error, and who that was: rejected is no error; unreviewed says nothing.
_FIRST = """SELECT fid, CASE status WHEN 'rejected' THEN 0 ELSE category_id END, coalesce(edited_by, '')
    FROM errors WHERE coalesce(nullif(status, ''), 'unreviewed') <> 'unreviewed' AND category_id IS NOT NULL
    ORDER BY fid"""


@dataclass(frozen=True)
class Verdict:
    """What somebody says of an error.

    Attributes
    ----------
    error_id : int
        Its fid in the layer ``errors``.
    category_id : int
        Of its type; `NO_ERROR` for none.
    by : str
        Name.
    """

    error_id: int
    category_id: int
    by: str


@dataclass(frozen=True)
class Drawn:
    """An error that was drawn for a second review.

    Attributes
    ----------
    first : Verdict
        As it was when the error was drawn.
    second : Verdict or None
        None: it waits.
    """

    first: Verdict
    second: Optional[Verdict]


def first_verdicts(path: Path) -> list[Verdict]:
    """Return the errors of a result that somebody has judged; none if it is no result."""
    try:
        with _reading(path) as database:
            return [Verdict(*row) for row in database.execute(_FIRST)]
    except sqlite3.Error:
        return []


def read_drawn(path: Path) -> list[Drawn]:
    """Return the errors of a result that were drawn; none if there are none."""
    try:
        with _reading(path) as database:
            return drawn_in(database)
    except sqlite3.Error:
        return []


def drawn_in(database: sqlite3.Connection) -> list[Drawn]:
    """Return the errors that were drawn in an open result.

    Raises
    ------
    sqlite3.Error
        There is no such table.
    """
    query = (
        "SELECT error_id, first_category_id, coalesce(first_by, ''), category_id, coalesce(judged_by, '') "
        "FROM second_review ORDER BY fid"
    )
    found = []
    for error_id, first, first_by, second, judged_by in database.execute(query):
        judged = None if second is None else Verdict(error_id, second, judged_by)
        found.append(Drawn(Verdict(error_id, first, first_by), judged))
    return found


def draw(path: Path, verdicts: Sequence[Verdict]) -> None:
    """Note errors as drawn, with the first person's verdicts as they are; those that are noted already stay.

    Raises
    ------
    OutputError
        The file cannot be written, as another program keeps it locked.
    """
    now = _now()
    rows = [(verdict.error_id, verdict.category_id, verdict.by, now) for verdict in verdicts]
    with _writing(path) as database:
        database.execute(_CREATE)
        database.execute(_REGISTER, (now,))
        database.executemany(
            "INSERT OR IGNORE INTO second_review (error_id, first_category_id, first_by, drawn_at) VALUES (?, ?, ?, ?)",
            rows,
        )


def judge(path: Path, verdict: Verdict) -> bool:
    """Note the second person's verdict on an error that was drawn.

    Returns
    -------
    bool
        False: somebody else has judged it meanwhile, whose verdict stays, or it is the first person's own.

    Raises
    ------
    OutputError
        The file cannot be written, as another program keeps it locked.
    """
    with _writing(path) as database:
        changed = database.execute(
            "UPDATE second_review SET category_id = ?, judged_by = ?, judged_at = ? WHERE error_id = ? "
            "AND (category_id IS NULL OR judged_by = ?) AND coalesce(first_by, '') <> ?",
            (verdict.category_id, verdict.by, _now(), verdict.error_id, verdict.by, verdict.by),
        )
        return changed.rowcount == 1


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_WAIT_S)) as database:
        yield database


@contextmanager
def _writing(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with (
            closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=_WAIT_S)) as database,
            database,
        ):
            yield database
    except sqlite3.Error as error:
        text = "{path}: the second review cannot be written ({reason}); try again when no other program uses the file"
        raise OutputError(Note("second_unwritable", text, path=str(path), reason=str(error))) from error


def _now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
