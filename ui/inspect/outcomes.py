"""The outcomes of several inspections: a table from which each result can be opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QTreeWidget, QTreeWidgetItem

from ...bridge.i18n import tr
from ...bridge.texts import grade_name
from ...rsqi_core.scoring import score_text
from .images import Image


@dataclass(frozen=True)
class Outcome:
    """The outcome of one image: a result, or a problem.

    Attributes
    ----------
    image : Image
    path : Path or None
        The GeoPackage.
    score : float or None
        None if nothing was inspected.
    grade : str
    count : int
        Errors found.
    problem : str
        Why there is no result; empty: there is one.
    """

    image: Image
    path: Path | None = None
    score: float | None = None
    grade: str = ""
    count: int = 0
    problem: str = ""

    def cells(self) -> list[str]:
        """Return the texts of the table's columns."""
        if self.problem:
            return [self.image.name, "", "", self.problem.replace(str(self.image.path), self.image.name)]
        return [self.image.name, score_text(self.score), str(self.count), grade_name(self.grade)]


class OutcomeTable(QTreeWidget):
    """One row an image, in the order of the inspections.

    Signals
    -------
    chosen : Outcome
        One with a result, to be opened.
    """

    chosen = pyqtSignal(object)

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiOutcomes")
        self.setHeaderLabels([tr("Image"), tr("Score"), tr("Errors"), tr("Grade")])
        self.setRootIsDecorated(False)
        self.setAlternatingRowColors(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)  # so that the grade is always seen
        self.header().setStretchLastSection(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # names of sheets differ at the end
        self.setToolTip(tr("Enter or a double click opens a result for review; Ctrl+C copies the rows."))
        self.itemActivated.connect(self._open)
        self._outcomes: list[Outcome] = []

    def add(self, outcome: Outcome) -> None:
        """Add a row."""
        item = QTreeWidgetItem(self, outcome.cells())
        for column in (1, 2):
            item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        item.setToolTip(3, outcome.problem)
        item.setToolTip(0, str(outcome.path or outcome.image.path or ""))
        if outcome.problem:
            item.setForeground(3, QColor("#c62828"))
        self._outcomes.append(outcome)
        self.scrollToItem(item)

    def clear(self) -> None:
        """Remove all rows."""
        super().clear()
        self._outcomes = []

    def keyPressEvent(self, event):
        if event.modifiers() == Qt.KeyboardModifier.ControlModifier and event.key() == Qt.Key.Key_C:
            self.copy()
        else:
            super().keyPressEvent(event)

    def copy(self) -> None:
        """Put the selected rows on the clipboard, all of them if none is selected, with tabs between the cells."""
        head = [self.headerItem().text(column) for column in range(self.columnCount())]
        rows = [self.indexOfTopLevelItem(item) for item in self.selectedItems()] or range(len(self._outcomes))
        lines = [head, *(self._outcomes[row].cells() for row in sorted(rows))]
        QApplication.clipboard().setText("\n".join("\t".join(line) for line in lines))

    def _open(self, item: QTreeWidgetItem) -> None:
        outcome = self._outcomes[self.indexOfTopLevelItem(item)]
        if not outcome.problem:
            self.chosen.emit(outcome)


def summary_text(outcomes: list[Outcome]) -> str:
    """Return one line about all of them."""
    done = [outcome for outcome in outcomes if not outcome.problem]
    if not done:
        return tr("No image could be inspected.")
    scored = [outcome for outcome in done if outcome.score is not None]
    text = tr("Inspected: {done}, errors: {errors}").format(
        done=len(scored), errors=sum(outcome.count for outcome in scored)
    )
    if scored:
        worst = min(scored, key=lambda outcome: outcome.score)
        text = tr("{text}, lowest score: {score:.1f} ({name})").format(
            text=text, score=worst.score, name=worst.image.name
        )
    if len(scored) < len(done):
        text = tr("{text}; nothing to inspect in: {count}").format(text=text, count=len(done) - len(scored))
    failed = len(outcomes) - len(done)
    return tr("{text}; failed: {failed}").format(text=text, failed=failed) if failed else text
