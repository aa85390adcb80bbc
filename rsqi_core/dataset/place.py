"""Bring a record's polygons onto the pixels of its raster, whatever they are referenced to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyproj
import shapely
from pyproj.exceptions import CRSError

from ..errors import RsqiError
from ..notes import Note
from ..raster import Raster

_PREFIX = 1_000_000  # metres; an easting of 36 500 000 is 500 000 in zone 36
_SIX_DEGREES, _THREE_DEGREES = range(13, 24), range(25, 46)  # zone numbers of China, which tell their kind


class PlaceError(RsqiError):
    """The polygons of a record do not lie on its raster."""

    code = "place"


def to_pixels(geometries: np.ndarray, crs: Any, raster: Raster) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Return the polygons in pixels of `raster`, rows running down, the corner of the first pixel at 0, 0.

    A different CRS is transformed. Where the polygons then miss the raster, their coordinates are taken as the raster's
    own, and at last as these with a zone's number before the easting in one of the two files (domain facts, section 6).

    Parameters
    ----------
    geometries : numpy.ndarray
        Shapely geometries [N] in map units.
    crs : str or CRS or None
        Of the geometries; None is taken for the raster's.

    Returns
    -------
    geometries : numpy.ndarray
        Those that meet the raster, [M].
    index : numpy.ndarray
        Which of the N they are, int [M].
    notes : tuple of str
        What had to be assumed.

    Raises
    ------
    PlaceError
        No polygon meets the raster, or the zones of the two files contradict each other.
    """
    inverse = ~raster.transform

    def pixels(coordinates: np.ndarray) -> np.ndarray:
        return np.stack(inverse * coordinates.T, -1)

    if not len(geometries):
        return geometries, np.arange(0), ()
    for moved, notes in _readings(geometries, crs, raster):
        placed = shapely.transform(moved, pixels)
        meets = _meets(placed, raster)
        if meets.any():
            if not meets.all():
                text = "{count} of {total} polygons lie beside the image"
                beside = Note("place_beside", text, count=int(np.count_nonzero(~meets)), total=len(meets))
                notes = (*notes, beside)
            return placed[meets], np.flatnonzero(meets), notes
    raise PlaceError(
        f"the polygons lie beside {raster.path}: they span {_span(shapely.total_bounds(geometries))}; "
        "check that they belong to this image and their coordinate system"
    )


def _readings(geometries: np.ndarray, crs: Any, raster: Raster) -> Iterator[tuple[np.ndarray, tuple[str, ...]]]:
    """Yield the geometries in the raster's coordinates as they may be meant, the likeliest first, with notes."""
    own = _crs(crs)
    target = _crs(raster.crs.to_wkt() if raster.crs else None)
    readings: list[tuple[np.ndarray, tuple[str, ...]]] = [(geometries, ())]
    if own and target and not own.equals(target, ignore_axis_order=True):
        transformer = pyproj.Transformer.from_crs(own, target, always_xy=True)
        transformed = shapely.transform(geometries, lambda c: np.stack(transformer.transform(*c.T), -1))
        text = "their coordinate system is wrong; they are taken to be in the raster's"
        readings[0] = (geometries, (Note("place_crs", text),))
        if np.isfinite(shapely.total_bounds(transformed)).all():
            readings.insert(0, (transformed, ()))
    yield from readings
    easting = (raster.transform * (raster.width / 2, raster.height / 2))[0]
    for moved, notes in readings:
        zone, of_raster = _zone(np.nanmedian(shapely.bounds(moved)[:, 0])), _zone(easting)
        if (zone == 0) == (of_raster == 0):
            continue
        _check_zone(zone or of_raster, target or own)
        shift = np.array([(of_raster - zone) * _PREFIX, 0])
        if zone:
            text, code = "only the polygons carry zone {zone} before the easting; reconciled", "place_zone"
        else:
            text, code = "only the raster carries zone {zone} before the easting; reconciled", "place_raster_zone"
        note = Note(code, text, zone=zone or of_raster)
        yield shapely.transform(moved, lambda c, shift=shift: c + shift), (*notes, note)


def _crs(value: Any) -> pyproj.CRS | None:
    try:
        return pyproj.CRS.from_user_input(value) if value else None
    except CRSError:
        return None


def _zone(easting: float) -> int:
    zone = int(easting // _PREFIX)
    return zone if zone in _SIX_DEGREES or zone in _THREE_DEGREES else 0


def _check_zone(zone: int, crs: pyproj.CRS | None) -> None:
    """Refuse a prefix of another zone than the CRS: without it the polygons would lie hundreds of kilometres off."""
    if crs is None or crs.coordinate_operation is None:
        return
    meridian = 3 * zone if zone in _THREE_DEGREES else 6 * zone - 3
    for parameter in crs.coordinate_operation.params:
        if parameter.name == "Longitude of natural origin" and abs(float(parameter.value) - meridian) > 0.01:
            raise PlaceError(
                f"the eastings carry zone {zone} (central meridian {meridian}°), but the coordinate system has "
                f"{parameter.value:g}°; correct one of them"
            )


def _meets(geometries: np.ndarray, raster: Raster) -> np.ndarray:
    """Return bool [N]: the rectangle around the geometry, in pixels, meets the raster."""
    left, top, right, bottom = shapely.bounds(geometries).T
    return (left < raster.width) & (right > 0) & (top < raster.height) & (bottom > 0)


def _span(bounds: np.ndarray) -> str:
    return "x {0:.6g}..{2:.6g}, y {1:.6g}..{3:.6g}".format(*bounds)
