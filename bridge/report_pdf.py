"""Print a report as PDF: A4 pages of text and vector figures, in the system's fonts."""

from __future__ import annotations

import uuid
from functools import singledispatch
from pathlib import Path
from typing import Any, Callable, Sequence

from qgis.core import QgsProcessingException
from qgis.PyQt.QtCore import QByteArray, QMarginsF, QPointF, QRectF, Qt
from qgis.PyQt.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontDatabase,
    QPageSize,
    QPainter,
    QPdfWriter,
    QPen,
    QRawFont,
    QTextLayout,
    QTextOption,
)
from qgis.PyQt.QtSvg import QSvgRenderer

from ..rsqi_core.report import content
from .i18n import tr
from .outputs import cannot_write

# The first that is installed; Qt falls back on others for what it lacks.
FAMILIES = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "WenQuanYi Micro Hei",
    "SimHei",
    "SimSun",
)
WIDTH, HEIGHT, MARGIN = 210.0, 297.0, 15.0  # mm
FOOTER = 8.0  # mm
GAP = 0.55  # mm; above and below the text of a row
INK, SOFT, LINE, PALE, ACCENT, ALARM = "#1d2733", "#5d6b7a", "#c9d2da", "#eef2f5", "#14609b", "#b3261e"
GRADES = {"excellent": "#1a7f4b", "good": "#2b7fb8", "qualified": "#a8690a", "rejected": "#b3261e"}
RESOLUTION = 1200  # dots per inch; positions are rounded to them
LEFT, RIGHT, CENTRE = (
    Qt.AlignmentFlag.AlignLeft,
    Qt.AlignmentFlag.AlignRight,
    Qt.AlignmentFlag.AlignHCenter,
)


def print_pdf(report: content.Report, path: Path) -> None:
    """Write a report as PDF; it appears whole or not at all.

    Raises
    ------
    QgsProcessingException
        The file cannot be written.
    """
    part = path.with_name(f".{uuid.uuid4().hex}.pdf")
    try:
        _print(report, part, path)
        part.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        part.unlink(missing_ok=True)


def has_chinese_font() -> bool:
    """Tell whether any font here can print Chinese."""
    font = QRawFont.fromFont(_font(10), QFontDatabase.WritingSystem.SimplifiedChinese)
    return font.isValid() and font.supportsCharacter(ord("检"))


def _print(report: content.Report, part: Path, path: Path) -> None:
    device = QPdfWriter(str(part))
    device.setTitle(f"{report.title[0]} - {report.subject}")
    device.setCreator(report.footer)
    device.setResolution(RESOLUTION)
    device.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    device.setPageMargins(QMarginsF(0, 0, 0, 0))
    pages = _Pages(device)
    _title(report, pages)
    for n, block in enumerate(report.blocks):
        if isinstance(block, content.Heading):
            _heading(block, _lead(report.blocks[n + 1 :], pages), pages)
        else:
            _lay(block, pages)
    painter = QPainter()
    if not painter.begin(device):
        raise QgsProcessingException(
            tr("The file {path} cannot be written: check the folder and the free space.").format(path=path)
        )
    try:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, page in enumerate(pages.pages, 1):
            if number > 1:
                device.newPage()
            for draw in page:
                painter.save()
                draw(painter)
                painter.restore()
            _foot(report, number, pages, painter)
    finally:
        painter.end()


class _Pages:
    """Drawing commands by page, and where the next one goes.

    All lengths are millimetres on the page, but for `dots`, which gives the device's own.
    """

    def __init__(self, device: QPdfWriter):
        self.device = device
        self.pages: list[list[Callable[[QPainter], None]]] = [[]]
        self.y = MARGIN
        self.left, self.width = MARGIN, WIDTH - 2 * MARGIN
        self.bottom = HEIGHT - MARGIN - FOOTER

    def dots(self, length: float) -> float:
        """Millimetres as dots of the device."""
        return length * RESOLUTION / 25.4

    def rect(self, x: float, y: float, width: float, height: float) -> QRectF:
        """A rectangle in dots."""
        return QRectF(self.dots(x), self.dots(y), self.dots(width), self.dots(height))

    def need(self, height: float) -> bool:
        """Begin a new page if `height` does not fit on this one any more; tell whether."""
        if self.y + height <= self.bottom or self.y <= MARGIN:
            return False
        self.pages.append([])
        self.y = MARGIN
        return True

    def draw(self, command: Callable[[QPainter], None]) -> None:
        """Add a command to the page."""
        self.pages[-1].append(command)

    def words(self, words: _Words, x: float, y: float) -> None:
        """Add words."""
        self.draw(lambda painter: words.draw(painter, x, y))

    def fill(self, x: float, y: float, width: float, height: float, color: str, edge: str = "") -> None:
        """Add a filled rectangle, with an edge if it gets a colour for that."""
        box = self.rect(x, y, width, height)
        pen = QPen(QColor(edge), self.dots(0.15)) if edge else QPen(Qt.PenStyle.NoPen)

        def draw(painter: QPainter) -> None:
            painter.setPen(pen)
            painter.setBrush(QBrush(QColor(color)))
            painter.drawRect(box)

        self.draw(draw)

    def line(self, x: float, y: float, width: float, color: str = LINE, weight: float = 0.15) -> None:
        """Add a horizontal line."""
        self.fill(x, y - weight / 2, width, weight, color)

    def figure(self, figure: content.Figure, x: float, y: float, width: float, height: float) -> None:
        """Add a figure with a thin rim."""
        box = self.rect(x, y, width, height)

        def draw(painter: QPainter) -> None:
            painter.setClipRect(box)
            QSvgRenderer(QByteArray(figure.svg.encode("utf-8"))).render(painter, box)
            painter.setClipping(False)
            painter.setPen(QPen(QColor(LINE), self.dots(0.15)))
            painter.setBrush(QBrush(Qt.BrushStyle.NoBrush))
            painter.drawRect(box)

        self.draw(draw)


