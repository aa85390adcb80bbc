"""``rsqi dataset``: from recorded errors to training data."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from .. import limits
from .command import DONE, FAILED, command, listed, numbers


def add_dataset(commands: Any) -> None:
    """Announce ``rsqi dataset``."""
    parser = command(commands, "dataset", "cut rasters and their recorded errors into a dataset", _dataset)
    parser.add_argument("source", nargs="+", type=Path, metavar="SOURCE",
                        help="a folder of station records (shapefile beside raster), or a reviewed GPKG")  # fmt: skip
    parser.add_argument("--output", required=True, type=Path, metavar="FOLDER", help="new or empty")
    parser.add_argument("--sizes", type=numbers(int), default=limits.DATASET_SIZES, metavar="SIDES",
                        help=f"px ({listed(limits.DATASET_SIZES)})")  # fmt: skip
    parser.add_argument("--overlap", type=float, default=limits.DATASET_OVERLAP, metavar="SHARE",
                        help=f"of a block's side ({limits.DATASET_OVERLAP:g})")  # fmt: skip
    parser.add_argument("--test", type=float, default=limits.DATASET_TEST, metavar="SHARE",
                        help=f"of the test part ({limits.DATASET_TEST:g})")  # fmt: skip
    parser.add_argument("--whole", action="store_true", help="keep all blocks of a raster in one part")
    parser.add_argument("--negatives", type=float, metavar="SHARE", help="of blocks without error (1027 of 3882)")
    parser.add_argument("--language", choices=("zh", "en", "both"), default="both")
    parser.add_argument("--unreviewed", action="store_true", help="use errors that nobody has reviewed too")
    parser.add_argument("--words", type=Path, metavar="FILE",
                        help='JSON: own words and their types, {"发白": "cloud", "偏色": null}')  # fmt: skip
    parser.add_argument("--seed", type=int, default=0)


def _show(event: str, message: str, **_: Any) -> None:
    if event == "warning":
        print(f"rsqi: {message}", file=sys.stderr, flush=True)
    else:
        print(message, flush=True)


def _dataset(options: argparse.Namespace) -> int:
    from ..dataset.build import Settings, build
    from ..dataset.vocabulary import load_vocabulary
    from ..describe import LANGUAGES

    settings = Settings(
        sizes=options.sizes,
        overlap=options.overlap,
        test=options.test,
        negatives=limits.NEGATIVES if options.negatives is None else options.negatives,
        languages=LANGUAGES if options.language == "both" else (options.language,),
        whole=options.whole,
        unreviewed=options.unreviewed,
        seed=options.seed,
        vocabulary=load_vocabulary(options.words),
    )
    built = build(
        options.source,
        options.output,
        settings,
        emit=_show,
    )
    for part, total in built.totals.items():
        clean, questions = built.counts[part][0], built.questions[part]
        print(f"{part:6}{total:7} blocks, {clean} without error, {questions} questions")
    if built.rejected:
        print(f"blocks in which somebody has rejected an error: {built.rejected}")
    print(options.output)
    return FAILED if built.failed else DONE
