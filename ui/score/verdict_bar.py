"""The verdict on one item of the checklist: met, a defect of a class, or not to be applied."""

from __future__ import annotations

import json

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QSpinBox, QToolButton, QVBoxLayout, QWidget

from ...bridge.i18n import language, tr
from ...rsqi_core.scoring import JudgedItem
from ...rsqi_core.scoring.checklist import CLASSES, MOST

COMMENT_LENGTH = 500


class VerdictBar(QWidget):
    """Says what the chosen item asks for, and takes a verdict.

    Signals
    -------
    judged : str, str, int
        Verdict, class and number of its defects; an empty verdict takes it back.
    commented : str
    run_requested
        The algorithm of the item is to judge it.
    """

    judged = pyqtSignal(str, str, int)
    commented = pyqtSignal(str)
    run_requested = pyqtSignal()

    def __init__(self, parent=None):
        super().__init__(parent)
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.buttons: dict[tuple[str, str], QToolButton] = {}
        verdicts = QHBoxLayout()
        verdicts.setSpacing(3)
        for verdict, severity, title, help_text in (
            ("met", "", tr("Met"), tr("The item is met")),
            *(("defect", s, s, tr("A defect of class {severity}").format(severity=s)) for s in reversed(CLASSES)),
            ("none", "", tr("n/a"), tr("The item does not apply to this image")),
        ):
            button = QToolButton()
            button.setText(title)
            button.setToolTip(help_text)
            button.setCheckable(True)
            button.clicked.connect(lambda down, v=verdict, s=severity: self._press(v if down else "", s))
            verdicts.addWidget(button)
            self.buttons[verdict, severity] = button
        self.count_box = QSpinBox()
        self.count_box.setRange(1, MOST)
        self.count_box.setPrefix("× ")
        self.count_box.setToolTip(tr("Number of defects"))
        self.count_box.setKeyboardTracking(False)
        self.count_box.valueChanged.connect(self._count)
        verdicts.addWidget(self.count_box)
        verdicts.addStretch(1)
        self.comment_box = QLineEdit()
        self.comment_box.setMaxLength(COMMENT_LENGTH)
        self.comment_box.setPlaceholderText(tr("Comment"))
        self.comment_box.editingFinished.connect(lambda: self.commented.emit(self.comment_box.text().strip()))
        self.run_button = QToolButton()
        self.run_button.setText(tr("Run check"))
        self.run_button.clicked.connect(self.run_requested)
        self.outcome = QLabel()
        self.outcome.setWordWrap(True)
        self.outcome.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.row = QHBoxLayout()
        self.row.addWidget(self.run_button)
        self.row.addWidget(self.outcome, 1)
        grid = QGridLayout()
        grid.addLayout(verdicts, 0, 0)
        grid.addWidget(self.comment_box, 1, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.text)
        column.addLayout(grid)
        column.addLayout(self.row)
        self._shown: JudgedItem | None = None

    def show_item(self, judged: JudgedItem | None, running: bool) -> None:
        """Show an item; None: none is chosen, or there is no layer."""
        self._shown = judged
        lang = "zh" if language() == "zh" else "en"
        self.text.setText(judged.item.text[lang] if judged is not None else tr("Choose an item to judge it."))
        for (verdict, severity), button in self.buttons.items():
            button.setEnabled(judged is not None)
            button.setChecked(judged is not None and (judged.verdict, judged.severity) == (verdict, severity))
            font = button.font()
            font.setBold(judged is not None and verdict == "defect" and severity == judged.item.severity)
            button.setFont(font)  # the class that a defect of this item usually has
        self.count_box.blockSignals(True)
        self.count_box.setValue(judged.defects or 1 if judged is not None else 1)
        self.count_box.blockSignals(False)
        self.count_box.setEnabled(judged is not None and judged.verdict == "defect")
        self.comment_box.setEnabled(judged is not None)
        if not self.comment_box.hasFocus() or judged is None:
            self.comment_box.setText(judged.comment if judged is not None else "")
        check = judged.item.check if judged is not None else None
        self.run_button.setVisible(check is not None)
        self.run_button.setEnabled(not running)
        if check is not None:
            self.run_button.setToolTip(f"{check.id}\n{json.dumps(dict(check.parameters), ensure_ascii=False)}")
        self.outcome.setText(judged.outcome if judged is not None else "")

    def _press(self, verdict: str, severity: str) -> None:
        self.judged.emit(verdict, severity, self.count_box.value() if verdict == "defect" else 1)

    def _count(self, count: int) -> None:
        if self._shown is not None and self._shown.verdict == "defect":
            self.judged.emit("defect", self._shown.severity, count)


def verdict_text(judged: JudgedItem) -> str:
    """Return a verdict in a word."""
    if judged.verdict == "defect":
        return judged.severity if judged.count == 1 else f"{judged.severity} × {judged.count}"
    return {"met": tr("Met"), "none": tr("n/a")}.get(judged.verdict, "–")
