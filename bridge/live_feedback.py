"""A feedback that also passes on the worker's events, for a page that shows them while the worker runs."""

from __future__ import annotations

from qgis.core import QgsProcessingFeedback
from qgis.PyQt.QtCore import pyqtSignal


class LiveFeedback(QgsProcessingFeedback):
    """Passes the worker's events on as they are, among them errors that are complete.

    Signals
    -------
    worker_event : object
        The event, a dict; sent from the thread that the algorithm runs in.
    """

    worker_event = pyqtSignal(object)

    def __init__(self):
        super().__init__(False)
