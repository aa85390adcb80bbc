"""``rsqi train``: any architecture, on synthesised errors, on a dataset or on both."""

from __future__ import annotations

import argparse
import math
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import ParameterError
from ..limits import TRAINING_DEVICES as DEVICES
from ..limits import WORD_TASKS
from .command import CANCELLED, DONE, command, need
from .word_training import add_words, list_words, refuse_words, train_words


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
    parser.add_argument(
        "task", nargs="?", default="joint", metavar="joint|classifier|segmenter|pixel|seams|caption|vqa"
    )
    parser.add_argument("--list", action="store_true", help="list the architectures and sizes of each task")
    parser.add_argument("--pool", type=Path, metavar="NPZ", help="packed backgrounds to synthesise errors on")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="imagery, to pack the pool from if it is missing")
    parser.add_argument("--pack", action="store_true", help="only pack the pool, to take it to another machine")
    parser.add_argument("--weights", nargs=2, type=Path, metavar=("RUN", "FILE"),
                        help="only write a run's weights as one half-precision .safetensors, for --init")  # fmt: skip
    parser.add_argument("--dataset", type=Path, metavar="FOLDER", help="what `rsqi dataset` wrote")
    parser.add_argument("--share", type=float, metavar="SHARE", help=f"of the dataset beside a pool ({ours.share})")
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="checkpoint and curve; resumed")
    parser.add_argument("--arch", default="", metavar="NAME", help="architecture (the first of --list)")
    parser.add_argument("--size", metavar="NAME", help="of the architecture (the starred of --list)")
    parser.add_argument("--init", type=Path, metavar="PATH",
                        help="run, file of --weights or Hugging Face folder to start from")  # fmt: skip
    parser.add_argument("--teacher", type=Path, metavar="FOLDER",
                        help="two Hugging Face checkpoints, a classifier and a segmenter, whose answers are learnt "
                             "beside the labels")  # fmt: skip
    parser.add_argument("--teaching", type=float, metavar="WEIGHT",
                        help=f"of what the teacher says ({ours.teaching:g})")  # fmt: skip
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
    parser.add_argument(
        "--large", type=float, metavar="SHARE", help=f"of the steps with larger crops (ours {ours.large}, others none)"
    )
    parser.add_argument("--real", type=float, metavar="SHARE",
                        help=f"of the crops of a pool on pictures with real errors ({ours.real})")  # fmt: skip
    parser.add_argument("--frozen", type=int, metavar="N",
                        help=f"blocks of a pretrained encoder that stay as they are ({ours.frozen})")  # fmt: skip
    parser.add_argument("--encoder-rate", type=float, metavar="FACTOR",
                        help=f"rate of a pretrained encoder over --rate ({ours.encoder_rate})")  # fmt: skip
    parser.add_argument("--no-negatives", action="store_true", help="leave out crops without errors")
    parser.add_argument(
        "--no-augmentation", action="store_true", help="show the middle --side px of each picture as they are"
    )
    parser.add_argument("--seed", type=int, metavar="N",
                        help=f"of weights and samples ({ours.seed}; after a file of --weights, its crops)")  # fmt: skip
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
    parser.add_argument("--minutes", type=float, metavar="N",
                        help="stop after so long, with a checkpoint; the same command goes on")  # fmt: skip
    parser.add_argument("--progress", choices=("lines", "json"), help="(lines on a terminal, else json)")
    add_words(parser)


def _train(options: argparse.Namespace) -> int:
    from ..models.architectures import ARCHITECTURES

    if options.list:
        for a in ARCHITECTURES:
            print(f"{a.task:12}{a.name:14}{' '.join(f'{size}*' if size == a.size else size for size in a.sizes)}")
        list_words()
        return DONE
    if options.task in WORD_TASKS:
        return train_words(options)
    refuse_words(options)
    began = time.monotonic()
    need("torch")
    if options.weights:
        return _write_weights(*options.weights)
    if options.pool:
        _pack(options)
    if options.pack:
        if options.pool is None:
            raise ParameterError("give --pool NPZ to pack into")
        return DONE
    return _run(options, began + 60 * options.minutes if options.minutes else math.inf)


def _write_weights(run: Path, file: Path) -> int:
    from ..files.clash import refuse_clashes
    from ..files.earlier import refuse_foreign
    from ..training import checkpoint, weights

    need("safetensors")
    if file.suffix != weights.SUFFIX:
        raise ParameterError(f"{file}: the name of a file of weights ends in {weights.SUFFIX}")
    source = checkpoint.checkpoint_of(run)
    refuse_clashes([file], [source])
    refuse_foreign([file], weights.is_own)
    crops = weights.write(checkpoint.read(source), file)
    print(f"{file}: weights after {crops} crops in all")
    return DONE


def _pack(options: argparse.Namespace) -> None:
    """Pack the pool if it is missing; one that is there is only looked at, where nothing is to be trained."""
    from ..training import pool

    if not options.pool.exists():
        if options.data is None:
            raise ParameterError(f"{options.pool} does not exist; give --data FOLDER to pack it from")
        print(f"{options.pool}: {pool.pack(options.data, options.pool, options.seed or 0)} pictures", flush=True)
    elif options.pack:
        print(f"{options.pool}: {pool.count(options.pool)} pictures, packed before")


def _run(options: argparse.Namespace, deadline: float) -> int:
    from ..dataset.check import check_dataset
    from ..models.card import CARD
    from ..training import checkpoint, weights
    from ..training.loop import train
    from ..training.settings import settings_for
    from ..training.stream import Material
    from .training_lines import JsonLines, Lines

    if options.output is None:
        raise ParameterError("give --output FOLDER for checkpoint and curve")
    given = vars(options) | {"negatives": not options.no_negatives, "augment": not options.no_augmentation}
    if options.init:
        need(*(["onnx"] if (options.init / CARD).exists() else []))
        if options.init.suffix == weights.SUFFIX:
            need("safetensors")
            if options.seed is None:  # another one than the runs before had, so that other crops are seen
                given["seed"] = weights.crops_of(checkpoint.course_of(options.init))
    if options.teacher:
        need("transformers", "safetensors")
    elif options.teaching is not None:
        raise ParameterError("--teaching needs --teacher FOLDER")
    material = Material(options.pool, options.dataset, options.teacher)
    if options.dataset:
        check_dataset(options.dataset)
    settings = settings_for(**given)
    if options.epochs or (options.samples is None and options.pool is None):
        settings = replace(settings, samples=material.samples(settings, options.epochs))
    readable = options.progress == "lines" or (options.progress is None and sys.stdout.isatty())
    emit = Lines(settings.batch) if readable else JsonLines()
    try:
        device, init = options.device, options.init
        best = train(material, options.output, settings, device, emit=emit, init=init, deadline=deadline)
    except KeyboardInterrupt:
        print("rsqi: stopped; the same command goes on from the last checkpoint", file=sys.stderr)
        return CANCELLED
    if time.monotonic() > deadline:
        print("rsqi: the time is up; the same command goes on unless the run is complete", file=sys.stderr)
    print(best)
    return DONE
