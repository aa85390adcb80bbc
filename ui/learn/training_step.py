"""Step 3: train, and watch."""

from __future__ import annotations

from qgis.core import QgsSettings
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ...bridge.i18n import tr
from ...bridge.model_choice import DEFAULT, chosen_model, is_pair, known_models, models_folder
from ..widgets.narrow import narrow
from .curve_view import CurveView
from .datasets import is_name, is_unfinished, new_model_name

RANK = 16  # of LoRA matrices
PASSES, SETTING = 10, "rsqi/learn/passes"


class TrainingStep(QWidget):
    """What to start from, how long, and the curve.

    Signals
    -------
    training_requested : dict
        Parameters of `rsqi:finetune` but for the dataset, when the button is pressed.
    """

    training_requested = pyqtSignal(object)

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiLearnTraining")
        self._running = self._has_data = False
        self._build()

    def refresh(self) -> None:
        """Offer the models that there are now, and a free name."""
        value = self.start_box.currentData() or chosen_model()
        self.start_box.clear()
        for model in known_models():
            self.start_box.addItem(tr("Default model") if model.value == DEFAULT else model.name, model.value)
        self.start_box.setCurrentIndex(max(0, self.start_box.findData(value)))
        self._offer_lora()
        if not self.name_box.text().strip() or (models_folder() / self.name_box.text().strip()).exists():
            self.name_box.setText(new_model_name())
        self._show_state()

    def set_ready(self, has_data: bool) -> None:
        """Say whether there is a dataset to train on."""
        self._has_data = has_data
        self._show_state()

    def set_running(self, running: bool) -> None:
        """Take no input while something runs."""
        self._running = running
        for widget in (self.start_box, self.passes_box, self.name_box, self.lora_box):
            widget.setEnabled(not running)
        self._show_state()

    def _train(self) -> None:
        QgsSettings().setValue(SETTING, self.passes_box.value())
        self.curve.clear()
        models_folder().mkdir(parents=True, exist_ok=True)
        self.training_requested.emit(
            {
                "MODEL": self.start_box.currentData(),
                "EPOCHS": self.passes_box.value(),
                "LORA": RANK if self.lora_box.isChecked() and is_pair(self.start_box.currentData()) else 0,
                "OUTPUT": str(models_folder() / self.name_box.text().strip()),
            }
        )

    def _offer_lora(self) -> None:
        """Offer what is for two Hugging Face checkpoints only."""
        self.lora_box.setVisible(is_pair(self.start_box.currentData() or DEFAULT))

    def _show_state(self) -> None:
        name = self.name_box.text().strip()
        taken = is_name(name) and (models_folder() / name).exists()
        problem = tr("There is a model of this name already.") if taken else ""
        if not is_name(name):
            problem = tr("The name may hold letters, digits, blanks, dots and dashes.")
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.train_button.setText(tr("Go on training") if is_unfinished(name) else tr("Train"))
        self.train_button.setEnabled(self._has_data and not problem and not self._running)

    def _build(self) -> None:
        self.start_box = narrow(QComboBox())
        self.start_box.setObjectName("rsqiLearnStart")
        self.start_box.setToolTip(tr("The model that learns on; it stays as it is itself."))
        self.passes_box = QSpinBox()
        self.passes_box.setRange(1, 1000)
        self.passes_box.setValue(int(QgsSettings().value(SETTING, PASSES) or PASSES))
        self.passes_box.setToolTip(tr("How often every block is shown."))
        self.start_box.currentIndexChanged.connect(lambda: self._offer_lora())
        self.lora_box = QCheckBox(tr("Train small matrices only (LoRA)"))
        self.lora_box.setObjectName("rsqiLearnLora")
        self.lora_box.setToolTip(tr("Needs less memory: low-rank matrices and the head learn, not all weights."))
        self.lora_box.hide()
        self.name_box = QLineEdit()
        self.name_box.setObjectName("rsqiLearnName")
        self.name_box.textChanged.connect(lambda: self._show_state())
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.train_button = QPushButton(tr("Train"))
        self.train_button.setObjectName("rsqiLearnTrain")
        self.train_button.clicked.connect(self._train)
        self.curve = CurveView()
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Start from"), self.start_box)
        form.addRow(tr("Passes"), self.passes_box)
        form.addRow(self.lora_box)
        form.addRow(tr("New name"), self.name_box)
        form.addRow(self.problem)
        form.addRow(self.train_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(form)
        column.addWidget(self.curve)
