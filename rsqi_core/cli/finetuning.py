"""``rsqi finetune``: an installed model learns on from reviewed errors."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ..limits import MODEL
from ..limits import TRAINING_DEVICES as DEVICES
from .command import CANCELLED, DONE, command, need

LORA = 16  # usual rank (paper, section 4.1)


def add_finetune(commands: Any) -> None:
    """Announce ``rsqi finetune``."""
    parser = command(commands, "finetune", "train a model further on reviewed errors and compare the two", _finetune)
    parser.add_argument("dataset", type=Path, metavar="DATASET", help="what `rsqi dataset` wrote, with a test part")
    out = parser.add_mutually_exclusive_group(required=True)
    out.add_argument("--output", type=Path, metavar="FOLDER", help="of the new model, if it is better")
    out.add_argument("--table4", type=Path, metavar="MD",
                     help="write what augmentation, cuts and negatives are worth; keeps no model")  # fmt: skip
    parser.add_argument("--overwrite", action="store_true", help="with --table4: replace a page that was changed")
    parser.add_argument("--model", default="default", metavar="default|FOLDER", help="to start from (default)")
    parser.add_argument(
        "--pool", type=Path, metavar="NPZ", help="packed backgrounds for half of the crops (the dataset's own)"
    )
    parser.add_argument("--no-rehearsal", action="store_true", help="show nothing but the dataset")
    parser.add_argument("--epochs", type=int, metavar="N", help="over the dataset (10, a Hugging Face segmenter 5)")
    parser.add_argument(
        "--rate", type=float, metavar="LR", help="peak learning rate (0.0002, Hugging Face checkpoints 0.0001)"
    )
    parser.add_argument("--side", type=int, metavar="PX", help="of a crop (256)")
    parser.add_argument("--batch", type=int, metavar="N", help="images a step (16)")
    parser.add_argument(
        "--negatives",
        action=argparse.BooleanOptionalAction,
        help="show blocks without errors to all networks, or to none (all but a Hugging Face segmenter)",
    )
    parser.add_argument(
        "--no-augmentation", action="store_true", help="show blocks as they are, neither cut nor flipped"
    )
    parser.add_argument("--heads", action="store_true",
                        help="train the last layers alone: for few errors, and for `rsqi exchange`")  # fmt: skip
    parser.add_argument("--seeds", action="store_true",
                        help="of images whose types alone are known, learn outlines where the model's evidence is "
                             "sure of them")  # fmt: skip
    parser.add_argument("--unlabelled", type=Path, metavar="FOLDER",
                        help="of rasters that nobody has labelled: also learn what the model is sure of in them, bit "
                             "by bit")  # fmt: skip
    parser.add_argument(
        "--no-generated", action="store_true", help="leave out what `rsqi augment` added to the dataset"
    )
    parser.add_argument("--seed", type=int, metavar="N", help="of the samples (0)")
    pair = parser.add_argument_group("a folder of two Hugging Face checkpoints")
    pair.add_argument("--only", metavar="classifier|segmenter", help="train one, and keep the other")
    pair.add_argument("--lora", type=int, nargs="?", const=LORA, metavar="RANK",
                      help=f"train low-rank matrices and the head instead of all weights ({LORA})")  # fmt: skip
    pair.add_argument("--accumulate", type=int, metavar="N", help="take a batch in so many parts, for a small GPU (1)")
    parser.add_argument("--device", default=DEVICES[0], metavar="|".join(DEVICES))
    parser.add_argument("--keep", action="store_true", help="write the new model even if it is not better")


def _finetune(options: argparse.Namespace) -> int:
    from ..learning.order import FineTuning

    names = ("dataset", "output", "model", "pool", "epochs", "rate", "side", "batch", "negatives", "only", "lora",
             "accumulate", "seed", "device", "keep", "heads", "seeds",
             "unlabelled")  # fmt: skip
    given = {name: value for name in names if (value := getattr(options, name)) is not None}
    if options.table4:
        given["output"] = options.table4.with_name(f"{options.table4.stem}-model")  # nothing is written there
    job = FineTuning(
        **given,
        rehearse=not options.no_rehearsal,
        augment=not options.no_augmentation,
        synthetic=not options.no_generated,
    )
    need(*job.libraries)
    if options.table4:
        return _table4(job, options.table4, options.overwrite)
    from ..learning.finetune import fine_tune

    try:
        comparison = fine_tune(job, _say)
    except KeyboardInterrupt:
        return _stopped()
    print(f"{'type':24}{'blocks':>7}{'F1 old':>9}{'F1 new':>9}{'IoU old':>9}{'IoU new':>9}")
    for row in comparison.rows:
        figures = (row.old_f1, row.new_f1, row.old_iou, row.new_iou)
        print(f"{row.code:24}{row.blocks:7}" + "".join(f"{'' if n is None else f'{n:.3f}':>9}" for n in figures))
    print(comparison.line)
    print(
        f"{'better' if comparison.better else 'not better'}: {job.output if job.output.exists() else 'nothing written'}"
    )
    return DONE


def _table4(job: Any, page: Path, overwrite: bool) -> int:
    """Train with and without, and write the page."""
    from ..evaluation.station.page import refuse_page
    from ..evaluation.station.table4 import table4
    from ..files.atomic import write_whole
    from ..learning.ablation import ablate

    refuse_page(page, [job.dataset, *([Path(job.model)] if job.model != MODEL else [])], overwrite)
    try:
        rows = ablate(job, page, _say)
    except KeyboardInterrupt:
        return _stopped()
    name = "the default model" if job.model == MODEL else Path(job.model).name
    text = table4(job.dataset, name, [(row.name, row.f1, row.iou, row.alarms, row.sure) for row in rows])
    write_whole(page, text.encode("utf-8"))
    print(text)
    return DONE


def _stopped() -> int:
    print("rsqi: stopped; the same command goes on from the last checkpoint", file=sys.stderr)
    return CANCELLED


def _say(event: str, **values: Any) -> None:
    """Show on stderr what a person waits for."""
    if event == "curve" and "score" in values:
        print(f"rsqi: step {values['step']} of {values['steps']}, score {values['score']:.3f}", file=sys.stderr)
    elif event == "variant":
        print(f"rsqi: {values['name']}", file=sys.stderr, flush=True)
    elif event == "thresholds":
        print(f"rsqi: thresholds are set for {', '.join(values['types']) or 'no type'}", file=sys.stderr, flush=True)
    elif event in ("warning", "resumed"):
        text = values.get("message") or f"goes on from step {values['step']}"
        print(f"rsqi: {text}", file=sys.stderr, flush=True)
