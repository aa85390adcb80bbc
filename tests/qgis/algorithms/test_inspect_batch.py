"""`rsqi:inspectbatch`: what it asks the worker for, and what it makes of the answer."""

import json
import shutil
import threading
import time
from pathlib import Path

import pytest
from qgis.core import QgsProcessingException, QgsProcessingUtils, QgsVectorLayer
from runner import Record, run


@pytest.fixture
def scenes(raster, tmp_path):
    folder = tmp_path / "scenes"
    folder.mkdir()
    for name in ("a", "b", "broken"):
        shutil.copy(raster, folder / f"{name}.tif")
    return folder


def parameters(scenes, tmp_path, **more):
    return {"FOLDER": str(scenes), "OUTPUT": str(tmp_path / "out"), "TYPES": [0, 9], **more}


def test_the_worker_is_asked_for_what_the_parameters_say(application, fake, scenes, tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_WORKER_SEEN", str(tmp_path / "seen.json"))
    more = {
        "WORKERS": 3,
        "RETRIES": 2,
        "LOT_SIZE": 30,
        "WITH_MASK": True,
        "BANDS": "3,2,1",
        "ALPHA": 2.0,
        "PARTS": True,
    }
    run(application, "inspectbatch", parameters(scenes, tmp_path, PATTERN="/d/*.tif\n/e/**/*.jp2\n", **more))
    request = json.loads((tmp_path / "seen.json").read_text(encoding="utf-8"))["request"]
    assert request["command"] == "batch" and request["scenes"] == [str(scenes), "/d/*.tif", "/e/**/*.jp2"]
    assert (request["workers"], request["retries"], request["lot_size"]) == (3, 2, 30)
    assert request["mask"] and request["parts"] and not request["report"] and not request["overwrite"]
    asked = request["parameters"]
    assert asked["bands"] == [3, 2, 1] and asked["alpha"] == 2.0 and asked["types"] == ["cloud", "pixel_missing"]
    assert "extent" not in asked


def test_it_gives_the_report_the_counts_and_a_map(application, fake, scenes, tmp_path):
    feedback = Record()
    results, context = run(application, "inspectbatch", parameters(scenes, tmp_path, MAP="memory:"), feedback)
    assert (results["DONE"], results["SKIPPED"], results["FAILED"]) == (2, 0, 1) and results["GRADE"] == ""
    assert Path(results["REPORT"]).name == "lot.html" and Path(results["WORKBOOK"]).is_file()
    assert "[3/3] broken.tif: failed: it is truncated; copy it again" in feedback.infos
    assert feedback.infos[-1] == "Inspected: 2, done before: 0, failed: 1. No verdict on the lot yet."
    layer = QgsProcessingUtils.mapLayerFromString(results["MAP"], context)
    rows = {feature["name"]: feature for feature in layer.getFeatures()}
    assert {name: row["status"] for name, row in rows.items()} == {
        "a": "inspected", "b": "inspected", "broken": "failed"
    }  # fmt: skip
    assert rows["b"]["grade"] == "good" and rows["b"]["score"] == 75 and rows["b"]["unreviewed"] == 2
    middle = rows["a"].geometry().centroid().asPoint()
    assert 113 < middle.x() < 115 and 30 < middle.y() < 31, "in degrees"
    run(application, "inspectbatch", parameters(scenes, tmp_path, MAP=str(tmp_path / "lot.gpkg")))
    stored = QgsVectorLayer(str(tmp_path / "lot.gpkg"), "lot", "ogr")
    labels = [rule.label() for rule in stored.renderer().rootRule().children()]
    assert len(labels) == 7 and labels[-1].endswith("Not inspected"), "styled wherever it is opened"


def test_a_cancelled_batch_goes_on(application, fake, scenes, tmp_path):
    fake("slow")
    feedback = Record()
    timer = threading.Thread(target=lambda: (time.sleep(1.5), feedback.cancel()))
    timer.start()
    results, _ = run(application, "inspectbatch", parameters(scenes, tmp_path), feedback)
    timer.join()
    assert results == {}
    fake("result")
    results, _ = run(application, "inspectbatch", parameters(scenes, tmp_path))
    assert results["SKIPPED"] == 1 and results["DONE"] == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"FOLDER": ""}, "There are no images"),
        ({"BANDS": "1,2"}, "one or three"),
        ({"BLOCK_SIZES": "3"}, "Block sizes"),
        ({"MODEL": "/nowhere"}, "/nowhere"),
        ({"SCHEME": "/no/scheme.json"}, "does not exist"),
    ],
)
def test_what_does_not_fit_is_said_before_it_begins(application, fake, scenes, tmp_path, wrong, said):
    with pytest.raises(QgsProcessingException, match=said):
        run(application, "inspectbatch", parameters(scenes, tmp_path, **wrong))
    assert not (tmp_path / "out").exists()
