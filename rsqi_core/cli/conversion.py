"""``rsqi convert``: pickled weights of a Hugging Face checkpoint become safetensors."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .command import DONE, command, need


def add_convert(commands: Any) -> None:
    """Announce ``rsqi convert``."""
    parser = command(commands, "convert", "write the .bin weights of Hugging Face checkpoints as safetensors", _convert)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a checkpoint, or a folder with two of them")
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="new or empty (FOLDER-safetensors)")


def _convert(options: argparse.Namespace) -> int:
    need("torch", "transformers", "safetensors")
    from ..models.convert import convert

    source = options.folder.resolve()
    output = options.output or source.with_name(f"{source.name}-safetensors")
    for done in convert(source, output):
        said = f"{done.tensors} tensors, {done.weights / 1e6:.1f} million weights" if done.tensors else "as it was"
        print(f"{done.folder}: {said}")
    return DONE
