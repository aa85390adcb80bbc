"""The models to choose from: the default one, those in the profile folder, and folders elsewhere."""

from __future__ import annotations

from pathlib import Path

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QToolButton, QWidget

from ...bridge.i18n import tr
from ...bridge.model_choice import DEFAULT, choose_model, chosen_model, known_models
from ..widgets.narrow import narrow


class ModelBox(QWidget):
    """Chooses a model; the choice is kept for the next time."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.box = narrow(QComboBox())
        self.box.setObjectName("rsqiModel")
        button = QToolButton()
        button.setText("…")
        button.setToolTip(tr("Choose a model folder"))
        button.clicked.connect(self._browse)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.box, 1)
        line.addWidget(button)
        self.refresh()
        self.box.activated.connect(lambda _: choose_model(self.model()))

    def refresh(self) -> None:
        """List what there is, and choose what was chosen last."""
        self.box.clear()
        for known in known_models():
            self._add(known.value, tr("Default model") if known.value == DEFAULT else known.name)
        self._select(chosen_model())

    def model(self) -> str:
        """Return "default" or a folder."""
        return self.box.currentData()

    def showEvent(self, event):
        super().showEvent(event)
        if chosen_model() != DEFAULT:  # another page may have made or chosen one meanwhile
            self._select(chosen_model())

    def _browse(self) -> None:
        path = QFileDialog.getExistingDirectory(self, tr("Choose a model folder"))
        if path:
            choose_model(path)
            self._select(path)

    def _select(self, value: str) -> None:
        if self.box.findData(value) < 0:
            self._add(value, Path(value).name)
        self.box.setCurrentIndex(self.box.findData(value))

    def _add(self, value: str, name: str) -> None:
        self.box.addItem(name, value)
        self.box.setItemData(self.box.count() - 1, value, Qt.ItemDataRole.ToolTipRole)
