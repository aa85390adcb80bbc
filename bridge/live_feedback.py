"""A feedback for whoever looks on while an inspection runs."""

from __future__ import annotations

from qgis.core import QgsProcessingFeedback
from qgis.PyQt.QtCore import pyqtSignal


class LiveFeedback(QgsProcessingFeedback):
    """Passes the worker's events on as they are, the errors that have become complete among them.

    Signals
    -------
    told : object
        The event, a dict; from the thread that the algorithm runs in.
    """

    told = pyqtSignal(object)

    def __init__(self):
        super().__init__(False)
