"""The report on a lot as files: a page to read, a workbook and a CSV with a row for each scene, the worst first."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from ..files.atomic import write_whole
from ..files.earlier import refuse_earlier_file
from ..report.html import is_report, page
from ..report.record import write_csv
from ..report.texts import Words
from ..report.workbook import Sheet, Value, is_own_workbook, write_workbook
from ..scoring import GRADE_NAMES
from ..scoring.agreement import agree
from ..taxonomy import CODES, by_code
from .lot_report import Scene, Verdict, compose, judge, worst_first
from .outcome import FAILED

_BEFORE = ("scene", "result", "status", "value", "value_grade", "errors")
_AFTER = ("second_errors", "equal", "seconds", "reason")
_WIDTHS = (44, 24, 12, 8, 9, 9, *[9] * len(CODES), 12, 9, 9, 50)  # characters
_LENGTHS = {len(_WIDTHS), len(_WIDTHS) - 2}  # columns of a table of ours: of this version, and without a second review


def lot_files(folder: Path) -> dict[str, Path]:
    """Return the files of the report, by kind."""
    return {kind: folder / f"lot.{kind}" for kind in ("csv", "xlsx", "html")}


def refuse_foreign(folder: Path, overwrite: bool) -> None:
    """Refuse to write over what no batch has written, or what somebody has changed since.

    Raises
    ------
    OutputError
    """
    own = {"csv": _is_own_csv, "xlsx": is_own_workbook, "html": is_report}
    for kind, path in lot_files(folder).items():
        refuse_earlier_file(path, own[kind], overwrite)


def write_lot(
    folder: Path, scenes: Sequence[Scene], lot_size: int | None, language: str
) -> tuple[Mapping[str, str], Verdict]:
    """Write the report on the lot; each file appears whole or not at all.

    Parameters
    ----------
    scenes : sequence of Scene
        In the order in which a large lot is split.

    Returns
    -------
    outputs : mapping of str to str
        Paths by kind.
    verdict : Verdict

    Raises
    ------
    OutputError
    """
    files, words, verdict = lot_files(folder), Words(language), judge(scenes, lot_size)
    scenes = worst_first(scenes)
    heads, rows = _heads(words), [_row(scene, words) for scene in scenes]
    write_csv(files["csv"], [["" if value is None else str(value) for value in row] for row in rows], heads)
    write_workbook(files["xlsx"], [Sheet(words("lot_scenes_sheet")[0], heads, rows, _WIDTHS)])
    write_whole(files["html"], page(compose(scenes, verdict, words, folder, datetime.now())).encode("utf-8"))
    return {kind: str(path) for kind, path in files.items()}, verdict


def _heads(words: Words) -> list[str]:
    names = [words.name(by_code(code))[0] for code in CODES]
    before, after = ([words(f"lot_{key}")[0] for key in keys] for keys in (_BEFORE, _AFTER))
    return [*before, *names, *after]


def _row(scene: Scene, words: Words) -> list[Value]:
    found = scene.outcome
    about: list[Value] = [scene.raster, scene.result.name, words(f"lot_{found.status}")[0]]
    if found.status == FAILED:
        return [*about, *[None] * (len(CODES) + 6), found.reason]
    score = None if found.score is None else round(found.score, 2)
    counts = [found.counts.get(code, 0) for code in CODES]
    grade = words.of(GRADE_NAMES[found.grade])[0]
    second = agree(found.second)
    twice: list[Value] = [None, None] if second is None else [second.count, round(second.equal, 3)]
    return [*about, score, grade, found.errors, *counts, *twice, round(found.seconds, 1), ""]


def _is_own_csv(path: Path) -> bool:
    """Tell whether a table has the columns of ours, whatever they were called, and none that somebody has added."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeError, csv.Error):
        return False
    if not rows or len(rows[0]) not in _LENGTHS:
        return False
    return all(len(row) == len(rows[0]) for row in rows) and all(_is_result(row[1]) for row in rows[1:])


def _is_result(name: str) -> bool:
    return Path(name).suffix == ".gpkg"
