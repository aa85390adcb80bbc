"""The blocks of a report on the pages of a PDF: one function a kind of block."""

from __future__ import annotations

from functools import singledispatch
from typing import Any, Sequence

from ..rsqi_core.report import content
from .pdf_page import ACCENT, ALARM, GAP, INK, LEFT, PALE, RIGHT, SOFT, Pages, Words


def lay_heading(block: content.Heading, lead: float, pages: Pages) -> None:
    """Add a heading, never alone at the foot of a page: `lead` is what has to stand below it."""
    words = Words(pages, (" ".join(block.text),), pages.width, 13, INK, True)
    pages.need(words.height + 6 + lead)
    pages.y += 4
    pages.words(words, pages.left, pages.y)
    pages.y += words.height + 1.6


def lead_height(blocks: Sequence[Any], pages: Pages) -> float:
    """Return how much of the first of `blocks` has to stand on one page; of words, what they announce as well."""
    if not blocks:
        return 0.0
    block = blocks[0]
    if isinstance(block, content.Paragraph):
        return 6.0 + lead_height(blocks[1:], pages)
    if isinstance(block, content.Figure):
        return _figure_size(block, pages)[1]
    if isinstance(block, content.Gallery):
        return _card_width(pages) * (1.36 if any(card.second for card in block.cards[:3]) else 0.67) + 16
    return {content.Table: 24.0, content.Signatures: 21.0, content.Heading: 0.0}.get(type(block), 12.0)


@singledispatch
def lay_block(block: Any, pages: Pages) -> None:
    """Lay out a block of a report by its kind."""
    raise TypeError(f"no block of a report: {block!r}")


@lay_block.register
def _(block: content.Paragraph, pages: Pages) -> None:
    inset = 4.0 if block.tone == "formula" else 0.0
    size = {"note": 8.0, "formula": 11.0}.get(block.tone, 9.5)
    color = {"note": SOFT, "alarm": ALARM}.get(block.tone, INK)
    words = Words(pages, block.text, pages.width - 2 * inset, size, color, block.tone == "alarm")
    height = words.height + inset
    pages.need(height)
    if inset:
        pages.fill(pages.left, pages.y, pages.width, height, PALE)
        pages.fill(pages.left, pages.y, 1.0, height, ACCENT)
    pages.words(words, pages.left + inset, pages.y + inset / 2)
    pages.y += height + (1.6 if inset else 0.8)


@lay_block.register
def _(block: content.Figure, pages: Pages) -> None:
    width, height = _figure_size(block, pages)
    pages.need(height)
    pages.figure(block, pages.left + (pages.width - width) / 2, pages.y, width, height)
    pages.y += height + 2


def _figure_size(block: content.Figure, pages: Pages) -> tuple[float, float]:
    scale = min(pages.width / block.width, 178.0 / block.height)
    return block.width * scale, block.height * scale


@lay_block.register
def _(block: content.Legend, pages: Pages) -> None:
    x = 0.0
    for color, text in block.entries:
        words = Words(pages, (" ".join(text),), pages.width, 8.5)
        wide = words.natural + 4.2
        if x and x + wide > pages.width:
            x, pages.y = 0.0, pages.y + words.height + 0.6
        if not x:
            pages.need(words.height)
        _swatch(pages, color, pages.left + x, pages.y, words.height)
        pages.words(words, pages.left + x + 4.2, pages.y)
        x += wide + 5
    pages.y += words.height + 1


def _swatch(pages: Pages, color: str, x: float, y: float, line: float) -> None:
    side = 2.6
    pages.fill(x, y + (line - side) / 2, side, side, color, "#445566")


