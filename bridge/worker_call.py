"""Ask the worker something short without waiting: the answer comes as a signal. QtCore only."""

from __future__ import annotations

from qgis.PyQt.QtCore import QObject, pyqtSignal

from .worker_process import WorkerProcess


class WorkerCall(QObject):
    """Asks one thing at a time; a new question takes the place of one that is not answered yet.

    Signals
    -------
    answered : dict
        The ``result`` event.
    failed : str
        One sentence that says why there is no answer.
    """

    answered = pyqtSignal(dict)
    failed = pyqtSignal(str)

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self._worker = WorkerProcess(self)
        self._worker.said.connect(self._hear)
        self._worker.failed.connect(self.failed)

    @property
    def waiting(self) -> bool:
        """Whether an answer is still to come."""
        return self._worker.running

    def ask(self, request: dict) -> None:
        """Ask; the worker must not have to write anything for it."""
        self._worker.start(request)

    def stop(self) -> None:
        """Forget the question; its worker ends."""
        self._worker.stop()

    def _hear(self, event: dict) -> None:
        if event["event"] == "result":
            self._worker.stop()
            self.answered.emit(event)
