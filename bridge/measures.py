"""What scoring needs to know of an image and of the outline of an error, measured by QGIS."""

from __future__ import annotations

import math
from dataclasses import dataclass

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsDistanceArea,
    QgsFeature,
    QgsGeometry,
    QgsProcessingContext,
    QgsRasterLayer,
)

from ..rsqi_core.scoring import ErrorRecord
from . import pixels

SAMPLE = 512  # side of the reduced image in which valid pixels are counted


@dataclass(frozen=True)
class Image:
    """What the score needs to know of the image.

    Attributes
    ----------
    valid_area, pixel_area : float
        Square metres.
    pixel_side : float
        Map units.
    diagonal : float
        Pixels.
    """

    valid_area: float
    pixel_area: float
    pixel_side: float
    diagonal: float


def ruler(crs: QgsCoordinateReferenceSystem, context: QgsProcessingContext) -> QgsDistanceArea:
    """Return what measures areas on the ellipsoid of `crs`, in square metres."""
    measure = QgsDistanceArea()
    measure.setSourceCrs(crs, context.transformContext())
    measure.setEllipsoid(crs.ellipsoidAcronym())
    return measure


def record(feature: QgsFeature, image: Image, area: float | None = None, status: str = "") -> ErrorRecord:
    """Return what the scheme looks at, in metres and pixels; area and status are the feature's own by default."""
    geometry = feature.geometry()
    area = feature["area_m2"] if area is None else area
    box = geometry.boundingBox()
    _, _, _, width, height = geometry.orientedMinimumBoundingBox()
    corners = (box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum())
    return ErrorRecord(
        category_id=int(feature["category_id"]),
        area_m2=area,
        pixels=round(area / image.pixel_area),
        length_px=max(width, height) / image.pixel_side,
        status=status or feature["status"] or "unreviewed",
        bounds=tuple(corner / image.pixel_side for corner in corners),
    )


def image_of_raster(layer: QgsRasterLayer, context: QgsProcessingContext) -> Image:
    """Return what an image tells itself."""
    extent = layer.extent()
    area = ruler(layer.crs(), context).measureArea(QgsGeometry.fromRect(extent))
    count = layer.width() * layer.height()
    return Image(
        area * valid_share(layer),
        area / count,
        math.sqrt(extent.area() / count),
        math.hypot(layer.width(), layer.height()),
    )


def valid_share(layer: QgsRasterLayer) -> float:
    """Return the share of valid pixels, 0-1, counted in a reduced image."""
    provider = layer.dataProvider()
    width, height = min(SAMPLE, layer.width()), min(SAMPLE, layer.height())
    _, valid = pixels.read(provider, pixels.color_bands(provider), layer.extent(), width, height)
    return float(valid.mean())
