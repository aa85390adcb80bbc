"""What stands in a report beside the errors: for whom it was made, who signs, and the image in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..particulars import data_uri
from .content import Cell, Column, Facts, Heading, Paragraph, Row, Signatures, Table, Text
from .subject import Subject
from .texts import Words

_FACTS = ("client", "project", "sheet", "acceptance")


def facts(subject: Subject, words: Words) -> Iterator[Any]:
    """Yield client, project, sheet and instrument of acceptance, as far as they were given."""
    given = [((" ".join(words(name)),), (value,)) for name in _FACTS if (value := getattr(subject.particulars, name))]
    if given:
        yield Facts(tuple(given))


def signatures(subject: Subject, words: Words, inspector: str) -> Iterator[Any]:
    """Yield the lines to sign on, with the picture of the inspector's signature."""
    picture = data_uri(subject.particulars.signature)
    lines = ((words("inspector"), inspector), (words("rechecker"), ""), (words("date"), ""))
    yield Signatures(lines, (picture, "", "") if picture else ())


def description(subject: Subject, words: Words) -> Iterator[Any]:
    """Yield the image in words (Tables B1-B3), a paragraph a sentence."""
    yield Heading(words("description"))
    sentences = [subject.description(lang).splitlines() for lang in words.languages]
    for text in zip(*sentences):
        yield Paragraph(text)


def particulars_table(subject: Subject, words: Words, inspector: str, verdict: Text) -> Table:
    """Return the particulars as a table of names and values, for a workbook."""
    particulars = subject.particulars
    names = "station", *_FACTS
    given: list[tuple[Text, Text]] = [(words(n), (value,)) for n in names if (value := getattr(particulars, n))]
    given += [(words("raster"), (subject.name,)), (words("score"), verdict)]
    if inspector:
        given.append((words("inspector"), (inspector,)))
    given += [(words("description"), (subject.description(lang),)) for lang in words.languages]
    rows = tuple(Row((Cell(name), Cell(value))) for name, value in given)
    return Table((Column(words("particular"), 24), Column(words("value"), 90)), rows)
