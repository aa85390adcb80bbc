"""The table of the live score: one row a type."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QBrush, QPalette
from qgis.PyQt.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from ...bridge.i18n import tr
from ...bridge.texts import type_name
from ...rsqi_core.scoring import SEVERITIES, Score, TypeScore
from ...rsqi_core.taxonomy import TYPES
from ..widgets.swatch import small_swatch

AREA = 4  # column
BY_HAND, TOTAL = len(TYPES), len(TYPES) + 1  # rows below the types
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class TypeTable(QTableWidget):
    """Errors, severities, area and points by type, and their sums."""

    def __init__(self, parent=None):
        super().__init__(TOTAL + 1, 5, parent)
        self.setObjectName("rsqiScoreTypes")
        self.setHorizontalHeaderLabels([tr("Type"), tr("Points"), tr("Charged"), tr("Errors"), "m²"])
        for column, text in (
            (1, tr("Points deducted")),
            (2, tr("Errors that cost points by severity; neighbours count once, and a type has an upper limit")),
            (3, tr("Outlines that count: all but the rejected ones")),
        ):
            self.horizontalHeaderItem(column).setToolTip(text)
        self.verticalHeader().hide()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setShowGrid(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # two types begin with the same word
        self.setWordWrap(False)
        self.setAlternatingRowColors(True)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(36)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        for row, error_type in enumerate(TYPES):
            item = QTableWidgetItem(small_swatch(error_type.color), type_name(error_type))
            item.setToolTip(type_name(error_type))
            self.setItem(row, 0, item)
        self.setItem(BY_HAND, 0, QTableWidgetItem(tr("By hand")))
        self.item(BY_HAND, 0).setToolTip(tr("Defects that a person has found by the checklist"))
        self.setItem(TOTAL, 0, QTableWidgetItem(tr("Total")))
        self._show_by_hand(False)

    def resizeEvent(self, event):
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Leave out the areas where the names of the types would be cut."""
        needed = sum(
            max(self.sizeHintForColumn(column), self.horizontalHeader().sectionSizeHint(column))
            for column in range(self.columnCount())
        )
        self.setColumnHidden(AREA, self.viewport().width() < needed)

    def show_score(self, score: Score) -> None:
        """Fill the table."""
        for row, error_type in enumerate(TYPES):
            part = score.by_type.get(error_type.code)
            inspected = error_type.code not in score.not_inspected
            self._fill(row, part if part and (inspected or part.count) else None)
        by_hand = sum(map(score.points_of, score.checks))
        found = {s: sum(each.defects for each in score.checks if each.severity == s) for s in SEVERITIES}
        self._show_by_hand(any(found.values()))
        self._fill(BY_HAND, TypeScore(sum(found.values()), 0, 0.0, 0.0, by_hand, found))
        for column in (3, AREA):  # no outline, no area
            self.item(BY_HAND, column).setText("")
        parts = score.by_type.values()
        total = TypeScore(
            sum(part.count for part in parts),
            0,
            sum(part.area_m2 for part in parts),
            sum(part.share for part in parts),
            score.deducted,
            score.severities,
        )
        self._fill(TOTAL, total, bold=True)
        self._fit()

    def _show_by_hand(self, shown: bool) -> None:
        """Show the row of what a person has found, if there is any: the table is as high as its rows."""
        self.setRowHidden(BY_HAND, not shown)
        height = self.horizontalHeader().sizeHint().height() + (TOTAL + shown) * self.rowHeight(0)
        self.setFixedHeight(height + 2 * self.frameWidth() + 2)

    def _fill(self, row: int, part: TypeScore | None, bold: bool = False) -> None:
        """Fill a row; without a part nobody has looked for the type."""
        empty = part is None or not part.count
        group = QPalette.ColorGroup.Disabled if empty and not bold else QPalette.ColorGroup.Active
        brush = QBrush(self.palette().color(group, QPalette.ColorRole.Text))
        font = self.font()
        font.setBold(bold)
        font.setItalic(part is None)
        for column, text in enumerate(_texts(part), 1):
            if self.item(row, column) is None:
                self.setItem(row, column, QTableWidgetItem())
            self.item(row, column).setText(text)
            self.item(row, column).setTextAlignment(RIGHT)
        if part is not None:
            share = tr("{share:.3f} % of the valid area").format(share=100 * part.share)
            for column in (3, AREA):
                self.item(row, column).setToolTip("" if empty else f"{area_text(part)} m², {share}")
        else:
            self.item(row, 3).setToolTip(tr("not inspected"))
        for column in range(self.columnCount()):
            self.item(row, column).setFont(font)
            self.item(row, column).setForeground(brush)


def charged(severities) -> str:
    """Return ``1B 2D`` for one B and two D."""
    return " ".join(f"{severities[severity]}{severity}" for severity in SEVERITIES if severities[severity])


def _texts(part: TypeScore | None) -> list[str]:
    if part is None or not part.count:
        return ["", "", "–" if part is None else "0", ""]
    points = f"{part.penalty:.1f}".rstrip("0").rstrip(".")
    return [f"-{points}" if part.penalty else "0", charged(part.severities), str(part.count), area_text(part)]


def area_text(part: TypeScore) -> str:
    """Return square metres."""
    return f"{part.area_m2:,.0f}" if part.area_m2 >= 100 else f"{part.area_m2:.1f}"
