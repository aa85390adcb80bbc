"""Ask the worker what it is: it loads the default model, runs it once, and describes itself."""

from __future__ import annotations

from qgis.core import QgsProcessingException
from qgis.PyQt.QtCore import QObject, QProcess, QTimer, pyqtSignal

from ...bridge.i18n import tr
from ...bridge.texts import error_text
from ...bridge.worker_client import WorkerOutput, create_process, encode, exit_text
from ...bridge.worker_python import find_python

PATIENCE_MS = 600_000  # libraries that are loaded for the first time may take minutes on a busy computer


class SelfTest(QObject):
    """Asks without waiting; can be asked again when it has answered.

    Signals
    -------
    answered : object
        The worker's answer to `probe`: ``versions``, ``providers``, ``provider``, ``milliseconds``, ``model``,
        ``warnings`` and ``report``, the lines of ``rsqi doctor``.
    failed : str
        One sentence.
    """

    answered = pyqtSignal(object)
    failed = pyqtSignal(str)

    def __init__(self, parent=None):
        super().__init__(parent)
        self._process = None
        self._output = WorkerOutput()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._give_up)

    @property
    def running(self) -> bool:
        """Is an answer awaited?"""
        return self._process is not None

    def ask(self, python: str = "") -> None:
        """Ask the worker of `python`, by default the one that inspections use."""
        self.stop()
        try:
            python = python or find_python()
        except QgsProcessingException as error:
            self.failed.emit(str(error))
            return
        self._output = WorkerOutput()
        self._process = create_process(python, self)
        self._process.errorOccurred.connect(self._not_started)
        self._process.finished.connect(self._finished)
        self._process.start()
        self._process.write(encode({"command": "probe"}))
        self._timer.start(PATIENCE_MS)

    def stop(self) -> None:
        """Stop waiting for the worker, without a signal."""
        self._timer.stop()
        if self._process is not None:
            process, self._process = self._process, None
            process.errorOccurred.disconnect()
            process.finished.disconnect()
            process.kill()
            process.waitForFinished(1000)
            process.deleteLater()

    def _give_up(self) -> None:
        self._process.kill()  # _finished follows

    def _not_started(self, error) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            program, reason = self._process.program(), self._process.errorString()
            self._end()
            self.failed.emit(
                tr("The worker Python {path} cannot be started: {reason}").format(path=program, reason=reason)
            )

    def _finished(self) -> None:
        events = list(self._output.events(self._process))
        words = exit_text(self._process, self._output)
        self._end()
        for event in events:
            if event["event"] == "result":
                self.answered.emit(event)
                return
            if event["event"] == "error":
                self.failed.emit(error_text(event))
                return
        self.failed.emit(words)

    def _end(self) -> None:
        self._timer.stop()
        self._process.deleteLater()
        self._process = None
