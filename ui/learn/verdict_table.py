"""Old and new model side by side."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from ...algorithms.i18n import tr
from ...algorithms.texts import type_name
from ...rsqi_core import taxonomy
from ..inspect.type_list import swatch

UP, DOWN = QColor("#1b7f3b"), QColor("#c62828")
_EVEN = 0.0005  # a difference that the figures do not show


class VerdictTable(QTableWidget):
    """One row a type, and the means; as high as its rows."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiLearnVerdict")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.setColumnCount(6)
        titles = (tr("Type"), tr("Blocks"), tr("F1 old"), tr("F1 new"), tr("IoU old"), tr("IoU new"))
        self.setHorizontalHeaderLabels(titles)
        tips = (
            "",
            tr("Blocks of the test part that show the type."),
            tr("Of the blocks: how well the type is found, from 0 to 1, with misses and false alarms counted."),
            tr("Of the blocks: how well the type is found, from 0 to 1, with misses and false alarms counted."),
            tr("Of the outlines: common area over joint area, from 0 to 1."),
            tr("Of the outlines: common area over joint area, from 0 to 1."),
        )
        for column, tip in enumerate(tips):
            self.horizontalHeaderItem(column).setToolTip(tip)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setMinimumSectionSize(30)

    def show_verdict(self, verdict: dict) -> None:
        """Show what `rsqi:finetune` found."""
        rows = [row for row in verdict["rows"] if row["old_f1"] is not None or row["new_f1"] is not None]
        self.setRowCount(len(rows) + 2)
        for number, row in enumerate(rows):
            error_type = taxonomy.by_code(row["code"])
            name = QTableWidgetItem(swatch(error_type.color), type_name(error_type))
            figures = (row["old_f1"], row["new_f1"], row["old_iou"], row["new_iou"])
            self._fill(number, name, row["blocks"], figures)
        means = (verdict["old_f1"], verdict["new_f1"], verdict["old_iou"], verdict["new_iou"])
        self._fill(len(rows), QTableWidgetItem(tr("Mean")), verdict["blocks"], means, bold=True)
        alarms = (verdict["old_alarms"], verdict["new_alarms"], None, None)
        name = QTableWidgetItem(tr("Clean blocks marked"))
        self._fill(len(rows) + 1, name, verdict["clean"], alarms, share=True)
        self.resizeRowsToContents()
        height = self.horizontalHeader().sizeHint().height() + sum(self.rowHeight(n) for n in range(self.rowCount()))
        self.setFixedHeight(height + 2 * self.frameWidth())

    def _fill(
        self, row: int, name: QTableWidgetItem, blocks: int, figures: tuple, bold: bool = False, share: bool = False
    ) -> None:
        name.setToolTip(name.text())
        self.setItem(row, 0, name)
        texts = [str(blocks), *("" if n is None else f"{n:.0%}" if share else f"{n:.2f}" for n in figures)]
        for column, text in enumerate(texts, 1):
            item = QTableWidgetItem(text)
            item.setTextAlignment(int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter))
            self.setItem(row, column, item)
        for old, new in ((0, 1), (2, 3)):
            if figures[old] is not None and figures[new] is not None and abs(figures[new] - figures[old]) > _EVEN:
                gain = (figures[new] > figures[old]) is not share
                self.item(row, 2 + new).setForeground(UP if gain else DOWN)
        if bold:
            for column in range(self.columnCount()):
                font = self.item(row, column).font()
                font.setBold(True)
                self.item(row, column).setFont(font)
