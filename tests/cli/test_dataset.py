"""`rsqi dataset` and `rsqi describe` as a person runs them."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from rsqi_core.cli import main
from rsqi_core.synthesis.landscape import landscape


@pytest.fixture
def station(tmp_path, write_raster):
    """Four images of 256 px with a shapefile each; in the last one words that nobody knows."""
    root = tmp_path / "站"
    for n, text in enumerate(["影像有拉花", "阴影过大", "有云", "偏色"]):
        folder = root / f"{n}"
        folder.mkdir(parents=True)
        write_raster(landscape(256, seed=n)).rename(folder / "影像.tif")
        left = 500_000 + 32 * (n % 2)
        shape = shapely.box(left, 2_900_000 - 20, left + 20, 2_900_000)
        pyogrio.raw.write(
            folder / "影像.shp", shapely.to_wkb(np.array([shape], object)), [np.array([text], object)], ["错误描述"],
            driver="ESRI Shapefile", geometry_type="Polygon", crs="EPSG:4545", encoding="GBK",
        )  # fmt: skip
    return root


def read(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_station_s_folder(station, tmp_path, capsys):
    out = tmp_path / "数据集"
    words = ["dataset", str(station), "--output", str(out), "--sizes", "64", "--test", "0", "--negatives", "0.5"]
    assert main(words) == 0
    told = capsys.readouterr()
    assert "影像.tif: 1 blocks with errors, 15 without" in told.out and str(out) in told.out
    assert told.err.count("偏色") == 1 and "unknown type: 1" in told.err
    rows = read(out / "train" / "metadata.jsonl")
    assert [row["labels"] for row in rows] == [[3], [2], [1], [], [], []]
    assert rows[0]["description"] == "卫星图像中存在拉花。" and rows[-1]["description_en"].endswith("fully qualified.")
    assert (out / "README.md").exists()


def test_own_words_and_one_language(station, tmp_path):
    (tmp_path / "words.json").write_text('{"偏色": "spectral_overflow"}', encoding="utf-8")
    words = ["dataset", str(station), "--output", str(tmp_path / "out"), "--sizes", "64", "--test", "0"]
    words += ["--words", str(tmp_path / "words.json"), "--language", "en", "--negatives", "0"]
    assert main(words) == 0
    rows = read(tmp_path / "out" / "train" / "metadata.jsonl")
    assert [row["labels"] for row in rows] == [[3], [2], [1], [5]]
    columns = {"file_name", "mask_file_name", "labels", "description", "scene", "raster", "x", "y", "size", "synthetic"}
    assert set(rows[0]) == columns
    assert {row["language"] for row in read(tmp_path / "out" / "train" / "qa.jsonl")} == {"en"}


def test_a_bad_record_is_named_and_the_rest_is_written(station, tmp_path, capsys):
    (station / "1" / "影像.tif").write_text("no raster")
    assert main(["dataset", str(station), "--output", str(tmp_path / "out"), "--sizes", "64", "--test", "0"]) == 1
    told = capsys.readouterr().err
    assert sum("影像.tif" in line and "cannot open" in line for line in told.splitlines()) == 1
    assert [row["labels"] for row in read(tmp_path / "out" / "train" / "metadata.jsonl") if row["labels"]] == [[3], [1]]


@pytest.fixture
def inspected(tmp_path, write_raster):
    """An inspected image with a block of missing pixels."""
    rgb = landscape(512, seed=4)
    rgb[30:60, 40:80] = 0
    raster = write_raster(rgb)
    out = tmp_path / "结果.gpkg"
    words = ["inspect", str(raster), "--output", str(out), "--types", "pixel_missing", "--stages", "rules"]
    assert main([*words, "--progress", "none"]) == 0
    return out


def review(path, status):
    with closing(sqlite3.connect(path)) as database, database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute("UPDATE errors SET status = ?", [status])


def test_an_inspected_raster_is_described(inspected, capsys):
    capsys.readouterr()
    assert main(["describe", str(inspected)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "卫星图像中存在像素缺失。"
    assert lines[1].endswith("像素缺失，主要位于图像的左上角。") and lines[2].startswith("未检查的错误类型：云、阴影")
    assert main(["describe", str(inspected), "--language", "en"]) == 0
    assert capsys.readouterr().out.startswith("The satellite image contains pixel missing.\nThis satellite image")
    review(inspected, "rejected")
    assert main(["describe", str(inspected)]) == 0
    assert capsys.readouterr().out.startswith("卫星图像完全合格。\n")


@pytest.mark.parametrize(("status", "code"), [("unreviewed", 1), ("corrected", 0), ("accepted", 0), ("rejected", 1)])
def test_only_reviewed_errors_count(inspected, tmp_path, capsys, status, code):
    review(inspected, status)
    out = tmp_path / "out"
    words = ["dataset", str(inspected), "--output", str(out), "--sizes", "128", "--test", "0"]
    assert main(words) == code
    assert out.exists() == (code == 0)
    assert ("unreviewed" in capsys.readouterr().err) == (status == "unreviewed")
    if status == "unreviewed":
        assert main([*words, "--unreviewed"]) == 0
    if out.exists():
        assert [10] in [row["labels"] for row in read(out / "train" / "metadata.jsonl")]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["dataset", "none", "--output", "out"], 1, "none: no such folder"),
        (["dataset", ".", "--output", "out", "--sizes", "8"], 2, "at least 32"),
        (["dataset", ".", "--output", "out", "--test", "1"], 2, "test 1.0"),
        (["dataset", ".", "--output", "out", "--negatives", "-1"], 2, "negatives -1.0"),
        (["dataset", ".", "--output", "out", "--words", "none.json"], 1, "none.json"),
        (["describe", "none.gpkg"], 1, "none.gpkg"),
    ],
)
def test_mistakes_end_in_one_line_and_the_right_code(words, code, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(words) == code
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_an_output_in_use_is_refused_in_one_line(station, tmp_path, capsys):
    (tmp_path / "out").write_text("a file")
    assert main(["dataset", str(station), "--output", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err.count("\n") == 1 and (tmp_path / "out").read_text() == "a file"


def test_a_failing_disk_leaves_nothing(station, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(Path, "write_bytes", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    assert main(["dataset", str(station), "--output", str(tmp_path / "out"), "--sizes", "64"]) == 1
    assert "No space left" in capsys.readouterr().err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["站"]


def test_the_words_of_describe_need_no_library():
    code = "import sys, rsqi_core.describe; print({'numpy', 'cv2', 'shapely', 'pyogrio'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "set()"
