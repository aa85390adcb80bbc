"""Print a report as PDF: A4 pages of text and vector figures, in the system's fonts."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProcessingException
from qgis.PyQt.QtCore import QMarginsF
from qgis.PyQt.QtGui import QPageSize, QPainter, QPdfWriter

from ..rsqi_core.report import content
from ..rsqi_core.report.pdf import CREATOR
from ..rsqi_core.scoring import GRADE_COLORS
from .i18n import tr
from .outputs import whole_output
from .pdf_blocks import lay_block, lay_heading, lead_height
from .pdf_page import ACCENT, CENTRE, HEIGHT, INK, MARGIN, RESOLUTION, RIGHT, SOFT, Pages, Words


def print_pdf(report: content.Report, path: Path) -> None:
    """Write a report as PDF; it appears whole or not at all.

    Raises
    ------
    QgsProcessingException
        The file cannot be written.
    """
    with whole_output(path) as part:
        _print(report, part, path)


def _print(report: content.Report, part: Path, path: Path) -> None:
    device = QPdfWriter(str(part))
    device.setTitle(f"{report.title[0]} - {report.subject}")
    device.setCreator(f"{CREATOR}, {report.footer}")
    device.setResolution(RESOLUTION)
    device.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    device.setPageMargins(QMarginsF(0, 0, 0, 0))
    pages = Pages(device)
    _title(report, pages)
    for n, block in enumerate(report.blocks):
        if isinstance(block, content.Heading):
            lay_heading(block, lead_height(report.blocks[n + 1 :], pages), pages)
        else:
            lay_block(block, pages)
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


def _title(report: content.Report, pages: Pages) -> None:
    """The head of the first page: what, of what, by whom, and the verdict in the colour of its grade."""
    _station(report, pages)
    box = 44.0
    width = pages.width - box - 8
    y = pages.y
    for text, size, color, bold in (
        (report.title, 19, INK, True),
        ((report.subject,), 12, INK, False),
        *((line, 8.5, SOFT, False) for line in report.lines),
    ):
        words = Words(pages, text, width, size, color, bold)
        pages.words(words, pages.left, y)
        y += words.height + 0.8
    x = pages.left + pages.width - box
    value = Words(pages, (report.value,), box, 27, "#ffffff", True, CENTRE)
    grade = Words(pages, report.grade_name, box, 12, "#ffffff", False, CENTRE)
    tall = value.height + grade.height + 5
    pages.fill(x, pages.y, box, tall, GRADE_COLORS.get(report.grade, SOFT))
    pages.words(value, x, pages.y + 2)
    pages.words(grade, x, pages.y + 2 + value.height)
    pages.y = max(y, pages.y + tall) + 3
    pages.fill(pages.left, pages.y, pages.width, 0.8, ACCENT)
    pages.y += 1.5


def _station(report: content.Report, pages: Pages) -> None:
    """Who reports, with their sign, over the title."""
    if not (report.station or report.logo):
        return
    tall = 11.0 if report.logo else 0.0
    wide = pages.picture(report.logo, pages.left, pages.y, 45.0, tall) + 3 if report.logo else 0.0
    name = Words(pages, (report.station,), pages.width - wide, 12, INK, True)
    if report.station:
        pages.words(name, pages.left + wide, pages.y + max(0.0, (tall - name.height) / 2))
    pages.y += max(tall, name.height if report.station else 0.0) + 3


def _foot(report: content.Report, number: int, pages: Pages, painter: QPainter) -> None:
    y = HEIGHT - MARGIN - 4
    left = Words(pages, (f"{report.title[0]} · {report.subject} · {report.footer}",), pages.width - 25, 7.5, SOFT)
    right = Words(pages, (f"{number} / {len(pages.pages)}",), 25, 7.5, SOFT, False, RIGHT)
    left.draw(painter, pages.left, y)
    right.draw(painter, pages.left + pages.width - 25, y)
