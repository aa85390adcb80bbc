"""``rsqi dataset``: from recorded errors to training data."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from .command import DONE, FAILED, command, numbers


def add_dataset(commands: Any) -> None:
    """Announce ``rsqi dataset``."""
    parser = command(commands, "dataset", "cut rasters and their recorded errors into a dataset", _dataset)
    parser.add_argument("source", nargs="+", type=Path, metavar="SOURCE",
                        help="a folder of station records (shapefile beside raster), or a reviewed GPKG")  # fmt: skip
    parser.add_argument("--output", required=True, type=Path, metavar="FOLDER", help="new or empty")
    parser.add_argument("--sizes", type=numbers(int), default=(512, 1024), metavar="SIDES", help="px (512,1024)")
    parser.add_argument("--overlap", type=float, default=0.0, metavar="SHARE", help="of a block's side (0)")
    parser.add_argument("--test", type=float, default=0.1, metavar="SHARE", help="of the test part (0.1)")
    parser.add_argument("--whole", action="store_true", help="keep all blocks of a raster in one part")
    parser.add_argument("--negatives", type=float, metavar="SHARE", help="of blocks without error (1027 of 3882)")
    parser.add_argument("--language", choices=("zh", "en", "both"), default="both")
    parser.add_argument("--unreviewed", action="store_true", help="use errors that nobody has reviewed too")
    parser.add_argument("--words", type=Path, metavar="FILE",
                        help='JSON: own words and their types, {"发白": "cloud", "偏色": null}')  # fmt: skip
    parser.add_argument("--seed", type=int, default=0)


def _dataset(options: argparse.Namespace) -> int:
    from ..dataset.build import NEGATIVES, Settings, build
    from ..dataset.vocabulary import load_vocabulary
    from ..describe import LANGUAGES

    settings = Settings(
        sizes=options.sizes,
        overlap=options.overlap,
        test=options.test,
        negatives=NEGATIVES if options.negatives is None else options.negatives,
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
        warn=lambda text: print(f"rsqi: {text}", file=sys.stderr, flush=True),
        tell=lambda text: print(text, flush=True),
    )
    for part, total in built.totals.items():
        clean, questions = built.counts[part][0], built.questions[part]
        print(f"{part:6}{total:7} blocks, {clean} without error, {questions} questions")
    if built.rejected:
        print(f"blocks in which somebody has rejected an error: {built.rejected}")
    print(options.output)
    return FAILED if built.failed else DONE
