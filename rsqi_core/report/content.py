"""What a report consists of: titles, tables and figures with every word and number in place, ready to be printed.

Imported inside QGIS as well: standard library only, Python 3.9 syntax. Who composes a report knows nothing of how it is
printed, and who prints it nothing of scores; between two processes it travels as JSON.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Tuple

Text = Tuple[str, ...]  # in one language, or in two of which the second is printed small


@dataclass(frozen=True)
class Heading:
    """The title of a section."""

    text: Text


@dataclass(frozen=True)
class Paragraph:
    """Words; `tone` is ``plain``, ``note`` (small), ``formula`` or ``alarm``."""

    text: Text
    tone: str = "plain"


@dataclass(frozen=True)
class Figure:
    """A picture as SVG (Tiny 1.2, so that Qt draws it as well), `width` by `height` units."""

    svg: str
    width: float
    height: float
    text: Text


@dataclass(frozen=True)
class Legend:
    """The types in the picture: (colour, name and count)."""

    entries: tuple[tuple[str, Text], ...]


@dataclass(frozen=True)
class Cell:
    """Of a table; with a colour, a swatch stands before the text. One that spans several columns begins at the left."""

    text: Text
    color: str = ""
    span: int = 1


@dataclass(frozen=True)
class Column:
    """`share` of the table's width, and whether its cells end at the right, as numbers do."""

    head: Text
    share: float
    right: bool = False


@dataclass(frozen=True)
class Row:
    """`tone` is ``plain``, ``faint`` or ``total``."""

    cells: tuple[Cell, ...]
    tone: str = "plain"


@dataclass(frozen=True)
class Table:
    """Rows under heads."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Facts:
    """Pairs of a name and what there is to say of it."""

    rows: tuple[tuple[Text, Text], ...]


@dataclass(frozen=True)
class Card:
    """One error: its picture, perhaps a second one below, a title beside the colour of its type, and small print."""

    figure: Figure
    color: str
    title: Text
    lines: tuple[str, ...]
    second: Figure | None = None


@dataclass(frozen=True)
class Gallery:
    """Cards side by side."""

    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Signatures:
    """Lines to sign on: (who, the name in print or nothing); `pictures` stand over the lines, as data URIs."""

    fields: tuple[tuple[Text, str], ...]
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """A whole report.

    Attributes
    ----------
    lang : str
        Of the document, ``"zh"`` or ``"en"``.
    title : Text
    subject : str
        Name of the raster.
    lines : tuple of Text
        Under the title: who and when.
    value, grade, grade_name : str, str, Text
        The score in print, the code of its grade and the grade's name.
    blocks : tuple
        Of the classes above.
    footer : str
    station, logo : str
        Who reports, and a data URI of their sign; they stand over the title.
    """

    lang: str
    title: Text
    subject: str
    lines: tuple[Text, ...]
    value: str
    grade: str
    grade_name: Text
    blocks: tuple[Any, ...]
    footer: str
    station: str = ""
    logo: str = ""


_KINDS = {
    kind.__name__: kind
    for kind in (Heading, Paragraph, Figure, Legend, Cell, Column, Row, Table, Facts, Card, Gallery, Signatures, Report)
}


def dumps(report: Report) -> str:
    """Return the report as JSON."""
    return json.dumps(_plain(report), ensure_ascii=False)


def loads(text: str) -> Report:
    """Return what :func:`dumps` was given."""
    return _revive(json.loads(text))


def is_content(path: Path) -> bool:
    """Tell whether a file is what :func:`dumps` gave."""
    try:
        return isinstance(loads(path.read_text(encoding="utf-8")), Report)
    except (OSError, ValueError, LookupError, TypeError):
        return False


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {"kind": type(value).__name__, **{f.name: _plain(getattr(value, f.name)) for f in fields(value)}}
    return [_plain(part) for part in value] if isinstance(value, tuple) else value


def _revive(value: Any) -> Any:
    if isinstance(value, dict):
        parts = {name: _revive(part) for name, part in value.items()}
        return _KINDS[parts.pop("kind")](**parts)
    return tuple(_revive(part) for part in value) if isinstance(value, list) else value
