"""`rsqi:inspect`: find all errors of an image and score it."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingException,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterRasterDestination,
)

from ..bridge.compat import VECTOR_POLYGON
from ..bridge.fields import block_fields
from ..bridge.i18n import tr
from ..bridge.outputs import move_output, move_shapefile, tif_path
from ..bridge.report_options import LANGUAGES
from .base.parameters import language_parameter
from .base.result import ResultAlgorithm


class InspectLayer(ResultAlgorithm):
    """Find errors of every type with the model and the pixel rules, and score the image."""

    NAME = "inspect"
    BLOCKS = "BLOCKS"
    REPORT = "REPORT"
    LANGUAGE = "LANGUAGE"
    SHAPEFILE = "SHAPEFILE"
    RESUME = "RESUME"
    MEMORY = "MEMORY"
    HEAT = "HEAT"

    subject = ""  # what is inspected, for the list of tasks

    def displayName(self):
        return tr("Inspect {name}").format(name=self.subject) if self.subject else tr("Inspect image")

    def shortDescription(self):
        return tr("Finds quality errors of ten types in an image and scores it.")

    def shortHelpString(self):
        return tr(
            "Inspects an image for cloud, shadow, stretching blur, blur, spectral overflow, distortion, stitching "
            "traces, stitching misalignment, stripe noise and missing pixels. The errors come out as polygons in the "
            "image's coordinate system, with type, confidence, area, severity and penalty; the image gets a score and "
            "a grade. Nodata and transparent pixels are left out of every area and of the score.\n\n"
            "Saved to a GeoPackage of its own, the result is complete: the errors with their style, the blocks with "
            "the probability of each type, and a summary.\n\n"
            "The work is done by RSQI's own Python environment; cancelling stops it at once and leaves nothing behind."
        )

    def initAlgorithm(self, config=None):
        self.add_input()
        self.add_model()
        self.add_types()
        self.add_constraint()
        self.add_blocks()
        self.add_min_area()
        self.add_tolerance()
        self.add_scoring(advanced=True)
        self.add(
            QgsProcessingParameterBoolean(self.RESUME, tr("Go on with an interrupted inspection"), False),
            tr(
                "If an inspection of the same image with the same choices into the same GeoPackage was cut off, go on "
                "where it stopped."
            ),
            advanced=True,
        )
        self.add_errors()
        self.add(
            QgsProcessingParameterFeatureSink(
                self.BLOCKS, tr("Blocks"), VECTOR_POLYGON, optional=True, createByDefault=False
            ),
            tr("Every inspected block with its probability of each type."),
        )
        self.add(
            QgsProcessingParameterFileDestination(
                self.REPORT, tr("Report"), tr("HTML files (*.html)"), optional=True, createByDefault=False
            ),
            tr("A report to read and print."),
        )
        language = language_parameter(self.LANGUAGE, tr("Language of the report"))
        self.add(language, tr("The language of the report."), advanced=True)
        self.add(
            QgsProcessingParameterFileDestination(
                self.SHAPEFILE, tr("Shapefile"), tr("Shapefiles (*.shp)"), optional=True, createByDefault=False
            ),
            tr("The errors as a shapefile with Chinese labels in GBK, as inspection stations exchange them."),
        )
        self.add(
            QgsProcessingParameterFile(
                self.MEMORY, tr("Memory of clean images"), extension="safetensors", optional=True
            ),
            tr(
                "A file that 'Remember clean images' wrote with the same model: what is unlike all of them is marked "
                "in a layer of its own, which is never part of the score."
            ),
            advanced=True,
        )
        self.add(
            QgsProcessingParameterRasterDestination(
                self.HEAT, tr("Heat map of the unusual"), optional=True, createByDefault=False
            ),
            tr("With a memory of clean images: how unusual each pixel is, from 0 to 1."),
            advanced=True,
        )
        self.add_verdict()

    def checkParameterValues(self, parameters, context):
        try:
            if parameters.get(self.HEAT):
                if not self.parameterAsFile(parameters, self.MEMORY, context):
                    raise QgsProcessingException(tr("A heat map of the unusual needs a memory of clean images."))
                tif_path(self.parameterAsOutputLayer(parameters, self.HEAT, context))
        except QgsProcessingException as error:
            return False, str(error)
        return super().checkParameterValues(parameters, context)

    def processAlgorithm(self, parameters, context, feedback):
        request = self._request(parameters, context)
        mask, report, shapefile = (bool(parameters.get(name)) for name in (self.MASK, self.REPORT, self.SHAPEFILE))
        resume = self.parameterAsBool(parameters, self.RESUME, context)
        language = LANGUAGES[self.parameterAsEnum(parameters, self.LANGUAGE, context)]
        heat = bool(parameters.get(self.HEAT))
        wanted = mask, report, shapefile, resume, language, heat
        with self.inspection(parameters, context, feedback, request, *wanted) as answer:
            if answer is None:
                return {}
            outputs = self.write_errors(answer, parameters, context)
            blocks, _ = self.copy_table(answer, "blocks", block_fields(), parameters, self.BLOCKS, context)
            outputs[self.BLOCKS] = blocks
            if report:
                path = self.parameterAsFileOutput(parameters, self.REPORT, context)
                outputs[self.REPORT] = move_output(answer["outputs"].get("report"), path)
            if shapefile:
                path = self.parameterAsFileOutput(parameters, self.SHAPEFILE, context)
                outputs[self.SHAPEFILE] = move_shapefile(answer["outputs"].get("shapefile"), path)
            if heat:
                path = self.parameterAsOutputLayer(parameters, self.HEAT, context)
                outputs[self.HEAT] = move_output(answer["outputs"].get("heat"), path)
        return self.with_verdict(outputs, answer, feedback)

    def _request(self, parameters, context) -> dict:
        scoring = self.scoring_parameters(parameters, context)
        memory = self.parameterAsFile(parameters, self.MEMORY, context)
        return {**self.request_parameters(parameters, context), **scoring, **({"memory": memory} if memory else {})}
