"""What may happen to a cluster, with real processes: nothing is lost or done twice, and the report is complete."""

import json
import resource
import shutil
import subprocess
import time

import psutil
import pytest
from machines import ROOT, begun, holder_of, is_complete, table, wait_for

pytest.importorskip("distributed")
pytestmark = pytest.mark.faults


def stamps(out):
    return {file.name: file.stat().st_mtime_ns for file in out.glob("[!.]*.gpkg")}


@pytest.fixture
def lot(machines, scenes, share, batch):
    """Start a batch of all scenes on the cluster; return its client and its folder."""

    def start(*more):
        return batch(scenes, "--output", share / "out", "--scheduler", machines.address, *more), share / "out"

    return start


def test_a_worker_that_is_killed_and_never_comes_back(machines, lot):
    machines.worker("w1")
    machines.worker("w2")
    client, out = lot()
    pid = holder_of(begun(out, "long_1"))
    (name,) = [name for name, process in machines.started.items() if process.pid == pid]
    done = stamps(out)
    machines.kill(name)
    code, said, _ = client.end()
    assert code == 0 and "5 inspected, 0 done before, 0 failed" in said
    assert is_complete(out) and done.items() <= stamps(out).items()


def test_the_scheduler_is_started_anew(machines, lot):
    machines.worker("w1", restart=True)
    client, out = lot()
    begun(out, "long_1")
    done = stamps(out)
    machines.kill("scheduler")
    time.sleep(1)
    machines.scheduler()
    code, said, errors = client.end()
    assert code == 0 and "5 inspected, 0 done before, 0 failed" in said and "waiting for a scheduler" in errors
    assert is_complete(out) and done.items() <= stamps(out).items()


def test_a_scheduler_that_never_comes_back_ends_the_batch_and_another_one_goes_on(machines, lot):
    machines.worker("w1", restart=True)
    client, out = lot()
    begun(out, "long_1")
    done = stamps(out)
    machines.kill("scheduler")
    wait_for(lambda: "waiting for a scheduler" in client.process.stderr.readline())
    client.process.terminate()
    code, _, said = client.end()
    assert code == 130 and "the same command goes on" in said
    machines.scheduler()
    client, _ = lot()
    assert client.end()[0] == 0
    assert is_complete(out) and done.items() <= stamps(out).items()


def test_a_disk_that_is_full_on_one_machine(machines, lot):
    machines.worker("w1")
    machines.worker("w2")
    wait_for(lambda: all("Starting established connection" in machines.said(name) for name in ("w1", "w2")))
    few = 100_000  # bytes that any of its files may have
    psutil.Process(machines.started["w1"].pid).rlimit(resource.RLIMIT_FSIZE, (few, few))
    client, out = lot()
    code, said, errors = client.end()
    assert code == 0 and "5 inspected, 0 done before, 0 failed" in said
    assert "worker w1 at" in errors and "it is tried again" in errors
    assert is_complete(out)


def test_a_share_that_is_gone_for_a_while(machines, lot, share):
    machines.worker("w1")
    machines.worker("w2")
    client, out = lot()
    begun(out, "long_1")
    done = stamps(out)
    share.rename(share.with_name("away"))
    time.sleep(6)
    share.with_name("away").rename(share)
    code, said, errors = client.end()
    assert code == 0 and "5 inspected, 0 done before, 0 failed" in said, errors
    assert is_complete(out) and done.items() <= stamps(out).items()


def test_a_client_that_is_killed_and_another_that_goes_on_at_once(machines, lot):
    machines.worker("w1")
    client, out = lot()
    begun(out, "long_1")
    client.process.kill()
    client.end()
    done = stamps(out)
    client, _ = lot()
    code, said, _ = client.end()
    assert code == 0 and " 0 failed" in said
    assert is_complete(out) and done.items() <= stamps(out).items()


def test_two_workers_that_are_asked_for_one_scene_do_not_both_write_it(machines, scenes, share):
    from distributed import Client

    from rsqi_core.batch.task import Task
    from rsqi_core.cluster import node
    from rsqi_core.cluster.request import Request, answer_of, to_text
    from rsqi_core.job import Job
    from rsqi_core.parameters import Parameters

    machines.worker("w1")
    machines.worker("w2")
    (share / "out").mkdir()
    job = Job(str(scenes / "long_1.tif"), share / "out" / "x.gpkg", parameters=Parameters(stages=("rules",)))
    text = to_text(Request(Task(job)))
    with Client(machines.address, set_as_default=False) as client:
        client.wait_for_workers(2)
        workers = list(client.nthreads())
        asked = [client.submit(node.serve, text, workers=[worker], pure=False) for worker in workers]
        answers = [answer_of(future.result()) for future in asked]
        assert "done" in [answer.status for answer in answers]
        written = (share / "out" / "x.gpkg").stat().st_mtime_ns
        again = answer_of(client.submit(node.serve, text, pure=False).result())
    assert {answer.status for answer in answers} <= {"done", "blind"}
    assert again.status == "done" and (share / "out" / "x.gpkg").stat().st_mtime_ns == written


def test_a_scene_that_kills_its_workers_fails_and_stops_no_other(machines, lot, scenes):
    machines.worker("w1", "--preload", str(ROOT / "tests" / "killed_by_b.py"), restart=True)
    client, out = lot()
    code, said, _ = client.end()
    assert code == 1 and "4 inspected, 0 done before, 1 failed" in said
    status, reason = table(out)["b"]
    assert status == "失败" and "its workers ended before it was done" in reason
    assert json.loads((out / "lot.json").read_text())["scenes"][str(scenes / "b.tif")]["status"] == "failed"


@pytest.mark.skipif(not shutil.which("openssl"), reason="certificates are made by openssl")
def test_with_certificates_and_never_without(no_machines, scenes, share, batch, tmp_path):
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    words = "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=rsqi -addext subjectAltName=IP:127.0.0.1"
    subprocess.run(["openssl", *words.split(), "-keyout", key, "-out", cert], check=True, capture_output=True)
    tls = "--tls-ca-file", str(cert), "--tls-cert", str(cert), "--tls-key", str(key)
    no_machines.scheduler("--protocol", "tls", *tls)
    assert no_machines.address.startswith("tls://")
    no_machines.worker("w1", *tls)
    without = batch(scenes, "--output", share / "out", "--scheduler", no_machines.address)
    code, _, said = without.end()
    assert code == 1 and "needs --tls-ca-file, --tls-cert and --tls-key" in said and said.count("\n") == 1
    code, said, _ = batch(scenes, "--output", share / "out", "--scheduler", no_machines.address, *tls).end()
    assert code == 0 and "5 inspected" in said and is_complete(share / "out")
