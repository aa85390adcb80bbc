"""The bands of an open dataset: which ones to show, their values, their validity and their palette."""

from __future__ import annotations

import numpy as np
import rasterio
from rasterio.enums import ColorInterp, MaskFlags, Resampling
from rasterio.windows import Window

from ..errors import ParameterError, RasterError

HUGE = 1e30  # no radiance is that large: such floats are nodata in disguise, as NaN and infinity are


def choose_bands(name: str, dataset: rasterio.DatasetReader, bands: tuple[int, ...] | None) -> tuple[int, ...]:
    """Return one band number (grey or palette) or three (red, green, blue), from 1.

    Without a wish: the bands marked red, green and blue; else the first three that are no alpha; else the first.

    Raises
    ------
    RasterError
        There is no band, not the chosen one, or it is complex.
    ParameterError
        Neither one band is wanted nor three.
    """
    if dataset.count == 0:
        inside = dataset.subdatasets
        remedy = (
            f"open one of the {len(inside)} rasters inside it, such as {inside[0]}" if inside else "nothing to read"
        )
        raise RasterError(f"{name} has no bands; {remedy}")
    chosen = _by_meaning(dataset) if bands is None else tuple(bands)
    if len(chosen) not in (1, 3):
        raise ParameterError(f"bands: one or three numbers are needed, not {list(chosen)}")
    if lacking := [b for b in chosen if not 1 <= b <= dataset.count]:
        raise RasterError(f"{name} has no band {lacking[0]}; choose of 1..{dataset.count}")
    if any(dataset.dtypes[b - 1].startswith("complex") for b in chosen):
        raise RasterError(f"{name} holds complex numbers; convert it to an amplitude image")
    return chosen


def _by_meaning(dataset: rasterio.DatasetReader) -> tuple[int, ...]:
    colors = dataset.colorinterp
    rgb = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
    if all(c in colors for c in rgb):
        return tuple(colors.index(c) + 1 for c in rgb)
    image = [i + 1 for i, c in enumerate(colors) if c != ColorInterp.alpha] or [1]
    return tuple(image[:3]) if len(image) >= 3 else (image[0],)


def find_palette(dataset: rasterio.DatasetReader, band: int) -> np.ndarray | None:
    """Return the palette of `band` as uint8 [256 or 65536, 4] RGBA, or None; unused entries are transparent."""
    dtype = dataset.dtypes[band - 1]
    if dataset.colorinterp[band - 1] != ColorInterp.palette or dtype not in ("uint8", "uint16"):
        return None
    table = np.zeros((np.iinfo(dtype).max + 1, 4), np.uint8)
    for index, rgba in dataset.colormap(band).items():
        if 0 <= index < len(table):
            table[index] = rgba
    return table


def depth(dataset: rasterio.DatasetReader, band: int) -> int | None:
    """Return the bits that an integer band really uses (12 of 16, say), or None for floating point."""
    dtype = np.dtype(dataset.dtypes[band - 1])
    if not np.issubdtype(dtype, np.integer):
        return None
    stated = dataset.tags(band, ns="IMAGE_STRUCTURE").get("NBITS", "")
    return int(stated) if stated.isdigit() and 0 < int(stated) < dtype.itemsize * 8 else dtype.itemsize * 8


def read_planes(
    dataset: rasterio.DatasetReader,
    bands: tuple[int, ...],
    box: Window,
    shape: tuple[int, int],
    resampling: Resampling,
    dtype: str,
) -> np.ndarray:
    """Return `bands` of a box as [C, H, W] of `dtype`."""
    planes = np.empty((len(bands), *shape), dtype)
    for plane, band in zip(planes, bands):  # one by one: bands may differ in type
        dataset.read(band, out=plane, window=box, resampling=resampling)
    return planes


def read_masks(
    dataset: rasterio.DatasetReader, bands: tuple[int, ...], box: Window, shape: tuple[int, int]
) -> list[np.ndarray]:
    """Return what alpha, mask or nodata value say, uint8 [H, W] with 0 for invalid: once for all bands, or of each."""
    flags = [dataset.mask_flag_enums[b - 1] for b in bands]
    if any(MaskFlags.all_valid in f for f in flags):
        return [np.full(shape, 255, np.uint8)]
    shared = all(MaskFlags.per_dataset in f for f in flags)
    return [
        dataset.read_masks(band, window=box, out_shape=shape, resampling=Resampling.nearest)
        for band in (bands[:1] if shared else bands)
    ]


def is_number(planes: np.ndarray) -> np.ndarray:
    """Return bool of the shape of `planes`: False for NaN, infinity and `HUGE` values."""
    with np.errstate(invalid="ignore"):
        return np.abs(planes) < HUGE
