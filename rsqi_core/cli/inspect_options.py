"""What ``rsqi inspect`` and ``rsqi batch`` may be told of an inspection and of its files."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from .. import limits
from ..report.texts import LANGUAGES
from ..scoring import MODES
from .command import listed, numbers

if TYPE_CHECKING:
    from ..parameters import Parameters

_PARAMETERS = ("types", "model", "device", "constraint", "alpha", "threshold", "sensitivity", "blocks", "overlap",
               "min_area", "tolerance", "bands", "nodata", "extent", "stripe_rule", "missing_rule", "scheme",
               "score_mode", "memory")  # fmt: skip


def add_options(parser: argparse.ArgumentParser) -> None:
    """Announce the options."""
    parser.add_argument("--mask", action="store_true", help="also write <stem>_mask.tif")
    parser.add_argument("--report", action="store_true", help="also write <stem>.html")
    parser.add_argument("--language", choices=tuple(LANGUAGES), default="both", help="of the report (both)")
    parser.add_argument("--shapefile", action="store_true", help="also write <stem>.shp in the station's form")
    parser.add_argument("--types", default="", metavar="CODES", help="comma-separated type codes (all)")
    parser.add_argument("--model", default=limits.MODEL, metavar=f"{limits.MODEL}|FOLDER")
    parser.add_argument("--device", default=limits.DEVICES[0], metavar="|".join(limits.DEVICES))
    modes = f"{', '.join(limits.CONSTRAINTS)}, or {limits.INPUT_SIDE} for a model that takes words (the model's)"
    parser.add_argument("--constraint", metavar="MODE", help=modes)
    parser.add_argument("--alpha", type=float, default=limits.ALPHA, metavar="A",
                        help=f"coefficient of the constraint ({limits.ALPHA:g})")  # fmt: skip
    parser.add_argument("--threshold", type=float, metavar="T", help="probability 0-1 (the model's, per type)")
    parser.add_argument("--sensitivity", type=float, default=limits.SENSITIVITY, metavar="S",
                        help="divides the odds of every threshold: 4 finds more, also what is none "
                             f"({limits.SENSITIVITY:g})")  # fmt: skip
    parser.add_argument("--blocks", type=numbers(int), default=limits.BLOCK_SIZES, metavar="SIDES",
                        help=f"px ({listed(limits.BLOCK_SIZES)})")  # fmt: skip
    parser.add_argument("--overlap", type=float, default=limits.OVERLAP, metavar="SHARE",
                        help=f"of a block's side ({limits.OVERLAP:g})")  # fmt: skip
    parser.add_argument("--min-area", type=float, metavar="M2",
                        help="drop smaller region errors (0.01 %% of a block of the size that found them: "
                             f"{_least()})")  # fmt: skip
    parser.add_argument("--tolerance", type=float, default=limits.TOLERANCE, metavar="PX",
                        help="by which outlines of region errors may leave the edges of pixels to be smooth; 0 keeps "
                             f"these edges ({limits.TOLERANCE:g})")  # fmt: skip
    add_reading(parser)
    parser.add_argument("--extent", type=numbers(float, 4), metavar="xmin,ymin,xmax,ymax")
    parser.add_argument("--stages", default=",".join(limits.STAGES), help=argparse.SUPPRESS)
    parser.add_argument("--stripe-rule", default=limits.STRIPE_RULES[0], metavar="RULE",
                        help=f"{' or '.join(limits.STRIPE_RULES)} (the paper's)")  # fmt: skip
    parser.add_argument("--missing-rule", default=limits.MISSING_RULES[0], metavar="RULE",
                        help=f"{' or '.join(limits.MISSING_RULES)} (the paper's)")  # fmt: skip
    add_scoring(parser)
    parser.add_argument("--memory", metavar="FILE",
                        help="of `rsqi memory build`: also mark what is unlike anything clean, in a layer of its own "
                             "that no score knows of")  # fmt: skip
    parser.add_argument("--overwrite", action="store_true",
                        help="replace a result that was reviewed or is of another image, which is kept as "
                             "<stem>.bak.gpkg, and files that rsqi did not write")  # fmt: skip
    parser.add_argument("--progress", choices=("bar", "json", "none"), default="bar")


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Announce how a raster is read."""
    parser.add_argument("--bands", type=_words, metavar="R,G,B",
                        help="by number, name or colour, or one for grey (as the image says)")  # fmt: skip
    parser.add_argument("--nodata", type=float, metavar="VALUE",
                        help="left out besides what the raster declares "
                             "(one that must be nodata is found)")  # fmt: skip


def add_scoring(parser: argparse.ArgumentParser) -> None:
    """Announce how errors are scored."""
    parser.add_argument("--scheme", metavar="FILE", help="scoring scheme (JSON)")
    parser.add_argument("--score-mode", default=MODES[0], metavar="|".join(MODES))


def parameters_of(options: argparse.Namespace) -> Parameters:
    """Return the parameters that were typed.

    Raises
    ------
    ParameterError
        For a value out of range.
    """
    from ..parameters import from_mapping

    values = {name: getattr(options, name) for name in _PARAMETERS}
    return from_mapping(values | {"stages": options.stages.split(",")})


def _words(text: str) -> list[str]:
    return text.split(",")


def _least() -> str:
    return ", ".join(f"{limits.least_pixels(side)} px of {side}" for side in limits.BLOCK_SIZES)
