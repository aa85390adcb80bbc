"""Algorithms that cannot run without the worker's Python."""

from __future__ import annotations

from qgis.core import QgsProcessingException

from ...bridge.worker_python import find_python
from .algorithm import RsqiAlgorithm


class WorkerAlgorithm(RsqiAlgorithm):
    """An algorithm that runs in the worker; without a worker, its error says how to set one up."""

    def canExecute(self):
        try:
            find_python()
        except QgsProcessingException as error:
            return False, str(error)
        return True, ""

    def checkParameterValues(self, parameters, context):
        possible, reason = self.canExecute()  # qgis_process and models do not ask it
        return super().checkParameterValues(parameters, context) if possible else (False, reason)
