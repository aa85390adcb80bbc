"""What scoring finds: the score of an image, of each type and of each error, and the sum as an inspector writes it.

Imported inside QGIS as well: standard library only, Python 3.9 syntax.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Mapping

from ..taxonomy import by_code
from .checklist import JudgedItem
from .scheme import SEVERITIES, Scheme

GRADE_NAMES = {
    "excellent": {"zh": "优", "en": "Excellent"},
    "good": {"zh": "良", "en": "Good"},
    "qualified": {"zh": "合格", "en": "Qualified"},
    "rejected": {"zh": "不合格", "en": "Rejected"},
    "unscored": {"zh": "未评分", "en": "Not scored"},
}
GRADE_COLORS = {
    "excellent": "#1a7f4b",
    "good": "#2b7fb8",
    "qualified": "#a8690a",
    "rejected": "#b3261e",
    "unscored": "#5d6b7a",
}
_BY_HAND = {"zh": "人工检查", "en": "judged by hand"}
UNSCORED = "unscored"  # what stands for a grade where nothing was inspected
STATUSES = ("unreviewed", "accepted", "rejected", "corrected", "added")


@dataclass(frozen=True)
class ItemScore:
    """Severity (None: does not count) and deducted points of one record.

    Of errors counted once the largest bears the points, so that the penalties add up to `Score.deducted`.
    """

    severity: str | None
    penalty: float


@dataclass(frozen=True)
class TypeScore:
    """One type: polygons that count, errors after joining neighbours, area, share, points, charged severities."""

    count: int = 0
    errors: int = 0
    area_m2: float = 0.0
    share: float = 0.0
    penalty: float = 0.0
    severities: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(SEVERITIES, 0))


@dataclass(frozen=True)
class Score:
    """The result of :func:`rsqi_core.scoring.score`.

    Attributes
    ----------
    value : float or None
        0 to 100; None if nothing was inspected.
    grade : str
        One of :data:`GRADES`, or :data:`UNSCORED`.
    items : tuple of ItemScore
        Aligned with the records.
    by_type : mapping of code to TypeScore
        Every inspected type, and every type that has an error.
    severities : mapping of A..D to int
        Charged errors, and the defects of `checks`.
    reasons : tuple of str
        Why the grade is "rejected": ``"a_error:<code>"``, ``"a_check:<code of the item>"``, ``"below_qualified"``; why
        there is none: ``"nothing_inspected"``.
    not_inspected : tuple of str
        Codes of types that nobody looked for.
    checks : tuple of JudgedItem
        What a person has judged beside the image.
    """

    value: float | None
    grade: str
    mode: str
    items: tuple[ItemScore, ...]
    by_type: Mapping[str, TypeScore]
    severities: Mapping[str, int]
    reasons: tuple[str, ...]
    not_inspected: tuple[str, ...]
    scheme: Scheme
    checks: tuple[JudgedItem, ...] = ()

    @property
    def deducted(self) -> float:
        """All points; more than 100 where they would make the score negative."""
        # Rounded so that 3/0.3 is 10, not 10.000000000000002
        found = sum(part.penalty for part in self.by_type.values()) + sum(map(self.points_of, self.checks))
        return round(found, 6)

    @property
    def charged_errors(self) -> Mapping[str, int]:
        """Errors of the image that cost points, by severity: without the defects of `checks`."""
        return {s: sum(part.severities[s] for part in self.by_type.values()) for s in SEVERITIES}

    def points_of(self, judged: JudgedItem) -> float:
        """Return what the defects of an item cost, in either mode: A is not divided by t."""
        if not judged.defects:
            return 0.0
        points = judged.defects * self.scheme.deductions[judged.severity]
        return points if judged.severity == "A" else points / self.scheme.t

    def arithmetic(self, lang: str = "en") -> str:
        """Return the sum as an inspector would write it, with the numbers filled in; nothing without a score."""
        if self.value is None:
            return ""
        scheme, value = self.scheme, f"{100 - self.deducted:.6g}"
        if self.deducted > 100:
            value += " → 0"
        if self.mode == "count":
            d, n = scheme.deductions, self.severities
            counted = " + ".join(f"{d[s]:g}×{n[s]}" for s in ("B", "C", "D"))
            return f"100 - ({counted})/{scheme.t:g} - {d['A']:g}×{n['A']} = {value}"
        terms = [
            f"{getattr(by_code(code), lang)} {part.penalty * scheme.t:.6g}"
            for code, part in self.by_type.items()
            if part.penalty
        ]
        charged = [(self.points_of(each), each.severity == "A") for each in self.checks if each.defects]
        by_hand = sum(points for points, rejects in charged if not rejects)
        if by_hand:
            terms.append(f"{_BY_HAND[lang]} {by_hand * scheme.t:.6g}")
        rejecting = sum(points for points, rejects in charged if rejects)
        last = f" - {rejecting:.6g}" if rejecting else ""
        return f"100 - ({' + '.join(terms) or '0'})/{scheme.t:g}{last} = {value}"


def score_text(value: float | None) -> str:
    """Return a score in print; a dash for none."""
    return "–" if value is None else f"{value:.1f}"
