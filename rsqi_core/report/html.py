"""A report as one HTML file that needs nothing beside it."""

from __future__ import annotations

from functools import singledispatch
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from .. import resources
from . import content
from .content import Report, Text

_GENERATOR = b'<meta name="generator" content="RSQI">'


def page(report: Report) -> str:
    """Return the report as a page; everything that is not markup goes through escape."""
    template = Template(resources.path("report", "report.html").read_text(encoding="utf-8"))
    return template.substitute(
        html_lang="zh-CN" if report.lang == "zh" else "en",
        name=escape(f"{report.title[0]} · {report.subject}"),
        title=_text(report.title),
        subject=escape(report.subject),
        lines="".join(f"<div>{_text(line)}</div>" for line in report.lines),
        grade_class=escape(report.grade),
        value=escape(report.value),
        grade=_text(report.grade_name),
        blocks="\n".join(_block(block) for block in report.blocks),
        footer=escape(report.footer),
        station=_station(report),
    )


def is_report(path: Path) -> bool:
    """Tell whether a file is a report of :func:`page`."""
    with path.open("rb") as file:
        return _GENERATOR in file.read(1024)


def _text(text: Text) -> str:
    """Return the first language, the second one small behind it."""
    first, *others = map(escape, text)
    return first + "".join(f"<small>{other}</small>" for other in others if other)


@singledispatch
def _block(block: Any) -> str:
    raise TypeError(f"no block of a report: {block!r}")


@_block.register
def _(block: content.Heading) -> str:
    return f"<h2>{_text(block.text)}</h2>"


@_block.register
def _(block: content.Paragraph) -> str:
    return f'<p class="{escape(block.tone)}">{_text(block.text)}</p>'


@_block.register
def _(block: content.Figure) -> str:
    return f'<figure role="img" aria-label="{escape(block.text[0])}">{block.svg}</figure>'


@_block.register
def _(block: content.Legend) -> str:
    entries = "".join(f"<span>{_swatch(color)}{_text(text)}</span>" for color, text in block.entries)
    return f'<div class="legend">{entries}</div>'


@_block.register
def _(block: content.Table) -> str:
    sides = [' class="right"' if column.right else "" for column in block.columns]
    heads = "".join(f"<th{side}>{_text(column.head)}</th>" for column, side in zip(block.columns, sides))
    rows = "".join(f'<tr class="{escape(row.tone)}">{"".join(map(_cell, row.cells, sides))}</tr>' for row in block.rows)
    return f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'


def _cell(cell: content.Cell, side: str) -> str:
    place = side if cell.span == 1 else f' colspan="{cell.span}"'
    return f"<td{place}>{_swatch(cell.color)}{_text(cell.text)}</td>"


@_block.register
def _(block: content.Facts) -> str:
    rows = "".join(f"<tr><th>{_text(name)}</th><td>{_text(value)}</td></tr>" for name, value in block.rows)
    return f'<table class="facts">{rows}</table>'


@_block.register
def _(block: content.Gallery) -> str:
    cards = "".join(
        f"<article>{''.join(_block(figure) for figure in (card.figure, card.second) if figure)}"
        f"<h3>{_swatch(card.color)}{_text(card.title)}</h3>"
        + "".join(f"<div>{escape(line)}</div>" for line in card.lines)
        + "</article>"
        for card in block.cards
    )
    return f'<div class="gallery">{cards}</div>'


@_block.register
def _(block: content.Signatures) -> str:
    pictures = (*block.pictures, *[""] * len(block.fields))
    fields = "".join(
        f"<div><b>{_picture(picture)}{escape(name)}</b>{_text(who)}</div>"
        for (who, name), picture in zip(block.fields, pictures)
    )
    kind = "sign pictured" if any(block.pictures) else "sign"
    return f'<div class="{kind}">{fields}</div>'


def _station(report: Report) -> str:
    if not (report.station or report.logo):
        return ""
    return f'<div class="station">{_picture(report.logo)}<span>{escape(report.station)}</span></div>'


def _picture(uri: str) -> str:
    return f'<img src="{escape(uri)}" alt="">' if uri else ""


def _swatch(color: str) -> str:
    return f'<span class="swatch" style="background:{escape(color)}"></span>' if color else ""
