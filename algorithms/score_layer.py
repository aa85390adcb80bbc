"""`rsqi:score`: score a layer of errors, for example after a technician has corrected it."""

from __future__ import annotations

import math
from dataclasses import replace

from qgis.core import (
    QgsCoordinateTransform,
    QgsGeometry,
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
)

from ..bridge.compat import VECTOR_POLYGON
from ..bridge.fields import check_error_fields, conform, error_fields
from ..bridge.i18n import tr
from ..bridge.layer_score import InspectedImage, checks_of, inspected_image
from ..bridge.measures import ImageMeasures, area_of, distance_area, error_record, measures_of_raster
from ..bridge.notes import error_message
from ..bridge.seam_table import measures_by_error
from ..bridge.texts import score_line
from ..rsqi_core import scoring
from ..rsqi_core.errors import RsqiError
from ..rsqi_core.taxonomy import TYPES
from .base.scoring import ScoringAlgorithm


class ScoreLayer(ScoringAlgorithm):
    """Give every error of a layer its severity and penalty, and the image a score and a grade."""

    NAME = "score"
    ICON = "score.svg"
    INPUT = "INPUT"
    RASTER = "RASTER"
    VALID_AREA = "VALID_AREA"
    PIXEL_SIZE = "PIXEL_SIZE"
    OUTPUT = "OUTPUT"
    SCORE = "SCORE"
    GRADE = "GRADE"
    ERROR_COUNT = "ERROR_COUNT"

    def displayName(self):
        return tr("Score errors")

    def shortDescription(self):
        return tr("Scores a layer of errors by a scheme.")

    def shortHelpString(self):
        return tr(
            "Gives every error of a layer its severity and penalty by a scoring scheme, and the image its score and "
            "grade. Areas are measured anew, so edited outlines count as they are now; errors whose status is "
            "'rejected' do not count.\n\n"
            "The GeoPackage of an inspection tells the size of its image. For any other layer give the image, from "
            "which the valid area and the pixel size are taken, or give both as numbers; the image is then taken to be "
            "square."
        )

    def initAlgorithm(self, config=None):
        self.add(
            QgsProcessingParameterFeatureSource(self.INPUT, tr("Errors"), [VECTOR_POLYGON]),
            tr("A layer with the field category_id (1 to 10), such as the result of an inspection."),
        )
        self.add(
            QgsProcessingParameterRasterLayer(self.RASTER, tr("Image"), optional=True),
            tr("The image that the errors were found in."),
        )
        number = QgsProcessingParameterNumber.Type.Double
        self.add(
            QgsProcessingParameterNumber(self.VALID_AREA, tr("Valid area (m²)"), number, optional=True, minValue=0),
            tr("Area of the image without nodata; goes before what the image says."),
        )
        self.add(
            QgsProcessingParameterNumber(self.PIXEL_SIZE, tr("Pixel size (m)"), number, optional=True, minValue=0),
            tr("Side of a pixel; goes before what the image says."),
        )
        self.add_scoring()
        self.add(
            QgsProcessingParameterFeatureSink(self.OUTPUT, tr("Scored errors"), VECTOR_POLYGON, optional=True),
            tr("The errors with their severity and penalty."),
        )
        self.addOutput(QgsProcessingOutputNumber(self.SCORE, tr("Score")))
        self.addOutput(QgsProcessingOutputString(self.GRADE, tr("Grade")))
        self.addOutput(QgsProcessingOutputNumber(self.ERROR_COUNT, tr("Number of errors")))

    def checkParameterValues(self, parameters, context):
        numbers = (parameters.get(self.VALID_AREA), parameters.get(self.PIXEL_SIZE))
        if not parameters.get(self.RASTER) and not all(numbers) and self._stored_image(parameters, context) is None:
            return False, tr("Give the image, or its valid area and pixel size.")
        return super().checkParameterValues(parameters, context)

    def prepareAlgorithm(self, parameters, context, feedback):
        # In the main thread: the layer itself may be looked at only here.
        self._stored = self._stored_image(parameters, context)
        layer = self.parameterAsVectorLayer(parameters, self.INPUT, context)
        self._seams = measures_by_error(layer) if layer is not None else {}
        self._checks = checks_of(layer) if layer is not None else ()
        return True

    def _stored_image(self, parameters, context) -> InspectedImage | None:
        layer = self.parameterAsVectorLayer(parameters, self.INPUT, context)
        return inspected_image(layer) if layer is not None else None

    def processAlgorithm(self, parameters, context, feedback):
        source = self.parameterAsSource(parameters, self.INPUT, context)
        check_error_fields(source)
        measure = distance_area(source.sourceCrs(), context)
        measures = self._measures(parameters, context)
        fields = error_fields()
        features = list(conform(source, fields))
        for feature in features:
            feature["area_m2"] = area_of(feature.geometry(), measure)
        for feature in features:
            value = feature["category_id"]
            if value not in range(1, len(TYPES) + 1):
                raise QgsProcessingException(
                    tr("The category_id {value} of an error is not one of 1 to 10.").format(value=value)
                )
        records = [
            replace(error_record(feature, measures), **self._seams.get(feature.id(), {})) for feature in features
        ]
        try:
            scheme = scoring.load_scheme(self.scheme_path(parameters, context))
            result = scoring.score(
                records,
                scheme,
                measures.valid_area,
                round(measures.valid_area / measures.pixel_area),
                measures.diagonal,
                mode=self.mode(parameters, context),
                inspected=self._stored.inspected if self._stored else None,
                checks=self._checks,
            )
        except RsqiError as error:
            raise QgsProcessingException(error_message(error)) from error
        for feature, item in zip(features, result.items):
            feature["severity"] = item.severity
            feature["penalty"] = item.penalty
        layer_id = self.write_layer(
            parameters, self.OUTPUT, context, features, fields, source.wkbType(), source.sourceCrs(), "errors"
        )
        count = sum(r.status != "rejected" for r in records)
        feedback.pushInfo(score_line(result.value, result.grade, count))
        outputs = {self.GRADE: result.grade, self.ERROR_COUNT: count}
        if result.value is not None:
            outputs[self.SCORE] = result.value
        return {**outputs, self.OUTPUT: layer_id} if layer_id else outputs

    def _measures(self, parameters, context) -> ImageMeasures:
        """Return the measures: as given by numbers, else of the raster, else of the summary beside the layer."""
        valid_area = self.parameterAsDouble(parameters, self.VALID_AREA, context)
        pixel_area = self.parameterAsDouble(parameters, self.PIXEL_SIZE, context) ** 2
        layer = self.parameterAsRasterLayer(parameters, self.RASTER, context)
        if layer is None and not (valid_area and pixel_area):
            return self._stored.measures
        source = self.parameterAsSource(parameters, self.INPUT, context)
        crs, extent = source.sourceCrs(), source.sourceExtent()
        if layer:
            to_errors = QgsCoordinateTransform(layer.crs(), crs, context.transformContext())
            extent = to_errors.transformBoundingBox(layer.extent())
        area = area_of(QgsGeometry.fromRect(extent), distance_area(crs, context))
        units = extent.area() / area if area > 0 else 1.0  # square map units of a square metre
        if layer:
            own = measures_of_raster(layer, context)
            pixel_area, valid_area = pixel_area or own.pixel_area, valid_area or own.valid_area
            diagonal = own.diagonal
        else:
            diagonal = math.sqrt(2 * valid_area / pixel_area)
        return ImageMeasures(valid_area, pixel_area, math.sqrt(pixel_area * units), diagonal)
