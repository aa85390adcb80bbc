"""The bands of an open dataset: which ones to show, their values, their validity and their palette."""

from __future__ import annotations

import numpy as np
import rasterio
from rasterio.enums import ColorInterp, MaskFlags, Resampling
from rasterio.windows import Window

from .. import colors
from ..errors import ParameterError, RasterError

HUGE = 1e30  # no radiance is that large: such floats are nodata in disguise, as NaN and infinity are


def choose_bands(
    name: str, dataset: rasterio.DatasetReader, bands: tuple[int | str, ...] | None
) -> tuple[tuple[int, ...], list[tuple[str, str]]]:
    """Return one band number (grey or palette) or three (red, green, blue), from 1, and warnings.

    Bands are wished for by number, name or colour; without a wish `rsqi_core.colors` chooses. The warning
    ``bands_guessed`` says that it had to guess.

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
    told = [_band(dataset, number) for number in dataset.indexes]
    choice = colors.choose(told) if bands is None else colors.Choice(tuple(_number(name, told, b) for b in bands))
    chosen = choice.numbers
    if len(chosen) not in (1, 3):
        raise ParameterError(f"bands: one or three are needed, not {list(chosen)}")
    if any(dataset.dtypes[b - 1].startswith("complex") for b in chosen):
        raise RasterError(f"{name} holds complex numbers; convert it to an amplitude image")
    return chosen, [("bands_guessed", _guess(name, chosen))] if choice.is_guess else []


def _band(dataset: rasterio.DatasetReader, number: int) -> colors.Band:
    """Return what the file says of a band."""
    description, tags = dataset.descriptions[number - 1] or "", dataset.tags(number)
    micrometres = dataset.tags(number, ns="IMAGERY").get("CENTRAL_WAVELENGTH_UM")
    texts = (
        f"{micrometres} um" if micrometres else "",
        f"{tags.get('wavelength', '')} {tags.get('wavelength_units', '')}",
        description,
    )
    waves = (colors.wavelength_in(text) for text in texts)
    wave = next((each for each in waves if each is not None), None)
    return colors.Band(description, wave, dataset.colorinterp[number - 1].name)


def _number(name: str, bands: list[colors.Band], wanted: int | str) -> int:
    found = colors.find(bands, str(wanted))
    if found is None:
        names = ", ".join(f"{number} ({band.name})" for number, band in enumerate(bands, 1) if band.name)
        raise RasterError(f"{name} has no band {wanted}; choose of {names or f'1..{len(bands)}'}")
    return found


def _guess(name: str, chosen: tuple[int, ...]) -> str:
    if len(chosen) == 1:
        return f"{name}: of its bands only band {chosen[0]} is inspected, as grey; --bands names others"
    numbers = ", ".join(map(str, chosen))
    return f"{name} does not say which bands are red, green and blue: {numbers} are taken; --bands names others"


def stored_black(dataset: rasterio.DatasetReader, bands: tuple[int, ...]) -> int | None:
    """Return what a grey image stores for black where white is 0, as a TIFF may say (MINISWHITE); else None."""
    if len(bands) > 1 or dataset.tags(ns="IMAGE_STRUCTURE").get("MINISWHITE") != "YES":
        return None
    bits = depth(dataset, bands[0])
    return None if bits is None else 2**bits - 1


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
