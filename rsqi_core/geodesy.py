"""Areas and lengths on the ellipsoid of a coordinate reference system (CRS), and whether an image lies in it at all."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import pyproj
import shapely
from affine import Affine

Area = Callable[[shapely.Geometry], float]

_LATTICE = 9  # places along each side of an image that are looked up on the ellipsoid
_BEYOND = math.radians(2)  # by which half a cell of a coarse grid of the globe may pass a pole
_TURNS = 4 * math.pi  # longitudes may go on beyond a turn, but not like metres


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
    unit = _unit(projected)
    if geographic is None or geod is None:  # a local engineering system has units but no ellipsoid
        return lambda geometry: float(geometry.area) * unit**2
    if projected.is_geographic:  # an image may span the globe, whose outline geodesics cannot tell from nothing
        return _equal_area_function(projected, geod)
    to_geographic = pyproj.Transformer.from_crs(projected, geographic, always_xy=True)
    degrees = math.degrees(_unit(geographic))  # French systems count in grads

    def ring_area(ring: shapely.LinearRing) -> float:
        longitude, latitude = np.multiply(to_geographic.transform(*shapely.get_coordinates(ring).T), degrees)
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
        return total if math.isfinite(total) else float(geometry.area) * unit**2

    return area


def ellipsoidal_length(line: shapely.LineString, crs: Any = None) -> float:
    """Return the length in metres on the ellipsoid of `crs`; in map units without a CRS."""
    if crs is None:
        return float(line.length)
    projected = pyproj.CRS.from_user_input(crs)
    geographic = projected.geodetic_crs
    geod = None if geographic is None else geographic.get_geod()
    if geographic is None or geod is None:
        return float(line.length) * _unit(projected)
    to_geographic = _transformer(projected, geographic)
    degrees = math.degrees(_unit(geographic))
    places = np.multiply(to_geographic.transform(*shapely.get_coordinates(line).T), degrees)
    length = float(geod.line_length(*places))
    return length if math.isfinite(length) else float(line.length)


@lru_cache(maxsize=8)
def _transformer(source: pyproj.CRS, target: pyproj.CRS) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def share_within(crs: Any, transform: Affine, width: int, height: int) -> float:
    """Return how much of an image has a place on the ellipsoid of its CRS, 0..1; 1 where there is no ellipsoid.

    An image whose coordinates are no longitudes and latitudes has none in a geographic CRS: there 0 or 1 is returned.
    """
    system = None if crs is None else pyproj.CRS.from_user_input(crs)
    if system is None or system.geodetic_crs is None or system.geodetic_crs.get_geod() is None:
        return 1.0
    column, row = np.meshgrid(np.linspace(0, width, _LATTICE), np.linspace(0, height, _LATTICE))
    a, b, c, d, e, f = transform[:6]
    x, y = a * column + b * row + c, d * column + e * row + f
    if system.is_geographic:
        longitude, latitude = np.abs([x, y]) * _unit(system)
        return float(latitude.max() <= math.pi / 2 + _BEYOND and longitude.max() <= _TURNS)
    found = pyproj.Transformer.from_crs(system, system.geodetic_crs, always_xy=True).transform(x, y)
    return float(np.isfinite(found).all(0).mean())


def crs_of_areas(crs: Any, transform: Affine, width: int, height: int) -> Any:
    """Return `crs`, or None where the image lies outside it altogether: its areas are planar, in its own units."""
    return crs if share_within(crs, transform, width, height) else None


def _unit(system: pyproj.CRS) -> float:
    """Return metres or radians in a unit of the first axis."""
    return system.axis_info[0].unit_conversion_factor if system.axis_info else 1.0


def _equal_area_function(geographic: pyproj.CRS, geod: pyproj.Geod) -> Area:
    """Return geometry in longitudes and latitudes -> square metres, by an equal-area projection of the ellipsoid."""
    plane = pyproj.Proj(f"+proj=cea +a={geod.a} +b={geod.b} +over")
    degrees = math.degrees(_unit(geographic))

    def project(places: np.ndarray) -> np.ndarray:
        longitude, latitude = places.T * degrees
        return np.stack(plane(longitude, np.clip(latitude, -90, 90)), -1)

    # Parallels and meridians, the edges of pixels, are straight in it, so that nothing needs more vertices.
    return lambda geometry: float(shapely.transform(geometry, project).area)
