"""The list of errors for a tree view: sorted and filtered here, so that thousands of rows never wait for a proxy."""

from __future__ import annotations

from typing import Iterable, Mapping

from qgis.PyQt.QtCore import QAbstractTableModel, QModelIndex, Qt
from qgis.PyQt.QtGui import QBrush, QColor, QFont, QGuiApplication, QIcon, QPalette

from ...bridge.compat import ALIGN_RIGHT
from ...bridge.i18n import tr
from ...bridge.texts import type_name
from ...rsqi_core import taxonomy
from ..widgets.swatch import swatch
from .error_rows import (
    ACCEPTED,
    ADDED,
    COLUMNS,
    CORRECTED,
    REJECTED,
    UNREVIEWED,
    ErrorRow,
    RowFilter,
    arrange,
    place_for,
)

NO_PARENT = QModelIndex()
FEW = 50  # rows that come and go one by one
MARKS = {UNREVIEWED: "○", ACCEPTED: "✓", REJECTED: "✕", CORRECTED: "✎", ADDED: "+"}
STATUS_COLORS = {ACCEPTED: "#1b7f3b", REJECTED: "#8a8a8a", CORRECTED: "#1565c0", ADDED: "#8e24aa"}
ON_DARK = {ACCEPTED: "#66c987", REJECTED: "#8a8a8a", CORRECTED: "#7db4f5", ADDED: "#d68be6"}


def status_name(status: str) -> str:
    """Return the name of a status in the language of QGIS."""
    names = {
        UNREVIEWED: tr("Unreviewed"),
        ACCEPTED: tr("Accepted"),
        REJECTED: tr("Rejected"),
        CORRECTED: tr("Corrected"),
        ADDED: tr("Added"),
    }
    return names.get(status, status)


def area_text(area: float | None) -> str:
    """Return square metres, in three figures where they are few."""
    if area is None:
        return ""
    return f"{area:,.0f}" if area >= 100 else f"{area:.3g}"


