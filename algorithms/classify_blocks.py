"""`rsqi:classifyblocks`: the probability of each error type in every block."""

from __future__ import annotations

from qgis.core import QgsProcessingOutputNumber, QgsProcessingParameterFeatureSink

from ..bridge.compat import VECTOR_POLYGON
from ..bridge.fields import block_fields
from ..bridge.i18n import tr
from .base.inspection import InspectionAlgorithm


class ClassifyBlocks(InspectionAlgorithm):
    """Cut an image into blocks and give each the probability of every error type."""

    NAME = "classifyblocks"
    ICON = "classify_blocks.svg"
    BLOCK_COUNT = "BLOCK_COUNT"

    def displayName(self):
        return tr("Classify blocks")

    def shortDescription(self):
        return tr("Gives every block of an image the probability of each error type.")

    def shortHelpString(self):
        return tr(
            "Cuts the image into overlapping square blocks and gives each the probability, from 0 to 1, of every one "
            "of the ten error types. It is the quick first look of the inspection: no outlines, no score."
        )

    def initAlgorithm(self, config=None):
        self.add_input()
        self.add_model()
        self.add_blocks()
        self.add(
            QgsProcessingParameterFeatureSink(self.OUTPUT, tr("Blocks"), VECTOR_POLYGON),
            tr("Every inspected block with its probability of each type."),
        )
        self.addOutput(QgsProcessingOutputNumber(self.BLOCK_COUNT, tr("Number of blocks")))

    def processAlgorithm(self, parameters, context, feedback):
        request = self.request_parameters(parameters, context)
        request["stages"] = ["classify"]
        with self.inspection(parameters, context, feedback, request) as answer:
            if answer is None:
                return {}
            layer_id, count = self.copy_table(answer, "blocks", block_fields(), parameters, self.OUTPUT, context)
        return {self.OUTPUT: layer_id, self.BLOCK_COUNT: count}
