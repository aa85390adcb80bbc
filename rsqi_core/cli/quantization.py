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
    parser.add_argument("--data", required=True, type=Path, metavar="FOLDER",
                        help="imagery whose held-out part both models are compared on")  # fmt: skip
    parser.add_argument("--output", required=True, type=Path, metavar="FOLDER", help="of the new model")
    parser.add_argument("--force", action="store_true", help="write it even if it is not worth it")


def _quantize(options: argparse.Namespace) -> int:
    need("onnx")
    from ..learning.quantized_model import quantize_model

    def log(line: str) -> None:
        print(f"rsqi: {line}", file=sys.stderr, flush=True)

    model, price = quantize_model(options.model, options.data, options.output, options.force, log)
    print(f"{options.output}: {model.card.precision} ({model.hash}), {price.line}")
    return DONE