class _Words:
    """Text broken into lines of a width; of two languages, the second stands small below the first."""

    def __init__(
        self,
        pages: _Pages,
        text: Sequence[str],
        width: float,
        size: float = 9.0,
        color: str = INK,
        bold: bool = False,
        align: Qt.AlignmentFlag = LEFT,
    ):
        self._pages, self._parts = pages, []
        self.height = self.natural = 0.0
        for n, words in enumerate(text):
            second = n > 0
            layout = QTextLayout(
                words or " ", _font(size * (0.8 if second else 1.0), bold and not second), pages.device
            )
            option = QTextOption(align)
            option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
            layout.setTextOption(option)
            self._parts.append((layout, SOFT if second and color == INK else color, self.height))
            self.height += self._break(layout, width)

    def _break(self, layout: QTextLayout, width: float) -> float:
        """Break into lines; return the height."""
        y = 0.0
        layout.beginLayout()
        line = layout.createLine()
        while line.isValid():
            line.setLineWidth(self._pages.dots(width))
            line.setPosition(QPointF(0, y))
            y += line.height() * 1.08
            self.natural = max(self.natural, line.naturalTextWidth() * 25.4 / RESOLUTION)
            line = layout.createLine()
        layout.endLayout()
        return y * 25.4 / RESOLUTION

    def draw(self, painter: QPainter, x: float, y: float) -> None:
        """Draw with the upper left corner at x, y."""
        for layout, color, offset in self._parts:
            painter.setPen(QColor(color))
            layout.draw(painter, QPointF(self._pages.dots(x), self._pages.dots(y + offset)))


def _font(size: float, bold: bool = False) -> QFont:
    font = QFont()
    font.setFamilies(list(FAMILIES))
    font.setPointSizeF(size)
    font.setBold(bold)
    return font


def _title(report: content.Report, pages: _Pages) -> None:
    """The head of the first page: what, of what, by whom, and the verdict in the colour of its grade."""
    box = 44.0
    width = pages.width - box - 8
    y = pages.y
    for text, size, color, bold in (
        (report.title, 19, INK, True),
        ((report.subject,), 12, INK, False),
        *((line, 8.5, SOFT, False) for line in report.lines),
    ):
        words = _Words(pages, text, width, size, color, bold)
        pages.words(words, pages.left, y)
        y += words.height + 0.8
    x = pages.left + pages.width - box
    value = _Words(pages, (report.value,), box, 27, "#ffffff", True, CENTRE)
    grade = _Words(pages, report.grade_name, box, 12, "#ffffff", False, CENTRE)
    tall = value.height + grade.height + 5
    pages.fill(x, pages.y, box, tall, GRADES.get(report.grade, SOFT))
    pages.words(value, x, pages.y + 2)
    pages.words(grade, x, pages.y + 2 + value.height)
    pages.y = max(y, pages.y + tall) + 3
    pages.fill(pages.left, pages.y, pages.width, 0.8, ACCENT)
    pages.y += 1.5


def _foot(report: content.Report, number: int, pages: _Pages, painter: QPainter) -> None:
    y = HEIGHT - MARGIN - 4
    left = _Words(pages, (f"{report.title[0]} · {report.subject} · {report.footer}",), pages.width - 25, 7.5, SOFT)
    right = _Words(pages, (f"{number} / {len(pages.pages)}",), 25, 7.5, SOFT, False, RIGHT)
    left.draw(painter, pages.left, y)
    right.draw(painter, pages.left + pages.width - 25, y)


def _heading(block: content.Heading, lead: float, pages: _Pages) -> None:
    """Add a heading, never alone at the foot of a page: `lead` is what has to stand below it."""
    words = _Words(pages, (" ".join(block.text),), pages.width, 13, INK, True)
    pages.need(words.height + 6 + lead)
    pages.y += 4
    pages.words(words, pages.left, pages.y)
    pages.y += words.height + 1.6


def _lead(blocks: Sequence[Any], pages: _Pages) -> float:
    """Return how much of the first of `blocks` has to stand on one page; of words, what they announce as well."""
    if not blocks:
        return 0.0
    block = blocks[0]
    if isinstance(block, content.Paragraph):
        return 6.0 + _lead(blocks[1:], pages)
    if isinstance(block, content.Figure):
        return _figure_size(block, pages)[1]
    if isinstance(block, content.Gallery):
        return _card_width(pages) * 0.67 + 16
    return {content.Table: 24.0, content.Signatures: 21.0, content.Heading: 0.0}.get(type(block), 12.0)


