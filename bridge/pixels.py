"""Pixels of a raster layer as numpy arrays."""

from __future__ import annotations

import numpy as np
from qgis.core import QgsRasterDataProvider, QgsRectangle

from ..rsqi_core import colors
from .compat import ALPHA_BAND, COLOR_BANDS

# By Qgis.DataType.
TYPES = {1: "u1", 2: "u2", 3: "i2", 4: "u4", 5: "i4", 6: "f4", 7: "f8", 14: "i1"}
_MARKS = dict(zip((*COLOR_BANDS, ALPHA_BAND), (*colors.RGB, colors.ALPHA)))


def read(
    provider: QgsRasterDataProvider, bands: tuple[int, ...], extent: QgsRectangle, width: int, height: int
) -> tuple[np.ndarray, np.ndarray]:
    """Read a window.

    Returns
    -------
    planes : numpy.ndarray
        [bands, height, width], of the type of the first band.
    valid : numpy.ndarray
        bool [height, width]: visible through the alpha band if there is one; else a number in any band that is not
        its nodata value, as a single lost channel is an error and no hole.
    """
    planes, known = zip(*(_band(provider, band, extent, width, height) for band in bands))
    valid, alpha = np.any(known, axis=0), alpha_band(provider)
    if alpha is not None:
        valid = _band(provider, alpha, extent, width, height)[0] > 0
    return np.stack([plane.astype(planes[0].dtype, copy=False) for plane in planes]), valid


def alpha_band(provider: QgsRasterDataProvider) -> int | None:
    """Return the number of the band that says what is visible."""
    bands = range(1, provider.bandCount() + 1)
    return next((band for band in bands if provider.colorInterpretation(band) == ALPHA_BAND), None)


def color_bands(provider: QgsRasterDataProvider) -> tuple[int, ...]:
    """Return the bands that the worker takes for red, green and blue, or the one that it takes for grey."""
    return colors.choose([_told(provider, band) for band in range(1, provider.bandCount() + 1)]).numbers


def _told(provider: QgsRasterDataProvider, band: int) -> colors.Band:
    name = provider.generateBandName(band).partition(": ")[2]  # "Band 1: red (665 nm)"
    return colors.Band(name, colors.wavelength_in(name), _MARKS.get(provider.colorInterpretation(band), ""))


def _band(provider, band: int, extent: QgsRectangle, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    block = provider.block(band, extent, width, height)  # kept until its bytes are copied
    kind = TYPES.get(int(block.dataType()))
    if kind is None or not block.isValid():
        return np.zeros((height, width), "f4"), np.zeros((height, width), bool)
    values = np.frombuffer(bytes(block.data()), kind).reshape(height, width)
    known = np.isfinite(values) if kind[0] == "f" else np.ones(values.shape, bool)
    if block.hasNoDataValue():
        known &= values != block.noDataValue()
    for nodata in provider.userNoDataValues(band):
        known &= ~((values >= nodata.min()) & (values <= nodata.max()))
    return values, known
