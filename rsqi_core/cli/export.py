"""``rsqi export``: from training runs to a model folder."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import OutputError, ParameterError
from .command import DONE, command, need


def add_export(commands: Any) -> None:
    """Announce ``rsqi export``."""
    from ..models.card import FALSE_ALARMS

    parser = command(commands, "export", "turn training runs into a model folder (ONNX and card)", _export)
    parser.add_argument("source", nargs="+", type=Path, metavar="RUN",
                        help="a joint run, or a classifier's and a segmenter's: the folder of a run, one of its "
                             "checkpoints or Hugging Face checkpoints; or a model folder, anew")  # fmt: skip
    parser.add_argument(
        "--data", type=Path, metavar="FOLDER", help="imagery whose held-out part sets thresholds and temperatures"
    )
    alarms = f"of clean blocks that one type may mark; twice that all together ({FALSE_ALARMS})"
    parser.add_argument("--false-alarms", type=float, metavar="SHARE", help=alarms)
    parser.add_argument("--without", metavar="TYPES", default="", help="types that the model shall not mark, a,b,...")
    few = "types that may mark a tenth of that share only, a,b,..."
    parser.add_argument("--sparing", metavar="TYPES", default="", help=few)
    parser.add_argument("--seams", type=Path, metavar="RUN",
                        help="a run of the task seams, whose network joins the model; a model folder keeps its "
                             "thresholds then, unless another option asks for others")  # fmt: skip
    parser.add_argument("--standalone", action="store_true",
                        help="write the segmenter of a model folder as one graph that takes images, for programs that "
                             "run single graphs")  # fmt: skip
    parser.add_argument("--output", required=True, type=Path, metavar="PATH", help="folder; with --standalone a file")


def _export(options: argparse.Namespace) -> int:
    need("torch", "onnx")
    _refuse_outputs(options)
    if options.standalone:
        return _standalone(options)
    if options.data is not None:
        return _calibrated(options)
    if options.seams:
        raise ParameterError("--seams needs --data FOLDER, on which its limits are set")
    for name in ("without", "sparing"):
        if getattr(options, name):
            raise ParameterError(f"--{name} needs --data FOLDER, on which thresholds are set")
    if options.false_alarms is not None:
        raise ParameterError("--false-alarms needs --data FOLDER, whose clean blocks they are counted on")
    from ..models.export import write_uncalibrated
    from ..training.checkpoint import load_network

    network = load_network(options.source)
    with _whole_model(options.output) as folder:
        written = [path.relative_to(folder) for path in write_uncalibrated(network, folder, options.output.name)]
    for path in written:
        print(options.output / path)
    print("rsqi: warning: thresholds are 0.5 as there was no --data to set them on", file=sys.stderr)
    return DONE


@contextmanager
def _whole_model(folder: Path) -> Iterator[Path]:
    """Lend a folder whose files become those of a model folder together, in place of an older model's."""
    from ..files.atomic import whole_files
    from ..models.card import CARD, CLASSIFIER, HASHES, SEAMS, SEGMENTER

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot make this folder: {error.strerror}") from error
    names = (CARD, HASHES, CLASSIFIER, SEGMENTER, SEAMS)
    with whole_files(folder / CARD, [folder / name for name in names], "the model") as new:
        yield new


def _refuse_outputs(options: argparse.Namespace) -> None:
    """Refuse to write over a file of a run or of a model that is read, and over what is no model."""
    from ..files.clash import refuse_clashes
    from ..files.earlier import refuse_foreign
    from ..models.card import CARD, CLASSIFIER, HASHES, SEAMS, SEGMENTER, has_card
    from ..models.export import is_own_graph

    output = options.output
    if not options.standalone and output.exists() and not output.is_dir():
        raise OutputError(f"{output}: this is a file; name a folder for the model")
    names = {CARD, HASHES, CLASSIFIER, SEGMENTER, SEAMS}
    sources = [*options.source, *([options.seams] if options.seams else [])]
    inside = (file for source in sources if source.is_dir() for file in source.iterdir())
    read = [file for file in inside if file.name in names or file.suffix in (".pt", ".safetensors", ".json")]
    written = [output] if options.standalone else [output / name for name in names]
    refuse_clashes(written, [*read, *(source for source in sources if source.is_file())])
    refuse_foreign(written, is_own_graph if options.standalone else lambda _: has_card(output))


def _standalone(options: argparse.Namespace) -> int:
    from ..models.export import write_standalone

    if len(options.source) != 1:
        raise ParameterError("--standalone takes one model folder")
    write_standalone(options.source[0], options.output)
    print(options.output)
    return DONE


def _calibrated(options: argparse.Namespace) -> int:
    from ..evaluation.calibration.calibrate import Allowed, recalibrate
    from ..learning.calibrated_export import add_seams, export_calibrated
    from ..models.card import CARD, FALSE_ALARMS, copy_model, read_card

    def log(line: str) -> None:
        print(f"rsqi: {line}", file=sys.stderr, flush=True)

    share = FALSE_ALARMS if options.false_alarms is None else options.false_alarms
    without, sparing = ([c for c in types.split(",") if c] for types in (options.without, options.sparing))
    allowed = Allowed(share, without, sparing, lines=options.seams is not None)
    made = len(options.source) == 1 and (options.source[0] / CARD).exists()
    keeps = made and options.seams and options.false_alarms is None and not without and not sparing
    with _whole_model(options.output) as folder:
        if keeps:
            copy_model(options.source[0], folder, read_card(options.source[0]))
        elif made:
            model = recalibrate(options.source[0], options.data, folder, allowed, log)
        else:
            model = export_calibrated(options.source, options.data, folder, allowed, log, options.output.name)
        if options.seams:
            model = add_seams(folder, options.seams, options.data, log=log)
    card = model.card
    print(
        f"{options.output}: {card.id} {card.version} ({model.hash}){', calibrated anew' if made and not keeps else ''}"
    )
    return DONE
