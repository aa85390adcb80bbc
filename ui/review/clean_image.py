"""What the review shows of an image without errors: that there are none, and where to go from here."""

from __future__ import annotations

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from ...bridge.i18n import tr
from ..widgets.next_step import NextStep
from .keys import command_texts, with_key


class CleanImage(QWidget):
    """No list, and none of its buttons: on to the score, or draw what was missed.

    Signals
    -------
    command_requested : str
    """

    command_requested = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("rsqiCleanImage")
        text = QLabel(tr("If you see an error on the map, draw it: then the list appears."))
        text.setWordWrap(True)
        self.next_step = NextStep(self)
        self.next_step.offer(tr("This layer has no errors: there is nothing to review."), tr("Score"), "score")
        column = QVBoxLayout(self)
        column.addWidget(self.next_step)
        column.addWidget(text)
        texts = command_texts()
        for command in ("outline", "draw", "follow"):
            button = QPushButton(with_key(texts[command], command))
            button.clicked.connect(lambda _=False, command=command: self.command_requested.emit(command))
            column.addWidget(button)
        column.addStretch(1)
