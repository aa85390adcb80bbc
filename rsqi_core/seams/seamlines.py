"""Seamlines of a vector file, as mosaicking software writes them, in pixels of a raster."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyproj
import shapely
from affine import Affine
from pyogrio.errors import DataLayerError, DataSourceError
from shapely.affinity import affine_transform

from ..errors import RsqiError
from ..notes import Note
from ..raster.gdal import refuse_pipe

MANY = 1000  # lines of which it is said that they are many
LEAST_LENGTH = 16.0  # px; of a shorter line nothing can be measured

_LINES = ("LineString", "MultiLineString", "LinearRing")
_POLYGONS = ("Polygon", "MultiPolygon")
_NAMED = 5  # features without geometry that are named
_GRID = 1 / 64  # px to which corners of neighbouring footprints are rounded, so that they meet
_PARTS = 64  # of a segment, which is straight in one coordinate system only


@dataclass(frozen=True)
class Seamlines:
    """Lines that lie over a raster.

    Attributes
    ----------
    lines : tuple of numpy.ndarray
        float64 [N, 2] each, columns and rows of the raster; no two parts of a net pass through a junction.
    notes : tuple of Note
        What was left out or assumed, one line each.
    """

    lines: tuple[np.ndarray, ...]
    notes: tuple[Note, ...]


def read_seamlines(
    path: Path | str, transform: Affine, crs: Any, size: tuple[int, int], layer: str | None = None
) -> Seamlines:
    """Read lines, or polygons whose shared boundaries are the lines, from any vector file that GDAL reads.

    Parameters
    ----------
    path : path-like
    transform : Affine
        Pixel to map coordinates of the raster.
    crs : rasterio or pyproj CRS, or None
        Of the raster.
    size : (int, int)
        Width and height of the raster in pixels.
    layer : str, optional
        By default the first with lines or polygons.

    Raises
    ------
    RsqiError
        The file cannot be read, has no lines, or none over the raster.
    """
    name = str(path)
    shapes, own = _read(name, layer)
    notes = []
    empty = [number for number, shape in enumerate(shapes, 1) if shape is None or shape.is_empty]
    if empty:
        shown = ", ".join(map(str, empty[:_NAMED])) + (", ..." if len(empty) > _NAMED else "")
        text = "{path}: {count} features without geometry are left out (number {numbers})"
        notes.append(Note("seamlines_empty", text, path=name, count=len(empty), numbers=shown))
    shapes = [shape for shape in shapes if shape is not None and not shape.is_empty]
    placed = [shape for shape in shapes if np.isfinite(shapely.get_coordinates(shape)).all()]
    if own is None and crs is not None:
        text = "{path}: has no coordinate system; its lines are taken to be in that of the raster"
        notes.append(Note("seamlines_no_crs", text, path=name))
    elif own is not None and crs is not None and not own.equals(pyproj.CRS.from_user_input(crs), True):
        placed = _reprojected(placed, own, crs)
        text = "{path}: its lines are reprojected from {source}"
        notes.append(Note("seamlines_reprojected", text, path=name, source=own.name))
    if len(placed) < len(shapes):
        text = "{path}: {count} features whose coordinates are no places on the ground are left out"
        notes.append(Note("seamlines_nowhere", text, path=name, count=len(shapes) - len(placed)))
    inverse = (~transform).to_shapely()
    lines = _lines_of([affine_transform(shape, inverse) for shape in placed], name)
    frame = shapely.box(0, 0, *size)
    shapely.prepare(frame)
    over = [line for line in lines if frame.intersects(line)]
    kept = [part for line in over for part in _line_parts(line if frame.covers(line) else frame.intersection(line))]
    if not kept:
        text = "{path}: none of its lines ({count}) lies over the raster; check their coordinate system"
        raise RsqiError(Note("seamlines_beside", text, path=name, count=len(lines)))
    if len(over) < len(lines):
        text = "{path}: {count} of {total} lines lie outside the raster and are left out"
        notes.append(Note("seamlines_outside", text, path=name, count=len(lines) - len(over), total=len(lines)))
    long = [part for part in kept if part.length >= LEAST_LENGTH]
    if len(long) < len(kept):
        text = "{path}: {count} lines shorter than {least} px are left out"
        notes.append(Note("seamlines_short", text, path=name, count=len(kept) - len(long), least=f"{LEAST_LENGTH:g}"))
    if len(long) > MANY:
        notes.append(Note("seamlines_many", "{path}: {count} lines are measured", path=name, count=len(long)))
    return Seamlines(tuple(shapely.get_coordinates(line) for line in long), tuple(notes))


def _read(name: str, layer: str | None) -> tuple[Sequence[shapely.Geometry | None], pyproj.CRS | None]:
    """Return the geometries of a file in their order, and its CRS."""
    refuse_pipe(name)
    try:
        kinds = {each: kind for each, kind in pyogrio.list_layers(name) if kind is not None}
        if not kinds:
            raise RsqiError(Note("seamlines_none", "{path}: holds no lines and no polygons", path=name))
        if layer is None:
            layer = next((each for each, kind in kinds.items() if "Point" not in kind), next(iter(kinds)))
        meta, _, geometry, _ = pyogrio.raw.read(name, layer=layer, columns=[], force_2d=True)
    except (DataSourceError, DataLayerError, OSError, ValueError) as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        text = "{path}: cannot be read as seamlines ({reason})"
        raise RsqiError(Note("seamlines_unreadable", text, path=name, reason=why)) from error
    shapes = shapely.from_wkb(geometry, on_invalid="ignore") if geometry is not None else []
    try:
        own = pyproj.CRS.from_user_input(meta["crs"]) if meta["crs"] else None
    except pyproj.exceptions.CRSError:  # a definition that PROJ does not understand tells no more than none
        own = None
    if own is not None and own.name.lower().startswith("undefined"):  # so GeoPackages call that there is none
        own = None
    return list(shapes), own


def _reprojected(shapes: list[shapely.Geometry], own: pyproj.CRS, crs: Any) -> list[shapely.Geometry]:
    transformer = pyproj.Transformer.from_crs(own, crs, always_xy=True)

    def transform(places: np.ndarray) -> np.ndarray:
        return np.stack(transformer.transform(*places.T), -1)

    moved = []
    for shape in shapes:
        left, bottom, right, top = shape.bounds
        step = max(right - left, top - bottom) / _PARTS
        dense = shapely.segmentize(shape, step) if step > 0 else shape
        there = shapely.transform(dense, transform)
        if np.isfinite(shapely.get_coordinates(there)).all():
            moved.append(there)
    return moved


def _lines_of(shapes: list[shapely.Geometry], name: str) -> list[shapely.LineString]:
    """Return the lines of shapes in pixels: lines themselves, and what neighbouring polygons have in common."""
    flat = [part for shape in shapes for part in _flat(shape)]
    lines = [part for part in flat if part.geom_type in _LINES]
    polygons = [part for part in flat if part.geom_type in _POLYGONS]
    shared = _shared_boundaries(polygons)
    if polygons and not shared and not lines:
        text = "{path}: its polygons have no boundary in common; give lines, or polygons that meet along the seams"
        raise RsqiError(Note("seamlines_apart", text, path=name))
    if not lines and not shared:
        raise RsqiError(Note("seamlines_none", "{path}: holds no lines and no polygons", path=name))
    return [*lines, *shared]


def _flat(shape: shapely.Geometry) -> Iterable[shapely.Geometry]:
    for part in shapely.get_parts(shape):
        if part.geom_type == "GeometryCollection":
            yield from _flat(part)
        elif part.geom_type in (*_LINES, *_POLYGONS) and not part.is_empty:
            yield from shapely.get_parts(part)


def _shared_boundaries(polygons: list[shapely.Geometry]) -> list[shapely.LineString]:
    """Return each line that two polygons have in common once; lines end where more than two polygons meet."""
    if len(polygons) < 2:
        return []
    rims = shapely.set_precision(shapely.boundary(np.array(polygons, object)), _GRID)
    first, second = shapely.STRtree(rims).query(rims, predicate="intersects")
    pairs = first < second
    common = shapely.intersection(rims[first[pairs]], rims[second[pairs]], grid_size=_GRID)
    parts = [line for shape in common for line in _line_parts(shape)]
    if not parts:
        return []
    return list(_line_parts(shapely.line_merge(shapely.union_all(np.array(parts, object), grid_size=_GRID))))


def _line_parts(shape: shapely.Geometry) -> list[shapely.LineString]:
    return [
        part
        for part in shapely.get_parts(shape)
        if part.geom_type in ("LineString", "LinearRing") and math.isfinite(part.length) and part.length > 0
    ]
