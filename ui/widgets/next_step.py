"""A strip that says where the work stands and leads to the next step."""

from __future__ import annotations

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget


class NextStep(QFrame):
    """Hidden until there is something to say.

    Signals
    -------
    taken : str
        Name of the page that a person goes on to.
    """

    taken = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("rsqiNextStep")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.label, self.button = QLabel(), QPushButton()
        self.label.setWordWrap(True)
        self._page = ""
        self.button.clicked.connect(lambda: self.taken.emit(self._page))
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 4, 8, 4)
        line.addWidget(self.label, 1)
        line.addWidget(self.button)
        self.hide()

    def offer(self, text: str, title: str, page: str) -> None:
        """Say `text`, and offer to go on to a page by its title."""
        self._page = page
        self.label.setText(text)
        self.button.setText(f"{title} ›")
        self.show()
