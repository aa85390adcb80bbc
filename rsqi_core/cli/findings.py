"""``rsqi score`` and ``rsqi describe``: what an inspected and reviewed GeoPackage comes to."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .command import DONE, command


def add_score(commands: Any) -> None:
    """Announce ``rsqi score``."""
    parser = command(commands, "score", "score an inspected and reviewed GeoPackage again", _score)
    parser.add_argument("errors", type=Path, metavar="GPKG")
    parser.add_argument("--scheme", metavar="FILE", help="scoring scheme (JSON)")
    parser.add_argument("--mode", choices=("count", "area"), default="count")
    parser.add_argument("--dry-run", action="store_true", help="print the score, leave the file as it is")


def _score(options: argparse.Namespace) -> int:
    from ..geopackage import read_errors, update_scores
    from ..scoring import load_scheme, score

    stored = read_errors(options.errors)
    image = (stored.valid_area_m2, stored.valid_pixels, stored.diagonal_px)
    result = score(stored.records, load_scheme(options.scheme), *image, options.mode, stored.inspected)
    if not options.dry_run:
        update_scores(options.errors, stored, result)
    for code, found in result.by_type.items():
        if found.count:
            print(f"{code:24}{found.count:6} {found.area_m2:14.1f} m2  -{found.penalty:.1f}")
    print(f"score {result.value:.1f} ({result.grade})")
    return DONE


def add_describe(commands: Any) -> None:
    """Announce ``rsqi describe``."""
    parser = command(commands, "describe", "say in sentences what is wrong with an inspected raster", _describe)
    parser.add_argument("errors", type=Path, metavar="GPKG")
    parser.add_argument("--language", choices=("zh", "en"), default="zh")


def _describe(options: argparse.Namespace) -> int:
    from ..dataset.reviewed import find, read_reviewed
    from ..describe import describe, not_inspected

    reviewed = read_reviewed(options.errors)
    print(describe(find(reviewed), options.language))
    if reviewed.not_inspected:
        print(not_inspected(reviewed.not_inspected, options.language))
    return DONE
