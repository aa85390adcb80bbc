"""Areas on the ellipsoid of a coordinate reference system."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import pyproj
import shapely

Area = Callable[[shapely.Geometry], float]


def ellipsoidal_area(geometry: shapely.Geometry, crs: Any = None) -> float:
    """Return the area in square metres on the ellipsoid of `crs`; in square map units without a CRS."""
    return area_function(crs)(geometry)


@lru_cache(maxsize=8)
def area_function(crs: Any) -> Area:
    """Return geometry -> square metres for geometries in `crs`."""
    if crs is None:
        return lambda geometry: float(geometry.area)
    projected = pyproj.CRS.from_user_input(crs)
    geographic = projected.geodetic_crs
    geod = None if geographic is None else geographic.get_geod()
    if geographic is None or geod is None:  # a local engineering system has units but no ellipsoid
        unit = projected.axis_info[0].unit_conversion_factor if projected.axis_info else 1.0
        return lambda geometry: float(geometry.area) * unit**2
    if projected.is_geographic:  # an image may span the globe, whose outline geodesics cannot tell from nothing
        return _equal_area_function(projected, geod)
    to_geographic = pyproj.Transformer.from_crs(projected, geographic, always_xy=True)

    def ring_area(ring: shapely.LinearRing) -> float:
        longitude, latitude = to_geographic.transform(*shapely.get_coordinates(ring).T)
        return abs(geod.polygon_area_perimeter(longitude, latitude)[0])

    def area(geometry: shapely.Geometry) -> float:
        if geometry.is_empty:
            return 0.0
        left, bottom, right, top = geometry.bounds
        # Geodesics leave the straight lines of the map on long edges: follow these in short steps.
        dense = shapely.segmentize(geometry, max(right - left, top - bottom) / 32)
        total = sum(
            ring_area(part.exterior) - sum(map(ring_area, part.interiors))
            for part in shapely.get_parts(dense)
            if part.geom_type == "Polygon"
        )
        # A full disc seen from a geostationary orbit has corners beside the earth: no ellipsoid there.
        return total if math.isfinite(total) else float(geometry.area)

    return area


def _equal_area_function(geographic: pyproj.CRS, geod: pyproj.Geod) -> Area:
    """Return geometry in degrees -> square metres, by an equal-area projection of the whole ellipsoid."""
    plane = pyproj.Transformer.from_crs(geographic, f"+proj=cea +a={geod.a} +b={geod.b} +over", always_xy=True)

    def project(degrees: np.ndarray) -> np.ndarray:
        longitude, latitude = degrees.T
        return np.stack(plane.transform(longitude, np.clip(latitude, -90, 90)), -1)

    # Parallels and meridians, the edges of pixels, are straight in it, so that nothing needs more vertices.
    return lambda geometry: float(shapely.transform(geometry, project).area)
