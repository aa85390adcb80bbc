"""`rsqi:fitthresholds` in QGIS, with a worker that only pretends."""

import json

from reviewed_layers import add_layer, run, write_reviewed


def test_thresholds_of_reviewed_layers(trainer, tmp_path):
    path = write_reviewed(tmp_path / "a.gpkg")
    output = tmp_path / "station"
    results = run("fitthresholds", {"LAYERS": [add_layer(path)], "OUTPUT": str(output)})
    seen = json.loads((tmp_path / "seen.json").read_text(encoding="utf-8"))
    assert seen == {"command": "thresholds", "sources": [str(path)], "model": "default", "output": str(output)}
    assert results["MOVED"] == 1 and results["OUTPUT"] == str(output)
    assert [row["after"] for row in json.loads(results["ROWS"])] == [0.62, 0.6]


def test_thresholds_that_are_right_stay(trainer, tmp_path):
    trainer("worse")
    layer = add_layer(write_reviewed(tmp_path / "a.gpkg"))
    results = run("fitthresholds", {"LAYERS": [layer], "OUTPUT": str(tmp_path / "station")})
    assert results["MOVED"] == 0 and not (tmp_path / "station").exists()


def test_bad_input_is_refused(trainer, tmp_path):
    layer = add_layer(write_reviewed(tmp_path / "a.gpkg"))
    output = str(tmp_path / "station")
    assert "Give reviewed layers" in run("fitthresholds", {"OUTPUT": output})
    assert "does not exist" in run("fitthresholds", {"LAYERS": [layer], "MODEL": "/no/such", "OUTPUT": output})
