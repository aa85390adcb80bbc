"""A cluster on one machine: for trying out, for tests and for machines with many cores."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..batch.workers import shares
from ..errors import ParameterError
from ..files.atomic import reason, write_whole
from .connect import ClusterError, quiet

_WORKERS = "RSQI_CLUSTER_WORKERS"  # how many share this machine, for `dask_setup` in each


@contextlib.contextmanager
def local_cluster(
    workers: int, port: int = 0, dashboard: int | None = None, scheduler_file: Path | None = None
) -> Iterator[str]:
    """Run a scheduler and workers of one thread each, which share the cores; lend the scheduler's address.

    Only this machine reaches it. A worker that dies is replaced.

    Raises
    ------
    ClusterError
        It cannot start, for instance as the port is taken.
    OutputError
        `scheduler_file` cannot be written.
    """
    if workers < 1:
        raise ParameterError(f"workers must be at least 1, not {workers}")
    from distributed import LocalCluster

    os.environ[_WORKERS] = str(workers)
    try:
        cluster = LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            host="127.0.0.1",
            scheduler_port=port,
            dashboard_address=f"127.0.0.1:{dashboard or 0}",
            memory_limit=0,  # what an inspection takes is bounded, and is no memory that Dask could spill
            preload=[__name__],
        )
    except (OSError, RuntimeError) as error:
        cause = error.__cause__ or error
        raise ClusterError(f"no cluster can start on port {port} ({reason(cause)})") from error
    try:
        address = str(cluster.scheduler_address)
        if scheduler_file:
            write_whole(scheduler_file, json.dumps({"address": address}).encode("ascii"))
        yield address
    finally:
        with quiet():
            cluster.close(timeout=10)
        if scheduler_file:
            scheduler_file.unlink(missing_ok=True)


def dask_setup(worker: Any) -> None:
    """Keep a worker to its share of the cores, before any library counts them; Dask calls this as it starts."""
    workers = int(os.environ.get(_WORKERS, "0"))
    if not workers or not hasattr(os, "sched_setaffinity"):
        return
    with contextlib.suppress(OSError, ValueError, IndexError):  # some containers forbid it
        share = shares(sorted(os.sched_getaffinity(0)), workers)[int(worker.name) % workers]
        os.sched_setaffinity(0, share)  # of this thread, and of all that it starts
