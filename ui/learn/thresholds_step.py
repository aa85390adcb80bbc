"""Step 2: after some verdicts, thresholds that fit the station, before and after, and the way back."""

from __future__ import annotations

from qgis.core import QgsProject
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
from ...bridge.model_choice import (
    choose_model,
    chosen_model,
    former_model,
    has_station_thresholds,
    is_pair,
    models_folder,
)
from ...bridge.texts import type_name
from ...rsqi_core import taxonomy
from ..widgets.swatch import swatch
from .datasets import new_station_model
from .reviewed import reviewed_layers

LEAST = 30  # verdicts, as `rsqi_core.learning.station_thresholds` has it
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ThresholdsStep(QWidget):
    """The offer, the table, and the choice.

    Signals
    -------
    fit_requested : dict
        Parameters of `rsqi:fitthresholds`, when the button is pressed.
    chosen : str
        The model that inspections take from now on.
    """

    fit_requested = pyqtSignal(object)
    chosen = pyqtSignal(str)

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiLearnThresholds")
        self._running, self._fitted = False, ""
        self._layers: list[str] = []
        self._build()

    def refresh(self) -> None:
        """Count the verdicts anew."""
        reviewed = [each for each in reviewed_layers(QgsProject.instance()) if each.useful]
        self._layers = [each.layer_id for each in reviewed]
        verdicts = sum(each.errors + each.rejected for each in reviewed)
        if is_pair(chosen_model()):
            text, self._enough = tr("The model in use has no thresholds that could be fitted."), False
        else:
            self._enough = verdicts >= LEAST
            text = tr("{count} verdicts in the layers of this project: enough to fit the thresholds to them.")
            if not self._enough:
                text = tr("{count} verdicts in the layers of this project; from {least} on, thresholds can be fitted.")
            text = text.format(count=verdicts, least=LEAST)
        self.hint.setText(text)
        self._show_state()

    def set_running(self, running: bool) -> None:
        """Take no input while something runs."""
        self._running = running
        self._show_state()

    def show_result(self, rows: list[dict], model: str) -> None:
        """Show thresholds before and after; `model` is empty if none has moved."""
        self._fitted = model
        self.table.setRowCount(len(rows))
        for number, row in enumerate(rows):
            error_type = taxonomy.by_code(row["code"])
            name = QTableWidgetItem(swatch(error_type.color), type_name(error_type))
            name.setToolTip(_outcome(row))
            moved = row["outcome"] == "moved"
            after = f"{row['after']:.3f}" if moved else "="
            less = f"{row['spared']} / {row['lost']}" if moved else "–"
            self.table.setItem(number, 0, name)
            cells = (f"{row['real']} / {row['verdicts']}", f"{row['before']:.3f}", after, less)
            for column, text in enumerate(cells, 1):
                cell = QTableWidgetItem(text)
                cell.setTextAlignment(_RIGHT)
                cell.setToolTip(_outcome(row))
                self.table.setItem(number, column, cell)
        self.table.resizeRowsToContents()
        height = self.table.horizontalHeader().sizeHint().height()
        height += sum(self.table.rowHeight(row) for row in range(len(rows)))
        self.table.setFixedHeight(height + 2 * self.table.frameWidth())
        self.table.show()
        self._show_state()

    def _fit(self) -> None:
        models_folder().mkdir(parents=True, exist_ok=True)
        layers = [QgsProject.instance().mapLayer(layer_id) for layer_id in self._layers]
        output = str(models_folder() / new_station_model())
        self.fit_requested.emit(
            {"LAYERS": [layer for layer in layers if layer], "MODEL": chosen_model(), "OUTPUT": output}
        )

    def _choose(self, model: str) -> None:
        choose_model(model)
        self.chosen.emit(model)
        self._show_state()

    def _show_state(self) -> None:
        used = has_station_thresholds(chosen_model()) and bool(former_model())
        self.fit_button.setEnabled(self._enough and not self._running)
        self.use_button.setEnabled(bool(self._fitted) and chosen_model() != self._fitted and not self._running)
        self.undo_button.setEnabled(used and not self._running)

    def _build(self) -> None:
        self._enough = False
        self.hint = QLabel()
        self.hint.setObjectName("rsqiLearnVerdicts")
        self.hint.setWordWrap(True)
        self.table = QTableWidget(0, 5)
        self.table.setObjectName("rsqiLearnThresholdTable")
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for policy in (self.table.setVerticalScrollBarPolicy, self.table.setHorizontalScrollBarPolicy):
            policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.setWordWrap(False)
        self.table.verticalHeader().hide()
        columns = (
            (tr("Type"), ""),
            (tr("Real"), tr("Errors that are real, of all that were judged.")),
            (tr("Before"), tr("Probability from which a block is marked.")),
            (tr("After"), tr("The same, fitted to the verdicts; '=' if it stays.")),
            (tr("Less"), tr("Rejected errors / real errors that would no longer be marked.")),
        )
        self.table.setHorizontalHeaderLabels([title for title, _ in columns])
        for column, (_, tip) in enumerate(columns):
            self.table.horizontalHeaderItem(column).setToolTip(tip)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.hide()
        row = QHBoxLayout()
        for attribute, name, text, tip, act in (
            ("fit_button", "Fit", tr("Fit thresholds"), tr("Shows them before and after; nothing changes yet."),
             self._fit),
            ("use_button", "UseThresholds", tr("Use them"), tr("Inspections take these thresholds from now on."),
             lambda: self._choose(self._fitted)),
            ("undo_button", "UndoThresholds", tr("Undo"), tr("Inspections take the thresholds from before again."),
             lambda: self._choose(former_model())),
        ):  # fmt: skip
            button = QPushButton(text)
            button.setObjectName(f"rsqiLearn{name}")
            button.setToolTip(tip)
            button.clicked.connect(lambda _=False, act=act: act())
            setattr(self, attribute, button)
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.hint)
        column.addWidget(self.table)
        column.addLayout(row)


def _outcome(row: dict) -> str:
    return {
        "moved": tr("Fitted to the verdicts."),
        "few": tr("Too few verdicts of this type: its threshold stays."),
        "no_gain": tr("No other threshold is better for these verdicts."),
    }.get(row["outcome"], "")
