"""Questions to the worker about lines on one image, which it keeps open: asked without waiting, answered by signals."""

from __future__ import annotations

import json

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from .geopackage import summary_of
from .i18n import tr
from .layer_score import image_below, inspected_image
from .worker_process import WorkerProcess

IDLE_MS = 120_000  # without a question: then the worker lets go of the image


def image_request(errors: QgsVectorLayer) -> dict | None:
    """Return the request that opens the image of a layer of errors as it was inspected; None without an image."""
    image = inspected_image(errors)
    if image is not None and image.raster:
        try:
            noted = json.loads(summary_of(errors).get("source") or "{}")
        except ValueError:
            noted = {}
        given = {name: noted.get(name) for name in ("bands", "nodata")}
        return {"command": "follow", "raster": image.raster, **given}
    below = image_below(errors)
    return {"command": "follow", "raster": below.source()} if below is not None else None


class SeamSession(QObject):
    """One worker at a time, started by the first question. Of two questions of a kind that wait the later one is asked.

    Signals
    -------
    answered : dict
        The event ``path``, ``measure`` or ``refused``, with the ``id`` that :meth:`ask` returned.
    failed : str
        The worker gives no answers any more; one sentence.
    """

    answered = pyqtSignal(object)
    failed = pyqtSignal(str)

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self._request: dict | None = None
        self._worker = WorkerProcess(self)
        self._worker.said.connect(self._hear)
        self._worker.failed.connect(self._give_up)
        self._last_id = 0
        self._waiting: dict[str, dict] = {}  # by command, in the order of asking
        self._asked: int | None = None  # the id that an answer is awaited for
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(IDLE_MS)
        self._idle.timeout.connect(self.stop)

    @property
    def busy(self) -> bool:
        """Is an answer awaited?"""
        return self._asked is not None or bool(self._waiting)

    def set_image(self, request: dict | None) -> None:
        """Ask about another image, as of :func:`image_request`."""
        if request != self._request:
            self.stop()
            self._request = request

    def ask(self, command: str, **values) -> int:
        """Ask a question once the worker has answered those before; return its id."""
        self._last_id += 1
        self._waiting.pop(command, None)
        self._waiting[command] = {"command": command, "id": self._last_id, **values}
        self._idle.stop()
        if self._worker.running:
            self._send()
        else:
            self._start()
        return self._last_id

    def forget(self) -> None:
        """Ask nothing of what waits; an answer that is awaited still comes."""
        self._waiting.clear()

    def stop(self) -> None:
        """End the worker, without a signal."""
        self._idle.stop()
        self._waiting.clear()
        self._asked = None
        self._worker.stop()

    def _start(self) -> None:
        if self._request is None:
            self._give_up(tr("The inspected image was not found: its lines can be neither followed nor measured."))
            return
        self._asked = 0  # that the image is open
        self._worker.start(self._request)

    def _send(self) -> None:
        if self._asked is None and self._waiting:
            question = self._waiting.pop(next(iter(self._waiting)))
            self._asked = question["id"]
            self._worker.send(question)
        elif self._asked is None:
            self._idle.start()

    def _hear(self, event: dict) -> None:
        if event["event"] in ("ready", "path", "measure", "refused"):
            self._asked = None
            self._send()  # at work again before its answer is shown
            if event["event"] != "ready":
                self.answered.emit(event)

    def _give_up(self, why: str) -> None:
        self.stop()
        self.failed.emit(why)
