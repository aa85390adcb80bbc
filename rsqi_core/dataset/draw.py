"""Polygons become a mask (paper, section 2.2)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from skimage.draw import polygon

from ..taxonomy import BOUNDARY_TYPES, PIXEL_TYPES, REGION_TYPES

# Later ones cover earlier ones: pixel over region over boundary (paper, section 3.1.2).
_RANK = {t.id: rank for rank, types in enumerate((BOUNDARY_TYPES, REGION_TYPES, PIXEL_TYPES)) for t in types}
_SMALL_BOX = 64  # px; the drawing looks at every pixel of a box once for every corner: large boxes are divided
_FEW_CORNERS = 64
_Box = tuple[int, int, int, int]  # left, top, right, bottom


def prepare(geometries: np.ndarray) -> np.ndarray:
    """Make polygons in pixels fit to be drawn: valid, and nowhere too thin to hold a pixel's centre.

    A polygon that is on average narrower than a pixel is widened to one; a single pixel or a diagonal line of pixels,
    as RSQI itself traces them, gains none by that.
    """
    valid = shapely.make_valid(shapely.force_2d(geometries))
    perimeter = shapely.length(valid)
    width = np.divide(2 * shapely.area(valid), perimeter, out=np.ones_like(perimeter), where=perimeter > 0)
    widened = shapely.buffer(valid, (1 - width) / 2, join_style="mitre")
    return np.where(width < 1, widened, valid)


def draw(geometries: np.ndarray, category_ids: np.ndarray, x: int, y: int, width: int, height: int) -> np.ndarray:
    """Draw polygons on a window.

    A pixel belongs to a polygon if its centre does. Pixel types cover region types, and these boundary types; within a
    class smaller polygons cover larger ones, so that none is lost.

    Parameters
    ----------
    geometries : numpy.ndarray
        Valid polygons [N] in pixels of the raster.
    category_ids : numpy.ndarray
        int [N], 1..10.
    x, y, width, height : int
        The window in pixels of the raster.

    Returns
    -------
    numpy.ndarray
        uint8 [height, width]: 0 or the type.
    """
    mask = np.zeros((height, width), np.uint8)
    areas = shapely.area(geometries)
    order = sorted(range(len(geometries)), key=lambda n: (_RANK[int(category_ids[n])], -areas[n]))
    shifted = shapely.transform(geometries, lambda c: c - (x, y))
    for n in order:
        for part, box in _pieces(shifted[n], (0, 0, width, height)):
            left, top, right, bottom = box
            view = mask[top:bottom, left:right]
            view[_inside(part, left, top, view.shape)] = category_ids[n]
    return mask


def _pieces(shape: shapely.Geometry, box: _Box) -> Iterator[tuple[shapely.Polygon, _Box]]:
    """Cut a shape into polygons with few corners, each with the box it lies in."""
    left, top, right, bottom = box
    clipped = shapely.intersection(shape, shapely.box(*box))
    if clipped.area == 0:
        return
    size = max(right - left, bottom - top)
    if size <= _SMALL_BOX or shapely.get_num_coordinates(clipped) <= _FEW_CORNERS:
        for part in shapely.get_parts(clipped):
            if part.geom_type == "Polygon":
                yield part, box
        return
    middle_x, middle_y = (left + right) // 2, (top + bottom) // 2
    for columns in ((left, middle_x), (middle_x, right)):
        for rows in ((top, middle_y), (middle_y, bottom)):
            yield from _pieces(clipped, (columns[0], rows[0], columns[1], rows[1]))


def _inside(part: shapely.Polygon, left: int, top: int, shape: tuple[int, int]) -> np.ndarray:
    """Return bool of `shape`: pixels whose centre lies in the polygon and in none of its holes."""
    inside = _ring(part.exterior, left, top, shape)
    for hole in part.interiors:
        inside &= ~_ring(hole, left, top, shape)
    return inside


def _ring(ring: shapely.LinearRing, left: int, top: int, shape: tuple[int, int]) -> np.ndarray:
    # The drawing function takes whole numbers for centres, map coordinates have them at halves.
    columns, rows = shapely.get_coordinates(ring).T - np.array([[left + 0.5], [top + 0.5]])
    filled = np.zeros(shape, bool)
    filled[polygon(rows, columns, shape)] = True
    return filled
