"""Errors become deductions, a score and a grade, by an editable scheme (GB/T 24356-2023).

Imported inside QGIS as well: standard library only, Python 3.9 syntax.

How a scheme judges
-------------------
1. Rejected polygons never count. Errors of one type whose boxes are not farther apart than ``merge_distance_m`` are one
   error: their areas, pixels and lengths add up.
2. An error gets the severity of the first of its type's ``rules`` that holds, else ``otherwise`` (``null``: no error).
   A rule compares a measure with a limit, ``above`` (>) or ``from`` (>=):

   ``share``         area of the error / valid area              ``total_share``  the same for the whole type
   ``pixels``        pixels of the error                         ``count``        polygons of the type
   ``length_share``  length of the error / diagonal of the image
   ``offset_px``, ``offset_m``  displacement; an error without it gets ``unmeasured``
3. At most ``max_errors[severity]`` errors of a severity are charged in one type, the largest first. A type judged by
   its total is *one* error from C upwards, and its D errors never cost more than that one C: more cloud can then never
   cost less, and thirty small clouds are no catastrophe.
4. Mode ``count`` (6.2.4.1.2, equation 4): ``100 - (12 B + 4 C + 1 D) / t - 42 A``.
   Mode ``area`` (the paper makes areas the basis of the deduction, without a formula; this one is ours): a type costs
   ``min(cap, weight * 100 * share) / t`` with share = area / valid area or, with basis ``length``, length / diagonal.
   Severities are those of mode ``count``, and an A rejects as well.
5. A score lies between 0 and 100, however much is deducted. Any A (6.2.1.2) or a score under the lowest grade's limit
   rejects; limits belong to the better grade (6.2.5: >=).
6. Where nobody looked for anything, and nobody has drawn an error, there is no score; the grade is :data:`UNSCORED`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Iterable, Mapping, Sequence

from ..disjoint_sets import DisjointSets
from ..errors import ParameterError
from ..findings import ErrorRecord
from ..limits import SCORE_MODES as MODES
from ..notes import Note
from ..taxonomy import CODES, by_code, by_id
from .scheme import GRADES, SEVERITIES, Scheme, TypeRules, exceeds

GRADE_NAMES = {
    "excellent": {"zh": "优", "en": "Excellent"},
    "good": {"zh": "良", "en": "Good"},
    "qualified": {"zh": "合格", "en": "Qualified"},
    "rejected": {"zh": "不合格", "en": "Rejected"},
    "unscored": {"zh": "未评分", "en": "Not scored"},
}
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
    """The result of :func:`score`.

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
        Charged errors.
    reasons : tuple of str
        Why the grade is "rejected": ``"a_error:<code>"``, ``"below_qualified"``; why there is none:
        ``"nothing_inspected"``.
    not_inspected : tuple of str
        Codes of types that nobody looked for.
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

    @property
    def deducted(self) -> float:
        """All points; more than 100 where they would make the score negative."""
        # Rounded so that 3/0.3 is 10, not 10.000000000000002
        return round(sum(part.penalty for part in self.by_type.values()), 6)

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
        return f"100 - ({' + '.join(terms) or '0'})/{scheme.t:g} = {value}"


def score_text(value: float | None) -> str:
    """Return a score in print; a dash for none."""
    return "–" if value is None else f"{value:.1f}"


def score(
    records: Sequence[ErrorRecord],
    scheme: Scheme,
    valid_area_m2: float,
    valid_pixels: int,
    diagonal_px: float,
    mode: str = "count",
    inspected: Iterable[str] | None = None,
) -> Score:
    """Judge the errors of one image.

    Parameters
    ----------
    records : sequence of ErrorRecord
    scheme : Scheme
    valid_area_m2, valid_pixels : float, int
        Of the image without nodata.
    diagonal_px : float
        Of the whole image.
    mode : {"count", "area"}
    inspected : codes, optional
        The types that were looked for; all ten by default, none if it is empty.

    Raises
    ------
    ParameterError
        Unknown mode, type or status, or an image without a valid pixel.
    """
    if mode not in MODES:
        raise ParameterError(f"score mode '{mode}' is not one of {', '.join(MODES)}")
    if not (valid_area_m2 > 0 and valid_pixels > 0 and diagonal_px > 0):
        raise ParameterError(Note("nothing_to_score", "the image has no valid pixel, so there is nothing to score"))
    for record in records:
        by_id(record.category_id)
        if record.status not in STATUSES:
            text = "error status '{status}' is not one of {allowed}"
            raise ParameterError(Note("odd_status", text, status=record.status, allowed=", ".join(STATUSES)))
    inspected = CODES if inspected is None else tuple(inspected)
    image = _Image(valid_area_m2, diagonal_px, math.sqrt(valid_area_m2 / valid_pixels))

    items = [ItemScore(None, 0.0)] * len(records)
    by_type = {}
    for code in CODES:
        category_id = by_code(code).id
        indices = [i for i, r in enumerate(records) if r.category_id == category_id and r.status != "rejected"]
        if indices or code in inspected:
            by_type[code] = _judge_type(records, indices, code, scheme, image, mode, items)

    severities = {s: sum(part.severities[s] for part in by_type.values()) for s in SEVERITIES}
    not_inspected = tuple(code for code in CODES if code not in inspected)
    reasons = ["nothing_inspected"]
    found = Score(None, UNSCORED, mode, tuple(items), by_type, severities, tuple(reasons), not_inspected, scheme)
    if not by_type:
        return found
    value = max(0.0, round(100.0 - found.deducted, 6))
    reasons = [f"a_error:{code}" for code, part in by_type.items() if part.severities["A"] and scheme.a_rejects]
    if not exceeds(value, scheme.grades["qualified"], inclusive=True):
        reasons.append("below_qualified")
    grade = "rejected" if reasons else next(g for g in GRADES if exceeds(value, scheme.grades[g], inclusive=True))
    return replace(found, value=value, grade=grade, reasons=tuple(reasons))


