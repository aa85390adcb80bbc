"""One inspection in the background: `rsqi:inspect` as a task, with all that it needs kept alive."""

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

from ...algorithms import layer_style


class _Feedback(QgsProcessingFeedback):
    """Says from the task's thread what the dock shows."""

    said = pyqtSignal(str)
    warned = pyqtSignal(str)

    def __init__(self):
        super().__init__(False)
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


class Inspection(QObject):
    """Runs once.

    Signals
    -------
    progressed : float
        0-100.
    said, warned : str
    finished : object
        The results of `rsqi:inspect`.
    failed : str
        One sentence; empty when cancelled.
    """

    progressed = pyqtSignal(float)
    said = pyqtSignal(str)
    warned = pyqtSignal(str)
    finished = pyqtSignal(object)
    failed = pyqtSignal(str)

    def __init__(self, parameters: dict, parent=None):
        super().__init__(parent)
        self._parameters = parameters
        # QGIS holds these by reference only: they live as long as this object.
        self._context = QgsProcessingContext()
        self._context.setProject(QgsProject.instance())
        self._feedback = _Feedback()
        self._algorithm = QgsApplication.processingRegistry().createAlgorithmById("rsqi:inspect")
        self._task = None
        self._feedback.progressChanged.connect(self.progressed)
        self._feedback.said.connect(self.said)
        self._feedback.warned.connect(self.warned)

    def start(self) -> str:
        """Start in the background; return why not, if a parameter does not fit."""
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
            task.waitForFinished(2000)

    def take_layer(self, layer_id: str, name: str, style: str) -> QgsVectorLayer:
        """Return a result layer, styled; it then belongs to the caller."""
        layer = self._context.takeResultLayer(layer_id) or QgsVectorLayer(layer_id, name, "ogr")
        layer.setName(name)
        layer_style.apply(layer, style)
        return layer

    def _end(self, successful: bool, results: dict) -> None:
        self._task = None
        if successful:
            self.finished.emit(results)
        else:
            self.failed.emit("" if self._feedback.isCanceled() else self._feedback.error)
