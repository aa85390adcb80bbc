"""``rsqi batch``: inspect many scenes into one folder, and report on the lot."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from ..errors import Cancelled
from ..limits import MODEL
from ..locate import absolute_path
from .batch_reporter import BatchReporter
from .cluster import add_tls, scheduler_of
from .command import CANCELLED, DONE, FAILED, command
from .inspect_options import add_options, parameters_of

if TYPE_CHECKING:
    from ..batch.run import Batch, Team
    from ..parameters import Parameters

_SPLIT = 2000  # MB: a strip of some ten minutes on two cores


def add_batch(commands: Any) -> None:
    """Announce ``rsqi batch``."""
    parser = command(commands, "batch", "inspect many scenes into one folder, and report on the lot", _batch)
    parser.add_argument("scenes", nargs="+", metavar="SCENES",
                        help="rasters, folders, patterns, lists (.txt, .csv, vector files with a field location, "
                             "raster or path, STAC as .json)")  # fmt: skip
    parser.add_argument("--output", required=True, type=Path, metavar="FOLDER",
                        help="for the <stem>.gpkg of each scene, lot.html, lot.xlsx and lot.csv; what is done there is "
                             "not done again")  # fmt: skip
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes that share the cores (1)")
    parser.add_argument("--retries", type=int, default=1, metavar="N",
                        help="how often a scene is tried again whose worker died (1)")  # fmt: skip
    parser.add_argument("--parts", action="store_true", help="inspect the sources of a mosaic (VRT) one by one")
    parser.add_argument("--lot-size", type=int, metavar="SIZE",
                        help="images of the lot of which the scenes are a sample (they are all of it)")  # fmt: skip
    cluster = parser.add_argument_group("on a cluster (docs/cluster.md)")
    cluster.add_argument("--scheduler", metavar="tcp://HOST:8786|FILE",
                         help="of a Dask cluster, whose workers see all files under the same paths")  # fmt: skip
    add_tls(cluster)
    cluster.add_argument(
        "--resource",
        metavar="LABEL",
        help="only workers that have it, for instance by --resources GPU=1 (GPU with --device cuda)",
    )
    cluster.add_argument("--split", type=int, default=_SPLIT, metavar="MB",
                         help="inspect larger scenes in strips, side by side; 0: none "
                              f"({_SPLIT})")  # fmt: skip
    add_options(parser)


def _batch(options: argparse.Namespace) -> int:
    from ..batch.run import Batch, run
    from ..batch.scenes import find_scenes

    batch = Batch(
        tuple(find_scenes(options.scenes, options.parts)),
        options.output,
        _everywhere(parameters_of(options)) if options.scheduler else parameters_of(options),
        mask=options.mask,
        report=options.report,
        shapefile=options.shapefile,
        language=options.language,
        overwrite=options.overwrite,
        workers=options.workers,
        retries=options.retries,
        lot_size=options.lot_size,
    )
    hire = {"hire": _cluster(options)} if options.scheduler else {}
    emit = BatchReporter(options.progress)
    try:
        with _interrupts() as interrupted:
            result = run(batch, emit, interrupted, **hire)
    except Cancelled as error:
        emit.end()
        print(f"rsqi: cancelled; {error}", file=sys.stderr)
        return CANCELLED
    emit("lot", **result)
    return FAILED if result["failed"] else DONE


def _cluster(options: argparse.Namespace) -> Callable[[Batch], Team]:
    """Return what finds the workers of a cluster for a batch; that there can be one is sure already."""
    from ..cluster.connect import need_dask

    need_dask()
    from ..cluster.crew import ClusterCrew

    scheduler, split = scheduler_of(options), options.split * 1_000_000
    return lambda batch: ClusterCrew(
        scheduler, batch.folder, batch.parameters, batch.retries, options.resource, split or None
    )


def _everywhere(parameters: Parameters) -> Parameters:
    """Return parameters whose paths do not depend on the folder in which this was typed."""
    model = parameters.model if parameters.model == MODEL else absolute_path(parameters.model)
    return replace(parameters, model=model, scheme=parameters.scheme and absolute_path(parameters.scheme))


@contextmanager
def _interrupts() -> Iterator[Callable[[], bool]]:
    """Have the first Ctrl-C, or SIGTERM, ask for an end, and the second one make it."""
    asked: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        asked.append(number)
        if len(asked) > 1:
            raise KeyboardInterrupt

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
