"""The part of a raster that is inspected: its place, its size and its area."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from affine import Affine
from shapely.geometry import Polygon

from .errors import ParameterError
from .geodesy import crs_of_areas, ellipsoidal_area
from .parameters import Parameters
from .raster import Raster


@dataclass(frozen=True)
class Frame:
    """A window of a raster.

    Attributes
    ----------
    raster : Raster
        Open; where polygons say what to inspect, within these.
    window : tuple of int
        Column, row, width and height in pixels of the raster.
    """

    raster: Raster
    window: tuple[int, int, int, int]

    @property
    def width(self) -> int:
        """In pixels."""
        return self.window[2]

    @property
    def height(self) -> int:
        """In pixels."""
        return self.window[3]

    @property
    def pixels(self) -> int:
        """Of the window, valid or not."""
        return self.width * self.height

    @property
    def diagonal(self) -> float:
        """In pixels."""
        return math.hypot(self.width, self.height)

    @property
    def transform(self) -> Affine:
        """From pixels of the window to map coordinates."""
        return self.raster.transform * Affine.translation(*self.window[:2])

    @property
    def crs_of_areas(self) -> Any:
        """The raster's, in which areas are measured; None for planar ones, as it has none or lies outside it."""
        return crs_of_areas(self.raster.crs, self.raster.transform, self.raster.width, self.raster.height)

    def part(self, column: int, row: int, width: int, height: int) -> Frame:
        """Return a part of it, given in its own pixels."""
        return Frame(self.raster, (self.window[0] + column, self.window[1] + row, width, height))

    def valid_area(self, valid_pixels: int) -> float:
        """Area of so many pixels in square metres, each with the mean ellipsoidal area of the window's pixels."""
        corners = (0, 0), (self.width, 0), (self.width, self.height), (0, self.height)
        outline = Polygon([self.transform * corner for corner in corners])
        return ellipsoidal_area(outline, self.crs_of_areas) * valid_pixels / self.pixels


def frame_of(raster: Raster, parameters: Parameters) -> Frame:
    """Return what of a raster lies in the extent and in the polygons that the parameters name.

    Raises
    ------
    ParameterError
        That is nothing.
    """
    if parameters.area is not None:
        raster = raster.within(parameters.area)
    within = raster.area.window if raster.area else (0, 0, raster.width, raster.height)
    if parameters.extent is None:
        return Frame(raster, within)
    xmin, ymin, xmax, ymax = parameters.extent
    corners = [~raster.transform * corner for corner in ((xmin, ymin), (xmin, ymax), (xmax, ymin), (xmax, ymax))]
    columns, rows = zip(*corners)
    left, top = max(0, math.floor(min(columns) + 1e-6)), max(0, math.floor(min(rows) + 1e-6))
    right, bottom = (min(raster.width, math.ceil(max(columns) - 1e-6)), min(raster.height, math.ceil(max(rows) - 1e-6)))
    if left >= right or top >= bottom:
        raise ParameterError(f"extent {parameters.extent} lies outside {raster.path}; give it in the raster's own CRS")
    left, top = max(left, within[0]), max(top, within[1])
    right, bottom = min(right, within[0] + within[2]), min(bottom, within[1] + within[3])
    if left >= right or top >= bottom:
        raise ParameterError(f"extent {parameters.extent} and the area to inspect have no pixel in common")
    return Frame(raster, (left, top, right - left, bottom - top))
