"""All keys on one small sheet that closes by itself."""

from __future__ import annotations

from typing import Callable

from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QWidget

from ...bridge.i18n import tr
from .keys import command_texts, key_name


class KeyHelp(QFrame):
    """A popup: any click beside it or Esc closes it.

    Parameters
    ----------
    change : callable
        Opens QGIS's table of shortcuts.
    """

    def __init__(self, change: Callable[[], object], parent: QWidget):
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("rsqiKeyHelp")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        texts = command_texts()
        commands = [command for command in texts if not command.startswith("type_")]
        types = [command for command in texts if command.startswith("type_")]
        grid = QGridLayout(self)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(3)
        grid.setColumnMinimumWidth(2, 12)
        for place, command in enumerate(commands):
            self._line(grid, place, 0, command, texts[command])
        for place, command in enumerate(types):
            self._line(grid, place, 3, command, texts[command])
        hint = QLabel(tr("They work here and on the map with the review tool."))
        change_button = QPushButton(tr("Change keys..."))
        change_button.setToolTip(tr("Opens QGIS's table of shortcuts: there, look for RSQI"))
        change_button.clicked.connect(self.close)
        change_button.clicked.connect(change)
        grid.addWidget(hint, len(commands), 0, 1, 4)
        grid.addWidget(change_button, len(commands), 4, Qt.AlignmentFlag.AlignRight)

    def show_at(self, widget: QWidget) -> None:
        """Open above a widget, within the screen."""
        self.adjustSize()
        corner = widget.mapToGlobal(QPoint(widget.width() - self.width(), -self.height() - 4))
        self.move(max(corner.x(), 0), max(corner.y(), 0))
        self.show()

    @staticmethod
    def _line(grid: QGridLayout, row: int, column: int, command: str, text: str) -> None:
        key = QLabel(f"<b>{key_name(command)}</b>")
        key.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(key, row, column)
        grid.addWidget(QLabel(text), row, column + 1)
