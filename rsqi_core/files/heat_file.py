"""A score of each pixel as a GeoTIFF on the raster's own grid."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import RasterioIOError

from ..places import STEPS
from ..raster import Raster
from ..taxonomy import IGNORED
from .mask import write_bytes

_SIGN = "RSQI heat map"  # of the file, by which it is known again


def write_heat(
    path: Path, raster: Raster, bands: Iterable[np.ndarray], window: tuple[int, int, int, int], text: str
) -> None:
    """Write scores as bytes whose scale makes them 0-1, a row of tiles at a time; whole or not at all.

    Parameters
    ----------
    bands : iterable of numpy.ndarray
        Of the window from the top, uint8 [N, width] each, 0 to `STEPS`, 255 for nodata.
    text : str
        What was looked for, noted in the file.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    tags = {"TIFFTAG_SOFTWARE": _SIGN, "TIFFTAG_IMAGEDESCRIPTION": text}
    write_bytes(path, "the heat map", raster, bands, window, tags=tags, scale=1 / STEPS)


def is_heat(path: Path) -> bool:
    """Tell whether a file is a heat map of :func:`write_heat`."""
    try:
        with rasterio.open(path, driver="GTiff") as file:
            return file.tags().get("TIFFTAG_SOFTWARE") == _SIGN and file.nodata == IGNORED
    except RasterioIOError:
        return False
