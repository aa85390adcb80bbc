"""What a result file says of an image, as far as questions go: read by sqlite alone, so that QGIS can do it too."""

from __future__ import annotations

import json
import sqlite3
import struct
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..scoring import STATUSES
from ..taxonomy import CODES, TYPES, ErrorType, by_id, noted_codes

UNREVIEWED, REJECTED = STATUSES[0], STATUSES[2]
_COLUMNS = ("category_id", "area_m2", "confidence", "severity", "penalty", "status", "geom")
_DOUBLES = {1: 4, 2: 6, 3: 6, 4: 8}  # of an envelope, by its kind


@dataclass(frozen=True)
class ErrorFact:
    """One error that counts.

    Attributes
    ----------
    fid : int
    error_type : ErrorType
    area_m2 : float
    severity : str
        A to D; empty if it bears none.
    penalty : float
    status : str
    row, column : int
        Of the grid of nine, 0-2, in which the middle of its extent lies.
    x, y : float
        That middle in pixels, from the upper left corner of what was inspected.
    """

    fid: int
    error_type: ErrorType
    area_m2: float
    severity: str
    penalty: float
    status: str
    row: int
    column: int
    x: float
    y: float


@dataclass(frozen=True)
class Facts:
    """All of an image.

    Attributes
    ----------
    errors : tuple of ErrorFact
        Without the rejected ones.
    valid_area_m2 : float
    score : float or None
    grade : str
    not_inspected : tuple of str
        Codes of types that nobody looked for.
    raster : str
        The image, as the inspection noted it.
    """

    errors: tuple[ErrorFact, ...]
    valid_area_m2: float
    score: float | None
    grade: str
    not_inspected: tuple[str, ...]
    raster: str


def read_facts(path: Path | str) -> Facts:
    """Read a result.

    Raises
    ------
    OutputError
        It is none.
    """
    path = Path(path)
    if not path.is_file():
        raise OutputError(f"{path}: no such file; give a GeoPackage that inspect wrote")
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            summary = dict(database.execute("SELECT * FROM summary").fetchone() or {})
            present = {row["name"] for row in database.execute("PRAGMA table_info(errors)")}
            rows = [dict(row) for row in database.execute("SELECT * FROM errors ORDER BY fid")]
    except sqlite3.Error as error:
        raise OutputError(f"{path}: not a result of RSQI ({error}); give a GeoPackage that inspect wrote") from error
    if not summary.get("transform") or not present.issuperset(("category_id", "geom", "status")):
        raise OutputError(f"{path}: not a complete result of RSQI; inspect the raster again")
    try:
        a, b, c, d, e, f = json.loads(summary["transform"])
        size = int(summary["width"]), int(summary["height"])
        kept = [row for row in rows if row["status"] != REJECTED and row["geom"] is not None]
        errors = tuple(_fact(row, (a, b, c, d, e, f), size) for row in kept)
        area = float(summary["valid_area_m2"])
    except (KeyError, TypeError, ValueError, struct.error, ZeroDivisionError) as error:
        raise OutputError(f"{path}: not a complete result of RSQI ({error}); inspect the raster again") from error
    known = noted_codes(summary)
    seen = {*(CODES if known is None else known), *(each.error_type.code for each in errors)}
    return Facts(
        errors,
        area,
        summary.get("score"),
        str(summary.get("grade") or ""),
        tuple(code for code in CODES if code not in seen),
        str(summary.get("raster") or ""),
    )


def _fact(row: dict[str, Any], transform: tuple[float, ...], size: tuple[int, int]) -> ErrorFact:
    if row["category_id"] not in range(1, len(TYPES) + 1):
        raise ValueError(f"error {row['fid']} has no type")
    x, y = _middle(row["geom"])
    a, b, c, d, e, f = transform
    determinant = a * e - b * d
    across, down = x - c, y - f
    column, line = (across * e - down * b) / determinant, (down * a - across * d) / determinant
    return ErrorFact(
        row["fid"],
        by_id(row["category_id"]),
        float(row.get("area_m2") or 0),
        str(row.get("severity") or ""),
        float(row.get("penalty") or 0),
        str(row["status"] or UNREVIEWED),
        _third(line, size[1]),
        _third(column, size[0]),
        column,
        line,
    )


def _third(position: float, length: int) -> int:
    return min(2, max(0, int(3 * position // length)))


def _middle(blob: bytes) -> tuple[float, float]:
    """Return the middle of the extent of a geometry as GeoPackages store it: a header, then WKB."""
    flags = blob[3]
    order, kind = "<" if flags & 1 else ">", flags >> 1 & 7
    if kind:
        left, right, low, high = struct.unpack_from(f"{order}4d", blob, 8)
        return (left + right) / 2, (low + high) / 2
    points = list(_points(blob, 8 + 8 * _DOUBLES.get(kind, 0))[0])
    xs, ys = zip(*points)
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def _points(blob: bytes, start: int) -> tuple[list[tuple[float, float]], int]:
    """Return the corners of a polygon or of several, and where they end; for files without extents."""
    order = "<" if blob[start] else ">"
    kind, count = struct.unpack_from(f"{order}2I", blob, start + 1)
    place, found = start + 9, []
    for _ in range(count):
        if kind % 1000 == 6:
            more, place = _points(blob, place)
            found += more
            continue
        (corners,) = struct.unpack_from(f"{order}I", blob, place)
        values = struct.unpack_from(f"{order}{2 * corners}d", blob, place + 4)
        found += list(zip(values[::2], values[1::2]))
        place += 4 + 16 * corners
    return found, place
