"""``rsqi train caption`` and ``rsqi train vqa``: models of words learn from the captions or questions of a dataset."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ..describe import LANGUAGES
from ..errors import ParameterError
from ..limits import WORD_TASKS
from .command import CANCELLED, DONE, need_words

_ALSO = ("task", "epochs", "rate", "batch", "seed")  # options that other trainings have too, by their usual names
_NOT_FOR_WORDS = ("teacher", "teaching", "pool", "data", "pack", "weights", "share", "arch", "size", "init", "samples",
                  "schedule", "warmup", "weight_decay", "average", "side", "large", "real", "frozen", "encoder_rate",
                  "no_negatives", "workers", "precision", "compile", "checkpoint_every", "patience",
                  "minutes")  # fmt: skip


def add_words(parser: argparse.ArgumentParser) -> None:
    """Announce what `WORD_TASKS` take beside the options of all trainings."""
    words = parser.add_argument_group(
        "caption, vqa", "a BLIP or another vision-language model learns to say it in words"
    )
    words.add_argument("source", nargs="?", type=Path, metavar="DATASET", help="what `rsqi dataset` wrote")
    words.add_argument("--model", type=Path, metavar="FOLDER", help="Hugging Face checkpoint to start from (--list)")
    words.add_argument("--language", choices=LANGUAGES, help="learn from this alone (all; BLIP captions: the first)")
    words.add_argument("--lora", type=int, metavar="RANK",
                       help="low-rank matrices on every other layer; 0: all weights (BLIP 0, others 16)")  # fmt: skip
    words.add_argument("--accumulate", type=int, metavar="N", help="take a batch in so many parts (1)")


def list_words() -> None:
    """Print the table of models."""
    from ..models.word_families import FAMILIES

    for family in FAMILIES:
        for task in family.tasks:
            print(f"{task:12}{family.name}, such as {'; '.join(family.published)}")


def refuse_words(options: argparse.Namespace) -> None:
    """Refuse what only `WORD_TASKS` take."""
    given = [name for name in ("model", "language", "lora", "accumulate") if getattr(options, name) is not None]
    if options.source or given:
        what = f"--{given[0]}" if given else "DATASET after the task"
        raise ParameterError(f"{what} is for {' and '.join(WORD_TASKS)}; the others take --dataset FOLDER")


def train_words(options: argparse.Namespace) -> int:
    """Train, and print the folder."""
    if strange := [name for name in _NOT_FOR_WORDS if getattr(options, name) not in (None, False, "")]:
        raise ParameterError(f"--{strange[0].replace('_', '-')} is not for {options.task}")
    dataset = options.source or options.dataset
    for name, value in (("DATASET", dataset), ("--model FOLDER", options.model), ("--output FOLDER", options.output)):
        if value is None:
            raise ParameterError(f"{options.task} needs {name}")
    need_words()
    from ..learning.words import WordTraining, train_on_words

    given: dict[str, Any] = {name: getattr(options, name) for name in (*_ALSO, "lora", "device")}
    given |= {"augment": not options.no_augmentation}
    given |= {name: value for name in ("language", "accumulate") if (value := getattr(options, name)) is not None}
    given = {name: value for name, value in given.items() if value is not None}
    job = WordTraining(dataset=dataset, model=options.model, output=options.output, **given)
    try:
        found = train_on_words(job, _Events(options))
    except KeyboardInterrupt:
        print("rsqi: stopped; the same command goes on from the last checkpoint", file=sys.stderr)
        return CANCELLED
    print(found)
    return DONE


class _Events:
    """Rows of the curve, as other trainings show them."""

    def __init__(self, options: argparse.Namespace):
        from .training_lines import JsonLines, Lines

        readable = options.progress == "lines" or (options.progress is None and sys.stdout.isatty())
        self._show = Lines(1, "steps") if readable else JsonLines()

    def __call__(self, event: str, **values: Any) -> None:
        if event == "curve":
            self._show(event, **values)
        elif event == "resumed":
            print(f"rsqi: goes on from step {values['step']}", file=sys.stderr, flush=True)