@singledispatch
def _lay(block: Any, pages: _Pages) -> None:
    raise TypeError(f"no block of a report: {block!r}")


@_lay.register
def _(block: content.Paragraph, pages: _Pages) -> None:
    inset = 4.0 if block.tone == "formula" else 0.0
    size = {"note": 8.0, "formula": 11.0}.get(block.tone, 9.5)
    color = {"note": SOFT, "alarm": ALARM}.get(block.tone, INK)
    words = _Words(pages, block.text, pages.width - 2 * inset, size, color, block.tone == "alarm")
    height = words.height + inset
    pages.need(height)
    if inset:
        pages.fill(pages.left, pages.y, pages.width, height, PALE)
        pages.fill(pages.left, pages.y, 1.0, height, ACCENT)
    pages.words(words, pages.left + inset, pages.y + inset / 2)
    pages.y += height + (1.6 if inset else 0.8)


@_lay.register
def _(block: content.Figure, pages: _Pages) -> None:
    width, height = _figure_size(block, pages)
    pages.need(height)
    pages.figure(block, pages.left + (pages.width - width) / 2, pages.y, width, height)
    pages.y += height + 2


def _figure_size(block: content.Figure, pages: _Pages) -> tuple[float, float]:
    scale = min(pages.width / block.width, 178.0 / block.height)
    return block.width * scale, block.height * scale


@_lay.register
def _(block: content.Legend, pages: _Pages) -> None:
    x = 0.0
    for color, text in block.entries:
        words = _Words(pages, (" ".join(text),), pages.width, 8.5)
        wide = words.natural + 4.2
        if x and x + wide > pages.width:
            x, pages.y = 0.0, pages.y + words.height + 0.6
        if not x:
            pages.need(words.height)
        _swatch(pages, color, pages.left + x, pages.y, words.height)
        pages.words(words, pages.left + x + 4.2, pages.y)
        x += wide + 5
    pages.y += words.height + 1


def _swatch(pages: _Pages, color: str, x: float, y: float, line: float) -> None:
    side = 2.6
    pages.fill(x, y + (line - side) / 2, side, side, color, "#445566")


@_lay.register
def _(block: content.Table, pages: _Pages) -> None:
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
            placed.append((x + indent, _Words(pages, cell.text, wide - indent - gap, size, color, bold, side)))
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


@_lay.register
def _(block: content.Facts, pages: _Pages) -> None:
    wide = 40.0
    for name, value in block.rows:
        left = _Words(pages, name, wide - 3, 8.5, SOFT)
        right = _Words(pages, value, pages.width - wide, 8.5)
        height = max(left.height, right.height) + 2 * GAP
        pages.need(height)
        pages.words(left, pages.left, pages.y + GAP)
        pages.words(right, pages.left + wide, pages.y + GAP)
        pages.y += height
        pages.line(pages.left, pages.y, pages.width)
    pages.y += 2


@_lay.register
def _(block: content.Gallery, pages: _Pages) -> None:
    wide = _card_width(pages)
    for start in range(0, len(block.cards), 3):
        cards = block.cards[start : start + 3]
        texts = [_card_words(card, wide, pages) for card in cards]
        tall = wide * max(card.figure.height / card.figure.width for card in cards)
        height = tall + 1 + max(sum(words.height for words in each) for each in texts)
        pages.need(height)
        for n, (card, words) in enumerate(zip(cards, texts)):
            x, y = pages.left + n * (wide + 4.5), pages.y
            pages.figure(card.figure, x, y, wide, wide * card.figure.height / card.figure.width)
            y += tall + 1
            _swatch(pages, card.color, x, y, min(words[0].height, 4.4))
            for each, indent in zip(words, (4.0, *[0.0] * len(words))):
                pages.words(each, x + indent, y)
                y += each.height
        pages.y += height + 4


def _card_width(pages: _Pages) -> float:
    return (pages.width - 9.0) / 3


def _card_words(card: content.Card, wide: float, pages: _Pages) -> list[_Words]:
    title = _Words(pages, card.title, wide - 4, 9, INK, True)
    return [title, *(_Words(pages, (line,), wide, 7.5, SOFT) for line in card.lines)]


@_lay.register
def _(block: content.Signatures, pages: _Pages) -> None:
    pages.need(21)
    pages.y += 2
    gap = 8.0
    wide = (pages.width - gap * (len(block.fields) - 1)) / len(block.fields)
    for n, (who, name) in enumerate(block.fields):
        x = pages.left + n * (wide + gap)
        if name:
            pages.words(_Words(pages, (name,), wide, 11), x + 1, pages.y + 7)
        pages.line(x, pages.y + 13.5, wide, INK, 0.2)
        pages.words(_Words(pages, (" ".join(who),), wide, 8, SOFT), x, pages.y + 14.5)
    pages.y += 19
