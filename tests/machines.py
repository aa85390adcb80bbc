"""Clusters of real processes, lots on them, and what has become of these."""

import contextlib
import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
RULES = ("--stages", "rules", "--progress", "none")


class Machines:
    """A scheduler and workers as processes, each with a log in a folder."""

    def __init__(self, folder):
        self.folder, self.started, self.port = folder, {}, None

    def scheduler(self, *more):
        """Start the scheduler, the second time at the same address."""
        file = self.folder / "scheduler.json"
        file.unlink(missing_ok=True)
        port = str(self.port or 0)
        words = ["scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard", "--scheduler-file", str(file)]
        self._start("scheduler", *words, *more)
        wait_for(file.exists)
        self.address = json.loads(file.read_text())["address"]
        self.port = int(self.address.rpartition(":")[2])

    def worker(self, name, *more, restart=False):
        """Start a worker of one thread; with `restart` another one whenever it ends, as systemd does."""
        words = ["worker", self.address, "--name", name, "--nthreads", "1", "--no-nanny", "--no-dashboard", *more]
        self._start(name, *words, restart=restart)

    def _start(self, name, *words, restart=False):
        command = [sys.executable, "-m", "dask", *words]
        if restart:
            command = ["sh", "-c", 'while true; do "$@"; sleep 0.2; done', "sh", *command]
        log = (self.folder / f"{name}.log").open("ab")
        places = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        environment = {**os.environ, "PYTHONPATH": places, "OMP_NUM_THREADS": "1"}
        with log:
            self.started[name] = subprocess.Popen(
                command, stdout=log, stderr=log, env=environment, start_new_session=True
            )

    def kill(self, name, how=signal.SIGKILL):
        """End one of them with all its processes."""
        process = self.started.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        process.wait(timeout=30)

    def said(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def end(self):
        for name in list(self.started):
            self.kill(name)


class Client:
    """``rsqi batch`` in a shell."""

    def __init__(self, *words):
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "rsqi_core.cli", "batch", *map(str, words), *RULES],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            start_new_session=True,
        )

    def end(self, timeout=150):
        """Wait for its end; return the exit code, and what it said on both streams."""
        out, err = self.process.communicate(timeout=timeout)
        return self.process.returncode, out, err


def wait_for(what, seconds=60):
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until, "it has not happened"
        time.sleep(0.02)
    return found


def begun(out, name):
    """Wait until something is noted of a scene; return its hidden folder."""
    folder = out / f".rsqi-{name}.gpkg"
    wait_for(lambda: list(folder.glob("[0-9]*.npz")))
    return folder


def holder_of(folder):
    """The process that inspects into an output whose hidden folder this is."""

    def look():
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if any(Path(file.path).parent == folder for file in process.open_files()):
                    return process.pid
        return None

    return wait_for(look)


def table(out):
    """Status and reason of the scenes in the report of a lot."""
    with (out / "lot.csv").open(encoding="utf-8-sig", newline="") as file:
        _, *rows = csv.reader(file)
    return {Path(row[0]).stem: (row[2], row[-1]) for row in rows}


def is_complete(out, names=("a", "b", "c", "long_1", "long_2")):
    """Check that the results of a lot are all there, and nothing unfinished beside them."""
    files = {file.name for file in out.iterdir()}
    expected = {*(f"{name}.gpkg" for name in names), *(f"lot.{end}" for end in ("json", "csv", "xlsx", "html"))}
    assert files == expected
    assert set(table(out)) == set(names)
    return all(reason == "" for _, reason in table(out).values())
