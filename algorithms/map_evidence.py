"""`rsqi:evidence`: where in its block the model saw an error."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    NULL,
    QgsFeature,
    QgsFeatureRequest,
    QgsProcessing,
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterString,
)

from ..bridge.i18n import tr
from ..bridge.outputs import make_folder, tif_path
from ..bridge.texts import type_name
from ..bridge.worker_client import run_worker
from ..rsqi_core import limits
from ..rsqi_core.taxonomy import TYPES, by_id
from .base.inspected import InspectedAlgorithm
from .base.parameters import device_parameter


class MapEvidence(InspectedAlgorithm):
    """Ask the model where in its block it saw an error."""

    NAME = "evidence"
    ICON = "classify_blocks.svg"
    NUMBER = "NUMBER"
    MODEL = "MODEL"
    DEVICE = "DEVICE"
    OUTPUT = "OUTPUT"
    PROBABILITY = "PROBABILITY"
    BLOCK = "BLOCK"

    def displayName(self):
        return tr("Map the evidence of an error")

    def shortDescription(self):
        return tr("Shows where in its block the model saw an error.")

    def shortHelpString(self):
        return tr(
            "Asks the model once more about the block in which an error was found, and maps where it saw the type of "
            "the error: an image of colour and opacity to lie over the inspected one, the brighter the surer. The "
            "image, its bands and the blocks are those that the GeoPackage of the inspection has noted."
        )

    def initAlgorithm(self, config=None):
        self.add_errors()
        integer = QgsProcessingParameterNumber.Type.Integer
        self.add(
            QgsProcessingParameterNumber(self.NUMBER, tr("Number of the error"), integer, minValue=1),
            tr("Its fid in the layer."),
        )
        self.add_image()
        self.add(
            QgsProcessingParameterString(self.MODEL, tr("Model"), limits.MODEL),
            tr("Which model is asked for its evidence."),
            advanced=True,
        )
        self.add(device_parameter(self.DEVICE), tr("What computes."), advanced=True)
        self.add(
            QgsProcessingParameterRasterDestination(self.OUTPUT, tr("Evidence")),
            tr("A GeoTIFF of red, green, blue and opacity."),
        )
        self.addOutput(QgsProcessingOutputNumber(self.PROBABILITY, tr("Probability in the block")))
        self.addOutput(QgsProcessingOutputNumber(self.BLOCK, tr("Side of the block (px)")))

    def prepareAlgorithm(self, parameters, context, feedback):
        # In the main thread: the layers themselves may be looked at only here.
        layer, self._result = self.errors_of(parameters, context)
        self._raster = self.image_of(parameters, context)
        number = self.parameterAsInt(parameters, self.NUMBER, context)
        feature = next(layer.getFeatures(QgsFeatureRequest(number)), None)
        self._error = _place(feature, number)
        return True

    def processAlgorithm(self, parameters, context, feedback):
        output = tif_path(self.parameterAsOutputLayer(parameters, self.OUTPUT, context))
        make_folder(Path(output))
        request = {
            "command": "evidence",
            "result": self._result,
            "output": output,
            "raster": self._raster,
            "model": self.parameterAsString(parameters, self.MODEL, context).strip() or limits.MODEL,
            "device": limits.DEVICES[self.parameterAsEnum(parameters, self.DEVICE, context)],
            "overwrite": parameters.get(self.OUTPUT) == QgsProcessing.TEMPORARY_OUTPUT,
            **self._error,
        }
        answer = run_worker(request, feedback)
        if answer is None:
            return {}
        name = type_name(by_id(answer["category_id"]))
        feedback.pushInfo(
            tr("{name}: probability {value:.2f} in its block of {side} px.").format(
                name=name, value=answer["probability"], side=answer["block"]
            )
        )
        return {self.OUTPUT: output, self.PROBABILITY: answer["probability"], self.BLOCK: answer["block"]}


def _place(feature: QgsFeature | None, number: int) -> dict:
    """Return what the worker needs of an error: its type, a place inside it and the size of its blocks."""
    category_id = feature["category_id"] if feature is not None else None
    if category_id not in range(1, len(TYPES) + 1) or feature.geometry().isEmpty():
        text = tr("The layer has no error {number} with a type and an outline.")
        raise QgsProcessingException(text.format(number=number))
    point = feature.geometry().pointOnSurface().asPoint()
    known = feature.fields().indexFromName("block_size") >= 0 and feature["block_size"] not in (None, NULL)
    size = int(feature["block_size"]) if known else None
    return {"category_id": category_id, "x": point.x(), "y": point.y(), "block_size": size or None}
