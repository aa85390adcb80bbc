"""One Processing algorithm in the background, with all that it needs kept alive."""

from __future__ import annotations

from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QObject, pyqtSignal


class _Feedback(QgsProcessingFeedback):
    """Remembers why an algorithm failed."""

    def __init__(self):
        super().__init__(False)
        self.error = ""

    def reportError(self, error, fatalError=False):
        super().reportError(error, fatalError)
        self.error = error


class Run(QObject):
    """Runs once.

    Signals
    -------
    progressed : float
        0-100.
    finished : dict
        The algorithm's results.
    failed : str
        One sentence; empty when cancelled.
    """

    progressed = pyqtSignal(float)
    finished = pyqtSignal(object)
    failed = pyqtSignal(str)

    def __init__(self, algorithm: str, parameters: dict, parent: QObject | None = None):
        super().__init__(parent)
        self._parameters = parameters
        # QGIS holds these by reference only: they live as long as this object.
        self._context = QgsProcessingContext()
        self._context.setProject(QgsProject.instance())
        self._feedback = _Feedback()
        self._feedback.progressChanged.connect(self.progressed)
        self._algorithm = QgsApplication.processingRegistry().createAlgorithmById(algorithm)
        self._task: QgsProcessingAlgRunnerTask | None = None

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
        """Ask for the end; `failed` follows."""
        if self._task is not None:
            self._task.cancel()

    def stop(self) -> None:
        """End now and say nothing."""
        if self._task is not None:
            task, self._task = self._task, None
            task.executed.disconnect(self._end)
            task.cancel()
            task.waitForFinished(2000)

    def layer(self, layer_id: str) -> QgsVectorLayer:
        """Return a result layer, which then belongs to the caller."""
        return self._context.takeResultLayer(layer_id)

    def _end(self, successful: bool, results: dict) -> None:
        self._task = None
        if successful and not self._feedback.isCanceled():
            self.finished.emit(results)
        else:
            self.failed.emit("" if self._feedback.isCanceled() else self._feedback.error)
