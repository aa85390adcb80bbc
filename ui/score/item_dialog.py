"""Write or change one item of the checklist."""

from __future__ import annotations

import json
import re

from qgis.PyQt.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
)

from ...bridge.i18n import language, tr
from ...bridge.notes import error_message
from ...rsqi_core.errors import RsqiError
from ...rsqi_core.scoring import Item
from ...rsqi_core.scoring.checklist import BOUNDS, CLASSES
from ...rsqi_core.scoring.checklist_file import FORMAT, as_mapping, parse_list


class ItemDialog(QDialog):
    """Fields of an item, with a Processing algorithm that may judge it; nonsense is refused with one line.

    Parameters
    ----------
    known : Item or None
        The item to change; None: a new one.
    elements : list of dict
        Quality elements in both languages.
    element : mapping, optional
        That of a new item.
    """

    def __init__(self, known: Item | None, elements: list[dict], element, parent=None):
        super().__init__(parent)
        self.setWindowTitle(tr("Item of the checklist"))
        self.setMinimumWidth(420)
        self._known, self._elements = known, elements
        self._lang = "zh" if language() == "zh" else "en"
        self._other = "en" if self._lang == "zh" else "zh"
        start = known.element if known is not None else element
        self.element_box = QComboBox()
        self.element_box.setEditable(True)
        self.element_box.addItems([each[self._lang] for each in elements])
        self.element_box.setCurrentText(start[self._lang] if start is not None else "")
        self.text_box, self.other_box = QLineEdit(), QLineEdit()
        self.other_box.setPlaceholderText(tr("the same words if left empty"))
        self.class_box = QComboBox()
        self.class_box.addItems(CLASSES)
        self.class_box.setCurrentText(known.severity if known is not None else "C")
        self.algorithm_box = QLineEdit()
        self.algorithm_box.setPlaceholderText("native:rasterlayerproperties")
        self.parameters_box = QPlainTextEdit()
        self.parameters_box.setPlaceholderText('{"INPUT": "@raster"}')
        self.parameters_box.setMaximumHeight(5 * self.fontMetrics().height())
        self.parameters_box.setToolTip(
            tr("Parameters as JSON; @raster, @errors and @geopackage stand for the image, the layer and its file.")
        )
        self.met_box = QLineEdit()
        self.met_box.setPlaceholderText('{"output": "BAND_COUNT", "from": 3}')
        self.met_box.setToolTip(
            tr("A result and one of {bounds}; empty: the item is met if the algorithm ends well.").format(
                bounds=", ".join(BOUNDS)
            )
        )
        if known is not None:
            self._show(known)
        names = {"en": tr("In English"), "zh": tr("In Chinese")}
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.problem.setStyleSheet("color: #c62828")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Quality element"), self.element_box)
        form.addRow(names[self._lang], self.text_box)
        form.addRow(names[self._other], self.other_box)
        form.addRow(tr("Class of a defect"), self.class_box)
        form.addRow(tr("Processing algorithm"), self.algorithm_box)
        form.addRow(tr("Parameters"), self.parameters_box)
        form.addRow(tr("Met if"), self.met_box)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self.problem)
        column.addWidget(buttons)

    def accept(self):
        try:
            self.item(set())
        except (RsqiError, ValueError) as error:
            text = error_message(error) if isinstance(error, RsqiError) else str(error)
            self.problem.setText(tr("This cannot be taken: {reason}").format(reason=text))
            return
        super().accept()

    def item(self, taken: set[str]) -> Item:
        """Return the item; a new one gets a code that is not among those `taken`.

        Raises
        ------
        RsqiError, ValueError
            A value is missing or makes no sense.
        """
        text, other = self.text_box.text().strip(), self.other_box.text().strip()
        chosen = self.element_box.currentText().strip()
        element = next((each for each in self._elements if each[self._lang] == chosen), None)
        data = {
            "code": self._known.code if self._known is not None else _free_code(text, taken),
            "element": element or {"en": chosen, "zh": chosen},
            "text": {self._lang: text, self._other: other or text},
            "severity": self.class_box.currentText(),
        }
        if self.algorithm_box.text().strip():
            parameters, met = self.parameters_box.toPlainText().strip(), self.met_box.text().strip()
            data["algorithm"] = {
                "id": self.algorithm_box.text().strip(),
                "parameters": json.loads(parameters) if parameters else {},
                "met": json.loads(met) if met else None,
            }
        return parse_list({"format": FORMAT, "items": [data]})[0]

    def _show(self, item: Item) -> None:
        self.text_box.setText(item.text[self._lang])
        self.other_box.setText(item.text[self._other])
        check = as_mapping(item).get("algorithm")
        if check:
            self.algorithm_box.setText(check["id"])
            self.parameters_box.setPlainText(json.dumps(check["parameters"], ensure_ascii=False))
            self.met_box.setText(json.dumps(check["met"], ensure_ascii=False) if "met" in check else "")


def _free_code(text: str, taken: set[str]) -> str:
    stem = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:30] or "item"
    code, number = stem, 1
    while code in taken:
        number += 1
        code = f"{stem}_{number}"
    return code
