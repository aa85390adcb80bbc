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

    Attributes
    ----------
    hurried : bool
        QGIS or the plugin ends: a cancelled worker gets no time to tidy up.
    """

    worker_event = pyqtSignal(object)

    def __init__(self):
        super().__init__(False)
        self.hurried = False
