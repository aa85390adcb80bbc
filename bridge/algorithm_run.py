"""One Processing algorithm in the background, with all that it needs kept alive and all that it says passed on."""

from __future__ import annotations

from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QObject, pyqtSignal

from .live_feedback import LiveFeedback

STOP_MS = 2000


class _Feedback(LiveFeedback):
    """Says from the task's thread what a page shows."""

    said = pyqtSignal(str)
    warned = pyqtSignal(str)

    def __init__(self):
        super().__init__()
        self.error = ""

    def pushInfo(self, info):
        super().pushInfo(info)
        self.said.emit(info)

    def pushWarning(self, warning):
        super().pushWarning(warning)
        self.warned.emit(warning)

    def reportError(self, error, fatalError=False):
        super().reportError(error, fatalError)
        self.error = error


class AlgorithmRun(QObject):
    """Runs an algorithm once.

    Parameters
    ----------
    algorithm : str
        Its id.
    parameters : dict
    parent : QObject, optional
    subject : str, optional
        What it works on, for the list of tasks; of algorithms that name it.

    Signals
    -------
    progressed : float
        0-100.
    told : object
        An event of the worker, a dict.
    said, warned : str
    finished : object
        The results, a dict.
    failed : str
        One sentence; empty when cancelled.
    """

    progressed = pyqtSignal(float)
    told = pyqtSignal(object)
    said = pyqtSignal(str)
    warned = pyqtSignal(str)
    finished = pyqtSignal(object)
    failed = pyqtSignal(str)

    def __init__(self, algorithm: str, parameters: dict, parent: QObject | None = None, subject: str = ""):
        super().__init__(parent)
        self._parameters = parameters
        # QGIS holds these by reference only: they live as long as this object.
        self._context = QgsProcessingContext()
        self._context.setProject(QgsProject.instance())
        self._feedback = _Feedback()
        self._algorithm = QgsApplication.processingRegistry().createAlgorithmById(algorithm)
        if subject:
            self._algorithm.subject = subject
        self._task: QgsProcessingAlgRunnerTask | None = None
        self._feedback.progressChanged.connect(self.progressed)
        self._feedback.told.connect(self.told)
        self._feedback.said.connect(self.said)
        self._feedback.warned.connect(self.warned)

    def start(self) -> str:
        """Start; return why not, if a parameter does not fit."""
        fits, message = self._algorithm.checkParameterValues(self._parameters, self._context)
        if not fits:
            return message
        self._task = QgsProcessingAlgRunnerTask(self._algorithm, self._parameters, self._context, self._feedback)
        self._task.executed.connect(self._end)
        QgsApplication.taskManager().addTask(self._task)
        return ""

    def cancel(self) -> None:
        """Ask for the end; `failed` follows within a second."""
        if self._task is not None:
            self._task.cancel()

    def stop(self) -> None:
        """End now and say nothing."""
        if self._task is not None:
            task, self._task = self._task, None
            task.executed.disconnect(self._end)
            task.cancel()
            task.waitForFinished(STOP_MS)

    def layer(self, layer_id: str) -> QgsVectorLayer:
        """Return a layer among the results, which then belongs to the caller."""
        return self._context.takeResultLayer(layer_id)

    def _end(self, successful: bool, results: dict) -> None:
        self._task = None
        if successful and not self._feedback.isCanceled():
            self.finished.emit(results)
        else:
            self.failed.emit("" if self._feedback.isCanceled() else self._feedback.error)
