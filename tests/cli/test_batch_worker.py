"""A batch by way of the worker process, as QGIS asks for it."""

import json
import subprocess
import sys

import numpy as np
import pytest


@pytest.fixture
def scenes(write_raster, tmp_path):
    rgb = np.random.default_rng(0).integers(60, 190, (128, 128, 3), dtype=np.uint8)
    rgb[20:40, 30:60] = 0
    (tmp_path / "in").mkdir()
    write_raster(rgb, "in/a.tif")
    write_raster(np.tile(rgb, (24, 12, 1)), "in/slow.tif")
    return tmp_path / "in"


@pytest.fixture
def ask(scenes, tmp_path):
    started = []

    def start(**more):
        process = subprocess.Popen(
            [sys.executable, "-m", "rsqi_core.worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip
        started.append(process)
        request = {"command": "batch", "scenes": [str(scenes)], "output": str(tmp_path / "out")}
        request["parameters"] = {"stages": ["rules"]}
        process.stdin.write(json.dumps(request | more) + "\n")
        process.stdin.flush()
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def events(process):
    return [json.loads(line) for line in process.stdout]


def test_a_batch_tells_of_each_scene_and_answers_with_the_lot(ask, tmp_path):
    process = ask(workers=2, language="en")
    seen = events(process)
    assert process.wait() == 0
    assert [event["done"] for event in seen if event["event"] == "scene"] == [1, 2]
    progress = [event for event in seen if event["event"] == "progress"]
    assert {event["stage"] for event in progress} == {"batch"} and progress[-1]["share"] == 1
    answer = seen[-1]
    assert answer["event"] == "result" and (answer["done"], answer["failed"]) == (2, 0)
    assert set(answer["outputs"]) == {"csv", "xlsx", "html"} and (tmp_path / "out" / "slow.gpkg").exists()


@pytest.mark.parametrize("how", ["command", "end of input"])
def test_a_cancelled_batch_keeps_what_is_done_and_the_next_one_goes_on(ask, tmp_path, how):
    process = ask()
    for line in process.stdout:
        if json.loads(line)["event"] == "scene":
            break
    if how == "command":
        process.stdin.write('{"command": "cancel"}\n')
        process.stdin.flush()
    else:
        process.stdin.close()
    assert events(process)[-1]["code"] == "cancelled" and process.wait() == 130
    state = json.loads((tmp_path / "out" / "lot.json").read_text(encoding="utf-8"))["scenes"]
    assert len(state) == 2 and sum("status" in values for values in state.values()) == 1
    assert not (tmp_path / "out" / "lot.html").exists()
    process = ask()
    answer = events(process)[-1]
    assert (answer["done"], answer["skipped"], answer["failed"]) == (1, 1, 0)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"scenes": []}, "no images"),
        ({"scenes": "a.tif"}, "'scenes'"),
        ({"output": ""}, "'output'"),
        ({"workers": "2"}, "workers: expected a whole number"),
        ({"retries": -1}, "retries"),
        ({"parameters": {"t": 1}}, "'t'"),
    ],
)
def test_bad_requests_for_a_batch_get_one_line(ask, wrong, said):
    process = ask(**wrong)
    answer = events(process)[-1]
    assert process.wait() == 1 and answer["code"] == "parameter" and said in answer["message"]
