"""`rsqi:memory`: remember what clean images look like."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from ..bridge.i18n import tr
from ..bridge.inspect_options import DEVICES, model_folder
from ..bridge.outputs import make_folder
from ..bridge.worker_client import run_worker
from ..rsqi_core import limits
from .base.parameters import device_parameter
from .base.worker import WorkerAlgorithm


class RememberClean(WorkerAlgorithm):
    """Make a memory from a folder of clean images."""

    NAME = "memory"
    ICON = "fine_tune.svg"
    FOLDER = "FOLDER"
    MODEL = "MODEL"
    PATCHES = "PATCHES"
    DEVICE = "DEVICE"
    OVERWRITE = "OVERWRITE"
    OUTPUT = "OUTPUT"
    IMAGES = "IMAGES"

    def displayName(self):
        return tr("Remember clean images")

    def shortDescription(self):
        return tr("Remembers what clean images look like, so that an inspection can mark what is unlike them.")

    def shortHelpString(self):
        return tr(
            "Looks at a folder of images without errors and keeps a few thousand patches of them in one small file. "
            "Given to 'Inspect image', it marks what is unlike all of them in a layer of its own, whatever it is: "
            "errors of a kind that nobody has named. These places are ranked and never part of the score, until a "
            "person takes one as an error of a type.\n\n"
            "Take images of the station's own kind: same sensor, same ground, same season. A memory belongs to the "
            "model that it was made with."
        )

    def initAlgorithm(self, config=None):
        self.add(
            QgsProcessingParameterFile(
                self.FOLDER, tr("Folder of clean images"), QgsProcessingParameterFile.Behavior.Folder
            ),
            tr("Searched with all folders in it; every image in it must be free of errors."),
        )
        self.add(
            QgsProcessingParameterString(self.MODEL, tr("Model"), "default"),
            tr("'default', or the folder of the model that inspections with the memory will use."),
            advanced=True,
        )
        least, most = limits.MEMORY_PATCHES_RANGE
        kind = QgsProcessingParameterNumber.Type.Integer
        self.add(
            QgsProcessingParameterNumber(
                self.PATCHES, tr("Patches to keep"), kind, limits.MEMORY_PATCHES, minValue=least, maxValue=most
            ),
            tr("More take more time in every inspection and tell little more."),
            advanced=True,
        )
        self.add(device_parameter(self.DEVICE), tr("What computes."), advanced=True)
        self.add(
            QgsProcessingParameterBoolean(self.OVERWRITE, tr("Overwrite"), False),
            tr("Replaces a file that is no memory."),
            advanced=True,
        )
        self.add(
            QgsProcessingParameterFileDestination(
                self.OUTPUT, tr("Memory of clean images"), tr("Memories (*.safetensors)")
            ),
            tr("The file that 'Inspect image' takes."),
        )
        self.addOutput(QgsProcessingOutputNumber(self.IMAGES, tr("Number of images")))

    def checkParameterValues(self, parameters, context):
        try:
            model_folder(self.parameterAsString(parameters, self.MODEL, context))
        except QgsProcessingException as error:
            return False, str(error)
        return super().checkParameterValues(parameters, context)

    def processAlgorithm(self, parameters, context, feedback):
        output = Path(self.parameterAsFileOutput(parameters, self.OUTPUT, context))
        if output.suffix.lower() != ".safetensors":
            raise QgsProcessingException(tr("Let the name of {path} end in .safetensors.").format(path=output))
        make_folder(output)
        request = {
            "command": "memory",
            "folder": self.parameterAsString(parameters, self.FOLDER, context),
            "output": str(output),
            "model": model_folder(self.parameterAsString(parameters, self.MODEL, context)),
            "patches": self.parameterAsInt(parameters, self.PATCHES, context),
            "device": DEVICES[self.parameterAsEnum(parameters, self.DEVICE, context)],
            "overwrite": self.parameterAsBool(parameters, self.OVERWRITE, context),
        }
        answer = run_worker(request, feedback)
        if answer is None:
            return {}
        feedback.pushInfo(
            tr("{patches} patches of {images} images: {path}").format(
                patches=answer["patches"], images=answer["images"], path=output
            )
        )
        return {self.OUTPUT: str(output), self.IMAGES: answer["images"]}
