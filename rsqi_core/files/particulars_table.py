"""The table ``particulars`` of a result: one row that says who inspected the image for whom.

Imported inside QGIS as well: standard library only, Python 3.9 syntax.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import ParameterError
from ..particulars import PICTURES, TEXTS, Particulars, checked_picture, one_line
from .attribute_table import WAIT_S, read_rows, store_rows

TABLE = "particulars"
_COLUMNS = {**dict.fromkeys(TEXTS, "TEXT"), **dict.fromkeys(PICTURES, "BLOB")}


def read_particulars(path: Path | str) -> Particulars:
    """Return what a result holds; empty ones where it has none.

    A picture that somebody has put in and that cannot be printed is left out.

    Raises
    ------
    OutputError
        The file is no database.
    """
    rows = read_rows(path, TABLE)
    row = rows[0] if rows else {}
    texts: dict[str, Any] = {name: one_line(str(row.get(name) or "")) for name in TEXTS}
    pictures: dict[str, Any] = {name: _picture(row.get(name), path) for name in PICTURES}
    return Particulars(**texts, **pictures)


def store_particulars(path: Path | str, particulars: Particulars, wait: float = WAIT_S) -> None:
    """Put particulars into a result, in place of those that it holds.

    Raises
    ------
    OutputError
        The file is in use or cannot be written.
    """
    row = {"fid": 1, **{name: getattr(particulars, name) or None for name in _COLUMNS}}
    store_rows(path, TABLE, _COLUMNS, [row], "fid", wait)


def _picture(value: object, path: Path | str) -> bytes:
    try:
        return checked_picture(value, path) if isinstance(value, bytes) and value else b""
    except ParameterError:
        return b""
