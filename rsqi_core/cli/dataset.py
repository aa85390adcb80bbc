"""``rsqi dataset``: from recorded errors to training data."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import limits
from .command import DONE, FAILED, command, listed, numbers


def add_dataset(commands: Any) -> None:
    """Announce ``rsqi dataset``."""
    parser = command(commands, "dataset", "cut rasters and their recorded errors into a dataset", _dataset)
    parser.add_argument("source", nargs="+", type=Path, metavar="SOURCE",
                        help="a folder of station records (shapefile beside raster), a reviewed GPKG, or a folder of "
                             "pictures in classes, with COCO or labelme polygons, or with masks")  # fmt: skip
    parser.add_argument("--output", required=True, type=Path, metavar="FOLDER", help="new or empty")
    parser.add_argument(
        "--format",
        default=limits.DATASET_FORMATS[0],
        metavar="|".join(limits.DATASET_FORMATS),
        help="what a folder holds (auto)",
    )
    parser.add_argument("--mapping", type=Path, metavar="FILE",
                        help='JSON: values or colours of masks and their types, {"0": null, "#ff0000": "cloud", '
                             '"255": "ignored"}')  # fmt: skip
    parser.add_argument("--sizes", type=numbers(int), default=limits.DATASET_SIZES, metavar="SIDES",
                        help=f"px ({listed(limits.DATASET_SIZES)})")  # fmt: skip
    parser.add_argument("--overlap", type=float, default=limits.DATASET_OVERLAP, metavar="SHARE",
                        help=f"of a block's side ({limits.DATASET_OVERLAP:g})")  # fmt: skip
    parser.add_argument("--test", type=float, default=limits.DATASET_TEST, metavar="SHARE",
                        help=f"of the test part ({limits.DATASET_TEST:g})")  # fmt: skip
    parser.add_argument("--whole", action="store_true",
                        help="keep all blocks of a scene in one part, also where there are fewer than 5")  # fmt: skip
    parser.add_argument("--scene", default="", metavar="REGEX",
                        help="finds the scene in a file's name (map sheet, Landsat or Sentinel-2 tile)")  # fmt: skip
    parser.add_argument("--negatives", type=float, metavar="SHARE", help="of blocks without error (1027 of 3882)")
    parser.add_argument("--language", choices=("zh", "en", "both"), default="both")
    parser.add_argument("--unreviewed", action="store_true", help="use errors that nobody has reviewed too")
    parser.add_argument("--confidence", type=float, default=limits.UNREVIEWED_CONFIDENCE, metavar="P",
                        help=f"that those must have ({limits.UNREVIEWED_CONFIDENCE})")  # fmt: skip
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
    from ..dataset.layout import SHEET
    from ..dataset.palette import load_palette
    from ..dataset.vocabulary import load_vocabulary
    from ..describe import LANGUAGES

    settings = Settings(
        sizes=options.sizes,
        overlap=options.overlap,
        test=options.test,
        negatives=limits.NEGATIVES if options.negatives is None else options.negatives,
        languages=LANGUAGES if options.language == "both" else (options.language,),
        whole=options.whole,
        unreviewed=options.confidence if options.unreviewed else None,
        seed=options.seed,
        vocabulary=load_vocabulary(options.words),
        form=options.format,
        palette=load_palette(options.mapping),
        scene=options.scene,
    )
    built = build(
        options.source,
        options.output,
        settings,
        emit=_show,
    )
    for part, total in built.totals.items():
        clean, questions = built.counts[part][0], built.questions[part]
        scenes = built.scenes[part]
        print(f"{part:6}{total:7} blocks, {clean} without error, {questions} questions, {scenes} scenes")
    _print_types(built.counts)
    if built.rejected:
        print(f"blocks in which somebody has rejected an error: {built.rejected}")
    print(options.output / SHEET)
    print(options.output)
    return FAILED if built.failed else DONE


def _print_types(counts: Mapping[str, Mapping[int, int]]) -> None:
    """Print how many blocks of each part show each type."""
    from ..taxonomy import TYPES

    print(f"{'':24}" + "".join(f"{part:>8}" for part in counts))
    for t in TYPES:
        if any(t.id in found for found in counts.values()):
            print(f"{t.code:24}" + "".join(f"{found.get(t.id, 0):8}" for found in counts.values()))
