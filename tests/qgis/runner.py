"""Run one algorithm of the plugin, and keep its messages."""

import time

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
)


class Record(QgsProcessingFeedback):
    """Keeps infos and warnings."""

    def __init__(self):
        super().__init__()
        self.infos, self.warnings = [], []

    def pushInfo(self, text):
        self.infos.append(text)

    def pushWarning(self, text):
        self.warnings.append(text)


def algorithm(application, name):
    return application.processingRegistry().createAlgorithmById(f"rsqi:{name}")


def run(application, name, parameters, feedback=None, project=None):
    alg = algorithm(application, name)
    context = QgsProcessingContext()
    if project is not None:
        context.setProject(project)
    ok, message = alg.checkParameterValues(parameters, context)
    if not ok:
        raise QgsProcessingException(message)
    # Not through run(): that swallows the exception that is looked at here.
    if not alg.prepare(parameters, context, feedback or Record()):
        raise QgsProcessingException("not prepared")
    results = alg.runPrepared(parameters, context, feedback or Record())
    return results, context


def spin(application, seconds, until=lambda: False):
    end = time.monotonic() + seconds
    while time.monotonic() < end and not until():
        application.processEvents()
        time.sleep(0.01)
