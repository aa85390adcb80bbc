"""`rsqi:find`: find by words what the ten types do not cover."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsProcessing,
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFile,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorDestination,
)

from ..bridge.i18n import tr
from ..bridge.inspect_options import DEVICES
from ..bridge.outputs import make_folder, tif_path
from ..bridge.raster_source import raster_path
from ..bridge.worker_client import run_worker
from ..rsqi_core import limits
from .base.parameters import device_parameter
from .base.worker import WorkerAlgorithm


class FindByWords(WorkerAlgorithm):
    """Look for any phrase over a whole image."""

    NAME = "find"
    ICON = "classify_blocks.svg"
    INPUT = "INPUT"
    TEXT = "TEXT"
    MODEL = "MODEL"
    THRESHOLD = "THRESHOLD"
    EXTENT = "EXTENT"
    BLOCK = "BLOCK"
    LEAST = "LEAST"
    DEVICE = "DEVICE"
    OUTPUT = "OUTPUT"
    HEAT = "HEAT"
    COUNT = "COUNT"
    BEST = "BEST"

    def displayName(self):
        return tr("Find by words")

    def shortDescription(self):
        return tr("Finds by words what the ten types do not cover.")

    def shortHelpString(self):
        return tr(
            "Looks for any phrase over a whole image, such as smoke, flooding or sun glint, with a model that takes "
            "words: CLIPSeg or GroupViT outline places, CLIP or SigLIP give whole blocks a score. RSQI comes with no "
            "such model: give the folder of one in the form of Hugging Face, with safetensors.\n\n"
            "The places are a layer with a score from 0 to 1; the heat map has the score of every pixel."
        )

    def initAlgorithm(self, config=None):
        self.add(
            QgsProcessingParameterRasterLayer(self.INPUT, tr("Image")),
            tr("The image to look through: a file."),
        )
        self.add(
            QgsProcessingParameterString(self.TEXT, tr("Words")),
            tr("What to look for, in the language of the model; several ways to say it are set apart by semicolons."),
        )
        self.add(
            QgsProcessingParameterFile(self.MODEL, tr("Model folder"), QgsProcessingParameterFile.Behavior.Folder),
            tr("The folder of a CLIPSeg, GroupViT, CLIP or SigLIP model."),
        )
        number = QgsProcessingParameterNumber.Type
        self.add(
            QgsProcessingParameterNumber(
                self.THRESHOLD, tr("Least score"), number.Double, limits.FIND_THRESHOLD, minValue=0.001, maxValue=0.999
            ),
            tr("Score from which a pixel belongs to a place."),
        )
        self.add(
            QgsProcessingParameterExtent(self.EXTENT, tr("Extent to look through"), optional=True),
            tr("Only this part of the image; empty means all of it."),
            advanced=True,
        )
        least, most = limits.BLOCK_SIZE_RANGE
        self.add(
            QgsProcessingParameterNumber(
                self.BLOCK, tr("Side of a block (px)"), number.Integer, limits.FIND_BLOCK, minValue=least, maxValue=most
            ),
            tr("What the model sees at a time; with CLIP and SigLIP smaller blocks place better what is found."),
            advanced=True,
        )
        self.add(
            QgsProcessingParameterNumber(self.LEAST, tr("Smallest place (px)"), number.Integer, 0, minValue=0),
            tr("Smaller places are left out."),
            advanced=True,
        )
        self.add(device_parameter(self.DEVICE), tr("What computes."), advanced=True)
        self.add(
            QgsProcessingParameterVectorDestination(self.OUTPUT, tr("Found places")),
            tr("A GeoPackage with a polygon and a score for each place."),
        )
        self.add(
            QgsProcessingParameterRasterDestination(self.HEAT, tr("Heat map")),
            tr("A GeoTIFF with the score of every pixel."),
        )
        self.addOutput(QgsProcessingOutputNumber(self.COUNT, tr("Number of places")))
        self.addOutput(QgsProcessingOutputNumber(self.BEST, tr("Best score")))

    def prepareAlgorithm(self, parameters, context, feedback):
        # In the main thread: the layers themselves may be looked at only here.
        layer = self.parameterAsRasterLayer(parameters, self.INPUT, context)
        self._raster = raster_path(layer) if layer is not None else None
        if self._raster is None:
            raise QgsProcessingException(tr("The layer is no file: save it as an image first."))
        self._extent = None
        if parameters.get(self.EXTENT):
            box = self.parameterAsExtent(parameters, self.EXTENT, context, layer.crs())
            self._extent = [box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum()]
        return True

    def processAlgorithm(self, parameters, context, feedback):
        output = self.parameterAsOutputLayer(parameters, self.OUTPUT, context)
        if Path(output).suffix.lower() != ".gpkg":
            raise QgsProcessingException(tr("Let the name of {path} end in .gpkg.").format(path=output))
        heat = tif_path(self.parameterAsOutputLayer(parameters, self.HEAT, context))
        for path in (output, heat):
            make_folder(Path(path))
        given = (parameters.get(self.OUTPUT), parameters.get(self.HEAT))
        request = {
            "command": "find",
            "raster": self._raster,
            "output": output,
            "heat": heat,
            "text": self.parameterAsString(parameters, self.TEXT, context),
            "model": self.parameterAsString(parameters, self.MODEL, context),
            "threshold": self.parameterAsDouble(parameters, self.THRESHOLD, context),
            "block": self.parameterAsInt(parameters, self.BLOCK, context),
            "least_pixels": self.parameterAsInt(parameters, self.LEAST, context),
            "device": DEVICES[self.parameterAsEnum(parameters, self.DEVICE, context)],
            "overwrite": all(value == QgsProcessing.TEMPORARY_OUTPUT for value in given),
            "parameters": {"extent": self._extent},
        }
        answer = run_worker(request, feedback)
        if answer is None:
            return {}
        feedback.pushInfo(tr("Places found: {count}").format(count=answer["count"]))
        best = -1.0 if answer["best"] is None else answer["best"]
        return {self.OUTPUT: output, self.HEAT: heat, self.COUNT: answer["count"], self.BEST: best}
