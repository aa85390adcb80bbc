"""What lies already where an output goes, and whether a new one may take its place.

Imported inside QGIS as well: standard library only, Python 3.9 syntax.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from ..errors import OutputError
from ..locate import absolute_path, find_file, is_pipe_or_device
from ..notes import Note
from .atomic import whole_file
from .clash import written_with

OWN_TABLES = {"errors", "seams", "blocks", "summary", "layer_styles", "checklist", "particulars", "second_review"}
_OF_THE_FORMAT = ("gpkg_", "rtree_", "sqlite_")
_UNREVIEWED = "unreviewed"


@dataclass(frozen=True)
class EarlierResult:
    """A GeoPackage that lies where a result goes.

    Attributes
    ----------
    raster : str
        The image that it names; empty if it names none.
    verdicts : int
        Errors that somebody has judged, drawn, changed or commented, items judged by hand, and the particulars of the
        report.
    tables : frozenset of str
        Layers and tables but for those that the format itself needs.
    """

    raster: str
    verdicts: int
    tables: frozenset[str]

    @property
    def is_own(self) -> bool:
        """Did RSQI write it, and has nobody put another layer in?"""
        return {"errors", "summary"} <= self.tables <= OWN_TABLES


def read_earlier(path: Path | str) -> EarlierResult | None:
    """Read what a GeoPackage holds; None if it is no database.

    It is opened to read only, with the journal of a program that has it open.
    """
    address = Path(path).resolve().as_uri()
    for mode in ("mode=ro", "immutable=1"):  # a read-only folder has no room for the index of a journal
        try:
            with closing(sqlite3.connect(f"{address}?{mode}", uri=True, timeout=5)) as database:
                return _read(database)
        except sqlite3.Error:
            continue
    return None


def refuse_earlier_result(path: Path, raster: str, overwrite: bool = False) -> None:
    """Refuse to write a result over another one that has been reviewed, or over what is no result of RSQI.

    Parameters
    ----------
    path : pathlib.Path
        Of the GeoPackage to write.
    raster : str
        What is inspected; a result of another image is not replaced.
    overwrite : bool
        Replace a reviewed result, or one of another image, all the same; `keep_earlier` keeps it.

    Raises
    ------
    OutputError
        Says what lies there and what to do.
    """
    refuse_no_file(path)
    if not path.exists() or not path.stat().st_size:
        return
    found = read_earlier(path)
    if found is None or not {"errors", "summary"} <= found.tables:
        _refuse_foreign(path)
    if not found.is_own:
        _refuse_layers(path, found.tables - OWN_TABLES)
    if overwrite:
        return
    if found.verdicts:
        _refuse_reviewed(path, found)
    if not _is_same(found.raster, raster, path):
        text = (
            "{path}: holds the result of another image ({raster}); choose another output, or overwrite it (--overwrite)"
        )
        raise OutputError(Note("earlier_other", text, path=str(path), raster=found.raster))


def refuse_earlier_layers(path: Path, table: str | None = None) -> None:
    """Refuse to have a program replace a GeoPackage, or one `table` of it, in which there is something to lose.

    Raises
    ------
    OutputError
        Somebody has reviewed what would go, or it holds layers of another name, or is no GeoPackage at all.
    """
    refuse_no_file(path)
    if not path.exists() or not path.stat().st_size:
        return
    found = read_earlier(path)
    if found is None:
        _refuse_foreign(path)
    elif found.verdicts and table in (None, "errors"):
        _refuse_reviewed(path, found)
    elif table is None and (others := found.tables - OWN_TABLES - {path.stem}):
        _refuse_layers(path, others)


def refuse_foreign(files: Iterable[Path], is_own: Callable[[Path], bool]) -> None:
    """Refuse to write over any of these files that RSQI has not written; there is no word to do it all the same.

    Parameters
    ----------
    is_own : callable
        Tells whether an existing file is one of RSQI's, of the kind to be written.

    Raises
    ------
    OutputError
        Names the file.
    """
    for file in files:
        refuse_no_file(file)
        if file.exists() and file.stat().st_size and not is_own(file):
            _refuse_foreign(file)


def _refuse_foreign(path: Path) -> NoReturn:
    text = "{path}: exists and is no result of RSQI; choose another output"
    raise OutputError(Note("earlier_foreign", text, path=str(path)))


def _refuse_layers(path: Path, layers: Iterable[str]) -> NoReturn:
    text = "{path}: holds further layers ({layers}), which would be lost; choose another output"
    raise OutputError(Note("earlier_layers", text, path=str(path), layers=", ".join(sorted(layers))))


def _refuse_reviewed(path: Path, found: EarlierResult) -> NoReturn:
    text = "{path}: holds a reviewed result (verdicts: {count}); choose another output, or --overwrite"
    raise OutputError(Note("earlier_reviewed", text, path=str(path), count=found.verdicts))


def refuse_earlier_file(path: Path, is_own: Callable[[Path], bool], overwrite: bool = False) -> None:
    """Refuse to write over a file that RSQI has not written, or that somebody has changed since.

    Parameters
    ----------
    is_own : callable
        Tells whether an existing file is one of RSQI's, of this kind and unchanged.

    Raises
    ------
    OutputError
        Says what to do.
    """
    files = list(written_with(path))
    for file in files:
        refuse_no_file(file)
    present = [file for file in files if file.exists() and file.stat().st_size]
    if present and not overwrite and not is_own(path):
        text = "{path}: exists and is not as RSQI wrote it; choose another output, or --overwrite"
        raise OutputError(Note("earlier_file", text, path=str(present[0])))


def refuse_bytes(path: Path) -> None:
    """Refuse a path with bytes that are no text, as old archives unpack: neither SQLite nor JSON can name it.

    Raises
    ------
    OutputError
    """
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        text = "{path}: the name of this file or folder holds bytes that are no text; rename it"
        raise OutputError(Note("name_bytes", text, path=str(path))) from None


def refuse_no_file(path: Path) -> None:
    """Refuse an output where a folder, a pipe or a device lies, or whose name holds bytes that are no text.

    Raises
    ------
    OutputError
    """
    refuse_bytes(path)
    if path.is_dir():
        raise OutputError(Note("earlier_folder", "{path}: this is a folder; choose another output", path=str(path)))
    if is_pipe_or_device(path):
        text = "{path}: this is a pipe or a device; choose another output"
        raise OutputError(Note("earlier_pipe", text, path=str(path)))


def keep_earlier(path: Path, raster: str) -> Path | None:
    """Give the result at `path` a second name, unless it is one that may go; return that name.

    It may go if it is of the same image with nothing reviewed and nothing else in it. Ask just before the new one takes
    its place: somebody may have reviewed it meanwhile.
    """
    if not path.exists() or not path.stat().st_size:
        return None
    found = read_earlier(path)
    if found and found.is_own and not found.verdicts and _is_same(found.raster, raster, path):
        return None
    kept = free_name(path)
    try:
        os.link(path, kept)
    except OSError:  # not every disk has links
        with whole_file(kept) as part:
            shutil.copy2(path, part)
    return kept


def free_name(path: Path) -> Path:
    """Return the name under which an earlier result is kept: ``NAME.bak.gpkg``, with a number if that exists."""
    kept, number = path.with_name(f"{path.stem}.bak{path.suffix}"), 1
    while os.path.lexists(kept):
        number += 1
        kept = path.with_name(f"{path.stem}.bak_{number}{path.suffix}")
    return kept


def _read(database: sqlite3.Connection) -> EarlierResult:
    names = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")}
    raster, verdicts = "", 0
    if "summary" in names and "raster" in _columns(database, "summary"):
        row = database.execute("SELECT raster FROM summary").fetchone()
        raster = str(row[0] or "") if row else ""
    if "errors" in names:
        columns = _columns(database, "errors")
        signs = [f"coalesce({name}, '') <> ''" for name in ("comment", "edited_by", "edited_at") if name in columns]
        if "status" in columns:
            signs.append(f"coalesce(nullif(status, ''), '{_UNREVIEWED}') <> '{_UNREVIEWED}'")
        if signs:
            (verdicts,) = database.execute(
                " ".join(("SELECT count(*) FROM errors WHERE", " OR ".join(signs)))
            ).fetchone()
    if "checklist" in names and "verdict" in _columns(database, "checklist"):
        (judged,) = database.execute("SELECT count(*) FROM checklist WHERE coalesce(verdict, '') <> ''").fetchone()
        verdicts += judged
    if "particulars" in names:
        verdicts += database.execute("SELECT count(*) FROM particulars").fetchone()[0]
    if "second_review" in names:
        (judged,) = database.execute("SELECT count(*) FROM second_review WHERE category_id IS NOT NULL").fetchone()
        verdicts += judged
    return EarlierResult(raster, verdicts, frozenset(n for n in names if not n.lower().startswith(_OF_THE_FORMAT)))


def _columns(database: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in database.execute(f'PRAGMA table_info("{table}")')}


def _is_same(noted: str, raster: str, result: Path) -> bool:
    """Tell whether a result has noted this raster, perhaps before all was moved to another place."""
    if noted == absolute_path(raster):
        return True
    found = find_file(noted, result)
    return bool(found and Path(raster).exists() and Path(found).samefile(raster))
