"""The curve of a training, drawn while it runs."""

from __future__ import annotations

from qgis.PyQt.QtCore import QPointF, QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QPainter, QPen, QPolygonF
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from ...bridge.i18n import tr
from .curve import Curves, curves, place

LOSS, SCORE = QColor("#e05a2b"), QColor("#2e9e4f")
_MARGIN = 6
_LINES = 4


class CurveView(QWidget):
    """Loss and score over the steps; each has the height of the whole to itself."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiLearnCurve")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(
            tr(
                "Loss: how far the model is from the reviewed errors that it learns from. Score: how well it does on "
                "blocks that were set aside, from 0 to 1."
            )
        )
        self._rows: list[dict] = []
        self._curves = Curves()
        self.hide()

    def sizeHint(self):
        return QSize(260, 9 * self.fontMetrics().height())

    def clear(self) -> None:
        """Remove all points."""
        self._rows, self._curves = [], Curves()
        self.hide()

    def add(self, row: dict) -> None:
        """Add a row of the curve."""
        self._rows.append(row)
        self._curves = curves(self._rows)
        self.show()
        self.update()

    def paintEvent(self, event):
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = self.fontMetrics().height()
        area = QRectF(self.rect()).adjusted(_MARGIN, 1.5 * line, -_MARGIN, -1.4 * line)
        self._draw_frame(painter, area)
        found = self._curves
        top = 1.05 * max([value for _, value in found.loss] or [1.0])
        self._draw(painter, area, found.loss, top, LOSS)
        self._draw(painter, area, found.score, 1.0, SCORE)
        self._draw_legend(painter, area)
        painter.end()

    def _draw_frame(self, painter: QPainter, area: QRectF) -> None:
        painter.fillRect(area, self.palette().base())
        grid = QColor(self.palette().text().color())
        grid.setAlpha(35)
        painter.setPen(QPen(grid, 1))
        for n in range(_LINES + 1):
            y = area.top() + area.height() * n / _LINES
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))

    def _draw(self, painter: QPainter, area: QRectF, points: tuple, top: float, color: QColor) -> None:
        box = (area.left(), area.top(), area.width(), area.height())
        placed = [QPointF(x, y) for x, y in place(points, self._curves.steps, top, box)]
        painter.setPen(QPen(color, 2))
        if len(placed) > 1:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF(placed))
        if placed:
            painter.setBrush(color)
            painter.drawEllipse(placed[-1], 2.5, 2.5)

    def _draw_legend(self, painter: QPainter, area: QRectF) -> None:
        found = self._curves
        above = QRectF(area.left(), 0, area.width(), area.top())
        below = QRectF(area.left(), area.bottom(), area.width(), self.height() - area.bottom())
        last = [f"{points[-1][1]:.3f}" if points else "–" for points in (found.loss, found.score)]
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(LOSS)
        painter.drawText(above, middle | Qt.AlignmentFlag.AlignLeft, tr("Loss {value}").format(value=last[0]))
        painter.setPen(SCORE)
        painter.drawText(above, middle | Qt.AlignmentFlag.AlignRight, tr("Score {value}").format(value=last[1]))
        painter.setPen(self.palette().text().color())
        painter.drawText(below, middle | Qt.AlignmentFlag.AlignLeft, "0")
        painter.drawText(
            below, middle | Qt.AlignmentFlag.AlignRight, tr("{n} steps").format(n=found.steps) if found.loss else ""
        )
