"""The label map becomes polygons in map units, with their area, confidence and origin (paper, section 3.1.2)."""

from __future__ import annotations

import math
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, Sequence

import numpy as np
import pyproj
import rasterio
import rasterio.features
import shapely
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning
from shapely.affinity import affine_transform
from shapely.geometry import MultiPolygon, shape

from .errors import ParameterError
from .merge import LabelMap
from .scoring import ErrorRecord
from .taxonomy import BACKGROUND, IGNORED, ErrorClass, by_id

_CHUNK_PIXELS = 1 << 22  # a window of a huge polygon is read in strips of about this many pixels


@dataclass(frozen=True)
class ErrorPolygon:
    """One error found in the image.

    Attributes
    ----------
    category_id : int
        1..10.
    geometry : MultiPolygon
        Valid, with holes, in the units of the raster's CRS (pixels without georeference). Its parts touch at corners.
    pixels : int
    area_m2 : float
        On the ellipsoid if the CRS is known, else in square map units.
    confidence : float
        Mean probability 0..1 over the pixels.
    block_size : int
        Block size in pixels that gave most of the pixels.
    source : {"model", "rule"}
    """

    category_id: int
    geometry: MultiPolygon
    pixels: int
    area_m2: float
    confidence: float
    block_size: int
    source: str


def polygonize(
    label_map: LabelMap,
    transform: Affine,
    crs: Any = None,
    min_fraction: float = 1e-4,
    image_pixels: int | None = None,
) -> list[ErrorPolygon]:
    """Return one polygon per connected error, pixels joined by their eight neighbours.

    Region errors smaller than ``min_fraction * image_pixels`` are dropped *and* set to 0 in ``label_map.label``.
    Boundary and pixel errors are kept whatever their size: the limit would delete every stripe and missing pixel.

    Parameters
    ----------
    label_map : LabelMap
        Changed in place where components are dropped.
    transform : Affine
        Pixel to map coordinates, all six terms.
    crs : rasterio or pyproj CRS, WKT or EPSG text, optional
    min_fraction : float
        Share of the image, 0..1 (paper, section 3.1.2: 0.01 %).
    image_pixels : int, optional
        Pixels that count as the image; the whole map by default.

    Returns
    -------
    list of ErrorPolygon
        By type, then by falling size.

    Raises
    ------
    ParameterError
        `min_fraction` is outside 0..1.
    """
    if not 0 <= min_fraction <= 1:
        raise ParameterError(f"minimum share {min_fraction} is outside 0..1")
    minimum = min_fraction * (label_map.height * label_map.width if image_pixels is None else image_pixels)
    area_of = _area_function(crs)
    found = []
    for component, category_id in _components(label_map):
        error_class = by_id(category_id).error_class
        pixels = round(component.area)
        if error_class is ErrorClass.REGION and pixels < minimum:
            _erase(label_map, component, category_id, pixels)
            continue
        confidence, block_size = _statistics(label_map, component, category_id, pixels)
        geometry = affine_transform(component, transform.to_shapely())
        source = "rule" if error_class is ErrorClass.PIXEL else "model"
        found.append(ErrorPolygon(category_id, geometry, pixels, area_of(geometry), confidence, block_size, source))
    return sorted(found, key=lambda polygon: (polygon.category_id, -polygon.pixels))


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


def ellipsoidal_area(geometry: shapely.Geometry, crs: Any = None) -> float:
    """Return the area in square metres on the ellipsoid of `crs`; in square map units without a CRS."""
    return _area_function(crs)(geometry)


def _components(label_map: LabelMap) -> Iterator[tuple[MultiPolygon, int]]:
    """Yield (outline in pixel coordinates, category_id) of every connected error.

    Pixels are joined by eight neighbours: stripes are often diagonal and one pixel wide, and with four neighbours each
    pixel of one would be an error of its own. Polygons traced with eight neighbours touch themselves at corners, which
    is not valid; so parts are traced with four, always valid, and those that share a corner become one MultiPolygon.
    """
    traced = [(shape(outline), category_id) for outline, category_id in _trace(label_map)]
    if not traced:
        return
    parts, ids = np.array([part for part, _ in traced]), np.array([category_id for _, category_id in traced])
    corners, owner = shapely.get_coordinates(parts, return_index=True)
    x, y = corners.astype(np.int64).T
    key = (y * (label_map.width + 1) + x) * 16 + ids[owner]
    order = np.argsort(key, kind="stable")
    shared = np.flatnonzero(key[order][1:] == key[order][:-1])
    for members in _groups(len(parts), owner[order[shared]], owner[order[shared + 1]]):
        yield MultiPolygon(parts[members].tolist()), int(ids[members[0]])


