"""What the scenes of a lot are like now, read in portions, so that nothing stops however many there are."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from pathlib import Path

from qgis.PyQt.QtCore import QElapsedTimer, QObject, QTimer, pyqtSignal

from ...bridge.notes import error_message
from ...rsqi_core.batch.lot_table import Entry, read_lot, read_review, stamp_of
from ...rsqi_core.batch.state import FILE
from ...rsqi_core.errors import RsqiError

SLICE_MS = 20
IDLE = 20  # times as long as the last reading took the state is not read again: of 10 000 scenes it has megabytes


class LotReader(QObject):
    """Follows a folder of results.

    Attributes
    ----------
    entries : dict of str to Entry
        By scene.

    Signals
    -------
    listed
        There are other scenes than before.
    read : list of Entry
        These are not as they were.
    refused : str
        Why the folder cannot be read, in one sentence.
    """

    listed = pyqtSignal()
    read = pyqtSignal(object)
    refused = pyqtSignal(str)

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.folder: Path | None = None
        self.entries: dict[str, Entry] = {}
        self._stamps: dict[str, tuple] = {}
        self._state_stamp: tuple = ()
        self._waiting: deque = deque()
        self._clock = QElapsedTimer()
        self._clock.start()
        self._due = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._work)

    def set_folder(self, folder: Path | None) -> None:
        """Follow another folder."""
        if folder == self.folder:
            return
        self.stop()
        self.folder = folder
        self.entries, self._stamps, self._state_stamp, self._due = {}, {}, (), 0
        self.listed.emit()
        self.refresh()

    def refresh(self) -> None:
        """Look for what has changed; what has is signalled as it is found."""
        if self.folder is None:
            return
        self._read_state()
        if not self._waiting:
            self._waiting.extend(self.entries)
            self._timer.start(0)

    def finish(self) -> None:
        """Read all that waits, at once."""
        while self._waiting:
            self._work()

    def stop(self) -> None:
        """Read no more."""
        self._timer.stop()
        self._waiting.clear()

    def _read_state(self) -> None:
        stamp, now = stamp_of(self.folder / FILE), self._clock.elapsed()
        if stamp == self._state_stamp or now < self._due:
            return
        try:
            found = {entry.scene: entry for entry in read_lot(self.folder)}
        except RsqiError as error:
            self._state_stamp = stamp
            self.refused.emit(error_message(error))
            return
        self._state_stamp, self._due = stamp, self._clock.elapsed() + IDLE * (self._clock.elapsed() - now)
        others = found.keys() != self.entries.keys()
        changed = [entry for scene, entry in found.items() if self._noted(scene) != (entry.result, entry.outcome)]
        for entry in changed:
            self._stamps.pop(entry.scene, None)
        kept = {scene: self.entries[scene] for scene in found if scene in self.entries}
        self.entries = {
            scene: replace(entry, review=kept[scene].review if scene in kept else None)
            for scene, entry in found.items()
        }
        if others:
            self.listed.emit()
        elif changed:
            self.read.emit([self.entries[entry.scene] for entry in changed])

    def _noted(self, scene: str) -> tuple:
        entry = self.entries.get(scene)
        return (None, None) if entry is None else (entry.result, entry.outcome)

    def _work(self) -> None:
        """Look into results for a while."""
        clock, changed = QElapsedTimer(), []
        clock.start()
        while self._waiting and clock.elapsed() < SLICE_MS:
            scene = self._waiting.popleft()
            entry = self.entries.get(scene)
            if entry is None:
                continue
            stamp = stamp_of(entry.result) if entry.outcome is not None else ()
            if self._stamps.get(scene) == stamp:
                continue
            self._stamps[scene] = stamp
            review = read_review(entry.result) if stamp else None
            if review != entry.review:
                self.entries[scene] = replace(entry, review=review)
                changed.append(self.entries[scene])
        if changed:
            self.read.emit(changed)
        if self._waiting:
            self._timer.start(0)
