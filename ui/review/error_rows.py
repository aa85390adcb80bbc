"""The errors as rows of a list: what the list shows, filters and sorts. No widgets."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice
from operator import attrgetter
from typing import Collection, Iterable, Mapping, Sequence

from qgis.core import QgsFeature, QgsFields
from qgis.PyQt.QtCore import QDateTime

from ...bridge.layer_score import NULL_TYPE
from ...rsqi_core.scoring import STATUSES

COLUMNS = ("category_id", "confidence", "area_m2", "severity", "status")
UNREVIEWED, ACCEPTED, REJECTED, CORRECTED, ADDED = STATUSES
RANKS = {status: rank for rank, status in enumerate(STATUSES)}
TECHNICIAN = "technician"  # source of an error that a person has drawn
SOURCES = {"model": ("model", "evidence"), "rule": ("rule",), TECHNICIAN: (TECHNICIAN,)}  # choices of the filter
WORST, GAIN = "worst", "gain"  # orders of the list beside those of its columns, the first one first
REVIEWED = "reviewed"  # a choice of the filter beside the statuses: all but the unreviewed


@dataclass(frozen=True)
class ErrorRow:
    """One error as it is stored; `severity` and `penalty` follow from all the others and are no part of a decision."""

    fid: int
    category_id: int
    confidence: float | None
    area_m2: float | None
    severity: str
    penalty: float
    status: str
    source: str
    comment: str
    edited_at: str
    edited_by: str

    @property
    def worst(self) -> tuple[float, float]:
        """What it costs, and between equal ones how large it is."""
        return (self.penalty, self.area_m2 or 0.0)

    @property
    def gain(self) -> float | None:
        """What a look at it may be worth: uncertainty x area x deduction; None if somebody has judged it.

        The uncertainty is the variance of a yes or no, 1 at a confidence of a half.
        """
        if self.status != UNREVIEWED or self.confidence is None:
            return None
        return 4 * self.confidence * (1 - self.confidence) * (self.area_m2 or 0.0) * self.penalty

    def decision(self) -> tuple:
        """Return what a person decides, to find out whether somebody else has changed it."""
        return (self.category_id, self.status, self.comment, self.edited_at, self.edited_by)


@dataclass(frozen=True)
class RowFilter:
    """Which rows the list shows; an empty value admits all."""

    category_id: int = 0
    status: str = ""
    text: str = ""
    confidence: float = 0.0
    severity: str = ""
    source: str = ""
    fids: Collection[int] | None = None  # those in the map view; None: wherever they lie

    def admits(self, row: ErrorRow, words: str = "") -> bool:
        """Return whether `row` passes; `words` is what the list calls its type and status."""
        if self.fids is not None and row.fid not in self.fids:
            return False
        if self.category_id and row.category_id != self.category_id:
            return False
        if self.status == REVIEWED and row.status == UNREVIEWED:
            return False
        if self.status not in ("", REVIEWED) and row.status != self.status:
            return False
        if self.severity and row.severity != self.severity:
            return False
        if self.source and row.source not in SOURCES[self.source]:
            return False
        if row.confidence is not None and row.confidence < self.confidence:
            return False
        text = self.text.strip().lower()
        return not text or text in f"{row.fid} {words} {row.severity} {row.comment} {row.edited_by}".lower()


def columns_of(fields: QgsFields) -> dict[str, int]:
    """Return where the fields of a row are; -1 for those that a layer lacks."""
    return {name: fields.indexFromName(name) for name in ErrorRow.__dataclass_fields__ if name != "fid"}


def values_of(feature: QgsFeature, columns: Mapping[str, int]) -> dict[str, object]:
    """Return the values of a feature by name, None for NULL and where a field is lacking."""
    values = [None if isinstance(value, NULL_TYPE) else value for value in feature.attributes()]
    return {name: values[index] if index >= 0 else None for name, index in columns.items()}


def row_of(feature: QgsFeature, columns: Mapping[str, int] | None = None) -> ErrorRow:
    """Return the row of a feature; fields that the layer lacks are empty.

    Parameters
    ----------
    columns : mapping, optional
        What :func:`columns_of` gives, if many features of one layer are read.
    """
    found = values_of(feature, columns_of(feature.fields()) if columns is None else columns)
    edited_at = found["edited_at"]
    return ErrorRow(
        feature.id(),
        int(found["category_id"] or 0),
        found["confidence"],
        found["area_m2"],
        found["severity"] or "",
        float(found["penalty"] or 0.0),
        found["status"] or UNREVIEWED,
        found["source"] or "",
        found["comment"] or "",
        edited_at.toString("yyyy-MM-dd HH:mm:ss.zzz") if isinstance(edited_at, QDateTime) else str(edited_at or ""),
        found["edited_by"] or "",
    )


def arrange(
    rows: Mapping[int, ErrorRow],
    row_filter: RowFilter,
    column: str = "category_id",
    descending: bool = False,
    words: Mapping[tuple[int, str], str] | None = None,
) -> list[int]:
    """Return the fids of the rows that pass the filter, in order; rows without a value come last either way.

    Parameters
    ----------
    words : mapping of (category_id, status) to text, optional
        What a search looks through besides the row's own texts.
    """
    words = words or {}
    shown = list(rows.values())
    if row_filter != RowFilter():
        shown = [row for row in shown if row_filter.admits(row, words.get((row.category_id, row.status), ""))]
    value = attrgetter(column)
    with_value, without, values = shown, [], list(map(value, shown))
    if None in values or "" in values:
        with_value = [row for row in shown if value(row) not in (None, "")]
        without = [row.fid for row in shown if value(row) in (None, "")]
    with_value.sort(key=attrgetter("fid"))  # stable: equal values keep the order of the file
    with_value.sort(
        key=(lambda row: RANKS.get(row.status, len(RANKS))) if column == "status" else value, reverse=descending
    )
    return [row.fid for row in with_value] + sorted(without)


def place_for(row: ErrorRow, order: Sequence[int], rows: Mapping[int, ErrorRow], column: str, descending: bool) -> int:
    """Return the place of a new row in an order that :func:`arrange` has made of others."""
    low, high = 0, len(order)
    while low < high:
        middle = (low + high) // 2
        if (
            arrange({each.fid: each for each in (row, rows[order[middle]])}, RowFilter(), column, descending)[0]
            == row.fid
        ):
            high = middle
        else:
            low = middle + 1
    return low


def next_unreviewed(order: Sequence[int], rows: Mapping[int, ErrorRow], current: int | None, skip: Iterable[int] = ()):
    """Return the fid of the first unreviewed row after `current`, from the top again at the end; None: all done."""
    start = order.index(current) + 1 if current in rows and current in order else 0
    leave = set(skip)
    for fid in chain(islice(order, start, None), islice(order, start)):
        if fid not in leave and rows[fid].status == UNREVIEWED:
            return fid
    return None


def neighbour(order: Sequence[int], current: int | None, step: int) -> int | None:
    """Return the fid `step` rows farther, stopping at both ends; None in an empty list."""
    if not order:
        return None
    if current not in order:
        return order[0 if step > 0 else -1]
    return order[min(max(order.index(current) + step, 0), len(order) - 1)]
