"""The image in words (Tables B1-B3), said anew by `rsqi:describe` in the background."""

from __future__ import annotations

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QLabel

from ...bridge.algorithm_run import AlgorithmRun
from ...bridge.geopackage import summary_of
from ...bridge.i18n import tr
from ...bridge.layer_score import image_below
from ...rsqi_core.describe import LANGUAGES


class DescriptionBox(QLabel):
    """Shows the sentences in one language or two; empty without a layer."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiDescription")
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._run: AlgorithmRun | None = None
        self._waiting: list[str] = []
        self._said: list[str] = []

    def describe(self, layer: QgsVectorLayer | None, languages: tuple[str, ...]) -> None:
        """Say what a layer of errors shows now; None: there is none."""
        self._leave()
        self._said, self._waiting = [], list(languages)
        if layer is None:
            self.clear()
            return
        self._parameters = {"ERRORS": layer}
        if not summary_of(layer):
            self._parameters["RASTER"] = image_below(layer)
        self._next()

    def stop(self) -> None:
        """End now."""
        if self._run is not None:
            self._run.stop()
            self._run = None

    def _leave(self) -> None:
        """Give up the sentences that are being made; a large layer takes its time to notice."""
        if self._run is not None:
            self._run.setParent(None)
            self._run.leave()
            self._run = None

    def _next(self) -> None:
        self._run = None
        if not self._waiting:
            self.setText("\n\n".join(self._said))
            return
        language = LANGUAGES.index(self._waiting.pop(0))
        run = AlgorithmRun("rsqi:describe", {**self._parameters, "LANGUAGE": language}, self)
        run.finished.connect(self._take)
        run.failed.connect(lambda reason: self.setText(reason or tr("Cancelled.")))
        problem = run.start()
        if problem:
            self.setText(problem)
        else:
            self._run = run

    def _take(self, results: dict) -> None:
        self._said.append(results["TEXT"])
        self._next()
