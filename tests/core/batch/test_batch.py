"""Whole batches with real processes: faults, interruptions, and what is done once and for all."""

import contextlib
import csv
import json
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from rsqi_core.batch import workers
from rsqi_core.batch.run import Batch, run
from rsqi_core.cli import main
from rsqi_core.errors import Cancelled, OutputError, RsqiError
from rsqi_core.parameters import Parameters

RULES = ("--stages", "rules", "--progress", "none")
OF_RULES = Parameters(stages=("rules",))
ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def own_path(monkeypatch):
    """Workers look for libraries where this process does; pytest looks beside the checkout first."""
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place != str(ROOT.parent)])


@pytest.fixture(scope="module")
def ground():
    rgb = np.random.default_rng(0).integers(60, 190, (128, 128, 3), dtype=np.uint8)
    rgb[20:40, 30:60] = 0
    return rgb


@pytest.fixture
def scenes(write_raster, ground, tmp_path):
    """Three small images with a hole in a folder, and the folder for their results."""
    (tmp_path / "in").mkdir()
    for name in "abc":
        write_raster(ground, f"in/{name}.tif")
    return tmp_path / "in", tmp_path / "out"


@pytest.fixture
def slow(write_raster, ground, scenes):
    """One that takes seconds beside them, whose name comes second."""
    return write_raster(np.tile(ground, (48, 6, 1)), "in/a_slow.tif")


def batch(folder, out, *more):
    return main(["batch", str(folder), "--output", str(out), *RULES, *more])


def table(out):
    with (out / "lot.csv").open(encoding="utf-8-sig", newline="") as file:
        _, *rows = csv.reader(file)
    return [
        dict(zip(("scene", "result", "status", "score", "grade", "errors"), row)) | {"reason": row[-1]} for row in rows
    ]


def query(gpkg, sql):
    with contextlib.closing(sqlite3.connect(gpkg)) as database, database:
        for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):  # of the spatial index, which stays
            database.create_function(name, 1, lambda _: 0)
        return database.execute(sql).fetchall()


def errors_of(gpkg):
    return query(gpkg, "SELECT category_id, area_m2, source, severity FROM errors ORDER BY fid")


