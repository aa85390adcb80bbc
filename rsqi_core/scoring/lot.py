"""A lot of images: how many are inspected, which, and what they say of the lot (GB/T 24356-2023, 5.2, 6.1, 6.4).

Imported inside QGIS as well: standard library only, Python 3.9 syntax.

A unit of the sample is inspected in detail and scored. A unit outside it may be looked over: it passes with no A and
fewer than four B (6.1.3), and has no part in the mean. One unit that fails, in either way, fails the lot; else the
sample's mean is the lot's score, and the shares of good units give its grade.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from typing import Mapping, Sequence

from ..errors import ParameterError
from ..notes import Note
from .sample import draw_alike

LARGEST = 1000  # a larger lot is split evenly
# Largest lot for which this many units are inspected (5.2).
SIZES = (
    (20, 3), (40, 5), (60, 7), (80, 9), (100, 10), (120, 11), (140, 12), (160, 13), (180, 14), (200, 15),
    (232, 17), (282, 20), (362, 24), (487, 30), (686, 40), (LARGEST, 56),
)  # fmt: skip
MAX_B = 3  # of a unit that is looked over
# Grade of a lot: least share of units that are good or better, and of excellent ones (6.4).
SHARES = (("excellent", 0.9, 0.5), ("good", 0.8, 0.3))


@dataclass(frozen=True)
class Unit:
    """One image of a lot.

    Attributes
    ----------
    name : str
    value : float or None
        Its score; None if nothing was inspected. Such a unit neither passes nor fails: it is still to be inspected.
    grade : str
        One of :data:`rsqi_core.scoring.GRADES`, or ``"unscored"``.
    severities : mapping of A..D to int
        Charged errors.
    detailed : bool
        In the sample; else only looked over.
    """

    name: str
    value: float | None
    grade: str
    severities: Mapping[str, int]
    detailed: bool = True

    @property
    def passes(self) -> bool:
        """Whether this unit lets the lot pass."""
        if self.value is None:
            return False
        return self.grade != "rejected" if self.detailed else overview_passes(self.severities)


@dataclass(frozen=True)
class Verdict:
    """What a sample says of its lot.

    Attributes
    ----------
    grade : str or None
        None while too few units are inspected and none has failed.
    mean : float or None
        Of the sample; None without one, and when a unit failed.
    needed, inspected : int
        Units of the sample.
    good_share, excellent_share : float
        Of the sample: good or better, and excellent, 0-1.
    failed : tuple of str
        Names of the units that fail the lot.
    """

    grade: str | None
    mean: float | None
    needed: int
    inspected: int
    good_share: float
    excellent_share: float
    failed: tuple[str, ...]


def split(lot_size: int) -> tuple[int, ...]:
    """Return the sizes of the lots that so many units make: one up to 1000, else as few and as even as can be.

    Raises
    ------
    ParameterError
        A lot has at least one unit.
    """
    if lot_size < 1:
        raise ParameterError(Note("lot_empty", "a lot has at least one unit, not {size}", size=lot_size))
    parts = math.ceil(lot_size / LARGEST)
    return tuple(lot_size // parts + (part < lot_size % parts) for part in range(parts))


def sample_size(lot_size: int) -> int:
    """Return how many units of a lot of 1 to 1000 are inspected in detail.

    Raises
    ------
    ParameterError
        The lot is empty, or has to be split.
    """
    if len(split(lot_size)) > 1:
        parts = ", ".join(map(str, split(lot_size)))
        raise ParameterError(Note("lot_split", "a lot of {size} units is split: {parts}", size=lot_size, parts=parts))
    return min(lot_size, SIZES[bisect_left(SIZES, (lot_size, 0))][1])


def draw(names: Sequence[str], seed: str = "") -> tuple[str, ...]:
    """Draw the sample of a lot of units by name; the same seed draws the same units, whatever their order."""
    return draw_alike(names, sample_size(len(names)), seed)


def overview_passes(severities: Mapping[str, int]) -> bool:
    """Whether a unit passes that is only looked over (6.1.3)."""
    return not severities["A"] and severities["B"] <= MAX_B


def judge(units: Sequence[Unit], lot_size: int) -> Verdict:
    """Judge a lot of 1 to 1000 units by those that were inspected.

    Raises
    ------
    ParameterError
        The lot has to be split, or is smaller than what was inspected.
    """
    needed = sample_size(lot_size)
    if len(units) > lot_size:
        text = "{count} units cannot come from a lot of {size}"
        raise ParameterError(Note("lot_small", text, count=len(units), size=lot_size))
    scored = [unit for unit in units if unit.value is not None]
    sample = [unit for unit in scored if unit.detailed]
    failed = tuple(unit.name for unit in scored if not unit.passes)
    count = len(sample)
    good = sum(unit.grade in ("excellent", "good") for unit in sample) / count if count else 0.0
    excellent = sum(unit.grade == "excellent" for unit in sample) / count if count else 0.0
    mean = sum(unit.value for unit in sample if unit.value is not None) / count if count and not failed else None
    if failed:
        grade = "rejected"
    elif count < needed:
        grade = None
    else:
        grade = next((g for g, least, best in SHARES if good >= least and excellent >= best), "qualified")
    return Verdict(grade, mean, needed, count, good, excellent, failed)
