"""``rsqi evidence``: where in its block the model saw an error."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ..limits import DEVICES, MODEL
from ..taxonomy import by_id
from .command import DONE, command


def add_evidence(commands: Any) -> None:
    """Announce ``rsqi evidence``."""
    parser = command(commands, "evidence", "map where in its block the model saw an error", _evidence)
    parser.add_argument("errors", metavar="GPKG")
    parser.add_argument("--error", type=int, required=True, metavar="FID", help="number of the error in the layer")
    parser.add_argument("--output", type=Path, required=True, metavar="TIF", help="red, green, blue and opacity")
    parser.add_argument("--raster", metavar="PATH", help="the image, if it is not where the inspection noted it")
    parser.add_argument("--model", default=MODEL, metavar="default|FOLDER")
    parser.add_argument("--device", choices=DEVICES, default=DEVICES[0])
    parser.add_argument("--overwrite", action="store_true", help="replace a file that rsqi did not write")


def _evidence(options: argparse.Namespace) -> int:
    from ..jobs.evidence import EvidenceJob, run

    chosen = {name: getattr(options, name) for name in ("raster", "model", "device", "overwrite")}
    answer = run(EvidenceJob(options.errors, str(options.output), options.error, **chosen), _warn)
    name = by_id(answer["category_id"]).en
    print(f"{name}: {answer['probability']:.2f} in its block of {answer['block']} px -> {options.output}")
    return DONE


def _warn(event: str, **values: Any) -> None:
    if event == "warning":
        print(f"rsqi: warning: {values['message']}", file=sys.stderr)
