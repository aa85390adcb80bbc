"""Two lines that show the state of the review: how far it is, and what is being drawn or edited."""

from __future__ import annotations

from typing import Mapping

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QWidget

from ...bridge.i18n import tr
from ...bridge.texts import type_name
from ...rsqi_core import taxonomy
from .error_rows import UNREVIEWED, ErrorRow


class ProgressLine(QWidget):
    """How many errors are reviewed, in words and as a bar."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.label, self._bar = QLabel(), QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.label)
        line.addWidget(self._bar, 1)

    def show_rows(self, rows: Mapping[int, ErrorRow], listed: int, total: int) -> None:
        """Count the reviewed errors, of which `listed` are in the list; while not all are read yet, those that are."""
        if len(rows) < total:
            self.label.setText(tr("Reading: {count} of {total}").format(count=len(rows), total=total))
            self._bar.setRange(0, total)
            self._bar.setValue(len(rows))
            return
        done = sum(row.status != UNREVIEWED for row in rows.values())
        text = tr("{done} of {total} reviewed").format(done=done, total=len(rows))
        if listed < len(rows):
            hidden = len(rows) - listed
            text = tr("{text}, {shown} in the list, {hidden} hidden").format(text=text, shown=listed, hidden=hidden)
        self.label.setText(text)
        self._bar.setRange(0, max(len(rows), 1))
        self._bar.setValue(done)


class ModeLabel(QLabel):
    """The tool that is on; hidden while there is none."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("rsqiMode")
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setStyleSheet("background: #fff3c4; color: #4a3b00; border-radius: 3px; padding: 4px;")

    def show_mode(self, mode: str, category_id: int, waiting: bool = False) -> None:
        """Show a tool of `Digitising`, the type that is drawn, and whether its outline is awaited."""
        self.setVisible(bool(mode))
        if mode == "draw":
            name = type_name(taxonomy.by_id(category_id))
            text = tr("Drawing: <b>{name}</b> · 1-0 type · right click closes · Esc ends")
            self.setText(text.format(name=name))
        elif mode == "follow":
            self.setText(
                tr("Following the seam · click along it · Enter takes it · Backspace: one point back · Esc ends")
            )
        elif mode == "outline":
            name = tr("working") if waiting else type_name(taxonomy.by_id(category_id))
            text = tr(
                "Outlining: <b>{name}</b> · click adds, Ctrl+click takes away · 1-0 type · Enter takes it · Esc ends"
            )
            self.setText(text.format(name=name))
        elif mode:
            self.setText(tr("Editing the outline · saved at once · Esc ends"))
