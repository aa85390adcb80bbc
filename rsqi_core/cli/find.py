"""``rsqi find``: find by words what the ten types do not cover."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..limits import DEVICES, FIND_BLOCK, FIND_THRESHOLD, OVERLAP
from .command import DONE, command, need_text, numbers
from .inspect_options import add_reading
from .reporter import Reporter


def add_find(commands: Any) -> None:
    """Announce ``rsqi find``."""
    parser = command(commands, "find", "find by words what the ten types do not cover", _find)
    parser.add_argument("raster", metavar="RASTER")
    parser.add_argument("--text", action="append", required=True, metavar="WORDS",
                        help="what to look for, in the model's language; again: other ways to say it")  # fmt: skip
    parser.add_argument("--model", required=True, metavar="FOLDER",
                        help="a CLIPSeg or GroupViT checkpoint; CLIP or SigLIP score whole blocks")  # fmt: skip
    parser.add_argument("--output", required=True, type=Path, metavar="GPKG", help="gets the places with their scores")
    parser.add_argument("--heat", type=Path, metavar="TIF", help="heat map (beside as <stem>_heat.tif)")
    parser.add_argument("--threshold", type=float, default=FIND_THRESHOLD, metavar="T",
                        help=f"score 0-1 from which a pixel belongs to it ({FIND_THRESHOLD:g})")  # fmt: skip
    parser.add_argument("--block", type=int, default=FIND_BLOCK, metavar="SIDE", help=f"px ({FIND_BLOCK})")
    parser.add_argument("--overlap", type=float, default=OVERLAP, metavar="SHARE",
                        help=f"of a block's side ({OVERLAP:g})")  # fmt: skip
    parser.add_argument("--least-pixels", type=int, default=0, metavar="N", help="leave smaller places out (0)")
    parser.add_argument("--extent", type=numbers(float, 4), metavar="xmin,ymin,xmax,ymax")
    add_reading(parser)
    parser.add_argument("--device", choices=DEVICES, default=DEVICES[0])
    parser.add_argument("--overwrite", action="store_true", help="replace files that rsqi did not write")
    parser.add_argument("--progress", choices=("bar", "json", "none"), default="bar")


def _find(options: argparse.Namespace) -> int:
    need_text()
    from ..jobs.find import find_job_from_mapping, run

    values = {name: value for name, value in vars(options).items() if name not in ("output", "heat")}
    reading = {name: getattr(options, name) for name in ("bands", "nodata", "extent")}
    files = {"output": str(options.output), "heat": str(options.heat or "")}
    emit = Reporter(options.progress, options.raster, set())
    answer = run(find_job_from_mapping({**values, **files, "parameters": reading}), emit)
    emit.end()
    if options.progress == "json":
        emit("result", **answer)
        return DONE
    best = "" if answer["best"] is None else f", the best score {answer['best']:.2f}"
    print(
        f"{options.raster}: {answer['count']} places{best} -> {answer['outputs']['found']}, {answer['outputs']['heat']}"
    )
    return DONE
