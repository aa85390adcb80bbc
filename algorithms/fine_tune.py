"""`rsqi:finetune`: train a model further on reviewed errors, and compare it with the one it started from."""

from __future__ import annotations

import json

from qgis.core import (
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFile,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from ..bridge.i18n import tr
from ..bridge.inspect_options import DEVICES, model_folder
from ..bridge.texts import comparison_text
from ..bridge.worker_client import run_worker
from .base.parameters import device_parameter, require_dataset
from .base.worker import WorkerAlgorithm


class FineTune(WorkerAlgorithm):
    """Train a model further on a dataset of reviewed errors."""

    NAME = "finetune"
    ICON = "fine_tune.svg"
    DATASET = "DATASET"
    MODEL = "MODEL"
    EPOCHS = "EPOCHS"
    RATE = "RATE"
    LORA = "LORA"
    POOL = "POOL"
    DEVICE = "DEVICE"
    KEEP = "KEEP"
    OUTPUT = "OUTPUT"
    BETTER = "BETTER"
    OLD_F1 = "OLD_F1"
    NEW_F1 = "NEW_F1"
    VERDICT = "VERDICT"

    def displayName(self):
        return tr("Fine-tune a model")

    def shortDescription(self):
        return tr("Trains a model further on reviewed errors and compares the two.")

    def shortHelpString(self):
        return tr(
            "Trains a model further on a dataset that 'Export training data' wrote, sets its thresholds, and compares "
            "it with the model that it started from on the dataset's test part, which training has not seen. The new "
            "model is written only if it is better there: more errors found on average over the types, not by luck, "
            "and not at the cost of outlines or of clean blocks. The old one stays as it is.\n\n"
            "A run that was cancelled goes on where it stopped when it is started again with the same values. It needs "
            "PyTorch in the worker's environment."
        )

    def initAlgorithm(self, config=None):
        self.add(
            QgsProcessingParameterFile(self.DATASET, tr("Dataset"), QgsProcessingParameterFile.Behavior.Folder),
            tr("A folder that 'Export training data' wrote, with a test part."),
        )
        self.add(
            QgsProcessingParameterString(self.MODEL, tr("Model"), "default"),
            tr("The model to start from: 'default', or the folder of another one or of two Hugging Face checkpoints."),
        )
        whole, real = QgsProcessingParameterNumber.Type.Integer, QgsProcessingParameterNumber.Type.Double
        self.add(
            QgsProcessingParameterNumber(self.EPOCHS, tr("Passes over the data"), whole, 10, minValue=1, maxValue=1000),
            tr("How often every block is shown."),
        )
        self.add(
            QgsProcessingParameterNumber(
                self.RATE, tr("Learning rate"), real, optional=True, minValue=1e-6, maxValue=0.01
            ),
            tr("The highest rate, if not the usual one; a high one learns faster and forgets more."),
            advanced=True,
        )
        self.add(
            QgsProcessingParameterNumber(self.LORA, tr("Rank of LoRA"), whole, 0, minValue=0, maxValue=256),
            tr(
                "Of Hugging Face checkpoints: low-rank matrices that are trained with the head instead of all weights; "
                "0 trains all weights."
            ),
            advanced=True,
        )
        self.add(
            QgsProcessingParameterFile(self.POOL, tr("Pool of backgrounds"), extension="npz", optional=True),
            tr("What 'rsqi train --pack' wrote: half of the crops are composed on it, so that less is forgotten."),
            advanced=True,
        )
        self.add(device_parameter(self.DEVICE, training=True), tr("What computes the model."), advanced=True)
        self.add(
            QgsProcessingParameterBoolean(self.KEEP, tr("Write the model even if it is not better"), False),
            tr("To look at it all the same."),
            advanced=True,
        )
        self.add(
            QgsProcessingParameterFolderDestination(self.OUTPUT, tr("New model")),
            tr("A new folder; its name becomes the model's."),
        )
        self.addOutput(QgsProcessingOutputNumber(self.BETTER, tr("Is the new model better? (1 or 0)")))
        self.addOutput(QgsProcessingOutputNumber(self.OLD_F1, tr("Mean F1 of the old model")))
        self.addOutput(QgsProcessingOutputNumber(self.NEW_F1, tr("Mean F1 of the new model")))
        self.addOutput(QgsProcessingOutputString(self.VERDICT, tr("Comparison as JSON")))

    def checkParameterValues(self, parameters, context):
        try:
            require_dataset(self.parameterAsFile(parameters, self.DATASET, context))
            model_folder(self.parameterAsString(parameters, self.MODEL, context))
        except QgsProcessingException as error:
            return False, str(error)
        return super().checkParameterValues(parameters, context)

    def processAlgorithm(self, parameters, context, feedback):
        request = {
            "command": "finetune",
            "dataset": self.parameterAsFile(parameters, self.DATASET, context),
            "output": self.parameterAsString(parameters, self.OUTPUT, context),
            "model": model_folder(self.parameterAsString(parameters, self.MODEL, context)),
            "epochs": self.parameterAsInt(parameters, self.EPOCHS, context),
            "rate": self.parameterAsDouble(parameters, self.RATE, context) or None,
            "lora": self.parameterAsInt(parameters, self.LORA, context) or None,
            "pool": self.parameterAsFile(parameters, self.POOL, context) or None,
            "device": DEVICES[self.parameterAsEnum(parameters, self.DEVICE, context)],
            "keep": self.parameterAsBool(parameters, self.KEEP, context),
        }
        answer = run_worker(request, feedback)
        if answer is None:
            return {}
        verdict = answer["verdict"]
        feedback.pushInfo(comparison_text(verdict))
        found = {
            self.OUTPUT: answer["output"],
            self.BETTER: int(verdict["better"]),
            self.OLD_F1: verdict["old_f1"],
            self.NEW_F1: verdict["new_f1"],
            self.VERDICT: json.dumps(verdict),
        }
        return {name: value for name, value in found.items() if value is not None}
