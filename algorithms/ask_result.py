"""`rsqi:ask`: ask in words what a result says of its image."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingException,
    QgsProcessingOutputString,
    QgsProcessingParameterFile,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorLayer,
)

from ..bridge.compat import VECTOR_POLYGON
from ..bridge.geopackage import geopackage_of
from ..bridge.i18n import tr
from ..bridge.inspect_options import DEVICES
from ..bridge.raster_source import raster_path
from ..bridge.worker_client import run_worker
from .base.parameters import device_parameter
from .base.worker import WorkerAlgorithm


class AskResult(WorkerAlgorithm):
    """Answer a question from what was measured, else by a model."""

    NAME = "ask"
    INPUT = "INPUT"
    QUESTION = "QUESTION"
    MODEL = "MODEL"
    RASTER = "RASTER"
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
        self.add(
            QgsProcessingParameterVectorLayer(self.INPUT, tr("Errors"), [VECTOR_POLYGON]),
            tr("The layer of errors in the GeoPackage of an inspection."),
        )
        self.add(
            QgsProcessingParameterString(self.QUESTION, tr("Question")),
            tr("Such as: How many clouds are there? The answer comes in the language of the question."),
        )
        folder = QgsProcessingParameterFile.Behavior.Folder
        self.add(
            QgsProcessingParameterFile(self.MODEL, tr("Model folder"), folder, optional=True),
            tr("The folder of a BLIP model for questions, or of another model that answers in words."),
        )
        self.add(
            QgsProcessingParameterRasterLayer(self.RASTER, tr("Image"), optional=True),
            tr("The image that the errors were found in; empty means the one that the inspection has noted."),
            advanced=True,
        )
        self.add(device_parameter(self.DEVICE), tr("What computes."), advanced=True)
        self.addOutput(QgsProcessingOutputString(self.TEXT, tr("Answer")))
        self.addOutput(QgsProcessingOutputString(self.FIDS, tr("Numbers of the errors that it speaks of")))
        self.addOutput(QgsProcessingOutputString(self.SOURCE, tr("Where the answer comes from")))

    def prepareAlgorithm(self, parameters, context, feedback):
        # In the main thread: the layers themselves may be looked at only here.
        layer = self.parameterAsVectorLayer(parameters, self.INPUT, context)
        path = geopackage_of(layer) if layer is not None else None
        if path is None or not path.is_file():
            raise QgsProcessingException(tr("The errors lie in no GeoPackage of an inspection."))
        raster = self.parameterAsRasterLayer(parameters, self.RASTER, context)
        self._result, self._raster = str(path), raster_path(raster) if raster else None
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
        text = answer["text"]
        if answer["source"] == "model":
            said = tr("Said by the model {name}, not measured: {text}")
            text = said.format(name=answer["model"], text=text)
        feedback.pushInfo(text)
        return {self.TEXT: text, self.FIDS: ",".join(map(str, answer["fids"])), self.SOURCE: answer["source"]}
