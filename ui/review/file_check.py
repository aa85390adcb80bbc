"""Looks now and then whether somebody else has written into the file under review."""

from __future__ import annotations

from qgis.PyQt.QtCore import QObject, QTimer

from .decisions import Decisions

CHECK_MS = 2000


class FileCheck(QObject):
    """Has errors read again that were changed elsewhere, but not amid an edit of one's own."""

    def __init__(self, decisions: Decisions, parent: QObject | None = None):
        super().__init__(parent)
        self._decisions = decisions
        self._timer = QTimer(self)
        self._timer.setInterval(CHECK_MS)
        self._timer.timeout.connect(self._check)

    def start(self) -> None:
        """Look at once, and from now on."""
        self._timer.start()
        self._check()

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()

    def _check(self) -> None:
        layer = self._decisions.layer
        if layer is not None and not self._decisions.writing and not layer.isModified():
            self._decisions.reload_if_changed()
