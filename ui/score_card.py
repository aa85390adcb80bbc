"""The score of an image, large, with its grade."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QFrame, QGridLayout, QLabel

from ..algorithms.i18n import tr
from ..algorithms.texts import grade_name

COLORS = {"excellent": "#1b7f3b", "good": "#4b8b1d", "qualified": "#b26a00", "rejected": "#c62828"}


class ScoreCard(QFrame):
    """Score, grade and number of errors; hidden until there is a score."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.score_label, self.grade_label, self.count_label = QLabel(), QLabel(), QLabel()
        grid = QGridLayout(self)
        grid.setHorizontalSpacing(16)
        grid.addWidget(self.score_label, 0, 0, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self.grade_label, 0, 1, Qt.AlignmentFlag.AlignBottom)
        grid.addWidget(self.count_label, 1, 1, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(1, 1)
        self.hide()

    def show_score(self, score: float, grade: str, count: int) -> None:
        """Show a result."""
        self.score_label.setText(f"{score:.1f}")
        self.grade_label.setText(grade_name(grade))
        self.count_label.setText(tr("Errors found: {count}").format(count=count))
        large = self.font()
        large.setPointSizeF(large.pointSizeF() * 2.4)
        large.setBold(True)
        self.score_label.setFont(large)
        bold = self.font()
        bold.setPointSizeF(bold.pointSizeF() * 1.3)
        bold.setBold(True)
        self.grade_label.setFont(bold)
        for label in (self.score_label, self.grade_label):
            label.setStyleSheet(f"color: {COLORS[grade]}")
        self.show()

    def clear(self) -> None:
        """Show nothing."""
        self.hide()
