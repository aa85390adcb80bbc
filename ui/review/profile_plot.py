"""The tone across a seam and the step along it, drawn."""

from __future__ import annotations

import numpy as np
from qgis.PyQt.QtCore import QPointF, QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QPainter, QPen, QPolygonF
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from ...bridge.i18n import tr
from ...bridge.seam_profile import HALF, SeamProfile

COLORS = ("#e53935", "#2e9e4f", "#3f7fe0")
_GREY = "#8a949c"
_MARGIN = 6
_ROOM = 0.12  # of the range of tones, above and below


class _Plot(QWidget):
    """Curves over a scale; what they are is a matter of the classes below."""

    LINES = 7  # of text that it is high

    def __init__(self, name: str, tip: str, parent=None):
        super().__init__(parent)
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(tip)
        self._profile: SeamProfile | None = None

    def sizeHint(self):
        return QSize(120, self.LINES * self.fontMetrics().height())

    def show_profile(self, profile: SeamProfile | None) -> None:
        """Draw a profile; None: hide."""
        self._profile = profile
        self.setVisible(profile is not None)
        self.update()

    def _draw(self, values: np.ndarray, ends: tuple[str, str], sides: tuple[float, float], curves) -> None:
        """Draw within scales; `curves` gets the painter, and what gives the point of (x, value)."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        room = max(1.0, _ROOM * (high - low))
        bottom, top = low - room, high + room
        metrics = self.fontMetrics()
        scale_width = max(metrics.boundingRect(f"{value:.0f}").width() for value in (bottom, top)) + 6
        area = QRectF(self.rect()).adjusted(_MARGIN + scale_width, _MARGIN, -_MARGIN, -1.4 * metrics.height())

        def place(x: float, value: float) -> QPointF:
            across = area.width() * (x - sides[0]) / (sides[1] - sides[0])
            return QPointF(area.left() + across, area.bottom() - area.height() * (value - bottom) / (top - bottom))

        painter.fillRect(area, self.palette().base())
        curves(painter, place, bottom, top)
        painter.setPen(self.palette().text().color())
        line, middle = metrics.height(), Qt.AlignmentFlag.AlignVCenter
        for value in (low, high):
            box = QRectF(_MARGIN, place(sides[0], value).y() - line / 2, area.left() - _MARGIN - 4, line)
            painter.drawText(box, middle | Qt.AlignmentFlag.AlignRight, f"{value:.0f}")
        below = QRectF(area.left(), area.bottom(), area.width(), self.height() - area.bottom())
        painter.drawText(below, middle | Qt.AlignmentFlag.AlignLeft, ends[0])
        painter.drawText(below, middle | Qt.AlignmentFlag.AlignRight, ends[1])
        painter.end()

    @staticmethod
    def _curve(painter: QPainter, place, x: np.ndarray, values: np.ndarray) -> None:
        known = np.isfinite(values)
        painter.drawPolyline(QPolygonF([place(*point) for point in zip(x[known], values[known])]))


def _color(band: int, bands: int) -> QColor:
    return QColor(COLORS[band] if bands == len(COLORS) else _GREY)


class ProfilePlot(_Plot):
    """One curve a band from left to right, the mean of each side dashed, and the line in the middle."""

    def __init__(self, parent=None):
        tip = tr("Mean tone across the seam, from its left to its right; dashed: the mean of each side.")
        super().__init__("rsqiSeamProfile", tip, parent)

    def paintEvent(self, event):
        if self._profile is not None:
            ends = tr("left, {n} px").format(n=HALF), tr("right, {n} px").format(n=HALF)
            self._draw(self._profile.tones, ends, (-HALF, HALF), self._draw_tones)

    def _draw_tones(self, painter: QPainter, place, low: float, high: float) -> None:
        tones = self._profile.tones
        painter.setPen(QPen(QColor(_GREY), 1, Qt.PenStyle.DotLine))
        painter.drawLine(place(0, low), place(0, high))
        left, right = self._profile.sides()
        for band in range(tones.shape[1]):
            color = _color(band, tones.shape[1])
            painter.setPen(QPen(color, 1, Qt.PenStyle.DashLine))
            for start, end, mean in ((-HALF, 0, left[band]), (0, HALF, right[band])):
                if np.isfinite(mean):
                    painter.drawLine(place(start, mean), place(end, mean))
            painter.setPen(QPen(color, 1.8))
            self._curve(painter, place, self._profile.across, tones[:, band])


class AlongPlot(_Plot):
    """One curve a band: by how much the right of the line is brighter, from its beginning to its end."""

    def __init__(self, parent=None):
        tip = tr("Step along the seam: by how much its right side is brighter than its left, from beginning to end.")
        super().__init__("rsqiSeamAlong", tip, parent)

    def show_profile(self, profile: SeamProfile | None) -> None:
        """Draw a profile; hide where the line was looked at in one place only."""
        known = 0 if profile is None else int(np.isfinite(profile.steps).all(1).sum())
        super().show_profile(profile if known > 1 else None)

    def paintEvent(self, event):
        if self._profile is not None:
            values = np.append(self._profile.steps.ravel(), 0.0)
            self._draw(values, (tr("beginning"), tr("end")), (0, 1), self._draw_steps)

    def _draw_steps(self, painter: QPainter, place, low: float, high: float) -> None:
        steps = self._profile.steps
        painter.setPen(QPen(QColor(_GREY), 1, Qt.PenStyle.DotLine))
        painter.drawLine(place(0, 0), place(1, 0))
        for band in range(steps.shape[1]):
            painter.setPen(QPen(_color(band, steps.shape[1]), 1.8))
            self._curve(painter, place, self._profile.along, steps[:, band])
