"""The list of errors on the page: one is current, several may be selected, and both survive sorting and filtering."""

from __future__ import annotations

from typing import Iterable, Mapping

from qgis.PyQt.QtCore import QItemSelection, QItemSelectionModel, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from ...bridge.texts import type_name
from ...rsqi_core import taxonomy
from .error_rows import COLUMNS, UNREVIEWED, ErrorRow, RowFilter, neighbour, next_unreviewed
from .error_table import MARKS, ErrorTable, status_name

PADDING, ICON = 12, 22  # px of a cell beside its text
LEAST_ROW = 16  # px: the swatch of the type
STATUS = len(COLUMNS) - 1


class ErrorList(QTableView):
    """Shows an :class:`ErrorTable`.

    A table with rows of one height asks the model only for what is in sight; a tree asks it for every row whenever one
    comes or goes.

    Attributes
    ----------
    fid : int or None
        The current error.

    Signals
    -------
    chosen : int
        A person, or :meth:`go_to`, made another error current, or clicked the current one.
    replaced
        The current error is no longer shown: another one is current, or none.
    ordered_by_column
        A person has clicked a column's title.
    """

    chosen = pyqtSignal(int)
    replaced = pyqtSignal()
    ordered_by_column = pyqtSignal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("rsqiErrorList")
        self.fid: int | None = None
        self._quiet = False
        self.table = ErrorTable(self)
        self.setModel(self.table)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(90)
        self.setSortingEnabled(True)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        rows = self.verticalHeader()
        rows.hide()
        rows.setMinimumSectionSize(1)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(max(self.fontMetrics().height(), LEAST_ROW) + 2)
        self.header = self.horizontalHeader()
        self.header.setHighlightSections(False)
        self.header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.header.setStretchLastSection(False)
        self.header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header.setMinimumSectionSize(20)
        self.header.sectionClicked.connect(self._order_by_column)
        for column, samples in enumerate((["0.00"], ["888,888"], []), start=1):
            self.setColumnWidth(column, self._width(column, samples))
        self._types = self._width(0, [f"{type_name(t)} …" for t in taxonomy.TYPES]) + ICON
        self._states = [self._width(STATUS, texts) for texts in (MARKS.values(), _state_texts())]
        bar = self.verticalScrollBar().sizeHint().width() + 2 * self.frameWidth()
        self.setMinimumWidth(self._others() + self._types + self._states[0] + bar)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.selectionModel().currentChanged.connect(self._current_changed)
        self.clicked.connect(lambda index: self.chosen.emit(self.table.fid_at(index)))

    def resizeEvent(self, event):
        """Name the status only where the names of the types stay whole; keep the current error in sight."""
        super().resizeEvent(event)
        if event.size().height() < event.oldSize().height() and self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())
        brief = event.size().width() < self._others() + self._types + self._states[1]
        self.table.set_brief(brief)
        self.setColumnWidth(STATUS, self._states[not brief])

    def order_by(self, key: str) -> None:
        """Show the errors by `WORST` or `GAIN`, or, without a key, as the column's title says."""
        self.header.setSortIndicatorShown(not key)
        if key:
            self.table.order_by(key)
        else:
            self.table.sort(self.header.sortIndicatorSection(), self.header.sortIndicatorOrder())
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

    def _order_by_column(self) -> None:
        self.header.setSortIndicatorShown(True)
        self.ordered_by_column.emit()

    def _others(self) -> int:
        return sum(self.columnWidth(column) for column in range(1, STATUS))

    def _width(self, column: int, samples: Iterable[str]) -> int:
        """Return the width of a column for its texts, and for its title where that is shown beside them."""
        title = self.table.headerData(column, Qt.Orientation.Horizontal) if column < STATUS else ""
        return max(map(self.fontMetrics().horizontalAdvance, [title, *samples])) + PADDING

    def show_rows(self, rows: Mapping[int, ErrorRow], row_filter: RowFilter) -> None:
        """Fill the list again and stay at the current error, or near it if it is no longer shown."""
        place = max(self.currentIndex().row(), 0)
        self._quietly(lambda: self.table.show_rows(rows, row_filter))
        self._stay(place)

    def forget(self) -> None:
        """Show nothing, without a signal: errors of another layer are to come."""
        self.fid = None
        self._quietly(lambda: self.table.show_rows({}))

    def refresh(self, fids: Iterable[int]) -> bool:
        """Show changed rows as :meth:`ErrorTable.refresh` does, and stay at the current error or near it."""
        place, quiet = max(self.currentIndex().row(), 0), []
        self._quietly(lambda: quiet.append(self.table.refresh(fids)))
        if quiet[0] and not self.shows(self.fid):
            self._stay(place)
        return quiet[0]

    def _stay(self, place: int) -> None:
        order, before = self.table.order, self.fid
        if not self.shows(self.fid):
            self.fid = order[min(place, len(order) - 1)] if order else None
        if order:
            self.set_current(self.fid)
        if self.fid != before:
            self.replaced.emit()

    def shows(self, fid: int | None) -> bool:
        """Return whether an error is in the list."""
        return self.table.index_of(fid).isValid()

    def go_to(self, fid: int | None) -> None:
        """Make an error current, as if it had been clicked."""
        if self.shows(fid):
            self.set_current(fid)
            self.chosen.emit(fid)

    def set_current(self, fid: int) -> None:
        """Make an error current, without a signal."""
        index = self.table.index_of(fid)
        if index.isValid():
            self.fid = fid
            self._quietly(lambda: self.setCurrentIndex(index))
            self.scrollTo(index)

    def keyPressEvent(self, event):
        """Go to the first and the last error by Home and End, as in any list."""
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: len(self.table.order) - 1}
        if event.key() in ends and self.table.order and not event.modifiers():
            self.setCurrentIndex(self.table.index(ends[event.key()], 0))
            return
        super().keyPressEvent(event)

    def select(self, fids: Iterable[int]) -> bool:
        """Select errors, the first one current, without a signal; return False if none of them is shown."""
        fids = [fid for fid in fids if self.shows(fid)]
        if not fids:
            return False
        chosen, flags = QItemSelection(), QItemSelectionModel.SelectionFlag
        for fid in fids:
            chosen.select(self.table.index_of(fid), self.table.index_of(fid))
        self.set_current(fids[0])
        self._quietly(lambda: self.selectionModel().select(chosen, flags.ClearAndSelect | flags.Rows))
        return True

    def selected(self) -> list[int]:
        """Return the selected errors, the current one first."""
        ranges = self.selectionModel().selection()
        rows = sorted({row for each in ranges for row in range(each.top(), each.bottom() + 1)})
        fids = [self.table.order[row] for row in rows] or [self.fid]
        return sorted((fid for fid in fids if fid is not None), key=lambda fid: fid != self.fid)

    def first(self) -> int | None:
        """Return the error on top."""
        return self.table.order[0] if self.table.order else None

    def step(self, step: int) -> int | None:
        """Return the error so many rows away."""
        return neighbour(self.table.order, self.fid, step)

    def next_unreviewed(self, fids: Iterable[int] = ()) -> int | None:
        """Return the next unreviewed error after the current one, or after the last of `fids`, which are left out."""
        order = self.table.order
        places = [place for place in map(self.table.place_of, fids) if place is not None]
        last = order[max(places)] if places else self.fid
        return next_unreviewed(order, self.table.rows, last, skip=fids)

    def _current_changed(self, index, _previous) -> None:
        fid = self.table.fid_at(index)
        if not self._quiet and fid is not None:
            self.fid = fid
            self.chosen.emit(fid)

    def _quietly(self, action) -> None:
        self._quiet = True
        try:
            action()
        finally:
            self._quiet = False


def _state_texts() -> list[str]:
    return [f"{mark} {status_name(status)}" for status, mark in MARKS.items() if status != UNREVIEWED]
