"""The label map as a GeoTIFF on the raster's own grid."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import NotGeoreferencedWarning
from rasterio.windows import Window

from .errors import OutputError
from .merge import LabelMap
from .raster import UNPLACED, Raster
from .taxonomy import IGNORED, TYPES

_TILE = 512


def write_mask(path: Path, raster: Raster, label_map: LabelMap, window: tuple[int, int, int, int]) -> None:
    """Write one uint8 band, tiled and compressed, strip by strip.

    Values are 0, 1..10 and 255 for nodata and for what lies outside the inspected window (column, row, width, height).

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    x, y, width, height = window
    # Like the raster itself, a mask without georeference carries none.
    place = {} if raster.transform == UNPLACED else {"crs": raster.crs, "transform": raster.transform}
    profile = {
        "driver": "GTiff", "width": raster.width, "height": raster.height, "count": 1, "dtype": "uint8",
        "tiled": True, "blockxsize": _TILE, "blockysize": _TILE, "compress": "deflate", "nodata": IGNORED,
        "bigtiff": "if_safer", **place,
    }  # fmt: skip
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            target = rasterio.open(path, "w", **profile)
        with target:
            for top in range(0, raster.height, _TILE):
                rows = min(_TILE, raster.height - top)
                strip = np.full((rows, raster.width), IGNORED, np.uint8)
                first, last = max(top, y), min(top + rows, y + height)
                if first < last:
                    strip[first - top : last - top, x : x + width] = label_map.label[first - y : last - y]
                target.write(strip, 1, window=Window(0, top, raster.width, rows))
            target.write_colormap(1, {t.id: _rgba(t.color) for t in TYPES})
    except (rasterio.errors.RasterioError, OSError) as error:
        raise OutputError(f"{path}: cannot write the mask: {error}") from error


def _rgba(color: str) -> tuple[int, int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16), 255
