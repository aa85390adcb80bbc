"""What a person has judged beside the image, as a report shows it: in one line, and as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..scoring import JudgedItem
from .content import Cell, Column, Heading, Paragraph, Row, Table, Text
from .subject import Subject
from .texts import Words, points

_DEFECT_COLOR = "#b3261e"


def brief(checks: Sequence[JudgedItem], words: Words) -> Text:
    """Return in one line how many items are met and how many are not."""
    met = sum(each.verdict == "met" for each in checks)
    failed = [each for each in checks if each.defects]
    judged = sum(bool(each.verdict) for each in checks)
    parts = [words("checks_met", met, judged)]
    if failed:
        names = [words.of(each.item.text) for each in failed]
        parts.append(words("checks_failed", words.join(names, {"zh": "；", "en": "; "})))
    if judged < len(checks):
        parts.append(words("checks_open", len(checks) - judged))
    return words.join(parts, {"zh": "；", "en": "; "})


def section(subject: Subject, words: Words) -> Iterator[Any]:
    """Yield what a person has judged beside the image; nothing where there is no list."""
    checks = subject.score.checks
    if not checks:
        return
    yield Heading(words("checks"))
    yield Paragraph(words("checks_note"), "note")
    yield table(subject, words)


def table(subject: Subject, words: Words) -> Table:
    """Return every item with its verdict and what it costs."""
    rows = []
    for each in subject.score.checks:
        cells = (
            Cell(words.of(each.item.element)),
            Cell(words.of(each.item.text)),
            Cell(words(f"check_{each.verdict or 'open'}"), _DEFECT_COLOR if each.defects else ""),
            Cell((f"{each.severity}×{each.count}" if each.defects else "–",)),
            Cell((points(subject.score.points_of(each)),)),
            Cell((remark(each) or "–",)),
        )
        rows.append(Row(cells, "plain" if each.verdict else "faint"))
    columns = [
        Column(words(key), share, right)
        for key, share, right in (
            ("element", 15, False),
            ("check", 31, False),
            ("result", 13, False),
            ("severity", 9, True),
            ("penalty", 10, True),
            ("remark", 22, False),
        )
    ]
    return Table(tuple(columns), tuple(rows))


def remark(judged: JudgedItem) -> str:
    """Return what the person and the algorithm say of an item, and who has judged it."""
    return " · ".join(filter(None, (judged.comment, judged.outcome, judged.judged_by)))
