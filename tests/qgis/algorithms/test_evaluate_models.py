"""`rsqi:evaluate` in QGIS, with a worker that only pretends to measure."""

import json

from reviewed_layers import run, write_reviewed


def test_models_are_measured_side_by_side(trainer, tmp_path):
    page = tmp_path / "page.md"
    assert "no dataset in the folder" in run("evaluate", {"DATASET": str(tmp_path), "OUTPUT": str(page)})
    run("trainingdata", {"FOLDER": str(write_reviewed(tmp_path / "a.gpkg").parent), "OUTPUT": str(tmp_path / "d")})
    given = {"DATASET": str(tmp_path / "d"), "OUTPUT": str(page)}
    assert "does not exist" in run("evaluate", given | {"MODELS": f"default;{tmp_path / 'gone'}"})
    results = run("evaluate", given | {"MODELS": f"default; {tmp_path}"})
    assert [row["f1"] for row in json.loads(results["FIGURES"])] == [0.5, 0.6] and results["OUTPUT"] == str(page)
    seen = json.loads((tmp_path / "seen.json").read_text(encoding="utf-8"))
    assert (seen["models"], seen["device"]) == (["default", str(tmp_path)], "auto")
