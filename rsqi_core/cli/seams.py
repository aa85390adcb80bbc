"""``rsqi seams``: measure the seamlines of a mosaic."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .command import DONE, command
from .inspect_options import add_reading, add_scoring
from .reporter import Reporter


def add_seams(commands: Any) -> None:
    """Announce ``rsqi seams``."""
    parser = command(commands, "seams", "measure step and displacement along given seamlines", _seams)
    parser.add_argument("raster", metavar="RASTER")
    parser.add_argument("--lines", required=True, metavar="FILE",
                        help="lines, or polygons that meet along the seams, in any vector format")  # fmt: skip
    parser.add_argument("--layer", metavar="NAME", help="of that file (the first with lines or polygons)")
    parser.add_argument("--output", required=True, type=Path, metavar="GPKG")
    add_reading(parser)
    add_scoring(parser)
    parser.add_argument("--overwrite", action="store_true",
                        help="replace a result that was reviewed or is of another image, which is kept as "
                             "<stem>.bak.gpkg")  # fmt: skip
    parser.add_argument("--progress", choices=("bar", "json", "none"), default="bar")


def _seams(options: argparse.Namespace) -> int:
    from ..job import Job
    from ..jobs.seams import SeamJob, parameters_of, run

    values = {name: getattr(options, name) for name in ("bands", "nodata", "scheme", "score_mode")}
    job = Job(options.raster, options.output, parameters=parameters_of(values), overwrite=options.overwrite)
    emit = Reporter(options.progress, options.raster, set())
    result = run(SeamJob(options.lines, job, options.layer), emit)
    emit("result", **result)
    if options.progress != "json":
        seams = result["seams"]
        print(f"{seams['count']} seams measured, {seams['visible']} of them show, {seams['displaced']} displaced")
    return DONE
