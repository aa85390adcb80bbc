"""A fault of the data ends with 1 and names the file; only a parameter that is wrong in itself ends with 2."""

import json
import shutil
import sqlite3
from contextlib import closing

import cv2
import numpy as np
import pytest
import torch
from training_runs import write_dataset

from rsqi_core import resources
from rsqi_core.cli import main


@pytest.fixture
def folder(write_raster, tmp_path, monkeypatch, capsys):
    """A folder with an image and its result, as the current one."""
    rgb = np.random.default_rng(5).integers(80, 160, (200, 200, 3), np.uint8)
    rgb[100:120, 100:130] = 0
    monkeypatch.chdir(tmp_path)
    words = ["inspect", str(write_raster(rgb)), "--output", "a.gpkg", "--types", "pixel_missing", "--stages", "rules"]
    assert main(words) == 0
    capsys.readouterr()
    return tmp_path


def change(result, column, value):
    with closing(sqlite3.connect(result)) as database, database:
        database.execute(f'UPDATE summary SET "{column}" = ?', [value])


def ends(capsys, words, code, *texts):
    assert main([str(word) for word in words]) == code
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and all(text in error for text in texts), error


def test_a_broken_scheme_is_a_fault_of_its_file(folder, capsys):
    scheme = json.loads(resources.path("schemes", "default.json").read_text(encoding="utf-8"))
    scheme["t"] = 0
    (folder / "s.json").write_text(json.dumps(scheme), encoding="utf-8")
    (folder / "no.json").write_text("{")
    for name, text in (("s.json", "t: 0 must be above 0"), ("no.json", "not valid JSON"), ("gone.json", "cannot read")):
        ends(capsys, ["inspect", "scene.tif", "--output", "b.gpkg", "--scheme", name], 1, name, text)
        ends(capsys, ["score", "a.gpkg", "--scheme", name], 1, name, text)
        ends(capsys, ["report", "a.gpkg", "--output", "r.html", "--scheme", name], 1, name, text)
    assert not (folder / "b.gpkg").exists() and not (folder / "r.html").exists()


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("valid_area_m2", 0.0, "no valid pixel"),
        ("valid_area_m2", None, "no valid pixel"),
        ("transform", "[1", "not a complete result"),
    ],
)
def test_a_broken_summary_is_a_fault_of_its_file(folder, capsys, column, value, words):
    change("a.gpkg", column, value)
    ends(capsys, ["score", "a.gpkg"], 1, "a.gpkg", words)
    ends(capsys, ["report", "a.gpkg", "--output", "r.html"], 1, "a.gpkg", words)


def test_a_score_mode_that_nobody_knows_is_a_fault_of_its_file(folder, capsys):
    change("a.gpkg", "score_mode", "sum")
    ends(capsys, ["report", "a.gpkg", "--output", "r.html"], 1, "a.gpkg", "'sum'", "count")


def test_score_goes_on_after_a_bad_file_and_judges_no_lot_without_it(folder, capsys):
    shutil.copy("a.gpkg", "c.gpkg")
    (folder / "b.gpkg").write_bytes(b"no result")
    assert main(["score", "a.gpkg", "b.gpkg", "c.gpkg", "--lot", "3"]) == 1
    said = capsys.readouterr()
    assert said.err.count("\n") == 1 and "b.gpkg" in said.err
    assert said.out.count("score ") == 2 and "no verdict" in said.out
    assert main(["score", "a.gpkg", "c.gpkg", "--lot", "0"]) == 2  # that is wrong in itself


def test_own_words_that_name_no_type_are_a_fault_of_their_file(folder, capsys):
    (folder / "words.json").write_text('{"fog": "fog"}')
    ends(capsys, ["dataset", "a.gpkg", "--output", "d", "--words", "words.json"], 1, "words.json", "'fog'")


def test_a_model_card_with_a_constraint_that_nobody_knows_is_a_fault_of_its_file(folder, capsys):
    shutil.copytree(resources.path("models", "default"), "model")
    card = json.loads((folder / "model" / "card.json").read_text(encoding="utf-8"))
    (folder / "model" / "card.json").write_text(json.dumps(card | {"constraint": "soft"}), encoding="utf-8")
    ends(capsys, ["inspect", "scene.tif", "--output", "b.gpkg", "--model", "model"], 1, "card.json", "'soft'")


def test_a_run_of_an_unknown_architecture_is_a_fault_of_its_file(folder, capsys):
    torch.save({"average": {}, "settings": {"task": "joint", "arch": "later"}}, "best.pt")
    ends(capsys, ["export", "best.pt", "--output", "model"], 1, "best.pt", "'later'")


def test_a_dataset_without_blocks_is_no_fault_of_a_parameter(folder, capsys):
    data = write_dataset(folder / "data")
    table = data / "train" / "metadata.jsonl"
    rows = [json.loads(line) | {"labels": []} for line in table.read_text().splitlines()]
    table.write_text("".join(json.dumps(row) + "\n" for row in rows))
    for row in rows:
        mask = data / "train" / row["mask_file_name"]
        cv2.imencode(".png", np.zeros_like(cv2.imread(str(mask), cv2.IMREAD_GRAYSCALE)))[1].tofile(mask)
    words = ["train", "segmenter", "--arch", "rsqi", "--size", "s", "--dataset", data, "--output", "run", "--device"]
    ends(capsys, [*words, "cpu", "--no-negatives"], 1, str(data), "--no-negatives")
