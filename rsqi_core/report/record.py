"""The station's record of errors: its twelve columns, as CSV, as a workbook and as a shapefile."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from ..errors import OutputError
from ..files.atomic import write_whole
from ..files.shapefile import write_shapefile
from ..taxonomy import by_id
from . import workbook
from .content import Table
from .subject import Reported, Subject
from .texts import LANGUAGES, Words, load, number
from .workbook import Sheet

COLUMNS = ("element", "subelement", "check", "severity", "finding", "remedy", "revision", "recheck", "inspector",
           "date", "remark", "shape")  # fmt: skip
_SOURCES = ("model", "evidence", "rule", "technician")
_WIDTHS = (11, 12, 12, 9, 34, 24, 12, 12, 12, 12, 34, 30)  # characters
_BYTES = 250  # of a text in a shapefile, whose format ends at 254


def heads(words: Words) -> tuple[str, ...]:
    """Return the names of the columns."""
    return tuple(words.of(load("record")["columns"][name])[0] for name in COLUMNS)


def rows(subject: Subject, words: Words, reviewer: str, made: datetime) -> list[tuple[str, ...]]:
    """Return the texts of each error's columns, in the order of the report.

    *Revision* and *recheck* stay empty: they are filled in by hand when the producer has mended the image.
    """
    return [_row(subject, error, words, reviewer, made) for error in subject.errors]


def defect_rows(subject: Subject, words: Words, reviewer: str, made: datetime) -> list[tuple[str, ...]]:
    """Return the texts of what a person has found beside the image: a row a defect, without a place."""
    found: list[tuple[str, ...]] = []
    for each in subject.score.checks:
        for _ in range(each.defects):
            text, element = words.of(each.item.text)[0], words.of(each.item.element)[0]
            finding = each.comment or words("check_defect")[0]
            date = each.judged_at[:10] or f"{made:%Y-%m-%d}"
            inspector = each.judged_by or reviewer
            found.append((element, "", text, each.severity, finding, "", "", "", inspector, date, each.outcome, ""))
    return found


def _row(subject: Subject, error: Reported, words: Words, reviewer: str, made: datetime) -> tuple[str, ...]:
    record = load("record")
    kind = record["types"][by_id(error.category_id).code]

    def say(texts: dict[str, str], *values: str) -> str:
        return words.of(texts)[0].format(*values)

    point = error.geometry.representative_point()
    date = error.edited_at or made
    origin = words(f"source_{error.source}")[0] if error.source in _SOURCES else error.source
    if not math.isnan(error.confidence) and error.source in ("model", "evidence"):
        origin += f" {error.confidence:.2f}"
    remark = say(record["remark"], words(f"status_{error.status}")[0], origin or "–")
    return (
        say(record["element"]),
        say(kind["subelement"]),
        say(kind["check"]),
        error.severity or "",
        say(record["area"], say(kind["finding"]), number(error.area_m2), subject.unit),
        say(kind["remedy"]),
        "",
        "",
        error.edited_by or reviewer,
        f"{date:%Y-%m-%d}",
        f"{error.comment} ({remark})" if error.comment else remark,
        f"POINT ({point.x:.{_digits(subject)}f} {point.y:.{_digits(subject)}f})",
    )


def _digits(subject: Subject) -> int:
    """Decimals of a coordinate: a hundredth of a unit, finer in degrees."""
    return 7 if max(abs(subject.transform.a), abs(subject.transform.b)) < 0.01 else 2


def write_csv(path: Path, table: Sequence[Sequence[str]], names: Sequence[str]) -> None:
    """Write UTF-8 with the mark that Excel knows it by; it appears whole or not at all.

    Raises
    ------
    OutputError
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([[_harmless(value) for value in row] for row in table])
    write_whole(path, text.getvalue().encode("utf-8-sig"))


def _harmless(value: str) -> str:
    """Keep a spreadsheet from taking what somebody typed for a formula."""
    return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def write_workbook(
    path: Path,
    table: Sequence[Sequence[str]],
    names: Sequence[str],
    title: str,
    more: Sequence[tuple[str, Table]],
    pictures: Sequence[bytes] = (),
) -> None:
    """Write an .xlsx with the record and further tables; it appears whole or not at all.

    Parameters
    ----------
    title : str
        Name of the record's sheet.
    more : sequence of (str, Table)
        Names and contents of the other sheets.
    pictures : sequence of bytes
        PNG or JPEG, below the first of the other sheets.

    Raises
    ------
    OutputError
    """
    short = frozenset(COLUMNS.index(name) for name in ("severity", "inspector", "date"))
    sheets = [Sheet(title, names, table, _WIDTHS, short)]
    for n, (name, other) in enumerate(more):
        body = [[cell.text[0] for cell in row.cells] for row in other.rows]
        widths = [max(12, round(1.1 * column.share)) for column in other.columns]
        heads = [column.head[0] for column in other.columns]
        middle = frozenset(k for k, column in enumerate(other.columns) if column.right or other.columns[-1].right)
        sheets.append(Sheet(name, heads, body, widths, middle - {0}, () if n else tuple(pictures)))
    workbook.write_workbook(path, sheets)


def is_blank_csv(path: Path) -> bool:
    """Tell whether a file is a record of :func:`write_csv` in which nobody has filled in *revision* and *recheck*."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            names, *table = csv.reader(file)
    except (OSError, UnicodeError, ValueError, csv.Error):
        return False
    known = [heads(Words(language)) for language in LANGUAGES]
    by_hand = [COLUMNS.index(name) for name in ("revision", "recheck")]
    return tuple(names) in known and not any(row[n] for row in table if len(row) > max(by_hand) for n in by_hand)


def write_record_shapefile(path: Path, subject: Subject, table: Sequence[Sequence[str]], names: Sequence[str]) -> None:
    """Write the polygons with the record's columns as a shapefile in GBK.

    Raises
    ------
    OutputError
    """
    columns = {name: [_short(row[n]) for row in table] for n, name in enumerate(names[:-1])}
    write_shapefile(path, subject.errors, subject.crs, columns)


def _short(text: str) -> str:
    """Cut a text to what a shapefile holds, at a whole character, and to what GBK can write."""
    return text.replace("²", "2").encode("gbk", "replace")[:_BYTES].decode("gbk", "ignore")


def check_ending(path: Path, ending: str) -> Path:
    """Return `path` if it ends so.

    Raises
    ------
    OutputError
    """
    if path.suffix.lower() != ending:
        raise OutputError(f"{path}: the name must end in {ending}")
    return path
