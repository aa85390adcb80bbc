"""The tone across a line, read from the raster as QGIS has it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from qgis.core import QgsGeometry, QgsRasterDataProvider, QgsRectangle

from . import pixels

HALF = 28  # px on each side, as far as the measures look
_PIECES = 24  # places along the line that are looked at
_PIECE = 48  # px of the line at each


@dataclass(frozen=True)
class SeamProfile:
    """The mean tone across a line.

    Attributes
    ----------
    across : numpy.ndarray
        float [2 * HALF]: pixels from the line, negative to its left as seen in its direction.
    tones : numpy.ndarray
        float [2 * HALF, bands], in the raster's own values; NaN where no pixel is valid.
    along : numpy.ndarray
        float [N]: share 0-1 of the line at which its step was looked at.
    steps : numpy.ndarray
        float [N, bands]: by how much the right is brighter there, in the raster's own values; NaN where unknown.
    """

    across: np.ndarray
    tones: np.ndarray
    along: np.ndarray
    steps: np.ndarray

    def sides(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the mean tone of each band on the left and on the right."""
        return tuple(_mean(side) for side in (self.tones[:HALF], self.tones[HALF:]))


def read_profile(provider: QgsRasterDataProvider, line: QgsGeometry) -> SeamProfile | None:
    """Read the profile of a line in the raster's CRS at places along all of it; None where nothing is valid.

    However long the line, only small windows around these places are read.
    """
    extent, columns, rows = provider.extent(), provider.xSize(), provider.ySize()
    if line.isEmpty() or not columns or not rows:
        return None
    side = extent.width() / columns
    length = line.length()
    starts = np.linspace(0, max(0.0, length - _PIECE * side), _PIECES if length > _PIECE * side else 1)
    bands = pixels.color_bands(provider)
    total, count = np.zeros((2 * HALF, len(bands))), np.zeros((2 * HALF, 1))
    steps = np.full((len(starts), len(bands)), np.nan)
    for number, start in enumerate(starts):
        places = _places(line, start + side * np.arange(0.5, min(_PIECE, length / side)), side)
        if places is not None:
            values, valid = _sample(provider, bands, extent, side, places)
            total += (values * valid[..., None]).sum(0)
            count += valid.sum(0)[:, None]
            left, right = (
                _mean(np.where(valid[..., None], values, np.nan)[:, side].reshape(-1, len(bands)))
                for side in (slice(None, HALF), slice(HALF, None))
            )
            steps[number] = right - left
    if not count.any():
        return None
    tones = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    along = (starts + min(_PIECE * side, length) / 2) / max(length, 1e-9)
    return SeamProfile(np.arange(2 * HALF) - HALF + 0.5, tones, along, steps)


def _places(line: QgsGeometry, along: np.ndarray, side: float) -> np.ndarray | None:
    """Return map coordinates [rows along, 2 * HALF across, 2]; the right of the line comes last."""
    points = [line.interpolate(float(distance)).asPoint() for distance in (along[0], *along, along[-1])]
    course = np.array([(point.x(), point.y()) for point in points])
    tangents = course[-1] - course[0]
    if not np.hypot(*tangents):
        return None
    tangents = tangents / np.hypot(*tangents)
    normal = np.array([tangents[1], -tangents[0]])  # to the right, as y runs up
    across = (np.arange(2 * HALF) - HALF + 0.5) * side
    return course[1:-1, None] + across[None, :, None] * normal


def _sample(
    provider: QgsRasterDataProvider, bands: tuple[int, ...], extent: QgsRectangle, side: float, places: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the values [..., bands] of the pixels at `places` [..., 2], and which of them are valid."""
    column = np.floor((places[..., 0] - extent.xMinimum()) / side).astype(int)
    row = np.floor((extent.yMaximum() - places[..., 1]) / (extent.height() / provider.ySize())).astype(int)
    inside = (column >= 0) & (row >= 0) & (column < provider.xSize()) & (row < provider.ySize())
    values = np.zeros((*inside.shape, len(bands)))
    if not inside.any():
        return values, inside
    left, top, right, bottom = column[inside].min(), row[inside].min(), column[inside].max(), row[inside].max()
    height = extent.height() / provider.ySize()
    window = QgsRectangle(
        extent.xMinimum() + left * side,
        extent.yMaximum() - (bottom + 1) * height,
        extent.xMinimum() + (right + 1) * side,
        extent.yMaximum() - top * height,
    )
    planes, known = pixels.read(provider, bands, window, int(right - left + 1), int(bottom - top + 1))
    values[inside] = np.moveaxis(planes, 0, -1)[row[inside] - top, column[inside] - left]
    valid = np.zeros(inside.shape, bool)
    valid[inside] = known[row[inside] - top, column[inside] - left]
    return values, valid


def _mean(side: np.ndarray) -> np.ndarray:
    known = np.isfinite(side).all(1)
    return side[known].mean(0) if known.any() else np.full(side.shape[1], math.nan)
