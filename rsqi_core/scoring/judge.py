"""One type of error by its rules: severities and points of its errors, kept as they come, change and go.

Imported inside QGIS as well: standard library only, Python 3.9 syntax.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from heapq import nsmallest
from typing import Dict, Mapping, NamedTuple, Tuple

from ..findings import ErrorRecord
from .groups import Group, Groups
from .scheme import SEVERITIES, Rule, Scheme, TypeRules
from .scores import ItemScore, TypeScore

Items = Dict[int, ItemScore]
Rank = Tuple[float, int]  # the largest first, of equal ones the one with the least key


@dataclass(frozen=True)
class Image:
    """What an error is compared with."""

    valid_area_m2: float
    diagonal_px: float
    pixel_size: float  # metres


class _Judged(NamedTuple):
    """A group as it is measured and judged; its `head` bears the points."""

    measures: Mapping[str, float | None]
    rank: Rank
    head: int
    severity: str | None


class _Limits(NamedTuple):
    """The rules of a type once its totals are known: what is left to compare, and what holds where none does."""

    rules: Tuple[Rule, ...]
    otherwise: str | None
    unmeasured: str | None


class TypeJudge:
    """The errors of one type that count, by key.

    Attributes
    ----------
    settled : bool
        Whether all that has changed is judged.

    Parameters
    ----------
    items : dict of int to ItemScore
        Of all types: those of this type are kept in it.
    changed : set of int
        Gets the keys whose item is another.
    """

    def __init__(
        self, rules: TypeRules, scheme: Scheme, image: Image, mode: str, items: Items, changed: set[int]
    ):  # fmt: skip
        self._rules, self._image, self._mode = rules, image, mode
        # 6.2.4.1.2: an A is not divided by t.
        self._points = {s: scheme.deductions[s] / (1.0 if s == "A" else scheme.t) for s in SEVERITIES}
        self._t = scheme.t
        self._items, self._changed = items, changed
        self._groups = Groups(scheme.merge_distance_m / image.pixel_size)
        self._records: dict[int, ErrorRecord] = {}
        self._areas: dict[int, float] = {}
        self._ranks: dict[int, Rank] = {}
        self._judged: dict[Group, _Judged] = {}
        self._by_severity: dict[str, dict[Rank, Group]] = {severity: {} for severity in SEVERITIES}
        self._charged: dict[str, int] = dict.fromkeys(SEVERITIES, 0)
        self._paying: set[Group] = set()  # as the items have it
        self._shares: dict[int, float] = {}  # mode area: of the errors that have a severity
        self._rate = 0.0  # mode area: points that a share costs
        self._limits: _Limits | None = None
        self._to_judge: set[Group] = set()
        self._to_write: set[Group] = set()
        self._to_note = self._to_charge = False  # which steps are due, each once for many portions
        self.settled = True

    @property
    def count(self) -> int:
        """Errors, each polygon counted."""
        return len(self._records)

    def put(self, key: int, record: ErrorRecord) -> None:
        """Add an error or replace it."""
        self._records[key], self._areas[key] = record, record.area_m2
        self._ranks[key] = -_rounded(record.area_m2), key
        self._groups.put(key, record.bounds)
        self.settled, self._to_note = False, True

    def remove(self, key: int) -> None:
        """Take an error out, and its item."""
        for known in (self._records, self._areas, self._ranks, self._shares, self._items):
            known.pop(key, None)
        self._groups.remove(key)
        self.settled, self._to_note = False, True

    def settle(self, most: int | None = None) -> int:
        """Judge what has changed, `most` groups at a time; return how many."""
        if self.settled:
            return 0
        if self._to_note:
            self._note_changes()
            self._to_note, self._to_charge = False, True
        spent = 0
        while self._to_judge and spent != most:
            self._judge(self._to_judge.pop())
            spent += 1
        if self._to_judge:
            return spent
        if self._to_charge:
            self._charge()
            self._to_charge = False
        while self._to_write and spent != most:
            self._write(self._to_write.pop())
            spent += 1
        self.settled = not self._to_write
        return spent

    def sums(self) -> TypeScore:
        """Return the sums of the type."""
        area = math.fsum(self._areas.values())
        if self._mode == "area":
            penalty = self._rate_of(self._total_share()) * self._total_share()
        else:
            penalty = sum(self._points[severity] * count for severity, count in self._charged.items())
        share = area / self._image.valid_area_m2
        return TypeScore(self.count, len(self._groups.every), area, share, penalty, dict(self._charged))

    # The steps of settling

    def _note_changes(self) -> None:
        """Forget groups that are gone, and find those to judge: the changed ones, or all if the totals judge anew."""
        for group in self._groups.gone:
            self._forget(group)
            self._paying.discard(group)
            self._to_judge.discard(group)
            self._to_write.discard(group)
        self._groups.gone.clear()
        for group in self._groups.changed:
            self._forget(group)
        self._to_judge |= self._groups.changed
        self._groups.changed.clear()
        totals = {
            "total_share": math.fsum(self._areas.values()) / self._image.valid_area_m2,
            "count": float(len(self._records)),
        }
        limits = _limits(self._rules, totals)
        if limits != self._limits:
            self._limits = limits
            self._to_judge |= self._groups.every

    def _forget(self, group: Group) -> None:
        judged = self._judged.pop(group, None)
        if judged is not None and judged.severity is not None:
            del self._by_severity[judged.severity][judged.rank]

    def _judge(self, group: Group) -> None:
        known = self._judged.get(group)
        if known is None:
            records = [self._records[key] for key in group.keys]
            area = math.fsum(record.area_m2 for record in records)
            measures = _measures(records, area, self._image)
            rank = -_rounded(area), min(group.keys)
            head = min(self._ranks[key] for key in group.keys)[1]
        else:
            measures, rank, head, _ = known
            self._forget(group)
        severity = _severity(self._limits, measures) if self._limits is not None else None
        self._judged[group] = _Judged(measures, rank, head, severity)
        if severity is not None:
            self._by_severity[severity][rank] = group
        if self._mode == "area":
            self._share_out(group, severity)
        self._to_write.add(group)

    def _charge(self) -> None:
        """Find which errors are charged, and whose points change by that."""
        if self._mode == "area":
            rate = self._rate_of(self._total_share())
            if rate != self._rate:
                self._rate = rate
                self._to_write |= self._groups.every
        paying: set[Group] = set()
        for severity, ranks in self._by_severity.items():
            most = self._rules.max_errors.get(severity, len(ranks))
            first = ranks if most >= len(ranks) else nsmallest(most, ranks)
            self._charged[severity] = min(most, len(ranks))
            paying.update(map(ranks.__getitem__, first))
        if self._mode == "count":
            self._to_write |= paying ^ self._paying
        self._paying = paying

    def _write(self, group: Group) -> None:
        """Give the errors of a group their items."""
        judged = self._judged[group]
        free = ItemScore(judged.severity, 0.0)
        for key in group.keys:
            item = free
            if self._mode == "area":
                item = ItemScore(judged.severity, self._rate * self._shares.get(key, 0.0))
            elif key == judged.head and judged.severity is not None and group in self._paying:
                item = ItemScore(judged.severity, self._points[judged.severity])
            if self._items.get(key) != item:
                self._items[key] = item
                self._changed.add(key)

    # Mode area

    def _share_out(self, group: Group, severity: str | None) -> None:
        for key in group.keys:
            record = self._records[key]
            if severity is None:
                self._shares.pop(key, None)
            elif self._rules.area_basis == "length":
                self._shares[key] = record.length_px / self._image.diagonal_px
            else:
                self._shares[key] = record.area_m2 / self._image.valid_area_m2

    def _total_share(self) -> float:
        return math.fsum(self._shares.values())

    def _rate_of(self, total: float) -> float:
        """Return the points that a share costs: the weight, and less where the type's points reach their cap."""
        weight, cap = self._rules.area_weight * 100.0, self._rules.area_cap
        return (weight if weight * total <= cap else cap / total) / self._t


