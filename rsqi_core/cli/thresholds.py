"""``rsqi thresholds``: fit a model's thresholds to what a station's people have accepted and rejected, and go back."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ..errors import RsqiError
from .command import DONE, command, group

_OUTCOMES = {"moved": "", "few": "too few verdicts", "no_gain": "no better elsewhere"}


def add_thresholds(commands: Any) -> None:
    """Announce ``rsqi thresholds``."""
    actions = group(commands, "thresholds", "fit a model's thresholds to a station's verdicts, or undo that")
    fit = command(actions, "fit", "fit thresholds to reviewed results and show them before and after", _fit)
    fit.add_argument("results", type=Path, nargs="+", metavar="GPKG", help="reviewed results of this model")
    fit.add_argument("--model", default="default", metavar="default|FOLDER", help="that has found the errors (default)")
    fit.add_argument("--output", type=Path, metavar="FOLDER", help="of the model with new thresholds; else only shown")
    fit.add_argument("--worth", type=float, metavar="P", help="least chance that a mark is real, 0-1 (0.4)")
    back = command(actions, "undo", "write a fitted model with the thresholds that it had before", _undo)
    back.add_argument("model", type=Path, metavar="FOLDER")
    back.add_argument("--output", type=Path, required=True, metavar="FOLDER")


def _fit(options: argparse.Namespace) -> int:
    from ..learning.station_model import fit_station
    from ..learning.station_thresholds import MOVED, WORTH

    worth = WORTH if options.worth is None else options.worth
    rows = fit_station(options.results, options.model, options.output, worth, left_out=_left_out)
    print(f"{'type':24}{'verdicts':>9}{'real':>6}{'before':>9}{'after':>9}{'spared':>8}{'lost':>6}")
    for row in rows:
        figures = f"{row.verdicts:9}{row.real:6}{row.before:9.3f}{row.after:9.3f}{row.spared:8}{row.lost:6}"
        print(f"{row.code:24}{figures}  {_OUTCOMES[row.outcome]}".rstrip())
    moved = any(row.outcome == MOVED for row in rows)
    if not moved:
        print("no threshold is better for these verdicts: nothing written")
    elif options.output:
        print(options.output)
    return DONE


def _left_out(error: RsqiError) -> None:
    print(f"rsqi: {error}; left out", file=sys.stderr)


def _undo(options: argparse.Namespace) -> int:
    from ..learning.station_model import undo_station

    undo_station(options.model, options.output)
    print(options.output)
    return DONE