def _groups(count: int, first: np.ndarray, second: np.ndarray) -> list[list[int]]:
    """Group 0..count-1 by the pairs (first, second) that belong together."""
    parent = list(range(count))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i, j in zip(first.tolist(), second.tolist()):
        parent[root(j)] = root(i)
    groups = {}
    for i in range(count):
        groups.setdefault(root(i), []).append(i)
    return list(groups.values())


def _trace(label_map: LabelMap) -> Iterator[tuple[dict, int]]:
    if label_map.folder is None:
        yield from _shapes(label_map.label, label_map.label)
        return
    # Given an array, GDAL's polygoniser works on a copy of it; given a file it reads row by row.
    label_map.flush()
    path = Path(label_map.label.filename)
    header = f"ENVI\nsamples = {label_map.width}\nlines = {label_map.height}\nbands = 1\ndata type = 1\n"
    path.with_suffix(".hdr").write_text(header + "interleave = bsq\nbyte order = 0\n", encoding="ascii")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # pixel coordinates are wanted here
        dataset = rasterio.open(path, driver="ENVI")
    with dataset:
        band = rasterio.band(dataset, 1)
        yield from _shapes(band, band)


def _shapes(source: Any, mask: Any) -> Iterator[tuple[dict, int]]:
    # The label is its own mask: background costs nothing. Nodata is traced and left out here.
    for outline, value in rasterio.features.shapes(source, mask=mask, connectivity=4):
        if int(value) not in (BACKGROUND, IGNORED):
            yield outline, int(value)


def _windows(label_map: LabelMap, component: MultiPolygon, category_id: int, pixels: int) -> Iterator[tuple]:
    """Yield (rows, columns, mask) strips that cover `component`; the mask is True on its pixels."""
    left, top, right, bottom = (int(v) for v in component.bounds)
    columns = slice(left, right)
    step = max(1, _CHUNK_PIXELS // (right - left))
    for first in range(top, bottom, step):
        rows = slice(first, min(first + step, bottom))
        same = label_map.label[rows, columns] == category_id
        whole = rows.start == top and rows.stop == bottom
        if not whole or np.count_nonzero(same) != pixels:  # other errors of the type share the rectangle
            same &= rasterio.features.rasterize(
                [component], same.shape, transform=Affine.translation(left, first), dtype=np.uint8
            ).astype(bool)
        yield rows, columns, same


def _statistics(label_map: LabelMap, component: MultiPolygon, category_id: int, pixels: int) -> tuple[float, int]:
    total, sizes = 0, Counter()
    for rows, columns, mask in _windows(label_map, component, category_id, pixels):
        total += int(label_map.confidence[rows, columns][mask].sum(dtype=np.int64))
        values, counts = np.unique(label_map.block_size[rows, columns][mask], return_counts=True)
        sizes.update(dict(zip(values.tolist(), counts.tolist())))
    return total / (255.0 * pixels), sizes.most_common(1)[0][0]


def _erase(label_map: LabelMap, component: MultiPolygon, category_id: int, pixels: int) -> None:
    for rows, columns, mask in _windows(label_map, component, category_id, pixels):
        for array in (label_map.label, label_map.confidence, label_map.block_size):
            array[rows, columns][mask] = 0


def _length(geometry: shapely.Geometry) -> float:
    box = geometry.minimum_rotated_rectangle
    if box.geom_type != "Polygon" or box.is_empty:
        return float(box.length)
    (x0, y0), (x1, y1), (x2, y2) = box.exterior.coords[:3]
    return max(math.hypot(x1 - x0, y1 - y0), math.hypot(x2 - x1, y2 - y1))


def _equal_area_function(geographic: pyproj.CRS, geod: pyproj.Geod):
    """Return geometry in degrees -> square metres, by an equal-area projection of the whole ellipsoid."""
    plane = pyproj.Transformer.from_crs(geographic, f"+proj=cea +a={geod.a} +b={geod.b} +over", always_xy=True)

    def project(degrees: np.ndarray) -> np.ndarray:
        longitude, latitude = degrees.T
        return np.stack(plane.transform(longitude, np.clip(latitude, -90, 90)), -1)

    # Parallels and meridians, the edges of pixels, are straight in it, so that nothing needs more vertices.
    return lambda geometry: float(shapely.transform(geometry, project).area)


def _area_function(crs: Any):
    """Return geometry -> square metres for geometries in `crs`."""
    if crs is None:
        return lambda geometry: float(geometry.area)
    projected = pyproj.CRS.from_user_input(crs)
    geographic = projected.geodetic_crs
    if geographic is None:  # a local engineering system has units but no ellipsoid
        unit = projected.axis_info[0].unit_conversion_factor if projected.axis_info else 1.0
        return lambda geometry: float(geometry.area) * unit**2
    geod = geographic.get_geod()
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
