"""`rsqi:describe`: say in sentences what a layer of errors shows."""

from __future__ import annotations

import json
from dataclasses import dataclass

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingOutputString,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterRasterLayer,
    QgsRasterLayer,
    QgsSpatialIndex,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QTransform

from ..bridge.compat import VECTOR_POLYGON
from ..bridge.fields import check_error_fields
from ..bridge.geopackage import summary_of
from ..bridge.i18n import language, tr
from ..bridge.measures import valid_share
from ..bridge.outputs import whole_output
from ..rsqi_core import describe
from ..rsqi_core.disjoint_sets import DisjointSets
from ..rsqi_core.taxonomy import CODES, TYPES, by_id, noted_codes
from .base.algorithm import RsqiAlgorithm


@dataclass(frozen=True)
class PixelGrid:
    """The pixels of the image that the errors lie in.

    Attributes
    ----------
    crs : QgsCoordinateReferenceSystem
    to_pixels : QTransform
        From map units to pixels, rows running down.
    width, height : int
        Pixels.
    valid_pixels : float
    inspected : tuple of str
        Codes of the types that were looked for.
    """

    crs: QgsCoordinateReferenceSystem
    to_pixels: QTransform
    width: int
    height: int
    valid_pixels: float
    inspected: tuple[str, ...]


class DescribeErrors(RsqiAlgorithm):
    """Describe the errors of an image: which there are, how many, how large and where."""

    NAME = "describe"
    ERRORS = "ERRORS"
    RASTER = "RASTER"
    LANGUAGE = "LANGUAGE"
    OUTPUT = "OUTPUT"
    TEXT = "TEXT"

    def displayName(self):
        return tr("Describe errors")

    def shortDescription(self):
        return tr("Says in sentences what errors an image has.")

    def shortHelpString(self):
        return tr(
            "Says in sentences which types of errors an image has, whether in one or several places, how much of the "
            "valid image they cover and where they mainly lie. Errors whose status is 'rejected' are left out.\n\n"
            "The size of the image comes from the GeoPackage that an inspection on the command line wrote; for any "
            "other layer give the image."
        )

    def initAlgorithm(self, config=None):
        self.add(
            QgsProcessingParameterFeatureSource(self.ERRORS, tr("Errors"), [VECTOR_POLYGON]),
            tr("A layer with the field category_id (1 to 10), such as the result of an inspection."),
        )
        self.add(
            QgsProcessingParameterRasterLayer(self.RASTER, tr("Image"), optional=True),
            tr("The image that the errors were found in."),
        )
        default = describe.LANGUAGES.index("zh" if language() == "zh" else "en")
        self.add(
            QgsProcessingParameterEnum(self.LANGUAGE, tr("Language"), ["中文", "English"], defaultValue=default),
            tr("The language of the sentences."),
        )
        self.add(
            QgsProcessingParameterFileDestination(
                self.OUTPUT, tr("Text file"), tr("Text files (*.txt)"), optional=True, createByDefault=False
            ),
            tr("The sentences as a file in UTF-8."),
        )
        self.addOutput(QgsProcessingOutputString(self.TEXT, tr("Description")))

    def prepareAlgorithm(self, parameters, context, feedback):
        # In the main thread: the layers themselves may be looked at only here.
        raster = self.parameterAsRasterLayer(parameters, self.RASTER, context)
        layer = self.parameterAsVectorLayer(parameters, self.ERRORS, context)
        self._grid = grid_of_raster(raster) if raster else grid_from_summary(layer)
        return True

    def processAlgorithm(self, parameters, context, feedback):
        if self._grid is None:
            raise QgsProcessingException(tr("Give the image: the layer does not say how large it is."))
        source = self.parameterAsSource(parameters, self.ERRORS, context)
        chosen = describe.LANGUAGES[self.parameterAsEnum(parameters, self.LANGUAGE, context)]
        shapes, seen = self._shapes(source, context)
        summaries = [
            describe.summarize(
                by_id(n), components(shapes[n]), self._grid.valid_pixels, self._grid.width, self._grid.height
            )
            for n in sorted(shapes)
        ]
        missing = [code for code in CODES if code not in {*self._grid.inspected, *seen}]
        text = describe.describe_inspected(summaries, missing, chosen)
        feedback.pushInfo(text)
        outputs = {self.TEXT: text}
        path = self.parameterAsFileOutput(parameters, self.OUTPUT, context)
        if path:
            with whole_output(path) as part:
                part.write_text(text + "\n", encoding="utf-8")
            outputs[self.OUTPUT] = path
        return outputs

    def _shapes(self, source, context: QgsProcessingContext) -> tuple[dict[int, list[QgsGeometry]], set[str]]:
        """Return the shapes in pixels by type, and the codes of all types in the layer, rejected ones too."""
        check_error_fields(source)
        to_image = QgsCoordinateTransform(source.sourceCrs(), self._grid.crs, context.transformContext())
        has_status = source.fields().indexFromName("status") >= 0
        shapes: dict[int, list[QgsGeometry]] = {}
        seen = set()
        for feature in source.getFeatures():
            category_id = feature["category_id"]
            if category_id not in range(1, len(TYPES) + 1):
                raise QgsProcessingException(
                    tr("The category_id {value} of an error is not one of 1 to 10.").format(value=category_id)
                )
            seen.add(by_id(category_id).code)
            shape = QgsGeometry(feature.geometry())
            if shape.isEmpty() or (has_status and feature["status"] == "rejected"):
                continue
            if source.sourceCrs().isValid() and self._grid.crs.isValid():
                shape.transform(to_image)
            shape.transform(self._grid.to_pixels)
            shape = shape.makeValid()
            if shape.area() > 0:
                shapes.setdefault(category_id, []).append(shape)
        return shapes, seen