def holder_of(folder):
    """The process that inspects into an output whose hidden folder this is, once it has noted something there."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if list(folder.glob("[0-9]*.npz")):
            for process in psutil.process_iter():
                with contextlib.suppress(psutil.Error):
                    if any(Path(file.path).parent == folder for file in process.open_files()):
                        return process.pid
        time.sleep(0.005)
    raise AssertionError("nobody has begun")


def test_each_scene_gets_the_file_that_inspect_writes_and_the_lot_its_report(scenes, tmp_path, capsys):
    folder, out = scenes
    assert batch(folder, out, "--workers", "2", "--mask", "--report") == 0
    printed = capsys.readouterr().out
    assert "[3/3]" in printed and "3 inspected, 0 done before, 0 failed" in printed
    names = {file.name for file in out.iterdir()}
    assert names == {
        *(f"{name}{end}" for name in "abc" for end in (".gpkg", "_mask.tif", ".html")),
        *(f"lot.{end}" for end in ("json", "csv", "xlsx", "html")),
    }
    alone = tmp_path / "alone.gpkg"
    assert main(["inspect", str(folder / "a.tif"), "--output", str(alone), *RULES]) == 0
    assert errors_of(alone) == errors_of(out / "a.gpkg") != []
    assert [row["status"] for row in table(out)] == ["已检查"] * 3
    assert not multiprocessing.active_children()


def test_what_is_done_is_skipped_and_reviewed_results_stay_and_count_as_they_are(scenes, capsys):
    folder, out = scenes
    assert batch(folder, out) == 0
    before = {name: (out / f"{name}.gpkg").stat().st_mtime_ns for name in "abc"}
    first = {Path(row["scene"]).stem: float(row["score"]) for row in table(out)}
    query(out / "b.gpkg", "UPDATE errors SET status = 'rejected', edited_by = 'Li'")
    (out / "c.gpkg").unlink()
    assert batch(folder, out, "--overwrite") == 0
    assert "1 inspected, 2 done before" in capsys.readouterr().out
    assert (out / "a.gpkg").stat().st_mtime_ns == before["a"]
    assert query(out / "b.gpkg", "SELECT DISTINCT status, edited_by FROM errors") == [("rejected", "Li")]
    assert (out / "c.gpkg").exists() and not list(out.glob("*.bak*"))
    rows = {Path(row["scene"]).stem: row for row in table(out)}
    assert float(rows["b"]["score"]) == 100 > first["b"] == float(rows["a"]["score"])
    assert rows["b"]["errors"] == "0" and (rows["a"]["status"], rows["c"]["status"]) == ("此前已检查", "已检查")


def test_other_parameters_inspect_again_but_for_what_was_reviewed(scenes, capsys):
    folder, out = scenes
    assert batch(folder, out) == 0
    query(out / "b.gpkg", "UPDATE errors SET status = 'accepted'")
    capsys.readouterr()
    other = "--types", "stripe_noise"
    assert batch(folder, out, *other) == 1
    assert "b.gpkg: holds a reviewed result" in capsys.readouterr().err
    assert [query(out / f"{name}.gpkg", "SELECT inspected FROM summary")[0][0] for name in "ac"] == ["stripe_noise"] * 2
    assert query(out / "b.gpkg", "SELECT DISTINCT status FROM errors") == [("accepted",)]
    assert batch(folder, out) == 0  # as at first: there is nothing to do to it
    assert "2 inspected, 1 done before" in capsys.readouterr().out
    assert batch(folder, out, *other, "--overwrite") == 0
    assert query(out / "b.bak.gpkg", "SELECT DISTINCT status FROM errors") == [("accepted",)]


def test_another_image_in_its_place_or_another_scheme_is_inspected_again(
    scenes, write_raster, ground, tmp_path, capsys
):
    folder, out = scenes
    scheme = tmp_path / "scheme.json"
    scheme.write_bytes((ROOT / "resources/schemes/default.json").read_bytes())
    for inspected in (3, 1, 3):
        assert batch(folder, out, "--scheme", str(scheme)) == 0
        assert f"{inspected} inspected, {3 - inspected} done before" in capsys.readouterr().out
        if inspected == 3:
            write_raster(ground[::-1], "in/b.tif")
        else:
            scheme.write_text(scheme.read_text(encoding="utf-8") + "\n", encoding="utf-8")


def test_a_scene_that_fails_stops_no_other_and_is_tried_by_the_next_batch(scenes, write_raster, ground, capsys):
    folder, out = scenes
    whole = write_raster(ground, "in/b.tif").read_bytes()
    (folder / "b.tif").write_bytes(whole[: len(whole) // 2])
    os.mkfifo(folder / "pipe.tif")
    extra = str(folder / "pipe.tif"), str(folder / "gone.tif")
    assert main(["batch", str(folder), *extra, "--output", str(out), *RULES, "--workers", "2"]) == 1
    said = capsys.readouterr()
    assert all(f"{name}: " in said.err for name in (folder / "b.tif", *extra))
    assert "2 inspected, 0 done before, 3 failed" in said.out
    rows = table(out)
    assert [row["status"] for row in rows] == ["失败"] * 3 + ["已检查"] * 2
    assert all(row["reason"] and not row["score"] for row in rows[:3])
    assert not (out / "b.gpkg").exists()
    (folder / "b.tif").write_bytes(whole)
    assert batch(folder, out) == 0
    assert "1 inspected, 2 done before, 0 failed" in capsys.readouterr().out


@pytest.mark.parametrize(("retries", "code"), [(1, 0), (0, 1)])
def test_a_worker_that_is_killed_costs_its_scene_an_attempt(scenes, slow, capsys, retries, code):
    folder, out = scenes
    killed = []

    def kill():
        killed.append(holder_of(out / ".rsqi-a_slow.gpkg"))
        os.kill(killed[0], signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    assert batch(folder, out, "--workers", "2", "--retries", str(retries)) == code
    killer.join()
    assert killed and killed[0] != os.getpid()
    said = capsys.readouterr()
    rows = {Path(row["scene"]).stem: row for row in table(out)}
    assert [rows[name]["status"] for name in "abc"] == ["已检查"] * 3
    if retries:
        assert (
            f"{slow}: its worker ended before it was done (killed; perhaps the memory ran out); it is tried" in said.err
        )
        assert rows["a_slow"]["status"] == "已检查" and errors_of(out / "a_slow.gpkg")
        assert not list(out.glob(".rsqi*"))
    else:
        assert rows["a_slow"]["status"] == "失败" and "killed" in rows["a_slow"]["reason"]
        assert list((out / ".rsqi-a_slow.gpkg").glob("*.npz"))  # from where the next batch goes on


def start(folder, out, *more):
    words = ["batch", str(folder), "--output", str(out), *RULES, *more]
    command = [sys.executable, "-m", "rsqi_core.cli", *words]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )  # as a terminal does, with a process group of its own


def without_findings(entry):
    """Take what was found out of an entry of a journal: a result that lacks it was made from the entry."""
    with np.load(entry) as stored:
        kept = dict(stored)
    np.savez(entry, **kept | {"boxes": np.zeros_like(kept["boxes"]), "claims": kept["claims"][:0]})


def test_ctrl_c_stops_at_once_and_the_same_command_goes_on_within_the_scene(scenes, slow, tmp_path):
    folder, out = scenes
    running = start(folder, out, "--workers", "2")
    worker = holder_of(out / ".rsqi-a_slow.gpkg")
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "the same command goes on" in said and "Traceback" not in said
    assert not psutil.pid_exists(worker) and not (out / "a_slow.gpkg").exists() and not (out / "lot.html").exists()
    noted = json.loads((out / "lot.json").read_text(encoding="utf-8"))["scenes"]
    assert {Path(scene).stem for scene, values in noted.items() if "status" in values} == {
        file.stem for file in out.glob("[!.]*.gpkg")
    }
    for entry in (out / ".rsqi-a_slow.gpkg").glob("*.npz"):
        without_findings(entry)
    assert batch(folder, out) == 0
    assert [row["reason"] for row in table(out)] == [""] * 4
    alone = tmp_path / "alone.gpkg"
    assert main(["inspect", str(slow), "--output", str(alone), *RULES]) == 0
    assert 0 < len(errors_of(out / "a_slow.gpkg")) < len(errors_of(alone))
    assert not list(out.glob(".rsqi*"))


def test_workers_end_with_a_batch_that_is_killed_and_the_next_one_goes_on(scenes, slow):
    folder, out = scenes
    running = start(folder, out)
    worker = holder_of(out / ".rsqi-a_slow.gpkg")
    running.kill()
    running.communicate(timeout=60)
    psutil.wait_procs([psutil.Process(worker)] if psutil.pid_exists(worker) else [], timeout=30)
    assert not psutil.pid_exists(worker)
    assert list((out / ".rsqi-a_slow.gpkg").glob("*.npz"))
    assert batch(folder, out) == 0 and len(table(out)) == 4


def test_a_second_batch_into_the_same_folder_is_refused_while_the_first_one_runs(scenes, slow, capsys):
    folder, out = scenes
    running = start(folder, out)
    holder_of(out / ".rsqi-a_slow.gpkg")
    assert batch(folder, out) == 1
    assert "another inspection writes to it" in capsys.readouterr().err
    running.communicate(timeout=120)
    assert running.returncode == 0 and len(table(out)) == 4


def test_progress_is_one_for_all_and_counts_within_scenes(scenes, slow, capsys):
    folder, out = scenes
    words = ["batch", str(folder), "--output", str(out), "--stages", "rules", "--progress", "json"]
    assert main(words) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    shares = [event["share"] for event in events if event["event"] == "progress"]
    assert shares == sorted(shares) and shares[-1] == 1
    assert any(event["eta_s"] for event in events if event["event"] == "progress" and 0 < event["done"] < 4)
    during = {event["share"] for event in events if event["event"] == "progress" and event["done"] == 1}
    assert len(during) > 2  # while the slow one is inspected
    done = [event for event in events if event["event"] == "scene"]
    assert [event["done"] for event in done] == [1, 2, 3, 4] and events[-1]["event"] == "lot"


@pytest.mark.parametrize("name", ["lot.csv", "lot.xlsx", "lot.html", "lot.json"])
def test_no_file_of_somebody_else_is_written_over(scenes, name, capsys):
    folder, out = scenes
    out.mkdir()
    (out / name).write_text("mine, not yours\n")
    assert batch(folder, out) == 1
    assert name in capsys.readouterr().err
    assert (out / name).read_text() == "mine, not yours\n" and not list(out.glob("*.gpkg"))


def test_results_that_would_replace_a_scene_or_the_report_stop_the_batch_before_it_begins(
    scenes, write_raster, ground, capsys
):
    folder, _ = scenes
    write_raster(ground, "in/lot.tif")
    assert batch(folder, folder, "--report") == 1
    assert "lot.html" in capsys.readouterr().err and not list(folder.glob("*.gpkg"))


def test_scenes_of_one_stem_get_names_that_stay(scenes, write_raster, ground):
    folder, out = scenes
    assert batch(folder, out) == 0
    (folder / "2024").mkdir()
    write_raster(ground, "in/2024/a.tif")
    assert batch(folder, out) == 0
    rows = {row["scene"]: row for row in table(out)}
    assert rows[str(folder / "a.tif")] | {"status": ""} == rows[str(folder / "a.tif")] | {
        "status": "",
        "result": "a.gpkg",
    }
    assert rows[str(folder / "2024" / "a.tif")]["result"] == "2024_a.gpkg"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--workers", "0"], 2, "workers must be at least 1"),
        (["--retries", "-1"], 2, "retries"),
        (["--lot-size", "2"], 2, "3 images cannot come from a lot of 2"),
        (["--lot-size", "1001"], 2, "is split: 501, 500"),
        (["--alpha", "-1"], 2, "alpha"),
        (["--stages", "classify", "--model", "/nowhere"], 1, "/nowhere"),
    ],
)
def test_what_can_never_work_is_refused_in_one_line(scenes, words, code, said, capsys):
    folder, out = scenes
    assert batch(folder, out, *words) == code
    told = capsys.readouterr().err
    assert said in told and told.count("\n") == 1 and not list(out.glob("*.gpkg") if out.exists() else ())


def test_workers_that_cannot_start_end_the_batch(scenes, monkeypatch):
    folder, out = scenes
    monkeypatch.setattr(workers, "_serve", os._exit)
    with pytest.raises(RsqiError, match="workers end as they start"):
        run(Batch((str(folder / "a.tif"),), out, OF_RULES))


def test_a_caller_may_cancel(scenes, slow):
    _, out = scenes
    with pytest.raises(Cancelled, match="0 of 1 scenes are done; the same command goes on"):
        run(Batch((str(slow),), out, OF_RULES), cancelled=lambda: True)
    assert not multiprocessing.active_children()


def test_the_folder_must_be_one(scenes):
    folder, out = scenes
    out.write_text("")
    with pytest.raises(OutputError, match="cannot make this folder"):
        run(Batch((str(folder / "a.tif"),), out, OF_RULES))


@pytest.mark.parametrize(
    ("cores", "count", "expected"),
    [
        ([0, 1, 2, 3], 2, [(0, 1), (2, 3)]),
        ([0, 1, 2], 2, [(0,), (1, 2)]),
        ([4, 6], 3, [(4,), (6,), (4,)]),
        ([], 2, [(), ()]),
    ],
)
def test_cores_are_shared_out(cores, count, expected):
    assert workers.shares(cores, count) == expected


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system has no affinity")
def test_a_worker_keeps_to_its_share_of_the_cores(scenes, slow):
    folder, out = scenes
    running = start(folder, out, "--workers", "2")
    worker = holder_of(out / ".rsqi-a_slow.gpkg")
    allowed = os.sched_getaffinity(worker)
    running.communicate(timeout=120)
    assert len(allowed) == max(1, len(os.sched_getaffinity(0)) // 2)
