"""The table of a lot: a row a scene, the worst first, filtered."""

from __future__ import annotations

from typing import Iterable

from qgis.PyQt.QtCore import QAbstractTableModel, QDateTime, QModelIndex, QSortFilterProxyModel, Qt
from qgis.PyQt.QtGui import QBrush, QColor, QFont
from qgis.PyQt.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from ...bridge.compat import ALIGN_RIGHT
from ...bridge.i18n import tr
from ...bridge.texts import grade_name, listed, lot_status, lot_verdict
from ...rsqi_core.batch.lot_table import INSPECTED, WAITING, Entry
from ...rsqi_core.batch.outcome import FAILED
from ...rsqi_core.scoring import GRADE_COLORS, UNSCORED, score_text
from ...rsqi_core.scoring.agreement import agree

SHEET, GRADE, SCORE, VERDICT, ERRORS, REVIEWED, BY, AT, SECOND = range(9)
ANY, NOT_REVIEWED, PARTLY, DONE, NOT_INSPECTED, BROKEN = "", "none", "partly", "done", WAITING, FAILED
GRADES_OFFERED = ("rejected", "qualified", "good", "excellent", UNSCORED)
SORT = Qt.ItemDataRole.UserRole
_WAITING_COLOR = "#8a8f98"


class LotModel(QAbstractTableModel):
    """The scenes as rows."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.rows: list[Entry] = []
        self._places: dict[str, int] = {}
        self._heads = (
            tr("Sheet"), tr("Grade"), tr("Score"), tr("Verdict"), tr("Errors"), tr("Reviewed"), tr("By"), tr("When"),
            tr("Second"),
        )  # fmt: skip
        self._tips = {
            VERDICT: tr("Open as long as an error is not reviewed"),
            ERRORS: tr("Outlines that count: all but the rejected ones"),
            REVIEWED: tr("Errors that are reviewed, of all"),
            SECOND: tr("Share of the errors judged a second time that both judge alike"),
        }

    def set_entries(self, entries: Iterable[Entry]) -> None:
        """Show other scenes."""
        self.beginResetModel()
        self.rows = list(entries)
        self._places = {entry.scene: row for row, entry in enumerate(self.rows)}
        self.endResetModel()

    def update(self, entries: Iterable[Entry]) -> None:
        """Show these scenes as they are now."""
        for entry in entries:
            row = self._places.get(entry.scene)
            if row is not None:
                self.rows[row] = entry
                self.dataChanged.emit(self.index(row, 0), self.index(row, len(self._heads) - 1))

    def row_of(self, scene: str) -> int:
        """Return the row of a scene; -1: there is none."""
        return self._places.get(scene, -1)

    def rowCount(self, parent=None):
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent=None):
        return len(self._heads)

    def headerData(self, section, orientation, role=Qt.ItemDataRole.DisplayRole):
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._heads[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.ToolTipRole:
            return self._tips.get(section)
        return None

    def data(self, index, role=Qt.ItemDataRole.DisplayRole):
        entry, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return cell(entry, column)
        if role == SORT:
            return _key(entry, column)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (SCORE, ERRORS, REVIEWED, SECOND):
            return ALIGN_RIGHT
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip(entry, column)
        if role == Qt.ItemDataRole.ForegroundRole:
            if entry.status == WAITING:
                return QBrush(QColor(_WAITING_COLOR))
            if column == GRADE:
                return QBrush(QColor(GRADE_COLORS["rejected" if entry.status == FAILED else entry.grade]))
        if role == Qt.ItemDataRole.FontRole and column == GRADE and entry.status != WAITING:
            font = QFont()
            font.setBold(True)
            return font
        return None


class LotFilter(QSortFilterProxyModel):
    """Leaves out what is not asked for, and sorts by what the cells mean."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self._grade, self._state, self._words = ANY, ANY, ""
        self.setSortRole(SORT)
        self.setDynamicSortFilter(True)

    def set_filter(self, grade: str, state: str, words: str) -> None:
        """Show scenes of a grade, in a state, with a name that holds these words; empty: all."""
        self._grade, self._state, self._words = grade, state, words.strip().casefold()
        self.invalidateFilter()

    def filterAcceptsRow(self, row: int, parent: QModelIndex) -> bool:
        entry = self.sourceModel().rows[row]
        if self._grade and (entry.status != INSPECTED or entry.grade != self._grade):
            return False
        if self._words and self._words not in f"{entry.name} {entry.scene}".casefold():
            return False
        return not self._state or state_of(entry) == self._state

    def lessThan(self, left: QModelIndex, right: QModelIndex) -> bool:
        return left.data(SORT) < right.data(SORT)


