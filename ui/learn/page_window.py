"""The page of an evaluation in a window of its own: its tables and pictures."""

from __future__ import annotations

import re
from pathlib import Path

from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtGui import QDesktopServices, QTextOption
from qgis.PyQt.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout

from ...bridge.i18n import tr

_MARK = re.compile(r"<!--.*?-->", re.DOTALL)


class PageWindow(QDialog):
    """Shows a page of Markdown; *Folder* opens where it and its pictures lie."""

    def __init__(self, page: str, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiLearnPageWindow")
        self.setWindowTitle(Path(page).stem)
        self.resize(1000, 640)
        self.text = QTextBrowser()
        self.text.setWordWrapMode(QTextOption.WrapMode.WordWrap)  # wide tables scroll, words stay whole
        font = self.text.font()
        font.setPointSizeF(0.85 * font.pointSizeF())
        self.text.setFont(font)
        self.text.setSearchPaths([str(Path(page).parent)])
        self.text.setMarkdown(_MARK.sub("", Path(page).read_text(encoding="utf-8")))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        folder = buttons.addButton(tr("Folder"), QDialogButtonBox.ButtonRole.ActionRole)
        folder.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(page).parent))))
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.text)
        column.addWidget(buttons)
