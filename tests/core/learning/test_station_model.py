"""A model with thresholds of its station: made of reviewed results by the command line, and undone."""

import sqlite3
from contextlib import closing
from types import SimpleNamespace

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from shapely.geometry import MultiPolygon

from rsqi_core.blocks import grid
from rsqi_core.cli import main
from rsqi_core.errors import Cancelled
from rsqi_core.files.geopackage import write_geopackage
from rsqi_core.findings import ErrorPolygon
from rsqi_core.models import load
from rsqi_core.models.card import model_hash, read_card
from rsqi_core.tasks import fit_thresholds
from rsqi_core.taxonomy import CODES

CLOUD, SIDE = CODES.index("cloud"), 64
CRS = rasterio.crs.CRS.from_epsg(4545)
MODEL = load("default", "cpu").folder


def write_result(path, p, statuses, model_hash):
    """A result with an error of cloud in each block of a row, whose probability is `p`."""
    transform = Affine(0.5, 0, 500_000, 0, -0.5, 2_900_000)
    blocks, polygons = [], []
    for each, sure in zip(grid(SIDE * len(p), SIDE, SIDE, 0.0), p):
        probabilities = np.full(10, 0.01)
        probabilities[CLOUD] = sure
        blocks.append(SimpleNamespace(block=each, probabilities=probabilities))
        left, top = transform * (each.x + 8, 8)
        shape = MultiPolygon([shapely.box(left, top - 10, left + 10, top)])
        polygons.append(ErrorPolygon(1, shape, 400, 100.0, sure, SIDE, "model"))
    size = {"width": SIDE * len(p), "height": SIDE, "valid_pixels": SIDE * SIDE * len(p), "diagonal_px": 100.0}
    summary = {"raster": "a.tif", "valid_area_m2": 1e4, "score": 100.0, "grade": "excellent", "inspected": "cloud",
               "model_id": "x 1", "model_hash": model_hash, **size}  # fmt: skip
    write_geopackage(path, polygons, blocks, summary, CRS, transform)
    with closing(sqlite3.connect(path)) as database, database:
        for name, *_ in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            if "errors" in name and "rtree" in name:
                database.execute(" ".join(("DROP TRIGGER", f'"{name}"')))
        for n, status in enumerate(statuses, 1):
            database.execute("UPDATE errors SET status = ? WHERE fid = ?", (status, n))
    return path


@pytest.fixture
def result(tmp_path):
    before = read_card(MODEL).thresholds["cloud"]
    low, high = np.linspace(before, 0.984, 20), np.linspace(0.988, 0.999, 20)
    statuses = ["rejected"] * 20 + ["accepted"] * 20
    return write_result(tmp_path / "a.gpkg", [*low, *high, 0.5], [*statuses, "unreviewed"], model_hash(MODEL))


def test_a_fit_is_shown_written_and_undone(tmp_path, result, capsys):
    fitted, undone = tmp_path / "fitted", tmp_path / "undone"
    assert main(["thresholds", "fit", str(result)]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("cloud")]
    assert line.split()[1:3] == ["40", "20"] and int(line.split()[5]) > 10
    assert not fitted.exists()
    assert main(["thresholds", "fit", str(result), "--output", str(fitted)]) == 0
    old, new = read_card(MODEL), read_card(fitted)
    changed = {code for code in CODES if old.thresholds[code] != new.thresholds[code]}
    assert changed == {"cloud"} and new.thresholds["cloud"] > old.thresholds["cloud"]
    assert model_hash(fitted) != model_hash(MODEL)
    assert main(["thresholds", "undo", str(fitted), "--output", str(undone)]) == 0
    assert model_hash(undone) == model_hash(MODEL)
    # The same results count for a model that differs in thresholds alone.
    assert main(["thresholds", "fit", str(result), "--model", str(fitted)]) == 0


def test_the_worker_answers_with_the_rows_and_tells_of_results_that_it_leaves_out(tmp_path, result):
    other = write_result(tmp_path / "b.gpkg", [0.5] * 3, ["accepted"] * 3, "other")
    told = []
    request = {"sources": [str(result), str(other)], "output": str(tmp_path / "new")}
    answer = fit_thresholds(request, lambda event, **values: told.append((event, values)), lambda: False, None)
    assert answer["output"] == request["output"] and (tmp_path / "new" / "card.json").exists()
    assert [row["outcome"] for row in answer["rows"]] == ["moved"]
    warnings = [values for event, values in told if event == "warning"]
    assert [(values["code"], values["note"]["values"]["path"]) for values in warnings] == [("other_model", str(other))]
    with pytest.raises(Cancelled):
        fit_thresholds(request | {"output": str(tmp_path / "newer")}, lambda *_, **__: None, lambda: True, None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda path: write_result(path, [0.5] * 5, ["accepted"] * 5, model_hash(MODEL)), "only 5 verdicts"),
        (lambda path: write_result(path, [0.5] * 40, ["accepted"] * 40, "other"), "was inspected with x 1, not with"),
        (lambda path: path.write_bytes(b"none"), "not a result of RSQI"),
    ],
)
def test_what_cannot_be_fitted_is_one_line(tmp_path, capsys, change, said):
    path = tmp_path / "b.gpkg"
    change(path)
    assert main(["thresholds", "fit", str(path), "--output", str(tmp_path / "new")]) == 1
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1 and not (tmp_path / "new").exists()


def test_an_output_that_exists_and_a_model_that_was_not_fitted_are_refused(tmp_path, result, capsys):
    (tmp_path / "there").mkdir()
    assert main(["thresholds", "fit", str(result), "--output", str(tmp_path / "there")]) == 1
    assert "exists already" in capsys.readouterr().err
    assert main(["thresholds", "undo", str(MODEL), "--output", str(tmp_path / "new")]) == 1
    assert "nothing to undo" in capsys.readouterr().err
    assert main(["thresholds", "fit", str(result), "--worth", "2"]) == 2
