"""Where a raster lies: from its own transform, else from its ground control points, else nowhere."""

from __future__ import annotations

import numpy as np
import rasterio
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.errors import CRSError
from rasterio.transform import from_gcps

from ..geodesy import share_within

MAX_GCP_RMS = 2.0  # px; ground control points that an affine misses by more do not place the image
UNPLACED = Affine(1, 0, 0, 0, -1, 0)  # pixels with rows running down, where QGIS draws such an image

Warnings = list[tuple[str, str]]


def place(name: str, dataset: rasterio.DatasetReader) -> tuple[Affine, CRS | None, Warnings]:
    """Return transform, CRS and warnings of an open dataset.

    Returns
    -------
    transform : affine.Affine
        Pixel (column, row) to map units, all six terms; `UNPLACED` when nothing places the image.
    crs : rasterio.crs.CRS or None
        None when it is unknown, or when nothing places the image.
    warnings : list of (str, str)
        (code, message) with codes ``no_georeference``, ``no_crs``, ``outside_crs``, ``gcp``.
    """
    transform, notes = dataset.transform, []
    crs = _crs(dataset)
    if not _is_usable(transform):
        points, crs = dataset.gcps
        transform, rms = _fit(points)
        if not rms <= MAX_GCP_RMS:
            return UNPLACED, None, [("no_georeference", f"{name} {_why_unplaced(dataset, points, rms)}")]
        notes.append(("gcp", f"{name} is placed by {len(points)} ground control points (RMS {rms:.2f} px)"))
    if not crs:
        notes.append(("no_crs", f"{name} has no coordinate reference system; areas are planar, in its own units"))
    elif (share := share_within(crs, transform, dataset.width, dataset.height)) < 1:
        notes.append(("outside_crs", f"{name}: {_where(dataset, transform, crs, share)}"))
    return transform, crs or None, notes


def _where(dataset: rasterio.DatasetReader, transform: Affine, crs: CRS, share: float) -> str:
    """Say that a part of an image has no place in its coordinate reference system, or all of it."""
    called = crs.to_string() if crs.to_authority() else "its coordinate reference system"
    if share:
        return f"{1 - share:.0%} of it lie outside {called}; areas there are planar"
    x, y = transform * (dataset.width / 2, dataset.height / 2)
    remedy = "give it the right one in QGIS (Assign Projection); areas are planar, in its own units"
    return f"its coordinates, such as {x:.10g}, {y:.10g}, lie outside {called}: {remedy}"


def _crs(dataset: rasterio.DatasetReader) -> CRS | None:
    try:
        return dataset.crs
    except CRSError:  # a definition that PROJ does not understand tells no more than none
        return None


def _is_usable(transform: Affine) -> bool:
    """Tell whether a transform was given at all and leads back to pixels."""
    return not transform.is_identity and _leads_back(transform)


def _leads_back(transform: Affine) -> bool:
    """Tell whether neighbouring pixels have places of their own, not with a pixel size of 0 or next to it."""
    if not np.isfinite(transform[:6]).all() or transform.is_degenerate:
        return False
    column, row = ~transform * (transform * (1, 1))
    return abs(column - 1) < 0.1 and abs(row - 1) < 0.1


def _fit(points: list[GroundControlPoint]) -> tuple[Affine, float]:
    """Return the affine through ground control points and by how many pixels (RMS) it misses them."""
    if len(points) < 3:
        return UNPLACED, np.inf
    try:
        transform = from_gcps(points)
    except (rasterio.errors.RasterioError, ValueError):
        return UNPLACED, np.inf
    if not _is_usable(transform):
        return UNPLACED, np.inf
    back = np.array(~transform).reshape(3, 3)[:2]
    there = np.array([(p.x, p.y, 1) for p in points]) @ back.T
    return transform, float(np.sqrt(np.square(there - [(p.col, p.row) for p in points]).sum(1).mean()))


def _why_unplaced(dataset: rasterio.DatasetReader, points: list[GroundControlPoint], rms: float) -> str:
    pixels = "working in pixels, areas are in square pixels"
    if points:
        missed = f" (RMS {rms:.1f} px)" if np.isfinite(rms) else ""
        return f"has {len(points)} ground control points that fit no affine{missed}: rectify it first; {pixels}"
    if not _leads_back(dataset.transform):
        return f"has a georeference that gives its pixels no size (pixel size 0): correct it first; {pixels}"
    if dataset.rpcs:
        return f"is placed by a sensor model (RPC) alone: orthorectify it first; {pixels}"
    return f"has no georeference; {pixels}"
