"""Generated pictures on a contact sheet: a person keeps the good ones with keys, and they join the dataset."""

from __future__ import annotations

from pathlib import Path

from qgis.PyQt.QtCore import QSize, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListView,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
)

from ...bridge.i18n import tr
from ...bridge.texts import type_name
from ...rsqi_core.dataset.candidates import WANTED, Candidate, read_candidates, read_decisions, take, write_decisions
from ...rsqi_core.dataset.layout import TRAIN
from ...rsqi_core.errors import RsqiError
from ...rsqi_core.taxonomy import by_code

_SIDE, _LARGE = 112, 340  # px
_AT_ONCE = 20  # pictures that are read before the window answers again
_FRAMES = {True: QColor("#2e7d32"), False: QColor("#c62828")}


class CandidateWindow(QDialog):
    """Shows candidates, the best first; *K* keeps one, *X* refuses it, and each goes to the next.

    What is decided is written at once.

    Parameters
    ----------
    folder : str
        What `rsqi augment sample` wrote.
    dataset : str
        That it was given.

    Signals
    -------
    taken : int
        So many generated pictures were added to the dataset.

    Raises
    ------
    RsqiError
        There are none.
    """

    taken = pyqtSignal(int)

    def __init__(self, folder: str, dataset: str, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiLearnCandidates")
        self.setWindowTitle(tr("Generated images: {name}").format(name=Path(folder).name))
        self._folder, self._dataset = Path(folder), Path(dataset)
        self._candidates: list[Candidate] = read_candidates(self._folder)
        self._decided = read_decisions(self._folder)
        self._read = 0
        self._build()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._read_more)
        self._timer.start(0)
        self.list.setCurrentRow(0)
        self._show_count()

    def keyPressEvent(self, event):
        """Decide by a key."""
        decisions = {Qt.Key.Key_K: True, Qt.Key.Key_X: False, Qt.Key.Key_Delete: None, Qt.Key.Key_U: None}
        if event.key() in decisions:
            self.decide(decisions[event.key()])
        else:
            super().keyPressEvent(event)

    def decide(self, keep: bool | None) -> None:
        """Keep or refuse the current one, or take the decision back (None); go to the next."""
        row = self.list.currentRow()
        if row < 0:
            return
        name, before = self._candidates[row].name, dict(self._decided)
        if keep is None:
            self._decided.pop(name, None)
        else:
            self._decided[name] = keep
        try:
            write_decisions(self._folder, self._decided)
        except RsqiError as error:
            self._decided = before
            self._say(str(error), failed=True)
            return
        self._show_icon(row)
        self._show_count()
        if keep is not None:
            self.list.setCurrentRow(min(row + 1, len(self._candidates) - 1))

    def kept(self) -> list[Candidate]:
        """Return those that are kept."""
        return [each for each in self._candidates if self._decided.get(each.name)]

    def _take(self) -> None:
        try:
            new = take(self.kept(), self._dataset)
        except RsqiError as error:
            self._say(str(error), failed=True)
            return
        self._say(tr("Added to the training part of the dataset: {count}, marked as generated.").format(count=new))
        self.taken.emit(new)

    def _read_more(self) -> None:
        """Read some more pictures of the sheet."""
        for row in range(self._read, min(self._read + _AT_ONCE, len(self._candidates))):
            self._show_icon(row)
            self._read = row + 1
        if self._read == len(self._candidates):
            self._timer.stop()

    def _show_icon(self, row: int) -> None:
        candidate = self._candidates[row]
        picture = _picture(candidate.image, _SIDE)
        if candidate.name in self._decided:
            keep = self._decided[candidate.name]
            painter = QPainter(picture)
            painter.setPen(QPen(_FRAMES[keep], 8))
            painter.drawRect(0, 0, picture.width() - 1, picture.height() - 1)
            if not keep:
                painter.drawLine(0, 0, picture.width(), picture.height())
            painter.end()
        self.list.item(row).setIcon(QIcon(picture))

    def _show_current(self, row: int) -> None:
        if row < 0:
            return
        candidate = self._candidates[row]
        for label, file in (
            (self.clean, self._dataset / TRAIN / candidate.row["synthetic"]),
            (self.painted, candidate.image),
        ):
            label.setPixmap(_picture(file, _LARGE))
        text = tr("{place} of {count}: {type}, probability {probability:.2f}, distance {distance:.1f}")
        self.told.setText(
            text.format(
                place=row + 1,
                count=len(self._candidates),
                type=type_name(by_code(candidate.type)),
                probability=candidate.probability,
                distance=candidate.distance,
            )
        )

    def _show_count(self) -> None:
        kept = len(self.kept())
        text = tr("Kept: {kept}, refused: {refused}. The paper kept {wanted} of 1000.")
        self._say(text.format(kept=kept, refused=len(self._decided) - kept, wanted=WANTED))
        self.take_button.setEnabled(kept > 0)

    def _say(self, text: str, failed: bool = False) -> None:
        self.status.setText(text)
        self.status.setStyleSheet("color: #c62828" if failed else "")

    def _build(self) -> None:
        self.resize(1000, 660)
        self.list = _Sheet()
        self.list.setObjectName("rsqiLearnCandidateSheet")
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setMovement(QListView.Movement.Static)
        self.list.setUniformItemSizes(True)
        self.list.setIconSize(QSize(_SIDE, _SIDE))
        empty = QPixmap(_SIDE, _SIDE)
        empty.fill(Qt.GlobalColor.transparent)
        for candidate in self._candidates:
            QListWidgetItem(QIcon(empty), candidate.name, self.list)
        self.list.currentRowChanged.connect(self._show_current)
        self.clean, self.painted, self.told, self.status = QLabel(), QLabel(), QLabel(), QLabel()
        self.clean.setToolTip(tr("The clean block"))
        self.painted.setToolTip(tr("The generated image"))
        self.status.setObjectName("rsqiLearnCandidateStatus")
        side = QVBoxLayout()
        keys = QLabel(tr("K keeps an image, X refuses it, U takes that back; the arrow keys move."))
        for label in (keys, self.told, self.clean, self.painted):
            label.setWordWrap(True)
            side.addWidget(label)
        side.addStretch()
        for label in (self.clean, self.painted):
            label.setFixedSize(_LARGE, _LARGE * 3 // 4 + 8)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row = QHBoxLayout()
        row.addWidget(self.list, 1)
        row.addLayout(side)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.take_button = buttons.addButton(
            tr("Add those kept to the dataset"), QDialogButtonBox.ButtonRole.ActionRole
        )
        self.take_button.setObjectName("rsqiLearnTakeCandidates")
        self.take_button.setAutoDefault(False)
        self.take_button.clicked.connect(lambda: self._take())
        buttons.rejected.connect(self.reject)
        self.status.setWordWrap(True)
        column = QVBoxLayout(self)
        column.addLayout(row, 1)
        column.addWidget(self.status)
        column.addWidget(buttons)


class _Sheet(QListWidget):
    """A list whose letters are for the window: they do not look for a name."""

    def keyboardSearch(self, search: str) -> None:
        """Look for nothing."""

    def keyPressEvent(self, event):
        moves = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp,
                 Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End)  # fmt: skip
        if event.key() in moves:
            super().keyPressEvent(event)
        else:
            event.ignore()


def _picture(file: Path, side: int) -> QPixmap:
    """Return a picture within a square; nothing but grey where there is none."""
    found = QPixmap(str(file))
    if found.isNull():
        found = QPixmap(side, side)
        found.fill(QColor("#9e9e9e"))
    height = side if side == _SIDE else side * 3 // 4
    return found.scaled(side, height, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
