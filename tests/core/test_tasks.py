"""What the worker does beside inspecting, asked for as QGIS asks."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import shapely
from test_reviewed import image, write_reviewed  # noqa: F401

from rsqi_core import tasks
from rsqi_core.errors import Cancelled, ParameterError


@pytest.fixture
def reviewed(tmp_path, image):  # noqa: F811
    shapes = [("cloud", "accepted", shapely.box(64 * n, 0, 64 * n + 20, 20)) for n in range(4)]
    shapes.append(("blur", "unreviewed", shapely.box(200, 200, 240, 240)))
    return write_reviewed(tmp_path / "a.gpkg", shapes, image)


def test_a_dataset_through_the_worker(reviewed, tmp_path):
    request = {"command": "dataset", "sources": [str(reviewed)], "output": str(tmp_path / "out"), "sizes": [64]}
    worker = [sys.executable, "-m", "rsqi_core.worker"]
    process = subprocess.Popen(worker, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    process.stdin.write(json.dumps(request) + "\n")
    process.stdin.flush()
    events = [json.loads(line) for line in process.stdout]
    process.stdin.close()
    assert process.wait() == 0
    assert [event["event"] for event in events if event["event"] != "warning"] == ["progress", "result"]
    assert any("not used because unreviewed: 1 of 5" in event.get("message", "") for event in events)
    result = events[-1]
    assert sum(result["totals"].values()) >= 4 and result["rejected"] == 0
    assert (tmp_path / "out" / "README.md").is_file()


def test_a_cancelled_dataset_leaves_nothing(reviewed, tmp_path):
    request = {"sources": [str(reviewed)], "output": str(tmp_path / "out"), "sizes": [64]}
    claimed = []
    with pytest.raises(Cancelled):
        tasks.make_dataset(request, lambda *event, **values: None, lambda: True, claimed.append)
    assert claimed and not Path(claimed[0]).exists() and not (tmp_path / "out").exists()


def test_a_request_without_a_dataset_is_refused():
    with pytest.raises(ParameterError, match="lacks 'sources'"):
        tasks.make_dataset({}, None, None, None)


def test_without_pytorch_fine_tuning_says_so(monkeypatch):
    monkeypatch.setattr(tasks, "find_spec", lambda name: None)
    with pytest.raises(tasks.MissingLibrary, match="torch, onnx is missing") as caught:
        tasks.fine_tune({"dataset": "data", "output": "model"}, None, None, None)
    assert caught.value.code == "library"
