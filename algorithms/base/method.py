"""Algorithms that have the worker inspect: how it is done, whatever it is done to."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingParameterEnum,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from ...bridge.i18n import tr
from ...bridge.inspect_options import (
    CONSTRAINTS,
    DEVICES,
    block_sizes,
    constraint_names,
    model_folder,
    sizes_text,
)
from ...bridge.texts import type_name
from ...rsqi_core import limits, taxonomy
from .parameters import device_parameter
from .worker import WorkerAlgorithm


class MethodAlgorithm(WorkerAlgorithm):
    """An algorithm with a model, types and thresholds; a subclass adds those that it needs."""

    MODEL = "MODEL"
    TYPES = "TYPES"
    CONSTRAINT = "CONSTRAINT"
    ALPHA = "ALPHA"
    THRESHOLD = "THRESHOLD"
    SENSITIVITY = "SENSITIVITY"
    BLOCK_SIZES = "BLOCK_SIZES"
    OVERLAP = "OVERLAP"
    MIN_AREA = "MIN_AREA"
    TOLERANCE = "TOLERANCE"
    DEVICE = "DEVICE"

    def checkParameterValues(self, parameters, context):
        try:
            if self._has(self.BLOCK_SIZES):
                block_sizes(self.parameterAsString(parameters, self.BLOCK_SIZES, context))
            if self._has(self.MODEL):
                model_folder(self.parameterAsString(parameters, self.MODEL, context))
        except QgsProcessingException as error:
            return False, str(error)
        return super().checkParameterValues(parameters, context)

    def add_model(self) -> None:
        """Add the model and the device that computes it."""
        self.add(
            QgsProcessingParameterString(self.MODEL, tr("Model"), limits.MODEL),
            tr("'default' is the model that comes with RSQI; or give the folder of another model."),
        )
        self.add(device_parameter(self.DEVICE), tr("What computes the model."), advanced=True)

    def add_types(self) -> None:
        """Add the types that are looked for."""
        self.add(
            QgsProcessingParameterEnum(
                self.TYPES,
                tr("Error types"),
                [type_name(t) for t in taxonomy.TYPES],
                allowMultiple=True,
                defaultValue=list(range(len(taxonomy.TYPES))),
            ),
            tr("Only these types are looked for and scored."),
        )

    def add_constraint(self) -> None:
        """Add thresholds, and how the classifier constrains the segmenter."""
        self.add(
            QgsProcessingParameterEnum(self.CONSTRAINT, tr("Constraint"), constraint_names(), defaultValue=0),
            tr("How the types that a block was classified as constrain its segmentation."),
            advanced=True,
        )
        number = QgsProcessingParameterNumber.Type.Double
        self.add(
            QgsProcessingParameterNumber(self.ALPHA, tr("Constraint strength (alpha)"), number, 1.0, minValue=0),
            tr("Weight of the classification in the constraint."),
            advanced=True,
        )
        self.add(
            QgsProcessingParameterNumber(
                self.THRESHOLD, tr("Probability threshold"), number, optional=True, minValue=0, maxValue=1
            ),
            tr("Probability above which a block has an error type; empty means the model's own, one for each type."),
            advanced=True,
        )
        self.add(
            QgsProcessingParameterNumber(self.SENSITIVITY, tr("Sensitivity"), number, 1.0, minValue=0.01),
            tr("Divides the odds of every threshold: 4 finds more errors, and more that are none."),
            advanced=True,
        )

    def add_blocks(self) -> None:
        """Add how the image is cut into blocks."""
        self.add(
            QgsProcessingParameterString(self.BLOCK_SIZES, tr("Block sizes (pixels)"), sizes_text(limits.BLOCK_SIZES)),
            tr("Sizes of the square blocks, separated by commas; large blocks see large errors."),
            advanced=True,
        )
        number = QgsProcessingParameterNumber.Type.Double
        least, most = limits.OVERLAP_RANGE
        self.add(
            QgsProcessingParameterNumber(
                self.OVERLAP, tr("Overlap of blocks"), number, limits.OVERLAP, minValue=least, maxValue=most
            ),
            tr("Share of a block that its neighbour sees too."),
            advanced=True,
        )

    def add_min_area(self) -> None:
        """Add the area under which region errors are dropped."""
        self.add(
            QgsProcessingParameterNumber(
                self.MIN_AREA,
                tr("Smallest error (m²)"),
                QgsProcessingParameterNumber.Type.Double,
                optional=True,
                minValue=0,
            ),
            tr(
                "Smaller clouds, shadows, blurs and other regions are dropped; empty means 0.01 % of a block of the "
                "size that found them: 26 pixels of 512, 419 of 2048. Stitching, stripes and missing pixels have no "
                "limit."
            ),
            advanced=True,
        )

    def add_tolerance(self) -> None:
        """Add how far outlines may leave the edges of pixels."""
        least, most = limits.TOLERANCE_RANGE
        self.add(
            QgsProcessingParameterNumber(
                self.TOLERANCE,
                tr("Tolerance of outlines (pixels)"),
                QgsProcessingParameterNumber.Type.Double,
                limits.TOLERANCE,
                minValue=least,
                maxValue=most,
            ),
            tr(
                "How far the outlines of region errors may leave the edges of pixels to be smooth and simple; their "
                "areas stay within 1 %. 0 keeps the edges of pixels."
            ),
            advanced=True,
        )

    def method_parameters(self, parameters: dict, context: QgsProcessingContext) -> dict:
        """Return the worker's parameters for those of these that the algorithm declares."""
        found = {}
        if self._has(self.MODEL):
            found["model"] = model_folder(self.parameterAsString(parameters, self.MODEL, context))
            found["device"] = DEVICES[self.parameterAsEnum(parameters, self.DEVICE, context)]
        if self._has(self.TYPES):
            chosen = self.parameterAsEnums(parameters, self.TYPES, context)
            found["types"] = [taxonomy.CODES[index] for index in chosen] or list(taxonomy.CODES)
        if self._has(self.CONSTRAINT):
            found["constraint"] = CONSTRAINTS[self.parameterAsEnum(parameters, self.CONSTRAINT, context)]
            found["alpha"] = self.parameterAsDouble(parameters, self.ALPHA, context)
            found["sensitivity"] = self.parameterAsDouble(parameters, self.SENSITIVITY, context)
            if parameters.get(self.THRESHOLD) is not None:
                found["threshold"] = self.parameterAsDouble(parameters, self.THRESHOLD, context)
        if self._has(self.BLOCK_SIZES):
            found["blocks"] = block_sizes(self.parameterAsString(parameters, self.BLOCK_SIZES, context))
            found["overlap"] = self.parameterAsDouble(parameters, self.OVERLAP, context)
        if self._has(self.MIN_AREA) and parameters.get(self.MIN_AREA) is not None:
            found["min_area"] = self.parameterAsDouble(parameters, self.MIN_AREA, context)
        if self._has(self.TOLERANCE):
            found["tolerance"] = self.parameterAsDouble(parameters, self.TOLERANCE, context)
        return found

    def _has(self, name: str) -> bool:
        return self.parameterDefinition(name) is not None
