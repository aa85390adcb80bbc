"""Run the inputs that an earlier version got wrong, each in a copy of its folder, and print what came of each.

    python tools/cases.py --cases ../shared/cases

A case is as expected if it ends with the code that its README asks for, says what it has to in one line, writes nothing
else to stderr, and leaves every file as it was where it is refused.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
RSQI = (sys.executable, "-m", "rsqi_core")
GBK = os.fsdecode(b"\xd3\xb0\xcf\xf1")  # a folder of a Chinese Windows on a disk of today


@dataclass(frozen=True)
class Case:
    """A folder, the command to run in it, and what has to come of it.

    Attributes
    ----------
    folder : str
    words : str
        Of ``rsqi``, between blanks.
    codes : tuple of int
        That it may end with.
    says : sequence of str
        What its line on stderr has to hold, or its warnings where it ends well.
    look : callable
        What is wrong in the folder after it; empty if all is well. Without it a refusal may change nothing.
    prepare : callable
        Done to the copy before.
    environment : mapping
    read_only : bool
        Mount the folder so, which needs root on Linux.
    """

    folder: str
    words: str
    codes: tuple[int, ...] = (1,)
    says: tuple[str, ...] = ()
    look: Callable[[Path], str] | None = None
    prepare: Callable[[Path], None] = lambda folder: None
    environment: dict[str, str] = field(default_factory=dict)
    read_only: bool = False


def one(result: str, column: str, folder: Path) -> object:
    """Return a value of the table ``summary`` of a result."""
    with closing(sqlite3.connect(folder / result)) as database:
        return database.execute(f'SELECT "{column}" FROM summary').fetchone()[0]


def _area(folder: Path) -> str:
    area = one("o.gpkg", "valid_area_m2", folder)
    return "" if abs(area - 2304) < 10 else f"{area:.1f} m2"


def _crs(folder: Path) -> str:
    import rasterio

    with rasterio.open(folder / "o_mask.tif") as mask:
        return "" if mask.crs and mask.crs.to_epsg() == 4527 else f"CRS {mask.crs}"


def _same_errors(folder: Path) -> str:
    first, second = (one(f"o/minis{kind}.gpkg", "error_count", folder) for kind in ("black", "white"))
    return "" if first == second else f"{first} errors against {second}"


def _planar(folder: Path) -> str:
    """Both images are handled: the good one inspected, the other one too, in its own units, or refused."""
    if not (folder / "out" / "b_good.gpkg").exists():
        return "b_good.tif was not inspected"
    if not (folder / "out" / "a_wrongcrs.gpkg").exists():
        return ""
    import rasterio

    with rasterio.open(folder / "a_wrongcrs.tif") as raster:
        whole = raster.width * raster.height * abs(raster.transform.determinant)
    area = one("out/a_wrongcrs.gpkg", "valid_area_m2", folder)
    return "" if abs(area - whole) < whole / 1000 else f"{area:.1f} instead of {whole:.1f}"


def _write_ahead(folder: Path) -> None:
    """Make of the result with a wrong status one that is right, in the mode in which QGIS leaves it."""
    shutil.copy(folder.parent / "18-unknown-status" / "reviewed.gpkg", folder)
    with closing(sqlite3.connect(folder / "reviewed.gpkg")) as database, database:
        for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):  # triggers want them to be there
            database.create_function(name, 1, lambda _: None)
        database.execute("UPDATE errors SET status = 'accepted'")
    with closing(sqlite3.connect(folder / "reviewed.gpkg")) as database:
        database.execute("PRAGMA journal_mode = WAL").fetchall()


REVIEWED = ("score reviewed.gpkg", "report reviewed.gpkg --output r.html", "describe reviewed.gpkg")
STATUS = ("reviewed.gpkg", "error 1", "confirmed", "accepted", "rejected")
CASES = (
    Case("01-mask-output-overwrites-input", "inspect scene_mask.tif --output scene.gpkg --mask",
         says=("scene_mask.tif", "choose another output")),
    Case("02-vrt-source-overwritten", "inspect tile.vrt --output tile.gpkg --mask", says=("tile_mask.tif",)),
    Case("03-gpkg-raster-destroyed", "inspect GPKG:ras.gpkg:img --output ras.gpkg", says=("ras.gpkg",)),
    Case("05-shapefile-overwrites-raster-prj", "inspect ortho.bil --output ortho.gpkg --shapefile",
         says=("ortho.prj",)),
    Case("06-wrong-crs-degrees-aborts-batch", "inspect a_wrongcrs.tif b_good.tif --output out",
         (0, 1), ("a_wrongcrs.tif", "EPSG:4326", "right one"), _planar),
    Case("09-grads-area", "inspect lambert2.tif --output o.gpkg", (0,), look=_area),
    Case("10-proj-lib-crs-lost", "inspect cgcs2000.tif --output o.gpkg --mask --shapefile", (0,), look=_crs,
         environment={"PROJ_LIB": "/usr/share/proj"}),
    Case("12-envi-truncated-accepted", "inspect cut.dat --output o.gpkg", says=("cut.dat", "truncated")),
    Case("12-envi-truncated-accepted", "inspect whole.dat --output o.gpkg", (0,)),
    Case("13-gbk-output-folder", f"inspect scene.tif --output {GBK}/o.gpkg", says=("no text", "rename"),
         prepare=lambda folder: (folder / GBK).mkdir()),
    Case("14-miniswhite", "inspect minisblack.tif miniswhite.tif --output o", (0,), look=_same_errors),
    Case("15-pythonpath-traceback", "doctor", says=("numpy", "PYTHONPATH"), environment={"PYTHONPATH": "pp"}),
    Case("16-vrt-missing-source-remedy", "inspect mosaic.vrt --output o.gpkg", says=("gone.tif", "put it back")),
    *(Case("17-null-category-after-drawing", words, says=("reviewed.gpkg", "error 3", "no type"))
      for words in REVIEWED),
    *(Case("18-unknown-status", words, says=STATUS) for words in REVIEWED),
    Case("19-wal-result-in-read-only-folder", "describe reviewed.gpkg", (0,), prepare=_write_ahead, read_only=True),
    Case("19-wal-result-in-read-only-folder", "score reviewed.gpkg", says=("reviewed.gpkg",),
         prepare=_write_ahead, read_only=True),
)  # fmt: skip


def run(case: Case, folder: Path) -> str:
    """Run a case in its folder, a copy; return what was not as expected, empty if all was."""
    case.prepare(folder)
    before = _content(folder)
    command = [*RSQI, *case.words.split()]
    if case.read_only:
        mounted = 'mount --bind . . && mount -o remount,ro,bind "$PWD" && cd "$PWD" && exec "$@"'
        command = ["unshare", "-m", "sh", "-c", mounted, "sh", *command]
    places = filter(None, (case.environment.get("PYTHONPATH"), str(PROJECT)))
    own = {"PYTHONPATH": os.pathsep.join(places), "PYTHONDONTWRITEBYTECODE": "1"}  # beside a case's files, that is
    environment = os.environ | case.environment | own
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, errors="replace")
    wrong = [] if ended.returncode in case.codes else [f"exit {ended.returncode}"]
    said = ended.stderr.splitlines()
    lines = [line for line in said if not line.startswith("rsqi: warning: ")]
    if len(lines) != (ended.returncode != 0) or len(set(said)) < len(said) or not all(_is_ours(line) for line in lines):
        wrong.append(" / ".join(said) or "nothing said")
    elif missing := [text for text in case.says if text not in (shown := " / ".join(lines or said))]:
        wrong.append(f"lacks {', '.join(missing)}: {shown}")
    if case.look and not wrong:
        wrong += filter(None, [case.look(folder)])
    if ended.returncode and not case.look and _content(folder) != before:
        wrong.append("files changed")
    return "; ".join(wrong)


def _is_ours(line: str) -> bool:
    return line.startswith("rsqi: ") and "internal error" not in line


def _content(folder: Path) -> dict[str, bytes]:
    return {ascii(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def copied(cases: Path, case: Case, parent: Path) -> Path:
    """Copy the folders of all cases, writable, below `parent`; return the one of this case."""
    shutil.copytree(cases, parent, dirs_exist_ok=True)
    for path in (parent, *parent.rglob("*")):
        path.chmod(path.stat().st_mode | 0o200)
    return parent / case.folder


def main() -> int:
    """Run all cases; return 1 if one of them is not as expected."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=Path, default=PROJECT.parent / "shared" / "cases", metavar="FOLDER")
    parser.add_argument("--only", default="", metavar="TEXT", help="of the names of the folders")
    options = parser.parse_args()
    if not options.cases.is_dir():
        parser.error(f"{options.cases}: no such folder")
    failed = 0
    for case in CASES:
        if options.only not in case.folder:
            continue
        with tempfile.TemporaryDirectory() as parent:
            wrong = run(case, copied(options.cases, case, Path(parent)))
        failed += bool(wrong)
        words = ascii(case.words)[1:-1]
        print(
            f"{case.folder:36}{words[:64]:66}exit {' or '.join(map(str, case.codes)):8}{wrong or 'as expected'}",
            flush=True,
        )
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
