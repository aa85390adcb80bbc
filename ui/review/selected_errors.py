"""What a person does with the errors that are selected in the list, and which error is the current one afterwards."""

from __future__ import annotations

from typing import Callable

from qgis.core import Qgis
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QApplication

from ...bridge.i18n import tr
from .decisions import Decisions
from .error_list import ErrorList
from .navigation import place_text
from .store import snapshot


class SelectedErrors(QObject):
    """Decides on the selected errors, changes them, and moves on in the list.

    Signals
    -------
    said : str, Qgis.MessageLevel
    """

    said = pyqtSignal(str, object)

    def __init__(self, error_list: ErrorList, decisions: Decisions, parent: QObject | None = None):
        super().__init__(parent)
        self._list, self._decisions = error_list, decisions

    def accept(self) -> None:
        """Say that they are errors."""
        self._decide(self._decisions.accept)

    def reject(self) -> None:
        """Say that they are none."""
        self._decide(self._decisions.reject)

    def relabel(self, category_id: int) -> None:
        """Say of which type they are."""
        self._decide(lambda fids: self._decisions.relabel(fids, category_id))

    def merge(self) -> None:
        """Make one error of them."""
        fids = self._list.selected()
        if self._decisions.merge(fids):
            self._list.go_to(fids[0])

    def delete(self) -> None:
        """Delete what a person has drawn."""
        if self._decisions.delete(self._list.selected()):
            self._list.go_to(self._list.fid)

    def undo(self) -> None:
        """Take the last action back."""
        self._go_back(self._decisions.undo)

    def redo(self) -> None:
        """Do again what was taken back."""
        self._go_back(self._decisions.redo)

    def copy_places(self) -> None:
        """Put a place inside each of them on the clipboard, in the system of the layer."""
        fids, layer = self._list.selected(), self._decisions.layer
        if not fids:
            return
        crs, features = layer.crs(), snapshot(layer, fids)
        text = place_text([features[fid].geometry() for fid in fids if features[fid] is not None], crs)
        QApplication.clipboard().setText(text)
        shown = tr("Copied: {place} ({crs})").format(place=text.partition("\n")[0], crs=crs.authid() or "-")
        self.said.emit(shown, Qgis.MessageLevel.Info)

    def _decide(self, decide: Callable[[list[int]], object]) -> None:
        """Decide, and go on to the next unreviewed error."""
        fids = self._list.selected()
        following = self._list.next_unreviewed(fids)
        if not fids or not decide(fids):
            return
        self._list.go_to(self._list.fid if following is None else following)
        hidden = not self._decisions.reading.going_on and not self._decisions.all_reviewed()
        if following is None and hidden:
            self.said.emit(tr("All errors in the list are reviewed."), Qgis.MessageLevel.Success)

    def _go_back(self, step: Callable[[], set[int]]) -> None:
        touched = step()
        self._list.go_to(next((fid for fid in sorted(touched) if self._list.shows(fid)), self._list.fid))
