"""The colour of an error type as an icon."""

from __future__ import annotations

from qgis.PyQt.QtGui import QColor, QIcon, QPainter, QPixmap


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


def small_swatch(color: str) -> QIcon:
    """Return a swatch of 12 px without a margin, for a table in which names need the room."""
    pixmap = QPixmap(12, 12)
    pixmap.fill(QColor("#606060"))
    painter = QPainter(pixmap)
    painter.fillRect(1, 1, 10, 10, QColor(color))
    painter.end()
    return QIcon(pixmap)
