"""`rsqi:evaluate`: measure models on the test part of a station's own dataset."""

from __future__ import annotations

import json

from qgis.core import (
    QgsProcessingException,
    QgsProcessingOutputString,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterString,
)

from ..bridge.i18n import tr
from ..bridge.inspect_options import DEVICES, model_folder
from ..bridge.worker_client import run_worker
from .base.parameters import device_parameter, require_dataset
from .base.worker import WorkerAlgorithm


class EvaluateModels(WorkerAlgorithm):
    """Measure models side by side on a dataset."""

    NAME = "evaluate"
    ICON = "score.svg"
    DATASET = "DATASET"
    MODELS = "MODELS"
    DEVICE = "DEVICE"
    OUTPUT = "OUTPUT"
    FIGURES = "FIGURES"

    def displayName(self):
        return tr("Evaluate models")

    def shortDescription(self):
        return tr("Measures models side by side on a dataset of one's own.")

    def shortHelpString(self):
        return tr(
            "Measures one or more models on the test part of a dataset that 'Export training data' wrote: what they "
            "mark and outline by type, the pixel rules, one step against two, objects, scores, confusion and "
            "calibration, with the worst blocks as pictures. The page is Markdown; its pictures lie beside it."
        )

    def initAlgorithm(self, config=None):
        self.add(
            QgsProcessingParameterFile(self.DATASET, tr("Dataset"), QgsProcessingParameterFile.Behavior.Folder),
            tr("A folder that 'Export training data' wrote, with a test part."),
        )
        self.add(
            QgsProcessingParameterString(self.MODELS, tr("Models"), "default"),
            tr("'default' and folders of other models, with a semicolon between each two."),
        )
        self.add(device_parameter(self.DEVICE), tr("What computes the model."), advanced=True)
        self.add(
            QgsProcessingParameterFileDestination(self.OUTPUT, tr("Page"), tr("Markdown (*.md)")),
            tr("The page; one that was written here before and not changed is replaced."),
        )
        self.addOutput(QgsProcessingOutputString(self.FIGURES, tr("Figures of the models as JSON")))

    def checkParameterValues(self, parameters, context):
        try:
            require_dataset(self.parameterAsFile(parameters, self.DATASET, context))
            self._models(parameters, context)
        except QgsProcessingException as error:
            return False, str(error)
        return super().checkParameterValues(parameters, context)

    def processAlgorithm(self, parameters, context, feedback):
        request = {
            "command": "evaluate",
            "dataset": self.parameterAsFile(parameters, self.DATASET, context),
            "models": self._models(parameters, context),
            "device": DEVICES[self.parameterAsEnum(parameters, self.DEVICE, context)],
            "output": self.parameterAsFileOutput(parameters, self.OUTPUT, context),
        }
        answer = run_worker(request, feedback)
        if answer is None:
            return {}
        return {self.OUTPUT: answer["output"], self.FIGURES: json.dumps(answer["figures"], ensure_ascii=False)}

    def _models(self, parameters, context) -> list:
        text = self.parameterAsString(parameters, self.MODELS, context)
        return [model_folder(name) for name in text.split(";") if name.strip()] or [model_folder("")]