def _rounded(area: float) -> float:
    """Six figures of an area: which of two equal errors bears the points must not depend on who has measured them."""
    return float(f"{area:.6g}")


def _measures(group: list[ErrorRecord], area: float, image: Image) -> Mapping[str, float | None]:
    """Measure the errors of a group as one."""
    length = math.fsum(record.length_px for record in group)
    if len(group) > 1:  # dashes of one line add up, parallel lines do not
        xmin, ymin, xmax, ymax = zip(*(record.bounds for record in group if record.bounds is not None))
        length = min(length, math.hypot(max(xmax) - min(xmin), max(ymax) - min(ymin)))
    offset = max((record.offset_px for record in group if record.offset_px is not None), default=None)
    step = max((record.step_dn for record in group if record.step_dn is not None), default=None)
    return {
        "share": area / image.valid_area_m2,
        "pixels": sum(record.pixels for record in group),
        "length_share": length / image.diagonal_px,
        "offset_px": offset,
        "offset_m": None if offset is None else offset * image.pixel_size,
        "step_dn": step,
    }


def _limits(rules: TypeRules, totals: Mapping[str, float]) -> _Limits:
    """Return the rules that are left for each error, now that those of the whole type hold or do not."""
    left = []
    for rule in rules.rules:
        if rule.measure not in totals:
            left.append(rule)
        elif rule.holds(totals[rule.measure]):
            return _Limits(tuple(left), rule.severity, rule.severity)
    return _Limits(tuple(left), rules.otherwise, rules.unmeasured)


def _severity(limits: _Limits, measures: Mapping[str, float | None]) -> str | None:
    unmeasured = False
    for rule in limits.rules:
        value = measures[rule.measure]
        if value is None:
            unmeasured = True
        elif rule.holds(value):
            return rule.severity
    return limits.unmeasured if unmeasured else limits.otherwise
