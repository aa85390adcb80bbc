"""``rsqi report``: the report and the record of a reviewed GeoPackage."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ..errors import ParameterError
from ..limits import DEVICES, MODEL
from ..scoring import MODES, score_text
from .command import DONE, command
from .particulars_options import add_particulars, particulars_values


def add_report(commands: Any) -> None:
    """Announce ``rsqi report``."""
    parser = command(commands, "report", "report an inspected and reviewed GeoPackage", _report)
    parser.add_argument("errors", metavar="GPKG")
    kinds = ".html: the report; .csv, .xlsx, .shp: the record of errors; may be given several times"
    parser.add_argument("--output", type=Path, action="append", metavar="PATH", required=True, help=kinds)
    parser.add_argument("--raster", metavar="PATH", help="the image, if it is not where the inspection noted it")
    parser.add_argument("--language", choices=("zh", "en", "both"), default="zh")
    parser.add_argument("--scheme", metavar="FILE", help="scoring scheme, JSON (as inspected)")
    parser.add_argument("--mode", choices=MODES, help="how to score (as inspected)")
    parser.add_argument("--t", type=float, metavar="T", help="divides the deductions of B, C and D (the scheme's)")
    parser.add_argument("--evidence", action="store_true", help="show where the model saw the dearest errors")
    parser.add_argument("--model", default=MODEL, metavar="default|FOLDER", help="that is asked for it")
    parser.add_argument("--device", choices=DEVICES, default=DEVICES[0])
    add_particulars(parser, "they go before what the result holds, which stays as it is")
    parser.add_argument("--overwrite", action="store_true",
                        help="replace files that rsqi did not write, or that somebody has filled in")  # fmt: skip


def _report(options: argparse.Namespace) -> int:
    from ..report.write import ENDINGS, Order, write_report

    kinds = {ending: kind for kind, ending in ENDINGS.items()}
    outputs = {}
    for path in options.output:
        if path.suffix.lower() not in kinds:
            raise ParameterError(f"{path}: the name must end in {', '.join(kinds)}")
        outputs[kinds[path.suffix.lower()]] = str(path)
    if options.t is not None and not options.t > 0:
        raise ParameterError(f"t must be above 0, not {options.t:g}")
    names = ("raster", "language", "scheme", "mode", "t", "overwrite", "evidence", "model", "device")
    chosen = {name: getattr(options, name) for name in names}
    order = Order(options.errors, outputs, options.errors, particulars=particulars_values(options), **chosen)
    answer = write_report(order, _warn)
    verdict = f"{answer['error_count']} errors, score {score_text(answer['score'])} ({answer['grade']})"
    print(f"{verdict} -> {', '.join(outputs.values())}")
    return DONE


def _warn(event: str, **values: Any) -> None:
    if event == "warning":
        print(f"rsqi: warning: {values['message']}", file=sys.stderr)