def grid_of_raster(layer: QgsRasterLayer) -> PixelGrid:
    """Return the pixel grid of a raster layer."""
    extent, width, height = layer.extent(), layer.width(), layer.height()
    column, row = extent.width() / width, extent.height() / height
    to_map = QTransform(column, 0, 0, -row, extent.xMinimum(), extent.yMaximum())
    pixels = valid_share(layer) * width * height
    return PixelGrid(layer.crs(), to_map.inverted()[0], width, height, pixels, CODES)


def grid_from_summary(layer: QgsVectorLayer | None) -> PixelGrid | None:
    """Return the pixel grid that the table `summary` beside a layer describes; None if there is none."""
    row = summary_of(layer) if layer is not None else {}
    try:
        a, b, c, d, e, f = json.loads(row["transform"])
        size = int(row["width"]), int(row["height"])
        pixels = float(row["valid_pixels"])
    except (TypeError, KeyError, ValueError):
        return None
    to_pixels, invertible = QTransform(a, d, b, e, c, f).inverted()
    if not invertible:
        return None
    return PixelGrid(layer.crs(), to_pixels, *size, pixels, CODES if (noted := noted_codes(row)) is None else noted)


def components(shapes: list[QgsGeometry]) -> list[describe.Component]:
    """Measure shapes in pixels; those that touch are one."""
    index = QgsSpatialIndex()
    for n, shape in enumerate(shapes):
        index.addFeature(n, shape.boundingBox())
    sets = DisjointSets(len(shapes))
    for n, shape in enumerate(shapes):
        for other in index.intersects(shape.boundingBox()):
            if other < n and not sets.joined(other, n) and shapes[other].intersects(shape):
                sets.join(other, n)
    return [measure(QgsGeometry.unaryUnion([shapes[n] for n in members])) for members in sets.groups()]


def measure(shape: QgsGeometry) -> describe.Component:
    """Return what the sentences need of a shape in pixels."""
    centre = shape.centroid().asPoint()
    corners = [(point.x(), point.y()) for point in shape.orientedMinimumBoundingBox()[0].asPolygon()[0]]
    return describe.Component.measured(shape.area(), centre.x(), centre.y(), corners)
