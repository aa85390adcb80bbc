"""``rsqi train``: any architecture, on synthesised errors, on a dataset or on both."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import ParameterError
from ..limits import DEVICES
from .command import CANCELLED, DONE, command, need


def add_train(commands: Any) -> None:
    """Announce ``rsqi train``."""
    from ..models.architectures import ARCHITECTURES
    from ..training.settings import EPOCHS, settings_for

    ours, others = (
        settings_for(*next((a.task, a.name) for a in ARCHITECTURES if a.ours is own)) for own in (True, False)
    )
    length = f"{ours.samples:,}".replace(",", " ")
    epochs = f"{EPOCHS['classifier']}, a segmenter {EPOCHS['segmenter']}"
    parser = command(commands, "train", "train a network on synthesised errors, on a dataset or on both", _train)
    parser.add_argument("task", nargs="?", default="joint", metavar="joint|classifier|segmenter|pixel")
    parser.add_argument("--list", action="store_true", help="list the architectures and sizes of each task")
    parser.add_argument("--pool", type=Path, metavar="NPZ", help="packed backgrounds to synthesise errors on")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="imagery, to pack the pool from if it is missing")
    parser.add_argument("--pack", action="store_true", help="only pack the pool, to take it to another machine")
    parser.add_argument("--dataset", type=Path, metavar="FOLDER", help="what `rsqi dataset` wrote")
    parser.add_argument("--share", type=float, metavar="SHARE", help=f"of the dataset beside a pool ({ours.share})")
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="checkpoint and curve; resumed")
    parser.add_argument("--arch", default="", metavar="NAME", help="architecture (the first of --list)")
    parser.add_argument("--size", metavar="NAME", help="of the architecture (the starred of --list)")
    parser.add_argument("--init", type=Path, metavar="PATH", help="run, model or Hugging Face folder to start from")
    end = parser.add_mutually_exclusive_group()
    end.add_argument("--samples", type=int, metavar="N", help=f"crops to see in all ({length})")
    end.add_argument("--epochs", type=int, metavar="N", help=f"over the dataset ({epochs})")
    parser.add_argument(
        "--batch", type=int, metavar="N", help=f"crops a step (ours {ours.batch}, others {others.batch})"
    )
    parser.add_argument(
        "--rate", type=float, metavar="LR", help=f"peak learning rate (ours {ours.rate}, others {others.rate})"
    )
    parser.add_argument("--schedule", metavar="cosine|linear", help=f"how the rate falls ({ours.schedule})")
    parser.add_argument(
        "--warmup", type=float, metavar="SHARE", help=f"of the steps (ours {ours.warmup}, others {others.warmup})"
    )
    parser.add_argument("--weight-decay", type=float, metavar="D", help=f"of AdamW ({ours.weight_decay})")
    parser.add_argument("--average", type=float, metavar="D",
                        help=f"decay of the averaged weights (ours {ours.average}, others none)")  # fmt: skip
    parser.add_argument("--side", type=int, metavar="PX", help=f"of a crop ({ours.side})")
    parser.add_argument("--no-negatives", action="store_true", help="leave out crops without errors")
    parser.add_argument(
        "--no-augmentation", action="store_true", help="show the middle --side px of each picture as they are"
    )
    parser.add_argument("--seed", type=int, metavar="N", help=f"of weights and samples ({ours.seed})")
    parser.add_argument("--workers", type=int, metavar="N",
                        help="processes that make samples (1; with a GPU one a core)")  # fmt: skip
    parser.add_argument("--device", default=DEVICES[0], metavar="|".join(DEVICES))
    parser.add_argument("--precision", metavar="auto|fp32|bf16|fp16")
    parser.add_argument("--compile", action="store_true", help="fuse operations; faster, needs a C++ compiler")
    parser.add_argument(
        "--checkpoint-every",
        type=int,
        metavar="N",
        help=f"steps, each time with a validation ({ours.checkpoint_every})",
    )
    parser.add_argument("--patience", type=int, metavar="N", help="end after so many validations without progress")


def _train(options: argparse.Namespace) -> int:
    from ..models.architectures import ARCHITECTURES

    if options.list:
        for a in ARCHITECTURES:
            print(f"{a.task:12}{a.name:14}{' '.join(f'{size}*' if size == a.size else size for size in a.sizes)}")
        return DONE
    from ..models.card import CARD

    need("torch", *(["onnx"] if options.init and (options.init / CARD).exists() else []))
    from ..training.loop import train
    from ..training.settings import settings_for
    from ..training.stream import Material

    if options.pool and not options.pool.exists():
        if options.data is None:
            raise ParameterError(f"{options.pool} does not exist; give --data FOLDER to pack it from")
        from ..training import pool

        print(f"{options.pool}: {pool.pack(options.data, options.pool, options.seed or 0)} backgrounds")
    if options.pack:
        return DONE
    if options.output is None:
        raise ParameterError("give --output FOLDER for checkpoint and curve")
    material = Material(options.pool, options.dataset)
    without = {"negatives": not options.no_negatives, "augment": not options.no_augmentation}
    settings = settings_for(**vars(options) | without)
    if options.epochs or (options.samples is None and options.pool is None):
        settings = replace(settings, samples=material.samples(settings, options.epochs))

    def say(row: dict) -> None:
        print(json.dumps(row, ensure_ascii=False), flush=True)

    try:
        print(train(material, options.output, settings, options.device, say, options.init))
    except KeyboardInterrupt:
        print("rsqi: stopped; the same command goes on from the last checkpoint", file=sys.stderr)
        return CANCELLED
    return DONE
