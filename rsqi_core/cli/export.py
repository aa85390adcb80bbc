"""``rsqi export``: from training runs to a model folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from .command import DONE, command, need


def add_export(commands: Any) -> None:
    """Announce ``rsqi export``."""
    parser = command(commands, "export", "turn training runs into a model folder (ONNX and card)", _export)
    parser.add_argument("source", nargs="+", type=Path, metavar="RUN",
                        help="a joint run, or a classifier's and a segmenter's: the folder of a run, one of its "
                             "checkpoints or Hugging Face checkpoints; or a model folder, anew")  # fmt: skip
    parser.add_argument(
        "--data", type=Path, metavar="FOLDER", help="imagery whose held-out part sets thresholds and temperatures"
    )
    parser.add_argument("--output", required=True, type=Path, metavar="FOLDER")


def _export(options: argparse.Namespace) -> int:
    from ..models.card import CARD

    if options.data and len(options.source) == 1 and (options.source[0] / CARD).exists():
        need("torch", "onnx")
        from ..evaluation.calibrate import recalibrate

        model = recalibrate(options.source[0], options.data, options.output)
        print(f"{options.output}: {model.card.id} {model.card.version} ({model.hash}), calibrated anew")
        return DONE
    need("torch", "onnx")
    from ..training.checkpoint import checkpoint_of, load_network

    if options.data is None:
        from ..models.export import write_uncalibrated

        for path in write_uncalibrated(load_network(options.source), options.output):
            print(path)
        print("rsqi: warning: thresholds are 0.5 as there was no --data to set them on", file=sys.stderr)
        return DONE
    from ..evaluation.calibrate import export_calibrated

    runs = [checkpoint_of(run) for run in options.source]
    model = export_calibrated(runs[0] if len(runs) == 1 else runs, options.data, options.output)
    print(f"{options.output}: {model.card.id} {model.card.version} ({model.hash})")
    return DONE
