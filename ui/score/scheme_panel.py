"""The editor of scoring schemes: tables in which every value can be written over, and nonsense is refused at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

from qgis.PyQt.QtCore import QAbstractTableModel, QModelIndex, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QStyledItemDelegate,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from ...bridge import schemes
from ...bridge.i18n import tr
from ...bridge.notes import error_message
from ...rsqi_core.errors import RsqiError
from ...rsqi_core.scoring import parse_scheme, read_scheme, write_scheme
from . import scheme_cells
from .scheme_cells import Cell, InvalidValue

ERROR_STYLE = "color: #c62828"


class SchemeTable(QAbstractTableModel):
    """One table of a scheme.

    Signals
    -------
    edited : object
        The whole scheme with the new value, already checked.
    refused : str
    """

    edited = pyqtSignal(object)
    rejected = pyqtSignal(str)

    def __init__(self, rows: Callable[[Any], list[list[Cell]]], header: list[str], parent=None):
        super().__init__(parent)
        self._make, self._header = rows, header
        self._rows: list[list[Cell]] = []
        self._data: Any = None
        self._editable = False

    def show_scheme(self, data: Any, editable: bool) -> None:
        """Show another scheme, or the same after an edit."""
        self.beginResetModel()
        self._data, self._editable, self._rows = data, editable, self._make(data)
        self.endResetModel()

    def cell(self, index: QModelIndex) -> Cell:
        return self._rows[index.row()][index.column()]

    def rowCount(self, parent=None):
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent=None):
        return len(self._header)

    def headerData(self, section, orientation, role=Qt.ItemDataRole.DisplayRole):
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self._header[section]
        return None

    def flags(self, index):
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if self._editable and self.cell(index).path else flags

    def data(self, index, role=Qt.ItemDataRole.DisplayRole):
        cell = self.cell(index)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole, Qt.ItemDataRole.ToolTipRole):
            return cell.display(self._data)
        if role == Qt.ItemDataRole.TextAlignmentRole and cell.kind in ("number", "percent", "count"):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def setData(self, index, value, role=Qt.ItemDataRole.EditRole):
        cell = self.cell(index)
        try:
            new = cell.parse(value)
            if cell.kind != "choice" and cell.display(self._data) == str(value):
                return False
            data = scheme_cells.with_value(self._data, cell.path, new)
        except InvalidValue as error:
            self.rejected.emit(error_message(error))
            return False
        self.edited.emit(data)
        return True


class ChoiceDelegate(QStyledItemDelegate):
    """Edits a choice by a list."""

    def createEditor(self, parent, option, index):
        cell = index.model().cell(index)
        if cell.kind != "choice":
            return super().createEditor(parent, option, index)
        box = QComboBox(parent)
        for value, text in cell.choices:
            box.addItem(text, value)
        box.setCurrentText(index.data())
        box.activated.connect(lambda: self.commitData.emit(box))
        return box

    def setEditorData(self, editor, index):
        if not isinstance(editor, QComboBox):
            super().setEditorData(editor, index)

    def setModelData(self, editor, model, index):
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentData())
        else:
            super().setModelData(editor, model, index)


class SchemePanel(QWidget):
    """Edits the user's own schemes; each edit is saved at once and can be undone.

    Signals
    -------
    changed
        The scheme in use, or the list of schemes, is another now.
    """

    changed = pyqtSignal()

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiSchemes")
        self._path: Path | None = None
        self._data: Any = None
        self._undo: list[tuple[Path, Any]] = []
        self.title = QLabel()
        self.title.setWordWrap(True)
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.message = QLabel()
        self.message.setObjectName("rsqiSchemeMessage")
        self.message.setWordWrap(True)
        self.message.setStyleSheet(ERROR_STYLE)
        self.copy_button = _button(tr("Copy to edit"), self.copy, tr("Makes a scheme of your own of this one."))
        self.import_button = _button(tr("Import..."), self._import, tr("Takes over a scheme from a JSON file."))
        self.export_button = _button(tr("Export..."), self._export, tr("Writes this scheme as a JSON file."))
        self.remove_button = _button(tr("Remove"), self.remove, tr("Removes this scheme; it can be undone."))
        self.undo_button = _button(tr("Undo"), self.undo, tr("Takes the last edit back."))
        self.tables = QTabWidget()
        self.models: dict[str, SchemeTable] = {}
        stretch, interactive = QHeaderView.ResizeMode.Stretch, QHeaderView.ResizeMode.Interactive
        severities = [f"{severity} ≤" for severity in "ABCD"]
        general = self._add_table(tr("General"), "general", [tr("Setting"), tr("Value")], {0: stretch, 1: interactive})
        general.setWordWrap(True)  # its texts are whole sentences
        general.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        rules = [tr("Type"), tr("Class"), tr("Measure"), "", tr("Limit")]
        self.rule_view = self._add_table(tr("Severities"), "rules", rules, {2: stretch})
        kinds = [tr("Type"), tr("Otherwise"), tr("Not measured"), *severities, tr("Basis"), tr("Weight"), tr("Cap")]
        self._add_table(tr("Types"), "types", kinds, {})
        first = tr("The first rule of a type that holds decides.")
        add, remove, move = scheme_cells.with_rule, scheme_cells.without_rule, scheme_cells.with_rule_moved
        self.rule_buttons = [
            _button(tr("Add rule"), lambda: self._edit_rules(add), tr("Doubles the chosen rule.")),
            _button(tr("Remove rule"), lambda: self._edit_rules(remove), tr("Removes the chosen rule.")),
            _button(tr("Up"), lambda: self._edit_rules(move, -1), first),
            _button(tr("Down"), lambda: self._edit_rules(move, 1), first),
        ]
        rule_row = _row(self.rule_buttons)
        self.tables.widget(1).layout().addLayout(rule_row)
        column = QVBoxLayout(self)
        column.addWidget(self.title)
        column.addWidget(self.note)
        column.addLayout(_row([self.copy_button, self.import_button, self.export_button]))
        column.addLayout(_row([self.undo_button, self.remove_button]))
        column.addWidget(self.message)
        column.addWidget(self.tables, 1)
        self.show_scheme(schemes.chosen())

    def show_scheme(self, path: Path | None) -> None:
        """Show the scheme of a file; None is the default, which cannot be edited."""
        self._show_message("")
        try:
            self._data = read_scheme(path)
            parse_scheme(self._data)
            self._path = path
        except RsqiError as error:
            self._path, self._data = None, read_scheme()
            self._show_message(error_message(error))
        self._show()

    def copy(self) -> None:
        """Make a scheme of one's own of the one shown, and use it."""
        data = {**self._data, "name": self._own_name()}
        self._add_scheme(lambda: schemes.add(data, "scheme"))

    def undo(self) -> None:
        """Take the last edit back, or bring the removed scheme back."""
        if self._undo:
            path, data = self._undo.pop()
            self._save(path, data)

    def remove(self) -> None:
        """Remove the scheme shown and use the default."""
        if self._path is None:
            return
        self._undo.append((self._path, self._data))
        try:
            self._path.unlink()
        except OSError as error:
            self._show_message(error_message(error))
            return
        self._use(None)

    def _import(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("Import a scoring scheme"), "", tr("Scoring schemes (*.json)"))
        if path:
            self._add_scheme(lambda: schemes.import_scheme(Path(path)))

    def _export(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, tr("Export the scoring scheme"), "", tr("Scoring schemes (*.json)"))
        if path:
            self.export(Path(path))

    def export(self, path: Path) -> None:
        """Write the scheme shown to a file."""
        try:
            write_scheme(path.with_suffix(".json"), self._data)
            self._show_message("")
        except RsqiError as error:
            self._show_message(error_message(error))

    def _add_scheme(self, make: Callable[[], Path]) -> None:
        try:
            path = make()
        except (RsqiError, OSError) as error:
            self._show_message(error_message(error))
            return
        self._use(path)

    def _use(self, path: Path | None) -> None:
        schemes.choose(path)
        self.show_scheme(path)
        self.changed.emit()

    def _edit(self, data: Any) -> None:
        self._undo.append((self._path, self._data))
        self._save(self._path, data)

    def _save(self, path: Path, data: Any) -> None:
        try:
            write_scheme(path, data)
        except RsqiError as error:
            self._show_message(error_message(error))
            return
        self._use(path)

    def _edit_rules(self, change: Callable, *more: int) -> None:
        index = self.rule_view.currentIndex()
        if not index.isValid():
            self._show_message(tr("Choose a rule first."))
            return
        try:
            self._edit(change(self._data, index.row(), *more))
        except InvalidValue as error:
            self._show_message(error_message(error))
            return
        row = min(index.row() + (more[0] if more else 0), self.models["rules"].rowCount() - 1)
        self.rule_view.setCurrentIndex(self.models["rules"].index(max(0, row), index.column()))

    def _own_name(self) -> dict[str, str]:
        names = self._data["name"]
        if self._path is not None:
            return names
        return {**names, "en": "Our scheme, from the RSQI default", "zh": "本单位方案（源自 RSQI 默认方案）"}

    def _show(self) -> None:
        own = self._path is not None
        scheme = parse_scheme(self._data)
        self.title.setText(f"<b>{schemes.name_of(scheme)}</b>")
        self.title.setToolTip(str(self._path or ""))
        default = tr(
            "The default stays as it is: make a copy to edit it. Its limits are RSQI's, not the standard's text."
        )
        self.note.setText(tr("Every edit is saved at once.") if own else default)
        self.remove_button.setEnabled(own)
        self.undo_button.setEnabled(bool(self._undo))
        for button in self.rule_buttons:
            button.setEnabled(own)
        for model in self.models.values():
            model.show_scheme(self._data, own)

    def _show_message(self, text: str) -> None:
        self.message.setText(text)
        self.message.setVisible(bool(text))

    def _add_table(self, title: str, name: str, header: list[str], modes: dict) -> QTableView:
        model = SchemeTable(getattr(scheme_cells, name), header, self)
        # Queued: the model is reset by it, which an open editor would not survive.
        model.edited.connect(self._edit, Qt.ConnectionType.QueuedConnection)
        model.rejected.connect(self._show_message)
        view = QTableView()
        view.setModel(model)
        view.setItemDelegate(ChoiceDelegate(view))
        view.setAlternatingRowColors(True)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setWordWrap(False)
        view.verticalHeader().hide()
        view.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for column, mode in modes.items():
            view.horizontalHeader().setSectionResizeMode(column, mode)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(view)
        self.tables.addTab(page, title)
        self.models[name] = model
        return view


def _button(text: str, do: Callable[[], None], tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.clicked.connect(lambda: do())
    return button


def _row(widgets: list[QWidget]) -> QHBoxLayout:
    row = QHBoxLayout()
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch()
    return row
