"""What scoring needs to know of an image and of the outline of an error, measured by QGIS."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsDistanceArea,
    QgsFeature,
    QgsGeometry,
    QgsProcessingContext,
    QgsProject,
    QgsRasterLayer,
)

from ..rsqi_core.ground import valid_diagonal
from ..rsqi_core.scoring import ErrorRecord
from . import pixels

SAMPLE = 512  # side of the reduced image in which valid pixels are counted


@dataclass(frozen=True)
class ImageMeasures:
    """What the score needs to know of the image.

    Attributes
    ----------
    valid_area, pixel_area : float
        Square metres.
    pixel_side : float
        Map units.
    diagonal : float
        Pixels; of the smallest window that holds all valid ones.
    """

    valid_area: float
    pixel_area: float
    pixel_side: float
    diagonal: float


def distance_area(crs: QgsCoordinateReferenceSystem, context: QgsProcessingContext) -> QgsDistanceArea:
    """Return what measures areas on the ellipsoid of `crs`, in square metres."""
    measure = QgsDistanceArea()
    measure.setSourceCrs(crs, context.transformContext())
    measure.setEllipsoid(crs.ellipsoidAcronym())
    return measure


def area_of(geometry: QgsGeometry, measure: QgsDistanceArea) -> float:
    """Return square metres; as in the worker, square map units where a geometry lies outside its CRS."""
    area = measure.measureArea(geometry)
    return area if area > 0 and math.isfinite(area) else geometry.area()  # QGIS gives 0 or NaN there


def project_context() -> QgsProcessingContext:
    """Return a Processing context that transforms coordinates as the project does."""
    context = QgsProcessingContext()
    context.setTransformContext(QgsProject.instance().transformContext())
    return context


def error_record(
    feature: QgsFeature, measures: ImageMeasures, area: float | None = None, status: str = ""
) -> ErrorRecord:
    """Return what the scheme looks at, in metres and pixels; area and status are the feature's own by default."""
    geometry = feature.geometry()
    area = feature["area_m2"] if area is None else area
    box = geometry.boundingBox()
    _, _, _, width, height = geometry.orientedMinimumBoundingBox()
    corners = (box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum())
    return ErrorRecord(
        category_id=int(feature["category_id"]),
        area_m2=area,
        pixels=round(geometry.area() / measures.pixel_side**2),  # as the worker counts them, not by their mean area
        length_px=max(width, height) / measures.pixel_side,
        status=status or feature["status"] or "unreviewed",
        bounds=tuple(corner / measures.pixel_side for corner in corners),
    )


def measures_of_raster(layer: QgsRasterLayer, context: QgsProcessingContext) -> ImageMeasures:
    """Return the measures of a raster layer."""
    extent = layer.extent()
    area = area_of(QgsGeometry.fromRect(extent), distance_area(layer.crs(), context))
    count = layer.width() * layer.height()
    valid = _valid(layer)
    return ImageMeasures(
        area * float(valid.mean()),
        area / count,
        math.sqrt(extent.area() / count),
        valid_diagonal(valid, layer.width(), layer.height()),
    )


def valid_share(layer: QgsRasterLayer) -> float:
    """Return the share of valid pixels, 0-1, counted in a reduced image."""
    return float(_valid(layer).mean())


def _valid(layer: QgsRasterLayer) -> np.ndarray:
    """Which pixels of a reduced image are valid, bool [H, W]."""
    provider = layer.dataProvider()
    width, height = min(SAMPLE, layer.width()), min(SAMPLE, layer.height())
    _, valid = pixels.read(provider, pixels.color_bands(provider), layer.extent(), width, height)
    return valid
