"""``rsqi cluster``: a cluster on this machine, to try out ``rsqi batch --scheduler``."""

from __future__ import annotations

import argparse
import signal
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .command import DONE, command

if TYPE_CHECKING:
    from ..cluster.connect import Scheduler

_TLS = ("tls_ca_file", "tls_cert", "tls_key")


def add_cluster(commands: Any) -> None:
    """Announce ``rsqi cluster``."""
    parser = command(commands, "cluster", "start a Dask cluster on this machine, to try out `rsqi batch --scheduler`",
                     _start)  # fmt: skip
    parser.add_argument("action", choices=("start",), help="until Ctrl-C ends it")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="processes that share the cores (2)")
    parser.add_argument("--port", type=int, default=8786, help="of the scheduler; 0 takes any that is free (8786)")
    parser.add_argument("--dashboard", type=int, default=8787, metavar="PORT",
                        help="of the page that shows what goes on; 0 leaves it out (8787)")  # fmt: skip
    parser.add_argument("--scheduler-file", type=Path, metavar="FILE",
                        help="write the address there, for --scheduler FILE")  # fmt: skip


def add_tls(parser: Any) -> None:
    """Announce the certificates of a connection."""
    for name, what in zip(_TLS, ("authority that all sides trust", "own certificate", "key of that certificate")):
        parser.add_argument(f"--{name.replace('_', '-')}", type=Path, metavar="FILE",
                            help=f"{what}, PEM (what Dask's configuration says)")  # fmt: skip


def scheduler_of(options: argparse.Namespace) -> Scheduler:
    """Return the scheduler that was typed."""
    from ..cluster.connect import Scheduler

    return Scheduler(options.scheduler, *(getattr(options, name) for name in _TLS))


def _start(options: argparse.Namespace) -> int:
    from ..cluster.connect import need_dask

    need_dask()
    from ..cluster.local import local_cluster

    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with local_cluster(options.workers, options.port, options.dashboard or None, options.scheduler_file) as address:
        print(f"{options.workers} workers; in another shell: rsqi batch SCENES --output FOLDER --scheduler {address}")
        if options.dashboard and find_spec("bokeh"):
            print(f"what goes on: http://localhost:{options.dashboard}/status")
        print("Ctrl-C ends it", flush=True)
        while not ended.wait(1):
            pass
    return DONE
