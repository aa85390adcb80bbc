"""``rsqi augment``: Stable Diffusion learns rare errors and paints more of them; a person keeps what is good."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ..errors import ParameterError
from ..limits import MODEL, TRAINING_DEVICES
from .command import CANCELLED, DONE, command, need_diffusion

_COURSE = ("epochs", "rate", "batch", "accumulate", "seed")


def add_augment(commands: Any) -> None:
    """Announce ``rsqi augment`` with its three steps."""
    parser = command(commands, "augment", "make more examples of rare errors with Stable Diffusion", _augment)
    steps = parser.add_subparsers(dest="step", required=True, metavar="train|sample|select")
    train = command(steps, "train", "train LoRA matrices of a Stable Diffusion on a dataset's errors", _train)
    _add_shared(train)
    train.add_argument("--model", required=True, type=Path, metavar="FOLDER",
                       help="a Stable Diffusion 1 or 2 in the layout of diffusers, as safetensors")  # fmt: skip
    train.add_argument("--examples", type=int, metavar="N", help="blocks of each type at most (30)")
    train.add_argument("--epochs", type=int, metavar="N", help="passes over them (10)")
    train.add_argument("--lora", type=int, metavar="RANK", help="of the matrices (10)")
    train.add_argument("--rate", type=float, metavar="LR", help="peak learning rate (0.0001)")
    train.add_argument("--batch", type=int, metavar="N", help="pictures a step (4)")
    train.add_argument("--accumulate", type=int, metavar="N", help="take a batch in so many parts (1)")
    train.add_argument("--progress", choices=("lines", "json"), help="lines for people (usual in a terminal) or JSON")
    sample = command(steps, "sample", "paint errors into clean blocks, and rank the pictures", _sample)
    _add_shared(sample)
    sample.add_argument("--lora", required=True, type=Path, metavar="FOLDER", help="what `rsqi augment train` wrote")
    sample.add_argument("--model", type=Path, metavar="FOLDER", help="the Stable Diffusion, if it was moved since")
    sample.add_argument("--count", type=int, metavar="N", help="of pictures (1000)")
    sample.add_argument("--steps", type=int, metavar="N", help="of denoising (30)")
    sample.add_argument("--guidance", type=float, metavar="X", help="how much the words count (7.5)")
    sample.add_argument("--strength", type=float, metavar="SHARE", help="1 leaves nothing of the ground (0.8)")
    sample.add_argument("--inspector", metavar="default|FOLDER", help=f"whose classifier ranks ({MODEL})")
    select = command(steps, "select", "lay out the pictures, or take those kept into the dataset", _select)
    select.add_argument("candidates", type=Path, metavar="CANDIDATES", help="what `rsqi augment sample` wrote")
    select.add_argument("--sheet", type=Path, metavar="PNG", help="write a contact sheet of those that would be taken")
    select.add_argument("--dataset", type=Path, metavar="FOLDER", help="take them into its training part")
    select.add_argument("--best", type=int, metavar="N",
                        help="the first N, in place of those that a person kept in Learn")  # fmt: skip


def _add_shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", type=Path, metavar="DATASET", help="what `rsqi dataset` wrote")
    parser.add_argument("--output", required=True, type=Path, metavar="FOLDER", help="new")
    parser.add_argument("--types", metavar="CODES", default="", help="spectral_overflow,stitching_trace (the paper's)")
    parser.add_argument("--seed", type=int, metavar="N", help="of all chance (0)")
    parser.add_argument("--device", choices=TRAINING_DEVICES, default=TRAINING_DEVICES[0])


def _augment(options: argparse.Namespace) -> int:
    raise ParameterError("augment needs train, sample or select")


def _train(options: argparse.Namespace) -> int:
    need_diffusion()
    from ..learning.augmentation import EXAMPLES, DiffusionTraining, learn_errors
    from ..training.diffusion import DiffusionCourse
    from .training_lines import JsonLines, Lines

    given = {name: value for name in _COURSE if (value := getattr(options, name)) is not None}
    course = DiffusionCourse(**given, **({} if options.lora is None else {"rank": options.lora}))
    examples = EXAMPLES if options.examples is None else options.examples
    job = DiffusionTraining(
        options.dataset, options.model, options.output, _types(options), examples, course, options.device
    )
    readable = options.progress == "lines" or (options.progress is None and sys.stdout.isatty())
    show = Lines(1, "steps") if readable else JsonLines()

    def tell(event: str, **values: Any) -> None:
        if event == "curve":
            show(event, **values)
        elif event == "resumed":
            print(f"rsqi: goes on from step {values['step']}", file=sys.stderr, flush=True)

    try:
        print(learn_errors(job, tell))
    except KeyboardInterrupt:
        return _stopped()
    return DONE


def _sample(options: argparse.Namespace) -> int:
    need_diffusion()
    from ..dataset.candidates import CANDIDATE_SHEET
    from ..learning.painting import Painting, paint_candidates
    from ..models.diffusion import Brush

    painted = ("steps", "guidance", "strength")
    brush = Brush(**{name: value for name in painted if (value := getattr(options, name)) is not None})
    names = ("model", "count", "inspector", "seed")
    given = {name: value for name in names if (value := getattr(options, name)) is not None}
    job = Painting(
        options.dataset, options.lora, options.output, types=_types(options), brush=brush, device=options.device,
        **given,
    )  # fmt: skip
    try:
        print(paint_candidates(job, _tell) / CANDIDATE_SHEET)
    except KeyboardInterrupt:
        return _stopped()
    return DONE


def _select(options: argparse.Namespace) -> int:
    from ..dataset.candidates import read_candidates, read_decisions, take

    candidates, kept = read_candidates(options.candidates), read_decisions(options.candidates)
    if options.best is not None and options.best < 1:
        raise ParameterError(f"best is {options.best}; it must be at least 1")
    chosen = candidates[: options.best] if options.best else [each for each in candidates if kept.get(each.name)]
    if not options.sheet and not options.dataset:
        raise ParameterError("select needs --sheet PNG, --dataset FOLDER or both")
    if not chosen:
        raise ParameterError(
            f"{options.candidates}: nobody has kept any of its {len(candidates)} pictures; choose them in Learn, or "
            "name --best N"
        )
    if options.sheet:
        from ..learning.painting import write_candidate_sheet
        from ..synthesis.sheet import refuse_other_picture

        refuse_other_picture(options.sheet)
        write_candidate_sheet(chosen, options.sheet)
        print(options.sheet)
    if options.dataset:
        new = take(chosen, options.dataset)
        print(f"{options.dataset}: generated pictures added to its training part: {new}, there before: "
              f"{len(chosen) - new}")  # fmt: skip
    return DONE


def _types(options: argparse.Namespace) -> tuple[str, ...]:
    from ..taxonomy import parse_codes

    return parse_codes(options.types) if options.types else ()


def _tell(event: str, **values: Any) -> None:
    """Show on stderr what a person waits for."""
    if event == "progress" and (values["done"] % 10 == 0 or values["done"] == values["total"]):
        word = {"paint": "painted", "rank": "ranked"}[values["stage"]]
        print(f"rsqi: {word} {values['done']} of {values['total']}", file=sys.stderr, flush=True)
    elif event == "resumed":
        print(f"rsqi: {values['step']} pictures are there already", file=sys.stderr, flush=True)


def _stopped() -> int:
    print("rsqi: stopped; the same command goes on", file=sys.stderr)
    return CANCELLED
