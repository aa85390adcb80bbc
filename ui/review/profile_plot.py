"""The tone across a seam, drawn."""

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


class ProfilePlot(QWidget):
    """One curve a band from left to right, the mean of each side dashed, and the line in the middle."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiSeamProfile")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(tr("Mean tone across the seam, from its left to its right; dashed: the mean of each side."))
        self._profile: SeamProfile | None = None

    def sizeHint(self):
        return QSize(220, 7 * self.fontMetrics().height())

    def show_profile(self, profile: SeamProfile | None) -> None:
        """Draw a profile; None: hide."""
        self._profile = profile
        self.setVisible(profile is not None)
        self.update()

    def paintEvent(self, event):
        if self._profile is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tones = self._profile.tones
        low, high = float(np.nanmin(tones)), float(np.nanmax(tones))
        room = max(1.0, _ROOM * (high - low))
        low, high = low - room, high + room
        metrics = self.fontMetrics()
        scale_width = max(metrics.boundingRect(f"{value:.0f}").width() for value in (low, high)) + 6
        area = QRectF(self.rect()).adjusted(_MARGIN + scale_width, _MARGIN, -_MARGIN, -1.4 * metrics.height())

        def place(across: float, tone: float) -> QPointF:
            x = area.left() + area.width() * (across + HALF) / (2 * HALF)
            return QPointF(x, area.bottom() - area.height() * (tone - low) / (high - low))

        painter.fillRect(area, self.palette().base())
        painter.setPen(QPen(QColor(_GREY), 1, Qt.PenStyle.DotLine))
        painter.drawLine(place(0, low), place(0, high))
        left, right = self._profile.sides()
        for band in range(tones.shape[1]):
            color = QColor(COLORS[band] if tones.shape[1] == len(COLORS) else _GREY)
            painter.setPen(QPen(color, 1, Qt.PenStyle.DashLine))
            for start, end, mean in ((-HALF, 0, left[band]), (0, HALF, right[band])):
                if np.isfinite(mean):
                    painter.drawLine(place(start, mean), place(end, mean))
            painter.setPen(QPen(color, 1.8))
            known = np.isfinite(tones[:, band])
            points = [place(x, y) for x, y in zip(self._profile.across[known], tones[known, band])]
            painter.drawPolyline(QPolygonF(points))
        self._draw_scales(painter, area, (low + room, high - room), place)
        painter.end()

    def _draw_scales(self, painter: QPainter, area: QRectF, tones: tuple[float, float], place) -> None:
        painter.setPen(self.palette().text().color())
        line = self.fontMetrics().height()
        middle = Qt.AlignmentFlag.AlignVCenter
        for tone in tones:
            box = QRectF(_MARGIN, place(0, tone).y() - line / 2, area.left() - _MARGIN - 4, line)
            painter.drawText(box, middle | Qt.AlignmentFlag.AlignRight, f"{tone:.0f}")
        below = QRectF(area.left(), area.bottom(), area.width(), self.height() - area.bottom())
        painter.drawText(below, middle | Qt.AlignmentFlag.AlignLeft, tr("left, {n} px").format(n=HALF))
        painter.drawText(below, middle | Qt.AlignmentFlag.AlignRight, tr("right, {n} px").format(n=HALF))
