"""Rasters to measure with: real texture of any size, a sparse one, a mosaic."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import rasterio
from affine import Affine
from rasterio.windows import Window

from rsqi_core.imagery import clean_files, read_rgb
from rsqi_core.synthesis.compose import RECIPES
from rsqi_core.synthesis.landscape import landscape

TILE = 512  # px; of the file, and of the pictures it is made of
PICTURES = 200
PLACE = {"crs": "EPSG:32648", "transform": Affine(0.5, 0, 500_000, 0, -0.5, 3_000_000)}
STORED = {"tiled": True, "blockxsize": TILE, "blockysize": TILE, "compress": "deflate", "zlevel": 1, "predictor": 2}
PLANTED = 20  # tiles, one of which gets an error
PATCH, APART = 2000, 10_000  # px; what is there of a sparse raster, and how far apart as a rule


def texture(path: Path, width: int, height: int, data: Path, planted: int = PLANTED) -> Path:
    """Write a raster full of photographs, turned, or of synthetic landscapes where there are none.

    One tile of `planted` gets an error.
    """
    return path if path.exists() else _write(path, width, height, data, planted, lambda row, column: True)


def sparse(path: Path, side: int, data: Path, apart: int = APART) -> Path:
    """Write a raster with patches of texture in a wide nothing, one every `apart` pixels across and down."""
    if path.exists():
        return path
    within, period = PATCH // TILE, max(2, apart // TILE)
    return _write(
        path, side, side, data, PLANTED, lambda row, column: row % period < within and column % period < within
    )


def mosaic(path: Path, source: Path, side: int, times: tuple[int, int]) -> Path:
    """Write a VRT that shows one square raster many times."""
    across, down = times
    places = [(x * side, y * side) for y in range(down) for x in range(across)]
    bands = "".join(
        f'<VRTRasterBand dataType="Byte" band="{band}"><ColorInterp>{color}</ColorInterp>'
        + "".join(
            f'<SimpleSource><SourceFilename relativeToVRT="1">{source.name}</SourceFilename>'
            f'<SourceBand>{band}</SourceBand><SrcRect xOff="0" yOff="0" xSize="{side}" ySize="{side}"/>'
            f'<DstRect xOff="{x}" yOff="{y}" xSize="{side}" ySize="{side}"/></SimpleSource>'
            for x, y in places
        )
        + "</VRTRasterBand>"
        for band, color in enumerate(("Red", "Green", "Blue"), 1)
    )
    where = "<SRS>EPSG:32648</SRS><GeoTransform>500000, 0.5, 0, 3000000, 0, -0.5</GeoTransform>"
    size = f'rasterXSize="{across * side}" rasterYSize="{down * side}"'
    path.write_text(f"<VRTDataset {size}>{where}{bands}</VRTDataset>", encoding="utf-8")
    return path


def _write(path: Path, width: int, height: int, data: Path, planted: int, holds: Callable[[int, int], bool]) -> Path:
    print(f"writing {path.name}", flush=True)
    pictures, recipes = itertools.cycle(_pictures(data)), itertools.cycle([*RECIPES.values()][::-1])
    rng, count = np.random.default_rng(5), 0
    part = path.with_suffix(".part")
    size = {"width": width, "height": height, "count": 3, "dtype": "uint8", "nodata": 0}
    with rasterio.open(part, "w", driver="GTiff", sparse_ok=True, bigtiff="if_safer", **size, **PLACE, **STORED) as out:
        for row, column in itertools.product(range(-(-height // TILE)), range(-(-width // TILE))):
            if holds(row, column):
                window = Window(column * TILE, row * TILE, TILE, TILE).intersection(Window(0, 0, width, height))
                picture, count = np.rot90(next(pictures), rng.integers(4)), count + 1
                defect = next(recipes).apply(np.ascontiguousarray(picture), rng) if count % planted == 0 else None
                picture = (defect.image if defect else picture)[: int(window.height), : int(window.width)]
                out.write(np.moveaxis(np.maximum(picture, 1), -1, 0), window=window)
    return part.replace(path)


def _pictures(data: Path) -> list[np.ndarray]:
    files = list(clean_files(data, validation=False)) if data.is_dir() else []
    if not files:
        return [landscape(TILE, seed) for seed in range(12)]
    return [_filled(read_rgb(file)) for file in files[:: max(1, len(files) // PICTURES)]]


def _filled(picture: np.ndarray) -> np.ndarray:
    """Return a tile of a picture, mirrored at its end where that is too small."""
    short = [max(0, TILE - length) for length in picture.shape[:2]]
    picture = cv2.copyMakeBorder(picture, 0, short[0], 0, short[1], cv2.BORDER_REFLECT)
    return picture[:TILE, :TILE]
