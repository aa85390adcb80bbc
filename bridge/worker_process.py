"""The worker beside a page that does not wait for it: what it says comes as signals. QtCore only."""

from __future__ import annotations

from qgis.core import QgsProcessingException
from qgis.PyQt.QtCore import QObject, QProcess, pyqtSignal

from .i18n import tr
from .texts import error_text
from .worker_client import WorkerOutput, create_process, encode, exit_text
from .worker_python import find_python

KILL_MS = 1000


class WorkerProcess(QObject):
    """One process at a time, which has nothing to tidy up when it is stopped.

    Signals
    -------
    said : dict
        An event other than ``error``.
    failed : str
        It has ended, or could not be started; one sentence.
    """

    said = pyqtSignal(object)
    failed = pyqtSignal(str)

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self._process: QProcess | None = None
        self._output = WorkerOutput()

    @property
    def running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None

    def start(self, request: dict) -> None:
        """Start a process with a request, in place of the one that runs."""
        self.stop()
        try:
            python = find_python()
        except QgsProcessingException as error:
            self.failed.emit(str(error))
            return
        self._process, self._output = create_process(python, self), WorkerOutput()
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.errorOccurred.connect(self._not_started)
        self._process.finished.connect(self._ended)
        self._process.start()
        self.send(request)

    def send(self, message: dict) -> None:
        """Send one more line of the protocol."""
        if self._process is not None:
            self._process.write(encode(message))

    def stop(self) -> None:
        """End the process, without a signal."""
        process, self._process = self._process, None
        if process is None:
            return
        for signal in (process.readyReadStandardOutput, process.errorOccurred, process.finished):
            signal.disconnect()
        process.kill()
        process.waitForFinished(KILL_MS)
        process.deleteLater()

    def _read(self) -> None:
        process = self._process
        for event in self._output.events(process):
            if event["event"] == "error":
                self._fail(error_text(event))
            else:
                self.said.emit(event)
            if self._process is not process:  # it has failed, or whoever heard it has stopped it
                return

    def _not_started(self, error) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            text = tr("The worker Python {path} cannot be started: {reason}")
            self._fail(text.format(path=self._process.program(), reason=self._process.errorString()))

    def _ended(self) -> None:
        process = self._process
        self._read()
        if process is not None and self._process is process:
            self._fail(exit_text(process, self._output))

    def _fail(self, why: str) -> None:
        self.stop()
        self.failed.emit(why)
