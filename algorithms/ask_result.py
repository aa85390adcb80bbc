"""`rsqi:ask`: ask in words what a result says of its image."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingOutputString,
    QgsProcessingParameterFile,
    QgsProcessingParameterString,
)

from ..bridge.i18n import tr
from ..bridge.inspect_options import DEVICES
from ..bridge.worker_client import run_worker
from .base.inspected import InspectedAlgorithm
from .base.parameters import device_parameter


class AskResult(InspectedAlgorithm):
    """Answer a question from what was measured, else by a model."""

    NAME = "ask"
    QUESTION = "QUESTION"
    MODEL = "MODEL"
    DEVICE = "DEVICE"
    TEXT = "TEXT"
    FIDS = "FIDS"
    SOURCE = "SOURCE"

    def displayName(self):
        return tr("Ask about an image")

    def shortDescription(self):
        return tr("Answers a question about an inspected image.")

    def shortHelpString(self):
        return tr(
            "Answers questions in Chinese or English from what an inspection has measured: types, counts, areas, "
            "places, the worst errors, the score and why it is so. What was not measured is answered by a model that "
            "answers questions about pictures, if the folder of one is given; such an answer is marked as a model's "
            "words."
        )

    def initAlgorithm(self, config=None):
        self.add_errors()
        self.add(
            QgsProcessingParameterString(self.QUESTION, tr("Question")),
            tr("Such as: How many clouds are there? The answer comes in the language of the question."),
        )
        folder = QgsProcessingParameterFile.Behavior.Folder
        self.add(
            QgsProcessingParameterFile(self.MODEL, tr("Model folder"), folder, optional=True),
            tr("The folder of a BLIP model for questions, or of another model that answers in words."),
        )
        self.add_image(advanced=True)
        self.add(device_parameter(self.DEVICE), tr("What computes."), advanced=True)
        self.addOutput(QgsProcessingOutputString(self.TEXT, tr("Answer")))
        self.addOutput(QgsProcessingOutputString(self.FIDS, tr("Numbers of the errors that it speaks of")))
        self.addOutput(QgsProcessingOutputString(self.SOURCE, tr("Where the answer comes from")))

    def prepareAlgorithm(self, parameters, context, feedback):
        # In the main thread: the layers themselves may be looked at only here.
        _, self._result = self.errors_of(parameters, context)
        self._raster = self.image_of(parameters, context)
        return True

    def processAlgorithm(self, parameters, context, feedback):
        request = {
            "command": "ask",
            "result": self._result,
            "raster": self._raster,
            "question": self.parameterAsString(parameters, self.QUESTION, context),
            "model": self.parameterAsString(parameters, self.MODEL, context) or None,
            "device": DEVICES[self.parameterAsEnum(parameters, self.DEVICE, context)],
        }
        answer = run_worker(request, feedback)
        if answer is None:
            return {}
        said = tr("Said by the model {name}, not measured: {text}")
        text, model = answer["text"], answer["model"]
        if answer["source"] == "model":
            text = said.format(name=model, text=text)
        elif model:
            text = "\n".join([text, said.format(name=model, text=answer["said"])])
        feedback.pushInfo(text)
        return {self.TEXT: text, self.FIDS: ",".join(map(str, answer["fids"])), self.SOURCE: answer["source"]}
