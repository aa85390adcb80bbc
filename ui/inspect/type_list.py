"""A checkable list of the ten error types with their colours."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor, QIcon, QPainter, QPixmap
from qgis.PyQt.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem

from ...algorithms.texts import type_name
from ...rsqi_core import taxonomy


class TypeList(QListWidget):
    """All types, checked; as high as its rows."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for error_type in taxonomy.TYPES:
            item = QListWidgetItem(swatch(error_type.color), type_name(error_type), self)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked)
        height = sum(self.sizeHintForRow(row) for row in range(self.count()))
        self.setFixedHeight(height + 2 * self.frameWidth())

    def checked(self) -> list[int]:
        """Return the rows that are checked, which are the indices in the taxonomy."""
        return [row for row in range(self.count()) if self.item(row).checkState() == Qt.CheckState.Checked]

    def check_all(self, wanted: bool) -> None:
        """Check all types, or none."""
        for row in range(self.count()):
            self.item(row).setCheckState(Qt.CheckState.Checked if wanted else Qt.CheckState.Unchecked)


def swatch(color: str) -> QIcon:
    """Return a small square of a type's colour with a rim, so that white can be seen too."""
    pixmap = QPixmap(28, 28)
    pixmap.fill(QColor(0, 0, 0, 0))
    painter = QPainter(pixmap)
    painter.setPen(QColor("#505050"))
    painter.setBrush(QColor(color))
    painter.drawRect(3, 3, 21, 21)
    painter.end()
    return QIcon(pixmap)
