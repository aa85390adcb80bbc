"""Algorithms that go on from the result of an inspection and its image."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterVectorLayer,
    QgsVectorLayer,
)

from ...bridge.compat import VECTOR_POLYGON
from ...bridge.geopackage import geopackage_of
from ...bridge.i18n import tr
from ...bridge.raster_source import raster_path
from .worker import WorkerAlgorithm


class InspectedAlgorithm(WorkerAlgorithm):
    """An algorithm that is given the errors of an inspection, and perhaps the image that they lie in."""

    INPUT = "INPUT"
    RASTER = "RASTER"

    def add_errors(self) -> None:
        """Add the layer of errors."""
        self.add(
            QgsProcessingParameterVectorLayer(self.INPUT, tr("Errors"), [VECTOR_POLYGON]),
            tr("The layer of errors in the GeoPackage of an inspection."),
        )

    def add_image(self, advanced: bool = False) -> None:
        """Add the image, for a result whose own is elsewhere now."""
        self.add(
            QgsProcessingParameterRasterLayer(self.RASTER, tr("Image"), optional=True),
            tr("The image that the errors were found in; empty means the one that the inspection has noted."),
            advanced=advanced,
        )

    def errors_of(self, parameters: dict, context: QgsProcessingContext) -> tuple[QgsVectorLayer, str]:
        """Return the layer of errors and its GeoPackage; in the main thread, where layers may be looked at."""
        layer = self.parameterAsVectorLayer(parameters, self.INPUT, context)
        path = geopackage_of(layer) if layer is not None else None
        if path is None or not path.is_file():
            raise QgsProcessingException(tr("The errors lie in no GeoPackage of an inspection."))
        return layer, str(path)

    def image_of(self, parameters: dict, context: QgsProcessingContext) -> str | None:
        """Return the file of the image that is given, None if none is; in the main thread."""
        raster = self.parameterAsRasterLayer(parameters, self.RASTER, context)
        path = raster_path(raster) if raster else None
        if raster and not path:
            text = tr("The layer {name} is no raster file: give the file that was inspected.")
            raise QgsProcessingException(text.format(name=raster.name()))
        return path
