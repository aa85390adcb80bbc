"""Step 4: is the new model better, and which one do inspections take?"""

from __future__ import annotations

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ...bridge.i18n import tr
from ...bridge.model_choice import DEFAULT, choose_model, chosen_model, known_models
from ...bridge.texts import comparison_text
from ..widgets.narrow import narrow
from .comparison_table import ComparisonTable


class ComparisonStep(QWidget):
    """The comparison, and the choice of the model.

    Signals
    -------
    chosen : str
        The model that inspections take from now on.
    """

    chosen = pyqtSignal(str)

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiLearnComparisonStep")
        self._rejected: dict = {}  # of a training whose model was not better, and so was not kept
        self._build()

    def refresh(self, select: str = "") -> None:
        """Offer the models that there are now, the one in use chosen unless another is named."""
        wanted = select or self.model_box.currentData() or chosen_model()
        self.model_box.blockSignals(True)
        self.model_box.clear()
        used = chosen_model()
        for model in known_models():
            name = tr("Default model") if model.value == DEFAULT else model.name
            if model.value == used:
                name = tr("{name} (in use)").format(name=name)
            self.model_box.addItem(name, (model.value, model.comparison))
        values = [self.model_box.itemData(n)[0] for n in range(self.model_box.count())]
        wanted = wanted if isinstance(wanted, str) else wanted[0]
        self.model_box.setCurrentIndex(values.index(wanted) if wanted in values else values.index(used))
        self.model_box.blockSignals(False)
        self._show()

    def show_result(self, comparison: dict, model: str) -> None:
        """Show the result of a training; `model` is empty if the new one was not kept."""
        self._rejected = {} if model else comparison
        self.refresh(model)

    def _use(self) -> None:
        value = self.model_box.currentData()[0]
        choose_model(value)
        self.chosen.emit(value)
        self.refresh(value)

    def _choose(self) -> None:
        self._rejected = {}
        self._show()

    def _show(self) -> None:
        value, comparison = self.model_box.currentData()
        comparison = self._rejected or comparison
        self.table.setVisible(bool(comparison))
        if comparison:
            self.table.show_comparison(comparison)
            self.sentence.setText(comparison_text(comparison))
        elif value == DEFAULT:
            self.sentence.setText(tr("The model that comes with RSQI. Train one on your own reviews to compare."))
        else:
            self.sentence.setText(tr("Nobody has compared this model with another one."))
        self.use_button.setEnabled(value != chosen_model())

    def _build(self) -> None:
        self.sentence = QLabel()
        self.sentence.setObjectName("rsqiLearnSentence")
        self.sentence.setWordWrap(True)
        self.table = ComparisonTable()
        self.model_box = narrow(QComboBox())
        self.model_box.setObjectName("rsqiLearnModel")
        self.model_box.currentIndexChanged.connect(lambda: self._choose())
        self.use_button = QPushButton(tr("Use it"))
        self.use_button.setObjectName("rsqiLearnUse")
        self.use_button.setToolTip(tr("Inspections take this model from now on. Any other can be chosen again."))
        self.use_button.clicked.connect(self._use)
        row = QHBoxLayout()
        row.addWidget(QLabel(tr("Model")))
        row.addWidget(self.model_box, 1)
        row.addWidget(self.use_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.sentence)
        column.addWidget(self.table)
        column.addLayout(row)
