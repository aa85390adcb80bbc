import inspect
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rsqi_core import worker as worker_module
from rsqi_core.synthesis.landscape import landscape


@pytest.fixture
def scene(write_raster):
    rgb = landscape(1024, seed=6)
    rgb[50:60, 50:80] = 0
    return write_raster(rgb, "影像 'a'.tif")


@pytest.fixture
def worker():
    started = []

    def start(request):
        process = subprocess.Popen(
            [sys.executable, "-m", "rsqi_core.worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip
        started.append(process)
        text = request if isinstance(request, str) else json.dumps(request)
        process.stdin.write(text + "\n")
        process.stdin.flush()
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def events(process):
    return [json.loads(line) for line in process.stdout]


def until(process, name):
    for line in process.stdout:
        if json.loads(line)["event"] == name:
            return
    pytest.fail(f"no event {name}: {process.stderr.read()}")


def request(scene, output, **more):
    return {"command": "inspect", "raster": str(scene), "output": str(output), **more}


def test_a_request_is_answered_by_events_in_order(worker, scene, tmp_path):
    out = tmp_path / "out.gpkg"
    process = worker(request(scene, out, mask=True, parameters={"types": ["pixel_missing"]}))
    seen = events(process)
    assert process.wait() == 0
    names = [e["event"] for e in seen]
    assert names[0] == "started" and names[-1] == "result" and set(names[1:-1]) <= {"progress", "warning"}
    progress = [e for e in seen if e["event"] == "progress"]
    assert {e["stage"] for e in progress} == {"inspect", "polygons", "write"}
    assert all(e["done"] <= e["total"] for e in progress)
    outputs = seen[-1]["outputs"]
    assert outputs["errors"] == str(out) and out.exists() and Path(outputs["mask"]).exists()
    assert seen[-1]["summary"]["error_count"] == 1


def test_probe_runs_a_block_and_reports_what_doctor_prints(worker):
    process = worker({"command": "probe"})
    (answer,) = events(process)
    assert process.wait() == 0
    assert answer["event"] == "result" and "CPUExecutionProvider" in answer["providers"]
    assert {"rsqi", "numpy", "onnxruntime"} <= set(answer["versions"])
    assert answer["provider"] == "CPUExecutionProvider" and answer["milliseconds"] > 0
    assert f"{'runs on':24}{answer['provider']}" in answer["report"]


@pytest.mark.parametrize("how", ["command", "end of input", "signal"])
def test_cancelling_stops_the_run_and_leaves_nothing(worker, scene, tmp_path, how):
    process = worker(request(scene, tmp_path / "out.gpkg", mask=True, parameters={"blocks": [64], "overlap": 0.5}))
    until(process, "progress")
    if how == "command":
        process.stdin.write('{"command": "cancel"}\n')
        process.stdin.flush()
    elif how == "signal":
        process.send_signal(signal.SIGTERM)
    else:
        process.stdin.close()
    last = events(process)[-1]
    assert process.wait() == 130
    assert last["event"] == "error" and last["code"] == "cancelled"
    assert [f.name for f in tmp_path.iterdir()] == [scene.name]


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("not json", "parameter", "not JSON"),
        ('{"command": "dance"}', "parameter", "command"),
        ('{"command": "inspect"}', "parameter", "'raster'"),
        ('{"command": "inspect", "raster": "none.tif", "output": "/none/x.gpkg"}', "output", "no such folder"),
        ('{"command": "inspect", "raster": "none.tif", "output": "x.gpkg"}', "raster", "none.tif"),
        ('{"command": "inspect", "raster": "a", "output": "x.gpkg", "parameters": {"t": 1}}', "parameter", "'t'"),
        ("[]", "parameter", "object"),
    ],
)
def test_bad_requests_get_one_line(worker, text, code, message):
    process = worker(text)
    (answer,) = events(process)
    assert process.wait() == 1
    assert answer["event"] == "error" and answer["code"] == code
    assert message in answer["message"] and "\n" not in answer["message"]


def test_georeference_is_missed_aloud(worker, write_raster, tmp_path):
    plain = write_raster(landscape(64, seed=1), "plain.tif", placed=False)
    process = worker(request(plain, tmp_path / "o.gpkg", parameters={"stages": ["rules"]}))
    assert "no_georeference" in [e.get("code") for e in events(process)]
    assert process.wait() == 0


def test_a_killed_worker_is_resumed_and_leaves_nothing_in_the_end(worker, scene, tmp_path):
    job = request(scene, tmp_path / "out.gpkg", mask=True, parameters={"blocks": [128]})
    process = worker(job)
    for line in process.stdout:
        if json.loads(line).get("done", 0) > 30:
            break
    process.kill()
    process.wait()
    (left,) = [f for f in tmp_path.iterdir() if f.name != scene.name]
    assert left.name.startswith(".") and list(left.glob("*.npz"))
    process = worker(job | {"resume": True})
    seen = events(process)
    assert process.wait() == 0 and seen[-1]["event"] == "result"
    rates = [e["mpx_per_s"] for e in seen if e["event"] == "progress" and e["stage"] == "inspect"]
    assert rates[0] is None and rates[-1] > 0  # the first blocks were known
    process = worker(job | {"output": str(tmp_path / "anew.gpkg")})
    anew = events(process)[-1]
    for key in ("score", "error_count", "valid_pixels", "area_pixel_missing"):
        assert seen[-1]["summary"][key] == anew["summary"][key]
    masks = [tmp_path / name for name in ("out_mask.tif", "anew_mask.tif")]
    assert masks[0].read_bytes() == masks[1].read_bytes()
    assert {f.name for f in tmp_path.iterdir()} == {scene.name, "out.gpkg", "anew.gpkg", *(m.name for m in masks)}


@pytest.mark.parametrize("command", worker_module.COMMANDS)
def test_each_command_of_the_table_is_carried_out_where_it_says(command):
    entry = worker_module.COMMANDS[command]
    given = list(inspect.signature(entry.function()).parameters)
    assert given[0] == "request"
    assert entry.cancellable or len(given) == 3, "what cannot be cancelled gets the lines of standard input instead"
