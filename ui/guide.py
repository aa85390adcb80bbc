"""The user guide in a window of its own, which stays open beside the work."""

from __future__ import annotations

from pathlib import Path
from typing import Callable, Iterator

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import Qt, QUrl
from qgis.PyQt.QtGui import QDesktopServices, QImage, QTextBlock, QTextDocument
from qgis.PyQt.QtWidgets import QTextBrowser, QToolButton, QWidget

from ..bridge.i18n import language, tr
from ..bridge.paths import guide_path

_SIZE = (860, 900)
_MARGIN = 40  # px beside a picture
SECTIONS = {  # by page of the dock: number of the guide's section, and of a part of it; the same in all languages
    "setup": (0,),
    "inspect": (2,),
    "review": (3,),
    "score": (4,),
    "by hand": (4, 0),
    "scheme": (4,),
    "report": (5,),
    "learn": (6,),
    "models": (6, 0),
    "lot": (7,),
    "words": (8,),
}


class GuideWindow(QTextBrowser):
    """Shows the guide, its pictures as wide as the window."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("rsqiGuide")
        self.setWindowFlag(Qt.WindowType.Window)
        self.setWindowTitle(tr("RSQI user guide"))
        self.setOpenLinks(False)
        self.anchorClicked.connect(self._follow)
        self.resize(*_SIZE)
        self.setSource(QUrl.fromLocalFile(str(guide_path(language()))))

    def loadResource(self, kind: int, url: QUrl):
        if kind != QTextDocument.ResourceType.ImageResource:
            return super().loadResource(kind, url)
        path = Path(self.source().toLocalFile()).parent / url.path()
        image = QImage(str(path))
        width = self.viewport().width() - _MARGIN
        if image.width() > width:
            image = image.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)
        return image

    def resizeEvent(self, event):
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            place = self.verticalScrollBar().value() / max(1, self.verticalScrollBar().maximum())
            self.reload()
            self.verticalScrollBar().setValue(round(place * self.verticalScrollBar().maximum()))

    def _follow(self, url: QUrl) -> None:
        """Show another language, or a heading; open what lies elsewhere in the browser."""
        if url.hasFragment() and not url.path():
            self._show_heading(url.fragment(QUrl.ComponentFormattingOption.FullyDecoded))
        elif url.isRelative():
            self.setSource(QUrl.fromLocalFile(str(guide_path(language()).parent / url.path())))
        else:
            QDesktopServices.openUrl(url)

    def show_section(self, number: int, part: int | None = None) -> None:
        """Show the section with this number, from 0, or a part of it that has a heading of its own."""
        parts: list[list[QTextBlock]] = []
        for block in self._headings():
            if block.blockFormat().headingLevel() == 2:
                parts.append([block])
            elif parts:
                parts[-1].append(block)
        self._scroll_to(parts[number][0 if part is None else part + 1])

    def _show_heading(self, wanted: str) -> None:
        found = next((block for block in self._headings() if slug(block.text()) == wanted), None)
        if found is not None:
            self._scroll_to(found)

    def _headings(self) -> Iterator[QTextBlock]:
        block = self.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel():
                yield block
            block = block.next()

    def _scroll_to(self, block: QTextBlock) -> None:
        top = self.document().documentLayout().blockBoundingRect(block).top()
        self.verticalScrollBar().setValue(round(top))


def slug(title: str) -> str:
    """Return what a link to a heading calls it."""
    kept = (c for c in title.strip().lower() if c.isalnum() or c in " -_")
    return "".join(kept).replace(" ", "-")


class GuideButton(QToolButton):
    """Opens the guide; one window, however often it is pressed.

    Attributes
    ----------
    page : callable
        Names the one of :data:`SECTIONS` that the guide is opened at.
    """

    def __init__(self, page: Callable[[], str], parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("rsqiGuideButton")
        self.setIcon(QgsApplication.getThemeIcon("/mActionHelpContents.svg"))
        self.setToolTip(tr("RSQI user guide"))
        self.setAutoRaise(True)
        self.page = page
        self._window: GuideWindow | None = None
        self.clicked.connect(self.open)

    def open(self) -> None:
        """Show the guide at the section of the page."""
        if self._window is None:
            self._window = GuideWindow(self.window())
        self._window.show()
        self._window.raise_()
        self._window.show_section(*SECTIONS[self.page()])

    def stop(self) -> None:
        """Close the window."""
        if self._window is not None:
            self._window.close()
            self._window.deleteLater()
            self._window = None
