"""``rsqi quantize``: a model folder in eight bits, where that pays."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ..limits import MODEL
from .command import DONE, command, need


def add_quantize(commands: Any) -> None:
    """Announce ``rsqi quantize``."""
    text = "make a model compute in eight bits, and keep it if it is faster and as good on this processor"
    parser = command(commands, "quantize", text, _quantize)
    parser.add_argument("model", metavar=f"{MODEL}|FOLDER", help="that stays as it is")
    shown = parser.add_mutually_exclusive_group(required=True)
    shown.add_argument("--dataset", type=Path, metavar="FOLDER",
                       help="what `rsqi dataset` wrote, on whose test part both models are compared")  # fmt: skip
    shown.add_argument("--data", type=Path, metavar="FOLDER",
                       help="imagery sets instead, on whose held-out part errors are planted")  # fmt: skip
    parser.add_argument("--output", required=True, type=Path, metavar="FOLDER", help="of the new model")
    parser.add_argument("--force", action="store_true", help="write it even if it is not worth it")


def _quantize(options: argparse.Namespace) -> int:
    need("onnx")
    from ..dataset.check import check_dataset
    from ..learning.quantized_model import Blocks, composed, cut, quantize_model

    def show(side: int) -> Blocks:
        if options.dataset is None:
            return composed(options.data)
        check_dataset(options.dataset)
        return cut(options.dataset, side)

    def log(line: str) -> None:
        print(f"rsqi: {line}", file=sys.stderr, flush=True)

    model, price = quantize_model(options.model, show, options.output, options.force, log)
    print(f"{options.output}: {model.card.precision} ({model.hash}), {price.line}")
    return DONE
