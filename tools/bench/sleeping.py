"""Scenes that only sleep, and the machines that they would be on: what is left is the work of handing them out.

python tools/bench/sleeping.py ADDRESS COUNT    so many workers of one thread, in one process

"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil

from rsqi_core.batch.outcome import DONE, Outcome
from rsqi_core.batch.run import Batch, run
from rsqi_core.cluster.connect import Scheduler
from rsqi_core.cluster.crew import ClusterCrew
from rsqi_core.cluster.request import Answer
from rsqi_core.parameters import Parameters

SECONDS = 1.0  # of a scene
WORKERS, SCENES = 64, 10_000
HERE = Path(__file__).resolve().parent


def sleep(text: str) -> str:
    """Be a worker that takes a second for a scene, whatever is asked."""
    time.sleep(SECONDS)
    outcome = Outcome(DONE, marker="0" * 64, stamp="0:0", score=90.0, grade="good", seconds=SECONDS)
    return Answer(DONE, "worker", "", outcome).as_text()


def hand_out(folder: Path, workers: int = WORKERS, scenes: int = SCENES) -> dict[str, Any]:
    """Run a lot of sleeping scenes; return what it took beyond the sleep, and the memory of the scheduler, MiB."""
    took: dict[str, float] = {}

    class Crew(ClusterCrew):
        def carry_out(self, *words: Any) -> None:
            started = time.monotonic()
            super().carry_out(*words)
            took["crew"] = time.monotonic() - started

    file = folder / "scheduler.json"
    words = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", file]
    names = tuple(f"/lot/scene_{n:05d}.tif" for n in range(scenes))
    with ExitStack() as stack:
        scheduler = stack.enter_context(_process("-m", "dask", *words))
        while not file.exists():
            time.sleep(0.1)
        scheduler_at = Scheduler(str(file))
        client = scheduler_at.connect()
        stack.enter_context(_process(HERE / "sleeping.py", client.scheduler.address, workers))
        client.wait_for_workers(workers)
        client.close()
        watch = stack.enter_context(_memory(scheduler.pid))
        started, cpu = time.monotonic(), time.process_time()
        batch = Batch(names, folder / "out", Parameters(stages=("rules",)))
        run(batch, hire=lambda batch: Crew(scheduler_at, batch.folder, batch.parameters, function=sleep))
        whole, cpu = time.monotonic() - started, time.process_time() - cpu
        spent = sum(psutil.Process(scheduler.pid).cpu_times()[:2])
    return {
        "workers": workers,
        "scenes": scenes,
        "seconds": SECONDS,
        "crew": took["crew"],
        "whole": whole,
        "ideal": scenes * SECONDS / workers,
        "client_cpu": cpu,
        "scheduler_cpu": spent,
        "memory": watch,
        "load": os.getloadavg()[0],
    }


@contextmanager
def _process(*words: Any):
    places = os.pathsep.join([str(HERE), str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")])
    process = subprocess.Popen(
        [sys.executable, *map(str, words)], env={**os.environ, "PYTHONPATH": places}, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def _memory(pid: int):
    """Note the memory of a process every second, MiB."""
    seen: list[float] = []
    over = threading.Event()

    def note() -> None:
        while not over.wait(1):
            seen.append(psutil.Process(pid).memory_info().rss / 2**20)

    thread = threading.Thread(target=note)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


async def _work(address: str, count: int) -> None:
    from distributed import Worker

    workers = await asyncio.gather(
        *(Worker(address, nthreads=1, name=str(n), dashboard=False, memory_limit=0) for n in range(count))
    )
    await asyncio.gather(*(worker.finished() for worker in workers))


if __name__ == "__main__":
    asyncio.run(_work(sys.argv[1], int(sys.argv[2])))
