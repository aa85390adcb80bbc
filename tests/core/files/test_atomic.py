"""An output appears whole or not at all, whatever goes wrong while it is written."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from rsqi_core.errors import Cancelled, OutputError
from rsqi_core.files.atomic import whole_file, whole_files, whole_folder, write_whole

ROOT = Path(__file__).parents[3]
FULL = OSError(28, "No space left on device")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_takes_its_place_at_the_end(tmp_path):
    path = tmp_path / "影像.tif"
    path.write_bytes(b"older")
    with whole_file(path) as part:
        assert part.parent == tmp_path and part.name.startswith(".rsqi-") and part.suffix == ".tif"
        part.write_bytes(b"newer")
        assert path.read_bytes() == b"older"
    assert path.read_bytes() == b"newer" and names(tmp_path) == ["影像.tif"]


@pytest.mark.parametrize(
    ("error", "raised"),
    [(FULL, OutputError), (sqlite3.OperationalError("locked"), OutputError), (ValueError("ours"), ValueError),
     (Cancelled("stop"), Cancelled), (KeyboardInterrupt(), KeyboardInterrupt)],
)  # fmt: skip
def test_a_failure_leaves_the_older_file_and_nothing_else(tmp_path, error, raised):
    path = tmp_path / "a.gpkg"
    path.write_bytes(b"older")
    with pytest.raises(raised), whole_file(path, errors=(sqlite3.Error,)) as part:
        part.write_bytes(b"half")
        part.with_name(part.name + "-wal").write_bytes(b"of the driver")
        raise error
    assert path.read_bytes() == b"older" and names(tmp_path) == ["a.gpkg"]


def test_the_message_is_one_line_that_names_file_reason_and_remedy(tmp_path):
    path = tmp_path / "a.npz"
    with pytest.raises(OutputError) as caught, whole_file(path, "the notes", "free some disk space"):
        raise OSError(28, "No space left\non device")
    assert str(caught.value) == f"{path}: cannot write the notes (No space left on device); free some disk space"


def test_what_was_never_written_is_an_error_too(tmp_path):
    with pytest.raises(OutputError, match="No such file"), whole_file(tmp_path / "a.txt"):
        pass
    with pytest.raises(OutputError, match=r"none.a\.txt"):
        write_whole(tmp_path / "none" / "a.txt", b"")


def test_a_file_in_use_stays_as_it_is(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    write_whole(path, b"older")

    def fail(*_):
        raise PermissionError(13, "in use")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OutputError, match="in use"):
        write_whole(path, b"newer")
    assert path.read_bytes() == b"older" and names(tmp_path) == ["a.txt"]


def test_files_of_a_set_come_together_and_stale_ones_go(tmp_path):
    for name in ("a.shp", "a.qix", "b.shp"):
        (tmp_path / name).write_bytes(b"older")
    with whole_files(tmp_path / "a.shp", [tmp_path / "a.qix"]) as folder:
        for name in ("a.shp", "a.dbf"):
            (folder / name).write_bytes(b"newer")
        assert (tmp_path / "a.shp").read_bytes() == b"older"
    assert names(tmp_path) == ["a.dbf", "a.shp", "b.shp"]
    assert (tmp_path / "a.shp").read_bytes() == b"newer" and (tmp_path / "b.shp").read_bytes() == b"older"


@pytest.mark.parametrize("failing", ["a.dbf", "a.shp"])
def test_of_a_set_that_fails_in_between_the_older_files_are_put_back(tmp_path, failing, monkeypatch):
    older = {name: name.encode() for name in ("a.shp", "a.qix")}
    for name, data in older.items():
        (tmp_path / name).write_bytes(data)
    replace = Path.replace

    def fail(self, target):
        if self.parent.name == "new" and self.name == failing:
            raise PermissionError(13, "in use")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with (
        pytest.raises(OutputError, match="in use"),
        whole_files(tmp_path / "a.shp", [tmp_path / "a.qix"]) as folder,
    ):
        for name in ("a.shp", "a.dbf"):
            (folder / name).write_bytes(b"newer")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == older


@pytest.mark.parametrize("there", [False, True])
def test_a_folder_takes_its_place_at_the_end(tmp_path, there):
    path = tmp_path / "above" / "out"
    if there:
        path.mkdir(parents=True)
    with whole_folder(path) as folder:
        (folder / "a").write_bytes(b"1")
        (folder.parent / "on the way").write_bytes(b"2")
        assert not path.exists() or names(path) == []
    assert names(path) == ["a"] and names(path.parent) == ["out"]


@pytest.mark.parametrize(("error", "raised"), [(FULL, OutputError), (Cancelled("stop"), Cancelled)])
def test_a_folder_that_fails_leaves_nothing(tmp_path, error, raised):
    with pytest.raises(raised), whole_folder(tmp_path / "out") as folder:
        (folder / "a").write_bytes(b"1")
        raise error
    assert names(tmp_path) == []


def test_a_folder_with_something_in_it_is_not_replaced(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_bytes(b"1")
    with pytest.raises(OutputError, match="not empty"), whole_folder(tmp_path / "out") as folder:
        (folder / "a").write_bytes(b"2")
    assert names(tmp_path) == ["out"] and names(tmp_path / "out") == ["mine"]


def test_it_loads_without_third_party_libraries():
    code = (
        "import sys, json; before = set(sys.modules); import rsqi_core.files.atomic;"
        "print(json.dumps([m for m in set(sys.modules) - before if m.split('.')[0] not in sys.stdlib_module_names]))"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {name.split(".")[0] for name in json.loads(answer.stdout)} == {"rsqi_core"}
