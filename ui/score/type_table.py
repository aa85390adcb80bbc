"""The table of the live score: one row a type."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QBrush, QColor, QIcon, QPalette, QPixmap
from qgis.PyQt.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from ...algorithms.i18n import tr
from ...algorithms.texts import type_name
from ...rsqi_core.scheme import SEVERITIES
from ...rsqi_core.scoring import Score, TypeScore
from ...rsqi_core.taxonomy import TYPES

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class TypeTable(QTableWidget):
    """Errors, severities, area and points by type, and their sums."""

    def __init__(self, parent=None):
        super().__init__(len(TYPES) + 1, 6, parent)
        self.setObjectName("rsqiScoreTypes")
        self.setHorizontalHeaderLabels(
            [tr("Type"), tr("Errors"), tr("Charged"), tr("Area (m²)"), tr("Share"), tr("Points")]
        )
        for column, text in (
            (1, tr("Errors that count: all but the rejected ones")),
            (2, tr("Errors that cost points by severity; neighbours count once, and a type has an upper limit")),
            (4, tr("Share of the valid area of the image")),
            (5, tr("Points deducted")),
        ):
            self.horizontalHeaderItem(column).setToolTip(text)
        self.verticalHeader().hide()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(36)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        for row, error_type in enumerate(TYPES):
            item = QTableWidgetItem(_swatch(error_type.color), type_name(error_type))
            item.setToolTip(type_name(error_type))
            self.setItem(row, 0, item)
        self.setItem(len(TYPES), 0, QTableWidgetItem(tr("Total")))
        height = self.horizontalHeader().sizeHint().height() + (len(TYPES) + 1) * self.rowHeight(0)
        self.setMinimumHeight(height + 2 * self.frameWidth() + 2)

    def show_score(self, score: Score) -> None:
        """Fill the table."""
        self.clearSpans()
        for row, error_type in enumerate(TYPES):
            part = score.by_type.get(error_type.code)
            inspected = error_type.code not in score.not_inspected
            self._fill(row, _texts(part) if part and (inspected or part.count) else None)
        parts = score.by_type.values()
        total = TypeScore(
            sum(part.count for part in parts),
            0,
            sum(part.area_m2 for part in parts),
            sum(part.share for part in parts),
            sum(part.penalty for part in parts),
            score.severities,
        )
        self._fill(len(TYPES), _texts(total), bold=True)

    def _fill(self, row: int, texts: list[str] | None, bold: bool = False) -> None:
        """Fill a row; without texts it says that nobody has looked."""
        faint = QBrush(self.palette().color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text))
        normal = QBrush(self.palette().color(QPalette.ColorGroup.Active, QPalette.ColorRole.Text))
        font = self.font()
        font.setBold(bold)
        font.setItalic(texts is None)
        if texts is None:
            self.setSpan(row, 1, 1, self.columnCount() - 1)
        for column in range(self.columnCount()):
            item = self.item(row, column)
            if item is None:
                item = QTableWidgetItem()
                self.setItem(row, column, item)
            if column:
                item.setText(texts[column - 1] if texts else tr("not inspected") if column == 1 else "")
                item.setTextAlignment(RIGHT)
            item.setFont(font)
            empty = texts is None or (not bold and texts[0] == "0")
            item.setForeground(faint if empty else normal)


def charged(severities) -> str:
    """Return ``1B 2D`` for one B and two D."""
    return " ".join(f"{severities[severity]}{severity}" for severity in SEVERITIES if severities[severity])


def _texts(part: TypeScore) -> list[str]:
    points = f"{part.penalty:.1f}".rstrip("0").rstrip(".")
    area = f"{part.area_m2:,.0f}" if part.area_m2 >= 100 else f"{part.area_m2:.1f}"
    if not part.count:
        return ["0", "", "", "", ""]
    return [
        str(part.count),
        charged(part.severities),
        area,
        f"{100 * part.share:.2f} %",
        f"-{points}" if part.penalty else "0",
    ]


def _swatch(color: str) -> QIcon:
    pixmap = QPixmap(12, 12)
    pixmap.fill(QColor(color))
    return QIcon(pixmap)
