"""Algorithms whose GeoPackage is a complete result: scored, and kept where somebody has reviewed it."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
)

from ...bridge.i18n import tr
from ...bridge.notes import error_message
from ...bridge.outputs import worker_geopackage
from ...bridge.raster_source import raster_path
from ...bridge.texts import score_line
from ...rsqi_core.errors import RsqiError
from ...rsqi_core.files.earlier import refuse_earlier_result
from .inspection import InspectionAlgorithm
from .scoring import ScoringAlgorithm


class ResultAlgorithm(ScoringAlgorithm, InspectionAlgorithm):
    """An algorithm that finds errors of an image and scores it."""

    OWN_CARE = ("OUTPUT",)
    SCORE = "SCORE"
    GRADE = "GRADE"

    subject = ""  # what is worked on, for the list of tasks

    def add_verdict(self) -> None:
        """Add the outputs of a score."""
        self.addOutput(QgsProcessingOutputNumber(self.SCORE, tr("Score")))
        self.addOutput(QgsProcessingOutputString(self.GRADE, tr("Grade")))

    def scoring_parameters(self, parameters: dict, context: QgsProcessingContext) -> dict:
        """Return what the worker is to score by."""
        scheme = self.scheme_path(parameters, context)
        return {**({"scheme": scheme} if scheme else {}), "score_mode": self.mode(parameters, context)}

    def with_verdict(self, outputs: dict, answer: dict, feedback: QgsProcessingFeedback) -> dict:
        """Return the outputs that there are and the score, and say it."""
        score, grade = answer["summary"]["score"], answer["summary"]["grade"]
        feedback.pushInfo(score_line(score, grade, outputs[self.ERROR_COUNT]))
        found = {**outputs, self.SCORE: score, self.GRADE: grade}
        return {name: value for name, value in found.items() if value is not None}

    def checkParameterValues(self, parameters, context):
        path, layer = self._target_geopackage(parameters, context), None
        if path is not None:
            layer = self.parameterAsRasterLayer(parameters, self.INPUT, context)
        if layer is not None:
            overwrite = self.parameterAsBool(parameters, self.OVERWRITE, context)
            try:
                refuse_earlier_result(path, raster_path(layer) or "", overwrite)
            except RsqiError as error:
                return False, error_message(error)
        return super().checkParameterValues(parameters, context)

    def _target_geopackage(self, parameters, context) -> Path | None:
        return worker_geopackage(parameters.get(self.OUTPUT), "errors", context)