class LotTable(QTableView):
    """Shows a `LotModel` through a `LotFilter`."""

    def __init__(self, proxy: LotFilter, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiLotScenes")
        self.setModel(proxy)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # names of sheets differ at the end
        self.setToolTip(tr("A click shows where an image lies; Enter or a double click opens it for review."))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.horizontalHeader().setHighlightSections(False)
        self.setSortingEnabled(True)
        self.sortByColumn(GRADE, Qt.SortOrder.AscendingOrder)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)

    def fit(self) -> None:
        """Give each column the width that it needs, the names some at most."""
        self.resizeColumnsToContents()
        self.setColumnWidth(SHEET, max(90, min(self.columnWidth(SHEET), 170)))
        self.setColumnWidth(VERDICT, min(self.columnWidth(VERDICT), 90))  # why one failed is long

    def entry(self) -> Entry | None:
        """Return the current scene."""
        index = self.model().mapToSource(self.currentIndex())
        return self.model().sourceModel().rows[index.row()] if index.isValid() else None


def state_of(entry: Entry) -> str:
    """Return how far the work on a scene is: `NOT_INSPECTED`, `BROKEN`, `NOT_REVIEWED`, `PARTLY` or `DONE`."""
    if entry.status != INSPECTED:
        return entry.status
    if entry.is_reviewed:
        return DONE
    return NOT_REVIEWED if entry.review.unreviewed == entry.review.total else PARTLY


def cell(entry: Entry, column: int) -> str:
    """Return the text of a cell."""
    if column == SHEET:
        return entry.name
    if column == GRADE:
        return grade_name(entry.grade) if entry.status == INSPECTED else lot_status(entry.status)
    if entry.status != INSPECTED:
        return entry.outcome.reason if column == VERDICT and entry.outcome is not None else ""
    review, second = entry.review, agree(entry.review.second)
    return (
        "",
        "",
        score_text(entry.score),
        lot_verdict(entry.verdict),
        str(review.errors),
        f"{review.total - review.unreviewed}/{review.total}" if review.total else "–",
        listed(review.by),
        _local(review.at),
        "" if not review.drawn else f"{second.count if second else 0}/{review.drawn}" + _equal(second),
    )[column]


def _equal(second) -> str:
    return f" {second.equal:.0%}" if second else ""


def _tip(entry: Entry, column: int) -> str | None:
    if column == SHEET:
        return f"{entry.scene}\n{entry.result}"
    if entry.status == FAILED and entry.outcome is not None:
        return entry.outcome.reason
    return cell(entry, column) or None


def _key(entry: Entry, column: int):
    if column == GRADE:
        return entry.rank
    if column == SCORE:
        return (entry.status != INSPECTED, entry.score is None, entry.score or 0.0)
    review = entry.review if entry.status == INSPECTED else None
    if column == ERRORS:
        return review.errors if review else -1
    if column == REVIEWED:
        return (review.total - review.unreviewed) / max(1, review.total) if review else -1.0
    if column == AT:
        return review.at if review else ""
    if column == SECOND:
        second = agree(review.second) if review else None
        return second.equal if second else 2.0
    return cell(entry, column).casefold()


def _local(at: str) -> str:
    moment = QDateTime.fromString(at, Qt.DateFormat.ISODate)
    return moment.toLocalTime().toString("yyyy-MM-dd hh:mm") if moment.isValid() else at
