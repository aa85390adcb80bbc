"""Ask the worker something short without waiting: the answer comes as a signal. QtCore only."""

from __future__ import annotations

from qgis.core import QgsProcessingException
from qgis.PyQt.QtCore import QObject, QProcess, pyqtSignal

from .i18n import tr
from .texts import error_text
from .worker_client import WorkerOutput, create_process, encode, exit_text
from .worker_python import find_python


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
        self._process: QProcess | None = None
        self._output = WorkerOutput()

    @property
    def waiting(self) -> bool:
        """Whether an answer is still to come."""
        return self._process is not None

    def ask(self, request: dict) -> None:
        """Ask; the worker must not have to write anything for it."""
        self.stop()
        try:
            process = create_process(find_python(), self)
        except QgsProcessingException as error:
            self.failed.emit(str(error))
            return
        self._process, self._output = process, WorkerOutput()
        process.readyReadStandardOutput.connect(self._read)
        process.errorOccurred.connect(self._not_started)
        process.finished.connect(self._finished)
        process.start()
        process.write(encode(request))

    def stop(self) -> None:
        """Forget the question; its worker ends."""
        process, self._process = self._process, None
        if process is None:
            return
        for signal in (process.readyReadStandardOutput, process.errorOccurred, process.finished):
            signal.disconnect()
        process.finished.connect(process.deleteLater)
        if process.state() == QProcess.ProcessState.NotRunning:
            process.deleteLater()
        else:
            process.kill()  # it has nothing to tidy up

    def _read(self) -> None:
        for event in self._output.events(self._process):
            if event["event"] == "result":
                self.stop()
                self.answered.emit(event)
                return
            if event["event"] == "error":
                self.stop()
                self.failed.emit(error_text(event))
                return

    def _not_started(self, error) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            text = tr("The worker Python {path} cannot be started: {reason}")
            text = text.format(path=self._process.program(), reason=self._process.errorString())
            self.stop()
            self.failed.emit(text)

    def _finished(self) -> None:
        self._read()
        if self._process is not None:
            text = exit_text(self._process, self._output)
            self.stop()
            self.failed.emit(text)
