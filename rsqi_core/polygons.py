"""The label map becomes polygons in map units, with their area, confidence and origin (paper, section 3.1.2)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Sequence

import numpy as np
import shapely
from affine import Affine
from shapely.affinity import affine_transform
from shapely.geometry import MultiPolygon

from .findings import ErrorPolygon, ErrorRecord
from .geodesy import area_function
from .limits import least_pixels
from .merge import LabelMap
from .smooth import smoothed
from .taxonomy import ErrorClass, by_id
from .tracer import Component, Tracer


def polygonize(
    label_map: LabelMap,
    transform: Affine,
    crs: Any = None,
    least: Callable[[int], float] = least_pixels,
    tolerance: float = 0.0,
) -> list[ErrorPolygon]:
    """Return one polygon per connected error, pixels joined by their eight neighbours.

    Region errors under the limit are dropped *and* set to 0 in ``label_map``. Boundary and pixel errors are kept
    whatever their size.

    Parameters
    ----------
    label_map : LabelMap
        Changed in place where components are dropped.
    transform : Affine
        Pixel to map coordinates, all six terms.
    crs : rasterio or pyproj CRS, WKT or EPSG text, optional
    least : callable
        Fewest pixels of a region error by the block size that found it; by default 0.01 % of such a block, which is
        the image that the paper segments (section 3.1.2).
    tolerance : float
        Pixels by which outlines of region errors may be smoothed, see :func:`rsqi_core.smooth.smoothed`.

    Returns
    -------
    list of ErrorPolygon
        By type, then by falling size, then from top left.
    """
    outliner = Outliner(transform, crs, tolerance)
    for component in Tracer(least).add(label_map, last=True):
        outliner.add(component)
    return outliner.polygons()


class Outliner:
    """Turns complete components into polygons in map units.

    Parameters
    ----------
    transform : Affine
        Pixel to map coordinates, all six terms.
    crs : rasterio or pyproj CRS, WKT or EPSG text, optional
    tolerance : float
        Pixels by which outlines of region errors may be smoothed in the end; 0 keeps the edges of pixels.
    """

    def __init__(self, transform: Affine, crs: Any = None, tolerance: float = 0.0):
        self._transform, self._affine, self._area_of = transform, transform.to_shapely(), area_function(crs)
        self._tolerance = tolerance
        self._found: list[tuple[tuple[int, ...], ErrorPolygon]] = []

    def area(self, component: Component) -> float:
        """Return the area of one component in square metres; it is not taken."""
        return self._area_of(affine_transform(component.outline(), self._affine))

    def add(self, component: Component) -> ErrorPolygon:
        """Take one component; return what it has become, along the edges of pixels."""
        outline = component.outline()
        category_id, pixels = component.category_id, component.pixels
        geometry = affine_transform(outline, self._affine)
        polygon = ErrorPolygon(
            category_id,
            geometry,
            pixels,
            self._area_of(geometry),
            component.confidence,
            component.block_size,
            _source(component),
        )
        self._found.append(((category_id, -pixels, *_first_pixel(outline)), polygon))
        return polygon

    def polygons(self) -> list[ErrorPolygon]:
        """Return the polygons by type, then by falling size, then from top left, whatever order they came in."""
        found = [polygon for _, polygon in sorted(self._found, key=lambda each: each[0])]
        return self._smoothed(found) if self._tolerance else found

    def _smoothed(self, polygons: list[ErrorPolygon]) -> list[ErrorPolygon]:
        """Smooth region errors; stripes, missing pixels and marked blocks are their pixels."""
        inverse = ~self._transform
        # Whole numbers again: what is smoothed must not depend on how a transform rounds.
        outlines = [
            shapely.transform(affine_transform(polygon.geometry, inverse.to_shapely()), np.rint) for polygon in polygons
        ]
        fixed = [by_id(polygon.category_id).error_class is not ErrorClass.REGION for polygon in polygons]
        smooth = smoothed(outlines, self._tolerance, fixed)
        return [
            polygon if keeps else self._with_outline(polygon, outline)
            for polygon, outline, keeps in zip(polygons, smooth, fixed)
        ]

    def _with_outline(self, polygon: ErrorPolygon, outline: MultiPolygon) -> ErrorPolygon:
        geometry = affine_transform(outline, self._affine)
        return replace(polygon, geometry=geometry, area_m2=self._area_of(geometry))


def measure(
    polygon: shapely.Geometry, category_id: int, transform: Affine, area_m2: float, status: str = "unreviewed"
) -> ErrorRecord:
    """Return what scoring needs to know of one geometry in map units.

    The length is the longer side of the smallest rectangle around it, the right measure for a stripe or a seam.
    """
    inverse = ~transform
    in_pixels = affine_transform(polygon, inverse.to_shapely())
    return ErrorRecord(
        category_id=category_id,
        area_m2=area_m2,
        pixels=round(in_pixels.area),
        length_px=_length(in_pixels),
        status=status,
        bounds=in_pixels.bounds if not in_pixels.is_empty else None,
    )


def records(polygons: Sequence[ErrorPolygon], transform: Affine) -> list[ErrorRecord]:
    """Return the scoring records of `polygons`, in their order."""
    return [measure(p.geometry, p.category_id, transform, p.area_m2) for p in polygons]


def _source(component: Component) -> str:
    if by_id(component.category_id).error_class is ErrorClass.PIXEL:
        return "rule"
    return "evidence" if component.by_evidence else "model"


def _first_pixel(outline: MultiPolygon) -> tuple[int, int]:
    """Row and column of the first pixel in reading order; no two components share it."""
    x, y = shapely.get_coordinates(outline).T
    return int(y.min()), int(x[y == y.min()].min())


def _length(geometry: shapely.Geometry) -> float:
    box = geometry.minimum_rotated_rectangle
    if box.geom_type != "Polygon" or box.is_empty:
        return float(box.length)
    (x0, y0), (x1, y1), (x2, y2) = box.exterior.coords[:3]
    return max(math.hypot(x1 - x0, y1 - y0), math.hypot(x2 - x1, y2 - y1))