@dataclass(frozen=True)
class _Image:
    valid_area_m2: float
    diagonal_px: float
    pixel_size: float  # metres


def _judge_type(
    records: Sequence[ErrorRecord],
    indices: list[int],
    code: str,
    scheme: Scheme,
    image: _Image,
    mode: str,
    items: list[ItemScore],
) -> TypeScore:
    """Fill `items` at `indices` and return the sums of the type."""
    rules = scheme.types[code]
    area = sum(records[i].area_m2 for i in indices)
    totals = {"total_share": area / image.valid_area_m2, "count": len(indices)}
    groups = _join([(i, records[i].bounds) for i in indices], scheme.merge_distance_m / image.pixel_size)
    judged = []
    for group in groups:
        group.sort(key=lambda i: (-_rounded(records[i].area_m2), i))
        measures = {**totals, **_measures([records[i] for i in group], image)}
        judged.append((_severity(rules, measures), sum(records[i].area_m2 for i in group), group))

    charged = dict.fromkeys(SEVERITIES, 0)
    for severity, _, group in sorted(judged, key=lambda entry: -_rounded(entry[1])):
        points = 0.0
        if severity is not None and charged[severity] < rules.max_errors.get(severity, math.inf):
            charged[severity] += 1
            # 6.2.4.1.2: an A is not divided by t.
            points = scheme.deductions[severity] / (1.0 if severity == "A" else scheme.t)
        for position, i in enumerate(group):
            items[i] = ItemScore(severity, points if position == 0 else 0.0)
    if mode == "area":
        _charge_areas(records, indices, rules, scheme.t, image, items)
    penalty = sum(items[i].penalty for i in indices)
    return TypeScore(len(indices), len(groups), area, totals["total_share"], penalty, charged)


def _rounded(area: float) -> float:
    """Six figures of an area: which of two equal errors bears the points must not depend on who has measured them."""
    return float(f"{area:.6g}")


def _charge_areas(
    records: Sequence[ErrorRecord],
    indices: list[int],
    rules: TypeRules,
    t: float,
    image: _Image,
    items: list[ItemScore],
) -> None:
    """Replace the points of `items` by the type's ``min(cap, weight * 100 * share) / t``, shared out by size."""
    if rules.area_basis == "length":
        shares = {i: records[i].length_px / image.diagonal_px for i in indices}
    else:
        shares = {i: records[i].area_m2 / image.valid_area_m2 for i in indices}
    shares = {i: share for i, share in shares.items() if items[i].severity is not None}
    total = sum(shares.values())
    points = min(rules.area_cap, rules.area_weight * 100.0 * total) / t
    for i in indices:
        items[i] = ItemScore(items[i].severity, points * shares.get(i, 0.0) / total if total else 0.0)


def _measures(group: list[ErrorRecord], image: _Image) -> dict[str, float | None]:
    length = sum(r.length_px for r in group)
    if len(group) > 1:  # dashes of one line add up, parallel lines do not
        xmin, ymin, xmax, ymax = zip(*(r.bounds for r in group))
        length = min(length, math.hypot(max(xmax) - min(xmin), max(ymax) - min(ymin)))
    offsets = [r.offset_px for r in group if r.offset_px is not None]
    offset = max(offsets) if offsets else None
    return {
        "share": sum(r.area_m2 for r in group) / image.valid_area_m2,
        "pixels": sum(r.pixels for r in group),
        "length_share": length / image.diagonal_px,
        "offset_px": offset,
        "offset_m": None if offset is None else offset * image.pixel_size,
    }


def _severity(rules: TypeRules, measures: Mapping[str, float | None]) -> str | None:
    unmeasured = False
    for rule in rules.rules:
        value = measures[rule.measure]
        if value is None:
            unmeasured = True
        elif rule.holds(value):
            return rule.severity
    return rules.unmeasured if unmeasured else rules.otherwise


def _join(boxes: list[tuple[int, tuple[float, float, float, float] | None]], distance: float) -> list[list[int]]:
    """Group the indices of boxes whose gaps are at most `distance`; 0 joins nothing."""
    sets = DisjointSets(len(boxes))
    ordered = sorted((box, n) for n, (_, box) in enumerate(boxes) if box is not None and distance > 0)
    for position, (box, n) in enumerate(ordered):
        for other, m in ordered[position + 1 :]:
            if exceeds(other[0] - box[2], distance):
                break  # sorted by xmin: nothing farther right can be nearer
            gap_x = max(other[0] - box[2], box[0] - other[2], 0.0)
            gap_y = max(other[1] - box[3], box[1] - other[3], 0.0)
            if not exceeds(math.hypot(gap_x, gap_y), distance):
                sets.join(n, m)
    return [[boxes[n][0] for n in group] for group in sets.groups()]
