"""Old and new model side by side."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from ...bridge.i18n import tr
from ...bridge.texts import type_name
from ...rsqi_core import taxonomy
from ..widgets.swatch import swatch

BETTER, WORSE = QColor("#1b7f3b"), QColor("#c62828")
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_EVEN = 0.0005  # a smaller difference does not show in the figures


class ComparisonTable(QTableWidget):
    """One row a type with its figures before and after, and the means; as high as its rows."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiLearnComparison")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for policy in (self.setVerticalScrollBarPolicy, self.setHorizontalScrollBarPolicy):
            policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        columns = (
            (tr("Type"), tr("In brackets: how many blocks of the test part show it.")),
            ("F1", tr("How well the type is found in blocks, from 0 to 1; misses and false alarms lower it.")),
            ("IoU", tr("How well the outlines fit, from 0 to 1: common area over joint area.")),
        )
        self.setColumnCount(len(columns))
        self.setHorizontalHeaderLabels([title for title, _ in columns])
        for column, (_, tip) in enumerate(columns):
            self.horizontalHeaderItem(column).setToolTip(tip)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def show_comparison(self, comparison: dict) -> None:
        """Show what `rsqi:finetune` found."""
        rows = [row for row in comparison["rows"] if row["old_f1"] is not None or row["new_f1"] is not None]
        self.setRowCount(len(rows) + 2)
        for number, row in enumerate(rows):
            error_type = taxonomy.by_code(row["code"])
            name = QTableWidgetItem(swatch(error_type.color), _counted(type_name(error_type), row["blocks"]))
            self._fill(number, name, _pair(row, "f1"), _pair(row, "iou"))
        mean = QTableWidgetItem(_counted(tr("Mean"), comparison["blocks"]))
        self._fill(len(rows), mean, _pair(comparison, "f1"), _pair(comparison, "iou"))
        alarms = QTableWidgetItem(_counted(tr("False alarms"), comparison["clean"]))
        alarms.setToolTip(tr("Share of the blocks without errors in which something is marked."))
        self._fill(len(rows) + 1, alarms, _pair(comparison, "alarms"), (None, None), share=True)
        for column in range(self.columnCount()):
            font = self.item(len(rows), column).font()
            font.setBold(True)
            self.item(len(rows), column).setFont(font)
        self.resizeRowsToContents()
        height = self.horizontalHeader().sizeHint().height() + sum(self.rowHeight(n) for n in range(self.rowCount()))
        self.setFixedHeight(height + 2 * self.frameWidth())

    def _fill(self, row: int, name: QTableWidgetItem, f1: tuple, iou: tuple, share: bool = False) -> None:
        """Fill a row; a `share` is a percentage that should be low."""
        if not name.toolTip():
            name.setToolTip(name.text())
        self.setItem(row, 0, name)
        for column, (old, new) in ((1, f1), (2, iou)):
            item = _right(_change(old, new, share))
            if old is not None and new is not None and abs(new - old) > _EVEN:
                item.setForeground(BETTER if (new > old) is not share else WORSE)
            self.setItem(row, column, item)


def _counted(name: str, count: int) -> str:
    return f"{name} ({count})"


def _pair(values: dict, name: str) -> tuple:
    return values[f"old_{name}"], values[f"new_{name}"]


def _change(old: float | None, new: float | None, share: bool) -> str:
    if old is None or new is None:
        return ""
    return f"{old:.0%}→{new:.0%}" if share else f"{old:.2f}→{new:.2f}"


def _right(text: str) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    item.setTextAlignment(_RIGHT)
    return item
