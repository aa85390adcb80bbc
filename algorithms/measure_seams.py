"""`rsqi:measureseams`: measure step and displacement along given seamlines."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingUtils,
)

from ..bridge.compat import VECTOR_LINE, VECTOR_POLYGON
from ..bridge.fields import seam_fields
from ..bridge.i18n import tr
from ..bridge.seamlines import lines_file, save_lines
from .base.result import ResultAlgorithm


class MeasureSeams(ResultAlgorithm):
    """Measure the seamlines of a mosaic, and score what shows."""

    NAME = "measureseams"
    ICON = "seams.svg"
    LINES = "LINES"
    COUNT = "COUNT"
    DISPLACED = "DISPLACED"

    def displayName(self):
        return tr("Measure seams of {name}").format(name=self.subject) if self.subject else tr("Measure seams")

    def shortDescription(self):
        return tr("Measures step and displacement along the seamlines of a mosaic.")

    def shortHelpString(self):
        return tr(
            "Measures an image along given seamlines, such as mosaicking software writes them: the step in tone, the "
            "sharpness of both sides and how far they are displaced against each other. Where the sides are displaced "
            "by a pixel or more, the line is stitching misalignment, else a stitching trace; a line that does not show "
            "is no error. The errors are bands along the lines, scored by the measures.\n\n"
            "Polygons, such as footprints of photos, give the lines where they meet. No model is needed.\n\n"
            "Saved to a GeoPackage of its own, the result is complete: errors, seams, their styles and a summary."
        )

    def initAlgorithm(self, config=None):
        self.add_image()
        self.add(
            QgsProcessingParameterFeatureSource(self.LINES, tr("Seamlines"), [VECTOR_LINE, VECTOR_POLYGON]),
            tr("Lines, or polygons that meet along the seams; another coordinate system is reprojected."),
        )
        self.add_reading()
        self.add_scoring(advanced=True)
        self.add_errors(mask=False)
        self.add(
            QgsProcessingParameterFeatureSink(
                self.SEAMS, tr("Seams"), VECTOR_LINE, optional=True, createByDefault=False
            ),
            tr("Every measured line; a GeoPackage of its own holds them anyway."),
        )
        self.addOutput(QgsProcessingOutputNumber(self.COUNT, tr("Number of seams")))
        self.addOutput(QgsProcessingOutputNumber(self.DISPLACED, tr("Number of displaced seams")))
        self.add_verdict()

    def prepareAlgorithm(self, parameters, context, feedback):
        layer, self._lines = self.parameterAsVectorLayer(parameters, self.LINES, context), None
        # A definition asks for a part of the layer, such as what is selected.
        if layer is not None and not isinstance(parameters[self.LINES], QgsProcessingFeatureSourceDefinition):
            self._lines = lines_file(layer)
        return super().prepareAlgorithm(parameters, context, feedback)

    def processAlgorithm(self, parameters, context, feedback):
        request = self.request_parameters(parameters, context) | self.scoring_parameters(parameters, context)
        copy = Path(QgsProcessingUtils.generateTempFilename("seamlines.gpkg"))
        values = dict(zip(("lines", "layer"), self._lines or (str(copy), None)))
        try:
            if self._lines is None:
                source = self.parameterAsSource(parameters, self.LINES, context)
                if source is None:
                    raise QgsProcessingException(self.invalidSourceError(parameters, self.LINES))
                save_lines(source, copy, context.transformContext())
            with self.working("seams", parameters, context, feedback, request, values) as answer:
                if answer is None:
                    return {}
                outputs = self.write_errors(answer, parameters, context)
                seams, _ = self.copy_table(answer, "seams", seam_fields(), parameters, self.SEAMS, context)
        finally:
            copy.unlink(missing_ok=True)
        found = answer["seams"]
        outputs |= {self.SEAMS: seams, self.COUNT: found["count"], self.DISPLACED: found["displaced"]}
        text = tr("Seams measured: {count}; they show: {visible}, are displaced: {displaced}")
        feedback.pushInfo(text.format(**found))
        return self.with_verdict(outputs, answer, feedback)
