"""What stands in a report beside the errors: for whom it was made, the image in words, and what a person has judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..dossier import data_uri
from ..scoring import JudgedItem
from .content import Cell, Column, Facts, Heading, Paragraph, Row, Signatures, Table, Text
from .subject import Subject
from .texts import Words, points

_FACTS = ("client", "project", "sheet", "acceptance")
_DEFECT_COLOR = "#b3261e"


def facts(subject: Subject, words: Words) -> Iterator[Any]:
    """Yield client, project, sheet and instrument of acceptance, as far as they were given."""
    given = [((" ".join(words(name)),), (value,)) for name in _FACTS if (value := getattr(subject.dossier, name))]
    if given:
        yield Facts(tuple(given))


def signatures(subject: Subject, words: Words, inspector: str) -> Iterator[Any]:
    """Yield the lines to sign on, with the picture of the inspector's signature."""
    picture = data_uri(subject.dossier.signature)
    lines = ((words("inspector"), inspector), (words("rechecker"), ""), (words("date"), ""))
    yield Signatures(lines, (picture, "", "") if picture else ())


def description(subject: Subject, words: Words) -> Iterator[Any]:
    """Yield the image in words (Tables B1-B3), a paragraph a sentence."""
    yield Heading(words("description"))
    sentences = [subject.description(lang).splitlines() for lang in words.languages]
    for text in zip(*sentences):
        yield Paragraph(text)


def checks_brief(checks: Sequence[JudgedItem], words: Words) -> Text:
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


def checks_section(subject: Subject, words: Words) -> Iterator[Any]:
    """Yield what a person has judged beside the image; nothing where there is no list."""
    checks = subject.score.checks
    if not checks:
        return
    yield Heading(words("checks"))
    yield Paragraph(words("checks_note"), "note")
    yield checks_table(subject, words)


def checks_table(subject: Subject, words: Words) -> Table:
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


def particulars_table(subject: Subject, words: Words, inspector: str, verdict: Text) -> Table:
    """Return the particulars as a table of names and values, for a workbook."""
    dossier = subject.dossier
    names = "station", *_FACTS
    given: list[tuple[Text, Text]] = [(words(n), (value,)) for n in names if (value := getattr(dossier, n))]
    given += [(words("raster"), (subject.name,)), (words("score"), verdict)]
    if inspector:
        given.append((words("inspector"), (inspector,)))
    given += [(words("description"), (subject.description(lang),)) for lang in words.languages]
    rows = tuple(Row((Cell(name), Cell(value))) for name, value in given)
    return Table((Column(words("particular"), 24), Column(words("value"), 90)), rows)