@lay_block.register
def _(block: content.Table, pages: Pages) -> None:
    total = sum(column.share for column in block.columns)
    widths = [pages.width * column.share / total for column in block.columns]
    sides = [RIGHT if column.right else LEFT for column in block.columns]
    gap = 1.2

    def lay_row(cells: Sequence[content.Cell], size: float, color: str, bold: bool) -> tuple[list, float]:
        """Return the words of each cell and their places, and the height of the row."""
        placed, column = [], 0
        for cell in cells:
            x, wide = sum(widths[:column]), sum(widths[column : column + cell.span])
            indent = gap + (4 if cell.color else 0)
            side = sides[column] if cell.span == 1 else LEFT
            placed.append((x + indent, Words(pages, cell.text, wide - indent - gap, size, color, bold, side)))
            column += cell.span
        return placed, max(words.height for _, words in placed) + 2 * GAP

    def put(cells: Sequence[content.Cell], placed: list, height: float) -> None:
        for cell, (x, words) in zip(cells, placed):
            if cell.color:
                _swatch(pages, cell.color, pages.left + x - 4, pages.y + GAP, min(words.height, 4.2))
            pages.words(words, pages.left + x, pages.y + GAP)
        pages.y += height

    heads = [content.Cell(column.head) for column in block.columns]
    head, tall = lay_row(heads, 8, SOFT, True)

    def put_head() -> None:
        pages.fill(pages.left, pages.y, pages.width, tall, PALE)
        put(heads, head, tall)

    pages.need(tall + 14)
    put_head()
    for row in block.rows:
        color, bold = (SOFT if row.tone == "faint" else INK), row.tone == "total"
        words, height = lay_row(row.cells, 8.5, color, bold)
        if pages.need(height):
            put_head()
        put(row.cells, words, height)
        pages.line(pages.left, pages.y, pages.width)
    pages.y += 2


@lay_block.register
def _(block: content.Facts, pages: Pages) -> None:
    wide = 40.0
    for name, value in block.rows:
        left = Words(pages, name, wide - 3, 8.5, SOFT)
        right = Words(pages, value, pages.width - wide, 8.5)
        height = max(left.height, right.height) + 2 * GAP
        pages.need(height)
        pages.words(left, pages.left, pages.y + GAP)
        pages.words(right, pages.left + wide, pages.y + GAP)
        pages.y += height
        pages.line(pages.left, pages.y, pages.width)
    pages.y += 2


@lay_block.register
def _(block: content.Gallery, pages: Pages) -> None:
    wide = _card_width(pages)
    for start in range(0, len(block.cards), 3):
        cards = block.cards[start : start + 3]
        texts = [_card_words(card, wide, pages) for card in cards]
        figures = [[figure for figure in (card.figure, card.second) if figure is not None] for card in cards]
        tall = max(sum(wide * figure.height / figure.width + 1 for figure in each) for each in figures) - 1
        height = tall + 1 + max(sum(words.height for words in each) for each in texts)
        pages.need(height)
        for n, (card, words) in enumerate(zip(cards, texts)):
            x, y = pages.left + n * (wide + 4.5), pages.y
            for figure in figures[n]:
                pages.figure(figure, x, y, wide, wide * figure.height / figure.width)
                y += wide * figure.height / figure.width + 1
            y = pages.y + tall + 1
            _swatch(pages, card.color, x, y, min(words[0].height, 4.4))
            for each, indent in zip(words, (4.0, *[0.0] * len(words))):
                pages.words(each, x + indent, y)
                y += each.height
        pages.y += height + 4


def _card_width(pages: Pages) -> float:
    return (pages.width - 9.0) / 3


def _card_words(card: content.Card, wide: float, pages: Pages) -> list[Words]:
    title = Words(pages, card.title, wide - 4, 9, INK, True)
    return [title, *(Words(pages, (line,), wide, 7.5, SOFT) for line in card.lines)]


@lay_block.register
def _(block: content.Signatures, pages: Pages) -> None:
    over = 9.0 if any(block.pictures) else 0.0  # a picture needs more room over the line
    pages.need(21 + over)
    pages.y += 2 + over
    gap = 8.0
    wide = (pages.width - gap * (len(block.fields) - 1)) / len(block.fields)
    for n, (who, name) in enumerate(block.fields):
        x = pages.left + n * (wide + gap)
        picture = block.pictures[n] if n < len(block.pictures) else ""
        if picture:
            pages.picture(picture, x + 1, pages.y - over, wide - 2, 6.5 + over)
        if name:
            pages.words(Words(pages, (name,), wide, 11), x + 1, pages.y + 7)
        pages.line(x, pages.y + 13.5, wide, INK, 0.2)
        pages.words(Words(pages, (" ".join(who),), wide, 8, SOFT), x, pages.y + 14.5)
    pages.y += 21
