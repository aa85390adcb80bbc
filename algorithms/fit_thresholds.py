"""`rsqi:fitthresholds`: fit a model's thresholds to what a station's people have accepted and rejected."""

from __future__ import annotations

import json

from qgis.core import (
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterString,
)

from ..bridge.i18n import tr
from ..bridge.inspect_options import model_folder
from ..bridge.texts import type_name
from ..bridge.worker_client import run_worker
from ..rsqi_core.taxonomy import by_code
from .base.reviewed import ReviewedAlgorithm


class FitThresholds(ReviewedAlgorithm):
    """Fit thresholds to verdicts, in a new model folder."""

    NAME = "fitthresholds"
    ICON = "thresholds.svg"
    MODEL = "MODEL"
    OUTPUT = "OUTPUT"
    MOVED = "MOVED"
    ROWS = "ROWS"

    def displayName(self):
        return tr("Fit thresholds to verdicts")

    def shortDescription(self):
        return tr("Fits a model's thresholds to what people have accepted and rejected.")

    def shortHelpString(self):
        return tr(
            "Takes reviewed results with at least 30 verdicts and fits per type from which probability on the model "
            "marks a block: higher where marks of little probability were rejected, lower where people have drawn what "
            "it had just missed. A threshold moves within bounds, and only where that is better for verdicts that it "
            "was not fitted to. The model with new thresholds goes into a folder of its own; the old one stays as it "
            "is."
        )

    def initAlgorithm(self, config=None):
        self.add_sources()
        self.add(
            QgsProcessingParameterString(self.MODEL, tr("Model"), "default"),
            tr("The model that has found the errors: 'default', or a model folder."),
        )
        self.add(
            QgsProcessingParameterFolderDestination(self.OUTPUT, tr("New model")),
            tr("A new folder; its name becomes the model's."),
        )
        self.addOutput(QgsProcessingOutputNumber(self.MOVED, tr("Number of thresholds that are new")))
        self.addOutput(QgsProcessingOutputString(self.ROWS, tr("Thresholds before and after as JSON")))

    def checkParameterValues(self, parameters, context):
        try:
            model_folder(self.parameterAsString(parameters, self.MODEL, context))
        except QgsProcessingException as error:
            return False, str(error)
        return super().checkParameterValues(parameters, context)

    def processAlgorithm(self, parameters, context, feedback):
        request = {
            "command": "thresholds",
            "sources": self.found,
            "model": model_folder(self.parameterAsString(parameters, self.MODEL, context)),
            "output": self.parameterAsString(parameters, self.OUTPUT, context),
        }
        answer = run_worker(request, feedback)
        if answer is None:
            return {}
        moved = [row for row in answer["rows"] if row["outcome"] == "moved"]
        for row in moved:
            text = tr("{type}: {before:.3f} before, {after:.3f} now")
            feedback.pushInfo(text.format(type=type_name(by_code(row["code"])), **_numbers(row)))
        found = {self.OUTPUT: answer["output"], self.MOVED: len(moved), self.ROWS: json.dumps(answer["rows"])}
        return {name: value for name, value in found.items() if value is not None}


def _numbers(row: dict) -> dict:
    return {name: row[name] for name in ("before", "after")}
