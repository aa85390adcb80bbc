"""Tables without geometry that stand in a result beside its layers, written in place and in one transaction.

Imported inside QGIS as well: standard library only, Python 3.9 syntax. A reader that does not know such a table passes
over it, and a column that this version does not know keeps what it holds.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Iterable, Mapping

from ..errors import OutputError
from ..notes import Note
from .atomic import reason

WAIT_S = 5.0  # for another program that is writing
_REGISTER = """
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id)
VALUES (?, 'attributes', ?, '', strftime('%Y-%m-%dT%H:%M:%fZ','now'), 0)
"""
_TOUCH = "UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ','now') WHERE table_name = ?"


def read_rows(path: Path | str, table: str, wait: float = WAIT_S) -> list[dict[str, Any]]:
    """Return the rows of a table by column, in their order; none where there is no such table.

    Parameters
    ----------
    wait : float
        Seconds that another program gets to end its writing; then the file is read without locks.

    Raises
    ------
    OutputError
        The file is no database, or damaged.
    """
    names, rows = _read(path, table, "*", wait)
    return [dict(zip(names, row)) for row in rows]


def read_fids(path: Path | str, table: str, wait: float = WAIT_S) -> list[int]:
    """Return the feature ids of a table or layer in rising order, by one scan; parameters and errors as `read_rows`."""
    return [fid for fid, *_ in _read(path, table, "rowid", wait)[1]]


def _read(path: Path | str, table: str, what: str, wait: float) -> tuple[list[str], list[tuple[Any, ...]]]:
    address = Path(path).resolve().as_uri()
    fault: Exception | None = None
    for mode in ("mode=ro", "immutable=1"):  # a read-only folder has no room for the index of a journal
        try:
            with closing(sqlite3.connect(f"{address}?{mode}", uri=True, timeout=wait)) as database:
                if not _columns(database, table):
                    return [], []
                found = database.execute(" ".join(("SELECT", what, "FROM", _quoted(table), "ORDER BY rowid")))
                return [column[0] for column in found.description], found.fetchall()
        except sqlite3.Error as error:
            fault = error
    text = "{path}: its table {table} cannot be read ({reason}); check the file"
    why = reason(fault or OSError())
    raise OutputError(Note("table_unreadable", text, path=str(path), table=table, reason=why)) from fault


def store_rows(
    path: Path | str,
    table: str,
    columns: Mapping[str, str],
    rows: Iterable[Mapping[str, Any]],
    key: str,
    wait: float = WAIT_S,
) -> None:
    """Put rows into a table, each in place of the one that has the same `key`; the table is made where it is missing.

    Parameters
    ----------
    columns : mapping
        SQL type by column, ``fid`` left out.
    wait : float
        Seconds that another program gets to end its writing.

    Raises
    ------
    OutputError
        The file is in use or cannot be written; nothing has changed then.
    """
    address = Path(path).resolve().as_uri()
    try:
        with closing(sqlite3.connect(f"{address}?mode=rw", uri=True, timeout=wait)) as database, database:
            database.execute("BEGIN IMMEDIATE")
            _make(database, table, columns)
            for row in rows:
                _put(database, table, row, key)
            database.execute(_TOUCH, (table,))
    except (sqlite3.Error, OSError) as error:
        text = "{path}: cannot store its table {table} ({reason}); end editing it elsewhere, see that it may be written"
        raise OutputError(Note("table_unwritable", text, path=str(path), table=table, reason=reason(error))) from error


def _make(database: sqlite3.Connection, table: str, columns: Mapping[str, str]) -> None:
    present = _columns(database, table)
    if not present:
        parts = ["fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL", *(f"{_quoted(n)} {t}" for n, t in columns.items())]
        database.execute(" ".join(("CREATE TABLE", _quoted(table), "(", ", ".join(parts), ")")))
        database.execute(_REGISTER, (table, table))
        return
    for name, kind in columns.items():
        if name not in present:
            database.execute(" ".join(("ALTER TABLE", _quoted(table), "ADD COLUMN", _quoted(name), kind)))


def _put(database: sqlite3.Connection, table: str, row: Mapping[str, Any], key: str) -> None:
    names, values = list(row), list(row.values())
    assigned = ", ".join(f"{_quoted(name)} = ?" for name in names)
    update = " ".join(("UPDATE", _quoted(table), "SET", assigned, "WHERE", _quoted(key), "= ?"))
    if not database.execute(update, [*values, row[key]]).rowcount:
        marks = ", ".join("?" * len(names))
        into = ", ".join(map(_quoted, names))
        database.execute(" ".join(("INSERT INTO", _quoted(table), "(", into, ") VALUES (", marks, ")")), values)


def _columns(database: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in database.execute(" ".join(("PRAGMA table_info(", _quoted(table), ")")))}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
