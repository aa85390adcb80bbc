"""The errors of an image, judged one by one as they come, change and go: after an edit only what it touches.

Imported inside QGIS as well: standard library only, Python 3.9 syntax. Sums are exact before they are rounded
(:func:`math.fsum`), so a score does not depend on the order of the edits that led to it.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from dataclasses import replace
from typing import Iterable

from ..errors import ParameterError, RasterError
from ..findings import ErrorRecord
from ..limits import SCORE_MODES as MODES
from ..notes import Note
from ..taxonomy import CODES, by_code, by_id
from .checklist import JudgedItem
from .judge import Image, Items, TypeJudge
from .scheme import GRADES, SEVERITIES, Scheme, exceeds
from .scores import STATUSES, UNSCORED, ItemScore, Score

NOTHING = ItemScore(None, 0.0)  # of an error that does not count


class Tally:
    """The errors of one image by key, and their score.

    Of equal errors the one with the lower key bears the points.

    Parameters
    ----------
    scheme, valid_area_m2, valid_pixels, diagonal_px, mode, inspected
        As :func:`rsqi_core.scoring.score` takes them.

    Attributes
    ----------
    records : dict of int to ErrorRecord
    checks : tuple of JudgedItem
        What a person has judged beside the image; may be replaced at any time.
    items : dict of int to ItemScore
        As they were when everything was judged last.
    changed : set of int
        Keys that have another item, or none, since somebody cleared the set.

    Raises
    ------
    ParameterError
        Unknown mode.
    RasterError
        The image has no valid pixel.
    """

    def __init__(
        self,
        scheme: Scheme,
        valid_area_m2: float,
        valid_pixels: int,
        diagonal_px: float,
        mode: str = "count",
        inspected: Iterable[str] | None = None,
    ):
        if mode not in MODES:
            raise ParameterError(f"score mode '{mode}' is not one of {', '.join(MODES)}")
        if not (valid_area_m2 > 0 and valid_pixels > 0 and diagonal_px > 0):
            raise RasterError(Note("nothing_to_score", "the image has no valid pixel, so there is nothing to score"))
        image = Image(valid_area_m2, diagonal_px, math.sqrt(valid_area_m2 / valid_pixels))
        self._scheme, self._mode = scheme, mode
        self._inspected = CODES if inspected is None else tuple(inspected)
        self.checks: tuple[JudgedItem, ...] = ()
        self.records: dict[int, ErrorRecord] = {}
        self.items: Items = {}
        self.changed: set[int] = set()
        self._order: list[int] = []
        self._judges = {
            by_code(code).id: TypeJudge(scheme.types[code], scheme, image, mode, self.items, self.changed)
            for code in CODES
        }

    def put(self, key: int, record: ErrorRecord) -> None:
        """Add an error, or replace the one that has this key.

        Raises
        ------
        ParameterError
            Unknown type or status.
        """
        by_id(record.category_id)
        if record.status not in STATUSES:
            text = "error status '{status}' is not one of {allowed}"
            raise ParameterError(Note("odd_status", text, status=record.status, allowed=", ".join(STATUSES)))
        known = self.records.get(key)
        self.records[key] = record
        if known is None:
            insort(self._order, key)
        elif _counts(known) == _counts(record) and replace(known, status=record.status) == record:
            return
        elif _counts(known) and not (_counts(record) and known.category_id == record.category_id):
            self._judges[known.category_id].remove(key)
        if _counts(record):
            self._judges[record.category_id].put(key, record)
        elif self.items.get(key) != NOTHING:
            self.items[key] = NOTHING
            self.changed.add(key)

    def remove(self, key: int) -> None:
        """Take an error out."""
        record = self.records.pop(key)
        if _counts(record):
            self._judges[record.category_id].remove(key)
        del self._order[bisect_left(self._order, key)]
        self.items.pop(key, None)
        self.changed.add(key)

    def settle(self, most: int | None = None) -> bool:
        """Judge `most` of what has changed, or all of it; return whether everything is judged."""
        for judge in self._judges.values():
            if most is not None and most <= 0:
                return False
            spent = judge.settle(most)
            if most is not None:
                most -= spent
        return all(judge.settled for judge in self._judges.values())

    def score(self) -> Score:
        """Return the score of all errors; the items are in the order of their keys."""
        self.settle()
        found = {code: self._judges[by_code(code).id] for code in CODES}
        by_type = {code: judge.sums() for code, judge in found.items() if judge.count or code in self._inspected}
        severities = {
            s: sum(part.severities[s] for part in by_type.values())
            + sum(each.defects for each in self.checks if each.severity == s)
            for s in SEVERITIES
        }
        not_inspected = tuple(code for code in CODES if code not in self._inspected)
        items = tuple(map(self.items.__getitem__, self._order))
        nothing = ("nothing_inspected",)
        scheme = self._scheme
        of_image = items, by_type, severities, nothing, not_inspected
        result = Score(None, UNSCORED, self._mode, *of_image, scheme, self.checks)
        if not by_type:
            return result
        value = max(0.0, round(100.0 - result.deducted, 6))
        reasons = [f"a_error:{code}" for code, part in by_type.items() if part.severities["A"] and scheme.a_rejects]
        if scheme.a_rejects:
            reasons += [f"a_check:{each.item.code}" for each in self.checks if each.defects and each.severity == "A"]
        if not exceeds(value, scheme.grades["qualified"], inclusive=True):
            reasons.append("below_qualified")
        grade = "rejected" if reasons else next(g for g in GRADES if exceeds(value, scheme.grades[g], inclusive=True))
        return replace(result, value=value, grade=grade, reasons=tuple(reasons))


def _counts(record: ErrorRecord) -> bool:
    return record.status != "rejected"