class ErrorTable(QAbstractTableModel):
    """Type, confidence, area, severity and status of the errors that pass the filter, in the chosen order."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.rows: Mapping[int, ErrorRow] = {}
        self.order: list[int] = []
        self._places: dict[int, int] = {}
        self._row_filter = RowFilter()
        self._key, self._descending = COLUMNS[0], False
        self._brief = False
        self._names = {t.id: type_name(t) for t in taxonomy.TYPES}
        self._icons: dict[int, QIcon] = {}
        self._words = {
            (t.id, status): f"{self._names[t.id]} {t.code} {status_name(status)}"
            for t in taxonomy.TYPES
            for status in MARKS
        }

    def set_brief(self, brief: bool) -> None:
        """Show the status by its mark alone, where there is no room for its name."""
        if brief != self._brief:
            self._brief = brief
            last = len(COLUMNS) - 1
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, last, last)
            if self.order:
                self.dataChanged.emit(self.index(0, last), self.index(len(self.order) - 1, last))

    def show_rows(self, rows: Mapping[int, ErrorRow], row_filter: RowFilter | None = None) -> None:
        """Show other rows, or the same ones after a change, in the chosen order."""
        self.beginResetModel()
        self.rows = rows
        self._row_filter = row_filter if row_filter is not None else self._row_filter
        self._arrange()
        self.endResetModel()

    def refresh(self, fids: Iterable[int]) -> bool:
        """Show changed rows where they stand, take out and put in what the filter shows no more or now.

        Returns
        -------
        bool
            False, with nothing done, if so many come and go that the list has to be filled again.
        """
        staying, leaving, coming = [], [], []
        for fid in fids:
            row, place = self.rows.get(fid), self._places.get(fid)
            words = self._words.get((row.category_id, row.status), "") if row else ""
            if row is not None and self._row_filter.admits(row, words):
                (coming if place is None else staying).append(fid)
            elif place is not None:
                leaving.append(fid)
        if len(leaving) + len(coming) > FEW:
            return False
        for place in sorted((self._places[fid] for fid in leaving), reverse=True):  # the places above stay as they are
            self.beginRemoveRows(NO_PARENT, place, place)
            del self._places[self.order.pop(place)]
            self.endRemoveRows()
        for fid in coming:
            place = place_for(self.rows[fid], self.order, self.rows, self._key, self._descending)
            self.beginInsertRows(NO_PARENT, place, place)
            self.order.insert(place, fid)
            self.endInsertRows()
        if leaving or coming:
            self._number()
        places = [self._places[fid] for fid in staying]
        if places:
            self.dataChanged.emit(self.index(min(places), 0), self.index(max(places), len(COLUMNS) - 1))
        return True

    def fid_at(self, index: QModelIndex) -> int | None:
        """Return the fid of the row that `index` is in."""
        return self.order[index.row()] if index.isValid() and index.row() < len(self.order) else None

    def place_of(self, fid: int | None) -> int | None:
        """Return the number of the row of `fid`; None if it is not shown."""
        return self._places.get(fid)

    def index_of(self, fid: int | None) -> QModelIndex:
        """Return the first cell of the row of `fid`, invalid if it is not shown."""
        place = self._places.get(fid)
        return self.index(place, 0) if place is not None else QModelIndex()

    def _arrange(self) -> None:
        self.order = arrange(self.rows, self._row_filter, self._key, self._descending, self._words)
        self._number()

    def _number(self) -> None:
        self._places = dict(zip(self.order, range(len(self.order))))

    # The model as Qt reads it

    def rowCount(self, parent=NO_PARENT):
        return 0 if parent.isValid() else len(self.order)

    def columnCount(self, parent=NO_PARENT):
        return 0 if parent.isValid() else len(COLUMNS)

    def sort(self, column, order=Qt.SortOrder.AscendingOrder):
        if 0 <= column < len(COLUMNS):
            self.order_by(COLUMNS[column], order == Qt.SortOrder.DescendingOrder)

    def order_by(self, key: str, descending: bool = True) -> None:
        """Show the rows in the order of an attribute, such as `WORST` or `GAIN`."""
        self.layoutAboutToBeChanged.emit()
        old = [(index, self.fid_at(index)) for index in self.persistentIndexList()]
        self._key, self._descending = key, descending
        self._arrange()
        for index, fid in old:
            place = self._places.get(fid)
            self.changePersistentIndex(index, self.index(place, index.column()) if place is not None else QModelIndex())
        self.layoutChanged.emit()

    def headerData(self, section, orientation, role=Qt.ItemDataRole.DisplayRole):
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            status = MARKS[ACCEPTED] if self._brief else tr("Status")
            return (tr("Type"), tr("Conf."), "m²", tr("Sev."), status)[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return (
                tr("Type of the error"),
                tr("Confidence: how sure the model is"),
                tr("Area on the ellipsoid"),
                tr("Severity by the scoring scheme: A rejects, B, C and D deduct points"),
                tr("What the technician decided"),
            )[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and COLUMNS[section] in ("confidence", "area_m2"):
            return ALIGN_RIGHT
        return None

    def data(self, index, role=Qt.ItemDataRole.DisplayRole):
        row = self.rows.get(self.fid_at(index))
        if row is None:
            return None
        column = COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role == Qt.ItemDataRole.DecorationRole and column == "category_id":
            return self._icon(row.category_id)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            if column in ("confidence", "area_m2"):
                return ALIGN_RIGHT
            centered = column == "severity" or (column == "status" and self._brief)
            return Qt.AlignmentFlag.AlignCenter if centered else None
        if role == Qt.ItemDataRole.ForegroundRole and row.status in STATUS_COLORS:
            if column != "status" and row.status != REJECTED:
                return None
            dark = QGuiApplication.palette().color(QPalette.ColorRole.Base).lightness() < 128
            return QBrush(QColor((ON_DARK if dark else STATUS_COLORS)[row.status]))
        if role == Qt.ItemDataRole.FontRole and row.status == REJECTED and column == "category_id":
            font = QFont()
            font.setStrikeOut(True)
            return font
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row)
        return None

    def _text(self, row: ErrorRow, column: str) -> str:
        if column == "category_id":
            return self._names.get(row.category_id, str(row.category_id)) + (" …" if row.comment else "")
        if column == "confidence":
            return "" if row.confidence is None else f"{row.confidence:.2f}"
        if column == "area_m2":
            return area_text(row.area_m2)
        if column == "severity":
            return row.severity
        mark = MARKS.get(row.status, "")
        return mark if row.status == UNREVIEWED or self._brief else f"{mark} {status_name(row.status)}"

    def _tip(self, row: ErrorRow) -> str:
        points = tr("Error {fid}, deduction {points:g}").format(fid=row.fid, points=row.penalty)
        lines = [f"{self._names.get(row.category_id, '')} · {status_name(row.status)}", points]
        if row.edited_by:
            lines.append(tr("Edited by {name}, {time}").format(name=row.edited_by, time=row.edited_at[:16]))
        if row.comment:
            lines.append(row.comment)
        return "\n".join(lines)

    def _icon(self, category_id: int) -> QIcon | None:
        if category_id not in self._icons and category_id in self._names:
            self._icons[category_id] = swatch(taxonomy.by_id(category_id).color)
        return self._icons.get(category_id)
