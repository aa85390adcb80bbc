"""Run one Processing algorithm in the background, for a page of the dock."""

from __future__ import annotations

from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from .compat import SILENT_TASK
from .live_feedback import LiveFeedback

STOP_MS = 2000
_leaving: set[AlgorithmRun] = set()


class _Feedback(LiveFeedback):
    """Passes on, from the task's thread, what a page shows."""

    info = pyqtSignal(str)
    warning = pyqtSignal(str)

    def __init__(self):
        super().__init__()
        self.error = ""

    def pushInfo(self, info):
        super().pushInfo(info)
        self.info.emit(info)

    def pushWarning(self, warning):
        super().pushWarning(warning)
        self.warning.emit(warning)

    def reportError(self, error, fatalError=False):
        super().reportError(error, fatalError)
        self.error = error


class AlgorithmRun(QObject):
    """Runs an algorithm once, keeps alive what it needs, and passes its messages on as signals.

    Parameters
    ----------
    algorithm : str
        Its id.
    parameters : dict
    parent : QObject, optional
    subject : str, optional
        What it works on, for the list of tasks of QGIS, where the algorithm names it. QGIS tells of the end of what
        has a subject: a person has turned to something else meanwhile. The page tells of everything.

    Signals
    -------
    progressed : float
        0-100.
    worker_event : object
        An event of the worker, a dict.
    info, warning : str
    finished : object
        The results, a dict.
    failed : str
        One sentence; empty when cancelled.
    """

    progressed = pyqtSignal(float)
    worker_event = pyqtSignal(object)
    info = pyqtSignal(str)
    warning = pyqtSignal(str)
    finished = pyqtSignal(object)
    failed = pyqtSignal(str)

    def __init__(self, algorithm: str, parameters: dict, parent: QObject | None = None, subject: str = ""):
        super().__init__(parent)
        self._parameters, self._subject = parameters, subject
        # QGIS holds these by reference only: they live as long as this object.
        self._context = QgsProcessingContext()
        self._context.setProject(QgsProject.instance())
        self._feedback = _Feedback()
        self._algorithm = QgsApplication.processingRegistry().createAlgorithmById(algorithm)
        if subject:
            self._algorithm.subject = subject
        self._task: QgsProcessingAlgRunnerTask | None = None
        self._feedback.progressChanged.connect(self.progressed)
        self._feedback.worker_event.connect(self.worker_event)
        self._feedback.info.connect(self.info)
        self._feedback.warning.connect(self.warning)

    def start(self) -> str:
        """Start; return why not, if a parameter does not fit."""
        fits, message = self._algorithm.checkParameterValues(self._parameters, self._context)
        if not fits:
            return message
        flags = () if self._subject else SILENT_TASK
        self._task = QgsProcessingAlgRunnerTask(
            self._algorithm, self._parameters, self._context, self._feedback, *flags
        )
        self._task.executed.connect(self._end)
        QgsApplication.taskManager().addTask(self._task)
        return ""

    def cancel(self) -> None:
        """Ask for the end; `failed` follows within a second."""
        if self._task is not None:
            self._task.cancel()

    def stop(self) -> None:
        """End now, without a signal."""
        if self._task is not None:
            task, self._task = self._task, None
            task.executed.disconnect(self._end)
            self._feedback.hurried = True
            task.cancel()
            task.waitForFinished(STOP_MS)

    def leave(self) -> None:
        """Cancel without a signal and without waiting: the run ends by itself."""
        if self._task is not None:
            self.blockSignals(True)
            self._task.executed.disconnect(self._end)
            self._task.executed.connect(self._left)
            _leaving.add(self)  # the task uses what it holds
            self._task.cancel()

    def _left(self, *_) -> None:
        self._task = None
        QTimer.singleShot(0, lambda: _leaving.discard(self))  # not amid the signal of the task

    def layer(self, layer_id: str) -> QgsVectorLayer:
        """Return a layer among the results, which then belongs to the caller."""
        return self._context.takeResultLayer(layer_id)

    def _end(self, successful: bool, results: dict) -> None:
        self._task = None
        if successful and not self._feedback.isCanceled():
            self.finished.emit(results)
        else:
            self.failed.emit("" if self._feedback.isCanceled() else self._feedback.error)
