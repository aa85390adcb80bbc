"""The part of a raster that is to be inspected: polygons, as a mask of pixels."""

from __future__ import annotations

import math

import numpy as np
import shapely
from affine import Affine
from rasterio.features import rasterize
from shapely.affinity import affine_transform

from ..errors import ParameterError


class Area:
    """Polygons over a raster; a pixel is inside if its centre is.

    Parameters
    ----------
    polygons : str
        WKT in the raster's coordinates.
    transform : Affine
        Pixel to map coordinates.
    width, height : int
        Of the raster.

    Attributes
    ----------
    window : tuple of int
        Column, row, width and height of what the polygons reach, in pixels.

    Raises
    ------
    ParameterError
        No polygons, or none over the raster.
    """

    def __init__(self, polygons: str, transform: Affine, width: int, height: int):
        try:
            shape = shapely.make_valid(shapely.from_wkt(polygons))
        except (shapely.errors.ShapelyError, TypeError) as error:
            raise ParameterError(f"area: no polygons in WKT: {error}") from None
        inside = shapely.intersection(
            affine_transform(shape, (~transform).to_shapely()), shapely.box(0, 0, width, height)
        )
        if not inside.area:
            raise ParameterError("area: no polygon lies over the raster; give them in the raster's own CRS")
        left, top, right, bottom = inside.bounds
        column, row = math.floor(left), math.floor(top)
        self.window = column, row, math.ceil(right) - column, math.ceil(bottom) - row
        self._shape = inside
        shapely.prepare(inside)

    def inside(self, x: int, y: int, width: int, height: int, shape: tuple[int, int]) -> np.ndarray:
        """Return which pixels of a box are inside, bool of `shape` (rows, columns)."""
        box = shapely.box(x, y, x + width, y + height)
        if shapely.covers(self._shape, box):
            return np.ones(shape, bool)
        if not shapely.intersects(self._shape, box):
            return np.zeros(shape, bool)
        part = shapely.clip_by_rect(self._shape, x, y, x + width, y + height)
        if part.is_empty:
            return np.zeros(shape, bool)
        place = Affine.translation(x, y) * Affine.scale(width / shape[1], height / shape[0])
        return rasterize([part], shape, transform=place, dtype=np.uint8).astype(bool)
