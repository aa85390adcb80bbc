"""Widgets that leave the dock as narrow as its user wants it."""

from __future__ import annotations

from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import QSize, Qt
from qgis.PyQt.QtWidgets import QComboBox, QScrollArea


def narrow(box: QComboBox) -> QComboBox:
    """Let a box be narrower than its longest item; return it."""
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(8)
    return box


class VerticalScroll(QScrollArea):
    """Scrolls up and down only; never narrower than what it holds."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def minimumSizeHint(self) -> QSize:
        held = self.widget().minimumSizeHint().width() if self.widget() else 0
        return QSize(held + self.verticalScrollBar().sizeHint().width(), super().minimumSizeHint().height())


def narrow_file(box: QgsFileWidget) -> QgsFileWidget:
    """Let the field of a file be narrow; return it."""
    box.lineEdit().setMinimumWidth(40)
    box.setMinimumWidth(80)
    return box
