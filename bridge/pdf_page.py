"""The pages of a PDF: text broken into lines, figures and filled rectangles, placed in millimetres."""

from __future__ import annotations

from typing import Callable, Sequence

from qgis.PyQt.QtCore import QByteArray, QPointF, QRectF, Qt
from qgis.PyQt.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontDatabase,
    QImage,
    QPainter,
    QPdfWriter,
    QPen,
    QRawFont,
    QTextLayout,
    QTextOption,
)
from qgis.PyQt.QtSvg import QSvgRenderer

from ..rsqi_core.particulars import picture_of
from ..rsqi_core.report import content

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
RESOLUTION = 1200  # dots per inch; positions are rounded to them
LEFT, RIGHT, CENTRE = (
    Qt.AlignmentFlag.AlignLeft,
    Qt.AlignmentFlag.AlignRight,
    Qt.AlignmentFlag.AlignHCenter,
)


class Pages:
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

    def words(self, words: Words, x: float, y: float) -> None:
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

    def picture(self, uri: str, x: float, y: float, width: float, height: float) -> float:
        """Add a picture from a data URI, as large as it fits into a box, at its lower left; return its width."""
        image = QImage.fromData(QByteArray(picture_of(uri)))
        if image.isNull():
            return 0.0
        scale = min(width / image.width(), height / image.height())
        wide, tall = image.width() * scale, image.height() * scale
        box = self.rect(x, y + height - tall, wide, tall)
        self.draw(lambda painter: painter.drawImage(box, image))
        return wide


class Words:
    """Text broken into lines of a width; of two languages, the second stands small below the first."""

    def __init__(
        self,
        pages: Pages,
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


def has_chinese_font() -> bool:
    """Tell whether any font here can print Chinese."""
    font = QRawFont.fromFont(_font(10), QFontDatabase.WritingSystem.SimplifiedChinese)
    return font.isValid() and font.supportsCharacter(ord("检"))
