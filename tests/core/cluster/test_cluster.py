"""A lot on a cluster of two workers: as on one machine, and what is said where that cannot be."""

import json
import os
import sqlite3
import sys
from contextlib import closing

import pytest
from machines import ROOT, RULES, begun, holder_of, is_complete, table, wait_for

pytest.importorskip("distributed")

from rsqi_core.cli import main
from rsqi_core.cluster import connect, crew, node
from rsqi_core.cluster.connect import Scheduler
from rsqi_core.cluster.local import local_cluster
from rsqi_core.errors import ParameterError


@pytest.fixture(scope="module")
def cluster():
    """The address of a cluster of two workers."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "path", [place for place in sys.path if place != str(ROOT.parent)])
        patched.setenv("PYTHONPATH", str(ROOT))
        with local_cluster(2) as address:
            yield address


def run(folder, out, address, *more):
    return main(["batch", str(folder), "--output", str(out), "--scheduler", address, *RULES, *more])


def query(gpkg, sql):
    with closing(sqlite3.connect(gpkg)) as database:
        return database.execute(sql).fetchall()


def errors_of(gpkg):
    return query(gpkg, "SELECT category_id, area_m2, source, severity, geom FROM errors ORDER BY fid")


def test_results_state_and_report_are_those_of_a_batch_on_one_machine(cluster, scenes, share, capsys):
    out, alone = share / "out", share / "alone"
    assert run(scenes, out, cluster, "--split", "1") == 0
    printed = capsys.readouterr().out
    assert "[5/5]" in printed and "5 inspected, 0 done before, 0 failed" in printed
    assert is_complete(out)
    assert main(["batch", str(scenes), "--output", str(alone), *RULES]) == 0
    for name in ("a", "long_1"):
        assert errors_of(out / f"{name}.gpkg") == errors_of(alone / f"{name}.gpkg") != []
    one, other = (json.loads((place / "lot.json").read_text())["scenes"] for place in (out, alone))
    told = "name", "status", "marker", "score", "grade", "counts", "severities", "footprint"
    assert {k: [v[t] for t in told] for k, v in one.items()} == {k: [v[t] for t in told] for k, v in other.items()}
    capsys.readouterr()
    (out / "b.gpkg").unlink()
    assert run(scenes, out, cluster) == 0  # each goes on where the other has ended
    assert "1 inspected, 4 done before" in capsys.readouterr().out
    assert main(["batch", str(scenes), "--output", str(out), *RULES]) == 0
    assert "0 inspected, 5 done before" in capsys.readouterr().out


def test_only_paths_and_small_numbers_travel(cluster, scenes, share, monkeypatch):
    sent = []
    monkeypatch.setattr(crew, "to_text", lambda request: sent.append(node_text(request)) or sent[-1])
    assert run(scenes / "a.tif", share / "out", cluster) == 0
    assert len(sent) == 1 and len(sent[0]) < 2000 and json.loads(sent[0])["job"]["raster"] == str(scenes / "a.tif")


def node_text(request):
    from rsqi_core.cluster.request import to_text

    return to_text(request)


def test_the_worker_names_itself_where_a_scene_is_not_to_be_seen(cluster, scenes, share, capsys):
    (share / "list.txt").write_text(f"{scenes / 'gone.tif'}\n{scenes / 'a.tif'}\n")
    assert run(share / "list.txt", share / "out", cluster) == 1
    status, reason = table(share / "out")["gone"]
    assert status == "失败" and "worker " in reason and f"does not see {scenes / 'gone.tif'}" in reason
    assert "1 inspected, 0 done before, 1 failed" in capsys.readouterr().out


def test_a_batch_of_another_version_ends_with_the_names_of_the_workers(cluster, scenes, share, capsys, monkeypatch):
    monkeypatch.setattr("rsqi_core.cluster.roster.__version__", "9.9.9")
    assert run(scenes, share / "out", cluster) == 1
    said = capsys.readouterr().err
    assert "no worker can do this batch" in said and "has rsqi 0.1.0, and this batch is of 9.9.9" in said
    assert not list((share / "out").glob("*.gpkg"))


def test_a_batch_with_another_model_ends_with_the_names_of_the_workers(cluster, scenes, share, capsys, monkeypatch):
    class Other:
        hash = "another"
        card = type("Card", (), {"seams": True})

    monkeypatch.setattr(crew, "load", lambda *_: Other())
    words = ["batch", str(scenes / "a.tif"), "--output", str(share / "out"), "--scheduler", cluster]
    assert main([*words, "--progress", "none"]) == 1
    said = capsys.readouterr().err
    assert "no worker can do this batch; worker " in said and "is not that of the batch (another)" in said


def test_without_the_resource_it_waits_and_says_so(cluster, scenes, share, batch, monkeypatch):
    client = batch(scenes / "a.tif", "--output", share / "out", "--scheduler", cluster, "--resource", "GPU")
    line = client.process.stderr.readline()
    assert "the scheduler has no worker with the resource GPU" in line
    client.process.terminate()
    code, _, said = client.end()
    assert code == 130 and "0 of 1 scenes are done; the same command goes on" in said


def test_ctrl_c_stops_the_workers_and_the_same_command_goes_on(cluster, scenes, share, batch, capsys):
    out = share / "out"
    client = batch(scenes / "long_1.tif", "--output", out, "--scheduler", cluster)
    folder = begun(out, "long_1")
    client.process.terminate()
    assert client.end()[0] == 130
    wait_for(lambda: (out / "long_1.gpkg").exists() or holder_free(folder))
    assert run(scenes / "long_1.tif", out, cluster) == 0
    assert is_complete(out, ["long_1"])


def holder_free(folder):
    """Nobody inspects there any more: its lock can be had."""
    import fcntl

    with (folder / "lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True


@pytest.mark.faults
def test_a_worker_that_is_killed_in_the_middle_costs_nothing(cluster, scenes, share, batch):
    out = share / "out"
    client = batch(scenes, "--output", out, "--scheduler", cluster)
    os.kill(holder_of(begun(out, "long_1")), 9)
    code, said, _ = client.end()
    assert code == 0 and "5 inspected, 0 done before, 0 failed" in said
    assert is_complete(out)


@pytest.mark.faults
def test_a_second_client_is_refused_while_the_first_one_is_at_the_lot(cluster, scenes, share, batch, capsys):
    out = share / "out"
    client = batch(scenes, "--output", out, "--scheduler", cluster)
    begun(out, "long_1")
    assert run(scenes, out, cluster) == 1
    assert "another inspection writes to it" in capsys.readouterr().err
    assert client.end()[0] == 0 and is_complete(out)
    written = {file.name: file.stat().st_mtime_ns for file in out.glob("*.gpkg")}
    assert run(scenes, out, cluster) == 0
    assert {file.name: file.stat().st_mtime_ns for file in out.glob("*.gpkg")} == written


@pytest.mark.parametrize(
    ("address", "code", "said"),
    [
        ("tcp://127.0.0.1:9", 1, "no scheduler answers there"),
        ("nowhere.json", 2, "no scheduler file, and no address"),
        ("tcp:/x://", 1, "no scheduler answers there"),
    ],
)
def test_a_scheduler_that_is_not_there_is_one_line(scenes, share, address, code, said, capsys, monkeypatch):
    monkeypatch.setattr(connect, "PATIENCE", 1.0)
    assert run(scenes, share / "out", address) == code
    told = capsys.readouterr().err
    assert said in told and told.count("\n") == 1


def test_without_dask_it_is_one_line(scenes, share, capsys, monkeypatch):
    monkeypatch.setattr(connect, "find_spec", lambda name: None)
    for words in (
        ["cluster", "start"],
        ["batch", str(scenes), "--output", str(share / "out"), "--scheduler", "tcp://x:1"],
    ):
        assert main(words) == 1
        assert capsys.readouterr().err == "rsqi: a cluster needs Dask; install it with: pip install 'rsqi[cluster]'\n"
    assert not (share / "out").exists()


def test_certificates_are_all_or_none_and_must_be_there(tmp_path):
    (tmp_path / "ca.pem").write_text("")
    with pytest.raises(ParameterError, match="all of"):
        Scheduler("tls://x:1", tmp_path / "ca.pem")
    with pytest.raises(ParameterError, match="no such file"):
        Scheduler("tls://x:1", tmp_path / "ca.pem", tmp_path / "cert.pem", tmp_path / "key.pem")


def test_a_model_is_loaded_once_a_worker(monkeypatch):
    from rsqi_core.batch.task import Task
    from rsqi_core.cluster.request import Request
    from rsqi_core.job import Job
    from rsqi_core.parameters import Parameters

    loaded = []

    class Fake:
        hash = "h"

    monkeypatch.setattr(node, "load", lambda *which: loaded.append(which) or Fake())
    monkeypatch.setattr(node, "_idle", {})
    request = Request(Task(Job("/x.tif", ROOT / "x.gpkg", parameters=Parameters())), "h")
    for _ in range(3):
        with node._model(request) as model:
            assert model.hash == "h"
    assert loaded == [("default", "auto")]
