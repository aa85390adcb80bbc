"""The score of an image, large, with its grade and its explanation."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QFrame, QGridLayout, QLabel

from ...bridge.i18n import tr
from ...bridge.texts import grade_name
from ...rsqi_core.scoring import UNSCORED

COLORS = {
    "excellent": "#1b7f3b",
    "good": "#4b8b1d",
    "qualified": "#b26a00",
    "rejected": "#c62828",
    UNSCORED: "#5f6b76",
}


class ScoreCard(QFrame):
    """Score, grade, number of errors, and lines of explanation; hidden until there is a score."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiScoreCard")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.score_label, self.grade_label, self.count_label, self.lines_label = QLabel(), QLabel(), QLabel(), QLabel()
        for label in (self.score_label, self.lines_label):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.count_label.setWordWrap(True)
        self.lines_label.setWordWrap(True)
        self.lines_label.hide()
        grid = QGridLayout(self)
        grid.setHorizontalSpacing(16)
        grid.addWidget(self.score_label, 0, 0, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self.grade_label, 0, 1, Qt.AlignmentFlag.AlignBottom)
        grid.addWidget(self.count_label, 1, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.lines_label, 2, 0, 1, 2)
        grid.setColumnStretch(1, 1)
        self.hide()

    def show_score(self, score: float, grade: str, count: int, lines: list[str] | None = None) -> None:
        """Show a result, and below it its explanation."""
        self.show_text(f"{score:.1f}", grade, tr("Errors found: {count}").format(count=count), lines)

    def show_text(self, value: str, grade: str, note: str, lines: list[str] | None = None) -> None:
        """Show any large value in the colour of a grade."""
        self.score_label.setText(value)
        self.score_label.setVisible(bool(value))
        self.grade_label.setText(grade_name(grade))
        self.count_label.setText(note)
        self.lines_label.setText("\n".join(lines or []))
        self.lines_label.setVisible(bool(lines))
        for label, times in ((self.score_label, 2.4), (self.grade_label, 1.3)):
            font = self.font()
            font.setPointSizeF(font.pointSizeF() * times)
            font.setBold(True)
            label.setFont(font)
            label.setStyleSheet(f"color: {COLORS[grade]}")
        self.show()

    def clear(self) -> None:
        """Show nothing."""
        self.hide()
