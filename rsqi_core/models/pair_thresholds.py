"""Thresholds and temperatures of a Hugging Face classifier: a file beside its weights, and a table in its card."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import ModelError
from ..files.atomic import whole_file
from ..taxonomy import CODES
from .card import Card
from .checkpoints import read_json

THRESHOLDS = "thresholds.json"
README = "README.md"
_SECTION = re.compile(r"\n## Thresholds\n.*?(?=\n## |\Z)", re.DOTALL)
_TEXT = """
## Thresholds

Set by RSQI on {blocks} blocks that the classifier has not learned from, so that a type marks at most {alarms:.1%} of
those without errors. Types that too few of the blocks show keep theirs. A logit is divided by the temperature first.

| type | threshold | temperature |
|---|---|---|
{rows}
"""


def with_thresholds(card: Card, folder: Path) -> Card:
    """Return a card with what the file in a classifier's folder says of the types that the card has a threshold for.

    Raises
    ------
    ModelError
        The file is damaged, or holds what is no threshold or temperature.
    """
    file = folder / THRESHOLDS
    if not file.exists():
        return card
    values = read_json(file)
    known = {code for code, limit in card.thresholds.items() if limit is not None}
    limits, warmth = (_numbers(file, values, name) for name in ("thresholds", "temperatures"))
    for code, value in limits.items():
        if not 0 < value < 1:
            raise ModelError(f"{file}: the threshold of {code} is {value:g}; it must lie between 0 and 1")
    for code, value in warmth.items():
        if not value > 0:
            raise ModelError(f"{file}: the temperature of {code} is {value:g}; it must be above 0")
    return replace(
        card,
        thresholds={**card.thresholds, **{code: value for code, value in limits.items() if code in known}},
        temperatures={**card.temperatures, **warmth},
    )


def write_thresholds(card: Card, folder: Path, fresh: tuple[str, ...], blocks: int, false_alarms: float) -> None:
    """Write what a card says of the types `fresh`, and what the file has of others, into a classifier's folder.

    Parameters
    ----------
    blocks : int
        On so many it was set.
    false_alarms : float
        Share of the clean ones that a type was allowed to mark, 0-1.

    Raises
    ------
    OutputError
        The folder cannot be written; the file is as it was.
    """
    file, readme = folder / THRESHOLDS, folder / README
    known = read_json(file) if file.exists() else {}
    limits = {**known.get("thresholds", {}), **{code: card.thresholds[code] for code in fresh}}
    warmth = {**known.get("temperatures", {}), **{code: card.temperatures[code] for code in fresh}}
    values = {"thresholds": limits, "temperatures": warmth, "false_alarms": false_alarms, "blocks": blocks}
    with whole_file(file, "the thresholds") as part:
        part.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    rows = "\n".join(f"| {c} | {limits[c]:.3f} | {warmth.get(c, 1.0):.3f} |" for c in CODES if c in limits)
    text = readme.read_text(encoding="utf-8", errors="replace") if readme.exists() else f"# {folder.name}\n"
    section = _TEXT.format(blocks=blocks, alarms=false_alarms, rows=rows)
    with whole_file(readme, "the card") as part:
        part.write_text(_SECTION.sub("", text).rstrip() + "\n" + section, encoding="utf-8")


def _numbers(file: Path, values: Mapping[str, Any], name: str) -> dict[str, float]:
    try:
        found = {str(code): float(value) for code, value in (values.get(name) or {}).items()}
    except (AttributeError, TypeError, ValueError):
        raise ModelError(f"{file}: {name} must be numbers by type") from None
    if unknown := sorted(set(found) - set(CODES)):
        raise ModelError(f"{file}: '{unknown[0]}' is no type; the types are {', '.join(CODES)}")
    return found
