"""What a technician has left in a layer of errors: refused by file and number where it makes no sense."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import shapely
from affine import Affine

from rsqi_core.cli import main
from rsqi_core.errors import OutputError
from rsqi_core.files.geopackage import read_errors, write_geopackage
from rsqi_core.files.layer import checked_status, checked_type
from rsqi_core.findings import ErrorPolygon

PROJECT = Path(__file__).resolve().parents[3]
COMMANDS = (["score"], ["score", "--dry-run"], ["describe"], ["report", "--output", "page.html"])


@pytest.fixture
def result(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shapes = [shapely.MultiPolygon([shapely.box(x, 10, x + 20, 30)]) for x in (10, 50)]
    errors = [ErrorPolygon(10, shape, 400, 400.0, 1.0, 512, "rule") for shape in shapes]
    summary = {"raster": "", "width": 100, "height": 100, "valid_area_m2": 1e4, "valid_pixels": 10_000, "score": 90.0}
    write_geopackage(tmp_path / "o.gpkg", errors, [], summary, None, Affine.identity())
    return tmp_path / "o.gpkg"


def edit(path, sql):
    with closing(sqlite3.connect(path)) as database, database:
        for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):  # the triggers' of the spatial index
            database.create_function(name, 1, lambda _: None)
        database.execute(sql)


@pytest.mark.parametrize("words", COMMANDS)
@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE errors SET category_id = NULL WHERE fid = 2", "error 2 has no type; give it one"),
        ("UPDATE errors SET category_id = 11 WHERE fid = 2", "category_id) of error 2 is 11; it must be 1 to 10"),
        (
            "UPDATE errors SET status = 'confirmed' WHERE fid = 1",
            "status of error 1 is 'confirmed'; it must be one of unreviewed, accepted, rejected, corrected, added",
        ),
    ],
)
def test_every_command_names_file_number_and_remedy(result, capsys, words, sql, said):
    edit(result, sql)
    before = result.read_bytes()
    assert main([words[0], "o.gpkg", *words[1:]]) == 1
    (error,) = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("rsqi: warning: ")]
    assert "o.gpkg: " in error and said in error
    assert result.read_bytes() == before and not Path("page.html").exists()


def test_an_error_without_a_shape_needs_no_type(result):
    edit(result, "UPDATE errors SET geom = NULL, category_id = NULL WHERE fid = 2")
    assert read_errors(result).fids == (1,)


def test_an_error_without_a_status_is_unreviewed():
    assert [checked_status("o.gpkg", 1, value) for value in (None, "", "accepted")] == ["unreviewed"] * 2 + ["accepted"]


@pytest.mark.parametrize("value", [None, float("nan"), 0, 2.5, "cloud"])
def test_a_type_is_a_number_of_one(value):
    with pytest.raises(OutputError, match=r"o\.gpkg: .*error 7"):
        checked_type("o.gpkg", 7, value)
    assert checked_type("o.gpkg", 7, 3.0) == 3  # as a column is read in which another one has none


def in_read_only_folder(folder, *words):
    """Run the command line on files that nobody may write, not even root."""
    mounted = 'mount --bind . . && mount -o remount,ro,bind "$PWD" && cd "$PWD" && exec "$@"'
    command = ["unshare", "-rm", "sh", "-c", mounted, "sh", sys.executable, "-m", "rsqi_core", *words]
    return subprocess.run(command, cwd=folder, env={"PYTHONPATH": str(PROJECT)}, capture_output=True, text=True)


def can_mount():
    return (
        bool(shutil.which("unshare"))
        and not subprocess.run(["unshare", "-rm", "mount", "--bind", ".", "."], capture_output=True).returncode
    )


@pytest.mark.skipif(not can_mount(), reason="needs a namespace of mounts of its own")
def test_a_result_as_qgis_leaves_it_in_a_read_only_folder_is_read_in_silence(result):
    edit(result, "PRAGMA journal_mode = WAL")
    ended = in_read_only_folder(result.parent, "describe", "o.gpkg")
    assert (ended.returncode, ended.stderr) == (0, "")
    ended = in_read_only_folder(result.parent, "score", "o.gpkg")
    assert ended.returncode == 1 and "o.gpkg: cannot store the score" in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.skipif(not can_mount(), reason="needs a namespace of mounts of its own")
def test_edits_that_lie_in_a_journal_are_not_left_out(result, tmp_path):
    with closing(sqlite3.connect(result)) as editing:  # as a program that has crashed
        editing.execute("PRAGMA journal_mode = WAL").fetchall()
        editing.execute("UPDATE summary SET score = 80")
        editing.commit()
        folder = tmp_path / "disc"
        folder.mkdir()
        for name in ("o.gpkg", "o.gpkg-wal"):
            shutil.copy(tmp_path / name, folder)
    ended = in_read_only_folder(folder, "describe", "o.gpkg")
    assert ended.returncode == 1 and "o.gpkg-wal" in ended.stderr and ended.stderr.count("\n") == 1
