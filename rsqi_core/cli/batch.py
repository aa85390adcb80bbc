"""``rsqi batch``: inspect many scenes into one folder, and report on the lot."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from ..errors import Cancelled
from .batch_reporter import BatchReporter
from .command import CANCELLED, DONE, FAILED, command
from .inspect_options import add_options, parameters_of


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
    add_options(parser)


def _batch(options: argparse.Namespace) -> int:
    from ..batch.run import Batch, run
    from ..batch.scenes import find_scenes

    batch = Batch(
        tuple(find_scenes(options.scenes, options.parts)),
        options.output,
        parameters_of(options),
        mask=options.mask,
        report=options.report,
        shapefile=options.shapefile,
        language=options.language,
        overwrite=options.overwrite,
        workers=options.workers,
        retries=options.retries,
        lot_size=options.lot_size,
    )
    emit = BatchReporter(options.progress)
    try:
        with _interrupts() as interrupted:
            result = run(batch, emit, interrupted)
    except Cancelled as error:
        emit.end()
        print(f"rsqi: cancelled; {error}", file=sys.stderr)
        return CANCELLED
    emit("lot", **result)
    return FAILED if result["failed"] else DONE


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
