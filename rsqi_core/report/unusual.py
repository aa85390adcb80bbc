"""What is unlike anything clean: listed apart, as no type and no part of the score."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..limits import UNUSUAL_LISTED
from .content import Cell, Column, Heading, Paragraph, Row, Table
from .subject import Subject
from .texts import Words, number


def section(subject: Subject, words: Words) -> Iterator[Any]:
    """Tell of the places, the most unusual first; nothing where no memory was asked."""
    places = subject.unusual
    if places is None:
        return
    yield Heading(words("unusual"))
    if not places:
        yield Paragraph(words("unusual_none"))
        return
    area = number(sum(place.area_m2 for place in places))
    yield Paragraph(words("unusual_count", len(places), area, subject.unit))
    yield Paragraph(words("unusual_note"), "note")
    columns = (
        Column(words("unusual_rank"), 12, right=True),
        Column(words("unusual_score"), 22, right=True),
        Column(words("area", subject.unit), 30, right=True),
        Column(words("place"), 36),
    )
    rows = []
    for place in places[:UNUSUAL_LISTED]:
        middle = place.geometry.representative_point()
        figures = (str(place.rank), f"{place.score:.2f}", number(place.area_m2), f"{middle.x:.6g}, {middle.y:.6g}")
        rows.append(Row(tuple(Cell((text,)) for text in figures)))
    yield Table(columns, tuple(rows))
    if len(places) > UNUSUAL_LISTED:
        yield Paragraph(words("unusual_more", len(places) - UNUSUAL_LISTED), "note")
