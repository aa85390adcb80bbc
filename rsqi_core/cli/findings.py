"""``rsqi score`` and ``rsqi describe``: what an inspected and reviewed GeoPackage comes to."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ParameterError, RsqiError
from ..particulars import particulars_from_mapping
from ..scoring import MODES
from .command import DONE, FAILED, command
from .particulars_options import add_particulars, particulars_values

if TYPE_CHECKING:
    from ..particulars import Particulars
    from ..scoring import JudgedItem, Scheme
    from ..scoring.lot import Unit


def add_score(commands: Any) -> None:
    """Announce ``rsqi score``."""
    parser = command(commands, "score", "score inspected and reviewed GeoPackages again, and judge a lot", _score)
    parser.add_argument("errors", type=Path, nargs="+", metavar="GPKG")
    parser.add_argument("--scheme", metavar="FILE", help="scoring scheme (JSON)")
    parser.add_argument("--mode", choices=MODES, default=MODES[0])
    parser.add_argument("--dry-run", action="store_true", help="print the score, leave the file as it is")
    judge = "verdict of a person on an item of the checklist: met, none (does not apply), or a class and number as C2"
    parser.add_argument("--judge", action="append", default=[], metavar="ITEM=VERDICT", help=judge)
    parser.add_argument("--checklist", metavar="FILE", help="list of the items (the one beside the scheme)")
    add_particulars(parser, "kept in each GeoPackage, for its reports")
    parser.add_argument("--lot", type=int, metavar="SIZE", help="judge a lot of so many images by these, its sample")


def _score(options: argparse.Namespace) -> int:
    from ..scoring import load_scheme, lot

    scheme = load_scheme(options.scheme)
    needed = None if options.lot is None else lot.sample_size(options.lot)
    verdicts = _verdicts(options)
    particulars = particulars_from_mapping(particulars_values(options))
    units = []
    for path in options.errors:
        try:
            units.append(_score_one(path, scheme, options, verdicts, particulars))
        except RsqiError as error:
            if len(options.errors) == 1:
                raise
            print(f"rsqi: {error}", file=sys.stderr)
    failed = len(options.errors) - len(units)
    if failed and needed is not None:
        print(f"lot of {options.lot}: no verdict, as images that could not be scored are {failed}")
    elif needed is not None:
        verdict = lot.judge(units, options.lot)
        print(f"lot of {options.lot}: {verdict.inspected} of {needed} images inspected")
        if verdict.failed:
            print(f"failed: {', '.join(verdict.failed)}")
        mean = "" if verdict.mean is None else f"{verdict.mean:.1f} "
        print(f"lot {mean}({verdict.grade or 'no verdict yet'})")
    return FAILED if failed else DONE


def _verdicts(options: argparse.Namespace) -> list[JudgedItem]:
    """Return what the options say of the items of the checklist."""
    from datetime import datetime

    from ..scoring.checklist import CLASSES, VERDICTS, JudgedItem, judge
    from ..scoring.checklist_file import list_beside, load_list

    items = {item.code: item for item in load_list(options.checklist or list_beside(options.scheme))}
    if not options.judge:
        return []
    found = {code: JudgedItem(item) for code, item in items.items()}
    for text in options.judge:
        code, _, verdict = text.partition("=")
        if code not in items:
            raise ParameterError(f"--judge: '{code}' is not one of {', '.join(items)}")
        blank = JudgedItem(items[code], judged_by=options.inspector or "", judged_at=f"{datetime.now():%Y-%m-%dT%H:%M}")
        if verdict in VERDICTS and verdict != "defect":
            found[code] = judge(blank, verdict)
        elif verdict and verdict[0] in CLASSES and (verdict[1:] or "1").isdecimal():
            found[code] = judge(blank, "defect", verdict[0], int(verdict[1:] or 1))
        else:
            raise ParameterError(
                f"--judge: '{verdict}' is not met, none, or a class of A to D with a number such as C2"
            )
    return list(found.values())


def _score_one(
    path: Path, scheme: Scheme, options: argparse.Namespace, verdicts: list[JudgedItem], particulars: Particulars
) -> Unit:
    from ..files.checklist_table import store_checklist
    from ..files.geopackage import read_errors, update_scores
    from ..files.particulars_table import read_particulars, store_particulars
    from ..scoring import score, score_text
    from ..scoring.checklist import merged_verdicts
    from ..scoring.lot import Unit

    stored = read_errors(path)
    image = (stored.valid_area_m2, stored.valid_pixels, stored.diagonal_px)
    checks = merged_verdicts(stored.checks, verdicts)
    result = score(stored.records, scheme, *image, options.mode, stored.inspected, checks)
    if not options.dry_run:
        if verdicts:
            store_checklist(path, checks)
        if not particulars.is_empty:
            store_particulars(path, particulars.over(read_particulars(path)))
        update_scores(path, stored, result)
    if len(options.errors) > 1:
        print(f"{path}:")
    for code, found in result.by_type.items():
        if found.count:
            print(f"{code:24}{found.count:6} {found.area_m2:14.1f} m2  -{found.penalty:.1f}")
    for each in result.checks:
        if each.defects:
            print(f"{each.item.code:24}{each.defects:6} {each.severity:>17}  -{result.points_of(each):.1f}")
    if result.not_inspected:
        print(f"not inspected: {', '.join(result.not_inspected)}")
    if result.value is not None:
        print(result.arithmetic())
    count, charged = sum(part.count for part in result.by_type.values()), sum(result.charged_errors.values())
    print(f"{count} errors, charged as {charged}, score {score_text(result.value)} ({result.grade})")
    return Unit(path.stem, result.value, result.grade, result.severities)


def add_describe(commands: Any) -> None:
    """Announce ``rsqi describe``."""
    parser = command(commands, "describe", "say in sentences what is wrong with an inspected raster", _describe)
    parser.add_argument("errors", type=Path, metavar="GPKG")
    parser.add_argument("--language", choices=("zh", "en"), default="zh")


def _describe(options: argparse.Namespace) -> int:
    from ..dataset.reviewed import read_reviewed, summarize_reviewed
    from ..describe import describe_inspected

    reviewed = read_reviewed(options.errors)
    print(describe_inspected(summarize_reviewed(reviewed), reviewed.not_inspected, options.language))
    return DONE
