"""`rsqi:trainingdata`: make a dataset to train on from reviewed errors."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from ..bridge.i18n import tr
from ..bridge.inspect_options import block_sizes, sizes_text
from ..bridge.worker_client import run_worker
from ..rsqi_core import limits
from .base.reviewed import ReviewedAlgorithm


class ExportTrainingData(ReviewedAlgorithm):
    """Cut reviewed images into a dataset."""

    NAME = "trainingdata"
    ICON = "training_data.svg"
    SIZES = "SIZES"
    TEST = "TEST"
    OUTPUT = "OUTPUT"
    TRAIN_BLOCKS = "TRAIN_BLOCKS"
    TEST_BLOCKS = "TEST_BLOCKS"
    REJECTED_BLOCKS = "REJECTED_BLOCKS"

    def displayName(self):
        return tr("Export training data")

    def shortDescription(self):
        return tr("Turns reviewed errors into a dataset that a model can learn from.")

    def shortHelpString(self):
        return tr(
            "Cuts the images of reviewed results into square blocks with a mask of the errors in them. Only what a "
            "person has decided counts: accepted, corrected and added errors are shown as errors, blocks with rejected "
            "ones as blocks without. Blocks that an unreviewed error touches are left out.\n\n"
            "A share of the blocks is put aside as a test part, on which models are compared later; with five images "
            "or more no image is divided between the two. Each GeoPackage names its image; if that has moved, put it "
            "beside the GeoPackage."
        )

    def initAlgorithm(self, config=None):
        self.add_sources()
        number = QgsProcessingParameterNumber.Type.Double
        least, most = limits.REVIEWED_TEST_RANGE
        self.add(
            QgsProcessingParameterNumber(
                self.TEST, tr("Share of the test part"), number, limits.REVIEWED_TEST, minValue=least, maxValue=most
            ),
            tr("Share of the blocks that training does not see."),
        )
        self.add(
            QgsProcessingParameterString(self.SIZES, tr("Block sizes (pixels)"), sizes_text(limits.REVIEWED_SIZES)),
            tr("Sides of the blocks, separated by commas."),
            advanced=True,
        )
        self.add(
            QgsProcessingParameterFolderDestination(self.OUTPUT, tr("Dataset")),
            tr("A new or empty folder."),
        )
        for name, text in (
            (self.TRAIN_BLOCKS, tr("Blocks to train on")),
            (self.TEST_BLOCKS, tr("Blocks to test on")),
            (self.REJECTED_BLOCKS, tr("Blocks with rejected errors")),
        ):
            self.addOutput(QgsProcessingOutputNumber(name, text))

    def checkParameterValues(self, parameters, context):
        try:
            block_sizes(self.parameterAsString(parameters, self.SIZES, context))
        except QgsProcessingException as error:
            return False, str(error)
        return super().checkParameterValues(parameters, context)

    def processAlgorithm(self, parameters, context, feedback):
        output = self.parameterAsString(parameters, self.OUTPUT, context)
        request = {
            "command": "dataset",
            "sources": self.found,
            "output": output,
            "sizes": block_sizes(self.parameterAsString(parameters, self.SIZES, context)),
            "test": self.parameterAsDouble(parameters, self.TEST, context),
        }
        answer = run_worker(request, feedback)
        if answer is None:
            return {}
        totals = answer["totals"]
        found = {
            self.OUTPUT: output,
            self.TRAIN_BLOCKS: totals.get("train", 0),
            self.TEST_BLOCKS: totals.get("test", 0),
            self.REJECTED_BLOCKS: answer["rejected"],
        }
        text = tr("Blocks to train on: {train}; to test on: {test}; with rejected errors: {rejected}")
        feedback.pushInfo(
            text.format(
                train=found[self.TRAIN_BLOCKS], test=found[self.TEST_BLOCKS], rejected=found[self.REJECTED_BLOCKS]
            )
        )
        return found
