"""The label map as a GeoTIFF on the raster's own grid."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import NotGeoreferencedWarning
from rasterio.windows import Window

from ..raster import UNPLACED, Raster
from ..raster.gdal import hushed
from ..taxonomy import IGNORED, TYPES
from ..uniform import is_uniform
from .atomic import whole_file

_TILE = 512
_CACHE = 32 * 2**20  # bytes of tiles that wait to be written


def write_mask(path: Path, raster: Raster, bands: Iterable[np.ndarray], window: tuple[int, int, int, int]) -> None:
    """Write one uint8 band, tiled and compressed, a row of tiles at a time; the file appears whole or not at all.

    Values are 0, 1..10 and 255 for nodata and for what lies outside the inspected window; tiles in which there is
    nothing else are left out of the file.

    Parameters
    ----------
    bands : iterable of numpy.ndarray
        The labels of the window from the top, uint8 [N, width] each.
    window : tuple of int
        Column, row, width and height in the raster.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    colors = {t.id: _rgba(t.color) for t in TYPES}
    write_bytes(path, "the mask", raster, bands, window, colors=colors)


def write_bytes(
    path: Path,
    what: str,
    raster: Raster,
    bands: Iterable[np.ndarray],
    window: tuple[int, int, int, int],
    colors: Mapping[int, tuple[int, int, int, int]] | None = None,
    tags: Mapping[str, str] | None = None,
    scale: float = 1.0,
) -> None:
    """Write one uint8 band as `write_mask` does.

    Parameters
    ----------
    what : str
        What cannot be written, for the message.
    colors, tags, scale : optional
        Of the band, and of the file.
    """
    # Like the raster itself, a mask without georeference carries none.
    place = (
        {}
        if raster.crs is None and raster.transform == UNPLACED
        else {"crs": raster.crs, "transform": raster.transform}
    )
    profile = {
        "driver": "GTiff", "width": raster.width, "height": raster.height, "count": 1, "dtype": "uint8",
        "tiled": True, "blockxsize": _TILE, "blockysize": _TILE, "compress": "deflate", "nodata": IGNORED,
        "bigtiff": "if_safer", "sparse_ok": True, **place,
    }  # fmt: skip
    with whole_file(path, what, errors=(rasterio.errors.RasterioError,)) as part:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            target = rasterio.open(part, "w", **profile)
        with rasterio.Env(GDAL_CACHEMAX=_CACHE), target:
            if colors:
                target.write_colormap(1, dict(colors))
            if scale != 1:
                target.scales = (scale,)
            target.update_tags(**(tags or {}))
            for top, strip in _strips(raster, bands, window):
                target.write(strip, 1, window=Window(0, top, raster.width, len(strip)))


def is_mask(path: Path) -> bool:
    """Tell whether a file is a mask of :func:`write_mask`: one band of bytes in the colours of the types."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with hushed(), rasterio.open(path, driver="GTiff") as file:
                if file.driver != "GTiff" or file.dtypes != ("uint8",) or file.nodata != IGNORED:
                    return False
                colors = file.colormap(1)
    except (rasterio.errors.RasterioError, ValueError):  # no raster, no colours
        return False
    return all(colors.get(t.id) == _rgba(t.color) for t in TYPES)


def _strips(
    raster: Raster, bands: Iterable[np.ndarray], window: tuple[int, int, int, int]
) -> Iterator[tuple[int, np.ndarray]]:
    """Yield first row and labels of each row of tiles that is not empty, uint8 [up to _TILE, raster width]."""
    x, y, width, height = window
    rows = iter(bands)
    band = np.empty((0, width), np.uint8)
    for top in range(0, raster.height, _TILE):
        strip, tall = None, min(_TILE, raster.height - top)
        row, last = max(y - top, 0), min(tall, y + height - top)
        while row < last:
            if not len(band):
                band = next(rows)
            fits = min(last - row, len(band))
            if not (is_uniform(band) and band[0, 0] == IGNORED):
                if strip is None:
                    strip = np.full((tall, raster.width), IGNORED, np.uint8)
                strip[row : row + fits, x : x + width] = band[:fits]
            band, row = band[fits:], row + fits
        if strip is not None:
            yield top, strip


def _rgba(color: str) -> tuple[int, int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16), 255
