"""Step 5: all models of the station in one table, the better one taken by a click."""

from __future__ import annotations

from pathlib import Path

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...bridge.i18n import tr
from ...bridge.model_choice import DEFAULT, choose_model, chosen_model, former_model, known_models
from ...bridge.model_figures import NAMES, page_of, read_figures
from .comparison_table import BETTER

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_VALUE = Qt.ItemDataRole.UserRole


class ModelsStep(QWidget):
    """Every model with what it is worth on the station's dataset.

    Signals
    -------
    measure_requested : dict
        Parameters of `rsqi:evaluate` but for the dataset, when the button is pressed.
    page_requested : str
        The page of the chosen model's figures.
    chosen : str
        The model that inspections take from now on.
    """

    measure_requested = pyqtSignal(object)
    page_requested = pyqtSignal(str)
    chosen = pyqtSignal(str)

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiLearnModels")
        self._dataset, self._running = "", False
        self._build()

    def refresh(self) -> None:
        """Show the models and figures that there are now."""
        known, used = read_figures(), chosen_model()
        models = known_models()
        best = _best([known.get(model.value, {}) for model in models])
        selected = self._selected() or used
        self.table.blockSignals(True)
        self.table.setRowCount(len(models))
        for row, model in enumerate(models):
            self._fill(row, model, known.get(model.value, {}), best, model.value == used)
            if model.value == selected:
                self.table.selectRow(row)
        self.table.blockSignals(False)
        self.table.resizeRowsToContents()
        height = self.table.horizontalHeader().sizeHint().height()
        height += sum(self.table.rowHeight(row) for row in range(len(models)))
        self.table.setFixedHeight(height + 2 * self.table.frameWidth())
        self._show_state()

    def set_dataset(self, dataset: str) -> None:
        """Say on which dataset to measure; an empty string if there is none."""
        self._dataset = dataset
        self._show_state()

    def set_running(self, running: bool) -> None:
        """Take no input while something runs."""
        self._running = running
        self._show_state()

    def models(self) -> list[str]:
        """Return the models of the table, from the top."""
        return [self.table.item(row, 0).data(_VALUE) for row in range(self.table.rowCount())]

    def _fill(self, row: int, model, figures: dict, best: dict, used: bool) -> None:
        name = tr("Default model") if model.value == DEFAULT else model.name
        told = tr("not measured yet")
        if figures:
            told = _place(figures)
        if used:
            told = tr("in use; {told}").format(told=told)
        item = QTableWidgetItem(f"{name}\n{told}")
        item.setData(_VALUE, model.value)
        item.setToolTip("\n".join(filter(None, (name, model.value, figures.get("dataset")))))
        font = item.font()
        font.setBold(used)
        item.setFont(font)
        self.table.setItem(row, 0, item)
        for column, figure in enumerate(NAMES, 1):
            cell = QTableWidgetItem(_text(figure, figures.get(figure)))
            cell.setTextAlignment(_RIGHT)
            if figures.get(figure) is not None and figures[figure] == best.get(figure):
                cell.setForeground(BETTER)
            self.table.setItem(row, column, cell)

    def _selected(self) -> str:
        row = self.table.currentRow()
        item = self.table.item(row, 0) if row >= 0 else None
        return item.data(_VALUE) if item else ""

    def _use(self, value: str) -> None:
        choose_model(value)
        self.chosen.emit(value)
        self.refresh()

    def _measure(self) -> None:
        page = page_of(self._dataset)
        page.parent.mkdir(parents=True, exist_ok=True)
        self.measure_requested.emit({"MODELS": ";".join(self.models()), "OUTPUT": str(page)})

    def _show_state(self) -> None:
        value, former = self._selected(), former_model()
        page = read_figures().get(value, {}).get("page", "")
        self.measure_button.setEnabled(bool(self._dataset) and not self._running)
        self.page_button.setEnabled(bool(page) and Path(page).is_file())
        self.use_button.setEnabled(bool(value) and value != chosen_model() and not self._running)
        self.back_button.setEnabled(bool(former) and not self._running)
        name = tr("Default model") if former == DEFAULT else Path(former).name
        self.back_button.setToolTip(tr("Inspections take {name} again.").format(name=name) if former else "")

    def _build(self) -> None:
        hint = QLabel(tr("All models on the test part of one dataset; the best figure of each column is green."))
        hint.setWordWrap(True)
        self.table = QTableWidget(0, 1 + len(NAMES))
        self.table.setObjectName("rsqiLearnModelTable")
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        for policy in (self.table.setVerticalScrollBarPolicy, self.table.setHorizontalScrollBarPolicy):
            policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.setWordWrap(False)  # the name, and below it where it was measured
        self.table.verticalHeader().hide()
        columns = (
            (tr("Model"), tr("Below it the dataset and the day of its figures.")),
            ("F1", tr("How well the types are found in blocks, from 0 to 1, their mean.")),
            ("mIoU", tr("How well the outlines fit, from 0 to 1, the mean of the region types.")),
            (tr("Clean"), tr("Share of the blocks without errors in which something is marked.")),
            (tr("s"), tr("Seconds for 100 megapixels of blocks on this computer.")),
        )
        self.table.setHorizontalHeaderLabels([title for title, _ in columns])
        for column, (_, tip) in enumerate(columns):
            self.table.horizontalHeaderItem(column).setToolTip(tip)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.itemSelectionChanged.connect(self._show_state)
        buttons = (
            ("measure_button", "Measure", tr("Measure all"), tr("Measure all models on the dataset of step 1."),
             self._measure),
            ("page_button", "Page", tr("Page"), tr("Show all tables and the worst blocks as pictures."),
             lambda: self.page_requested.emit(read_figures()[self._selected()]["page"])),
            ("use_button", "UseModel", tr("Use it"),
             tr("Inspections take this model from now on. Any other can be chosen again."),
             lambda: self._use(self._selected())),
            ("back_button", "Back", tr("Back"), "", lambda: self._use(former_model())),
        )  # fmt: skip
        row = QHBoxLayout()
        for attribute, name, text, tip, act in buttons:
            button = QPushButton(text)
            button.setObjectName(f"rsqiLearn{name}")
            button.setToolTip(tip)
            button.clicked.connect(lambda _=False, act=act: act())
            setattr(self, attribute, button)
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(hint)
        column.addWidget(self.table)
        column.addLayout(row)


def _place(figures: dict) -> str:
    """Return dataset and day; a dataset that is called by its day once."""
    name, day = Path(figures["dataset"]).name, figures["date"]
    return day if name == day else f"{name}, {day}"


def _text(figure: str, value: float | None) -> str:
    if value is None:
        return "–"
    return {"clean_marked": f"{value:.0%}", "seconds": f"{value:.0f}"}.get(figure, f"{value:.2f}")


def _best(rows: list[dict]) -> dict:
    """Return the best value of each figure among those measured on the same dataset as most recently."""
    found = {}
    last = max((row.get("date", ""), row.get("dataset", "")) for row in rows) if rows else ("", "")
    alike = [row for row in rows if row.get("dataset") == last[1]]
    for figure, best in (("f1", max), ("iou", max), ("clean_marked", min), ("seconds", min)):
        values = [row[figure] for row in alike if row.get(figure) is not None]
        if len(values) > 1:
            found[figure] = best(values)
    return found
