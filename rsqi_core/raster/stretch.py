"""Deep data become 8 bits: one linear stretch for the whole raster, found from a sample of its valid pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import rasterio
from rasterio.enums import Resampling
from rasterio.windows import Window

from ..saturation import saturation
from .bands import depth, is_number, read_masks, read_planes
from .undeclared import find_undeclared

PERCENTILES = (2.0, 98.0)
LEVELS = (20.0, 235.0)  # grey levels that the percentiles become: light and shade still fade beyond them
SAMPLE_SIDE = 1024  # px; longest side of the decimated read behind the stretch
SAMPLE_WHOLE = 2**26  # px; more than this is not read through for a sample
_ENOUGH = 4096  # values that make percentiles trustworthy
_WINDOW = 64  # px; side of the windows of a lattice
_LATTICE = 16  # windows along each side
_DENSER = (48, 144)  # where that finds next to nothing
_BLOCKS = 256  # stored blocks of a sparse file to look into
_INDEX = 2**20  # blocks; a longer index of a file is not gone through


@dataclass(frozen=True)
class Stretch:
    """A linear map from a raster's values to grey levels, `low` and `high` to `LEVELS`, the rest to 1..254.

    0 and 255 are kept for values that are extremes themselves: clipping must not look like missing pixels, and missing
    pixels must not be hidden by the stretch.

    Attributes
    ----------
    low, high : float
        In the raster's values.
    floor, ceiling : float or None
        The values that become 0 and 255: zero where the ground is above it, and the value at which the data saturate.
    """

    low: float
    high: float
    floor: float | None = None
    ceiling: float | None = None

    @property
    def changes_nothing(self) -> bool:
        """Are the values grey levels already, only stored in a wider type?"""
        return self == AS_BYTES

    def apply(self, planes: np.ndarray) -> np.ndarray:
        """Return `planes` (numbers of any shape) as uint8; what is no number becomes 1."""
        values = planes.astype(np.float32, copy=False)
        dark, bright = LEVELS
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = values - np.float32(self.low)
            scaled *= np.float32((bright - dark) / (self.high - self.low))
        scaled += np.float32(dark + 0.5)  # rounded when it is cut to an integer
        np.fmax(scaled, np.float32(1), out=scaled)  # fmax and fmin pass over what is no number
        np.fmin(scaled, np.float32(254), out=scaled)
        out = scaled.astype(np.uint8)
        if self.floor is not None:
            out[values == np.float32(self.floor)] = 0
        if self.ceiling is not None:
            out[values == np.float32(self.ceiling)] = 255
        return out


AS_BYTES = Stretch(*LEVELS, 0.0, 255.0)  # every grey level becomes itself


@dataclass(frozen=True)
class Look:
    """What a sample of deep data shows.

    Attributes
    ----------
    stretch : Stretch
    nodata : float or None
        A value that nobody has declared, and that must be nodata.
    nodata_share : float
        Of the sample, 0..1.
    """

    stretch: Stretch
    nodata: float | None = None
    nodata_share: float = 0.0


def look(
    dataset: rasterio.DatasetReader, bands: tuple[int, ...], nodata: float | None = None, black: int | None = None
) -> Look:
    """Return the stretch whose ends are the `PERCENTILES` of the valid values of all `bands` together.

    One common pair serves all bands, so that colours keep their ratios. Zero and the value at which the data saturate
    take no part: they are fill and saturation, not ground. Whole numbers that fill 8 bits are grey levels already,
    whatever their type, and stay as they are.

    Parameters
    ----------
    nodata : float, optional
        A value to leave out besides what the file declares; without one it is looked for.
    black : int, optional
        What is stored for black where white is stored as 0. The stretch is that of the values turned round.
    """
    stated = [bits for band in bands if (bits := _stated_bits(dataset, band)) is not None]
    bits = max(stated) if len(stated) == len(bands) else None
    whole = all(depth(dataset, band) is not None for band in bands)  # whose top is never the 1 of reflectances
    found, ceiling = None, 1.0
    ground = known = np.empty(0, np.float32)
    for boxes in _samples(dataset):
        pictures = [_picture(dataset, bands, box, shape) for box, shape in boxes]
        if nodata is None and found is None:
            found = find_undeclared([(planes, np.all(valid, 0)) for planes, valid in pictures], bits)
        left_out = nodata if found is None else found[0]
        seen = [_values(planes, valid, left_out) for planes, valid in pictures]
        known = np.concatenate([known, *(seen if black is None else (np.float32(black) - each for each in seen))])
        ceiling = max(saturation(known, bits), 255.0 if whole and bits is None else 0.0)
        ground = known[~np.isin(known, np.array([0, ceiling], np.float32))]
        if ground.size >= _ENOUGH:
            break
    values = ground if ground.size else known
    if _are_grey_levels(known):
        return Look(AS_BYTES, *(found or ()))
    low, high = (float(v) for v in np.percentile(values, PERCENTILES)) if values.size else (0.0, 1.0)
    if not high > low:
        high = low + max(1.0, abs(low) * 1e-6)
    return Look(Stretch(low, high, 0.0 if low > 0 else None, ceiling), *(found or ()))


def _stated_bits(dataset: rasterio.DatasetReader, band: int) -> int | None:
    """Bits of an integer band that are fewer than its type has, as only a file itself can say."""
    bits = depth(dataset, band)
    return None if bits is None or bits == 8 * np.dtype(dataset.dtypes[band - 1]).itemsize else bits


def _are_grey_levels(values: np.ndarray) -> bool:
    """Are these whole numbers of 8 bits, and of no fewer?"""
    if not values.size or not 127 < values.max() <= 255 or values.min() < 0:
        return False
    return bool((values == np.rint(values)).all())


def _picture(
    dataset: rasterio.DatasetReader, bands: tuple[int, ...], box: Window, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Values float32 [C, H, W] of a box, and which of them are valid, bool of that shape."""
    planes = read_planes(dataset, bands, box, shape, Resampling.nearest, "float32")
    return planes, (np.stack(read_masks(dataset, bands, box, shape)) > 0) & is_number(planes)


def _values(planes: np.ndarray, valid: np.ndarray, nodata: float | None) -> np.ndarray:
    """Valid values, without the pixels that are `nodata` in all bands."""
    if nodata is not None:
        valid = valid & ~(planes == np.float32(nodata)).all(0)
    return planes[valid]


def _samples(dataset: rasterio.DatasetReader) -> Iterator[list[tuple[Window, tuple[int, int]]]]:
    """Yield lists of boxes and their decimated shapes, each list more thorough than the one before."""
    width, height = dataset.width, dataset.height
    coarsest = max(dataset.overviews(1), default=1)
    if width * height <= SAMPLE_WHOLE * coarsest**2:
        factor = max(1.0, max(width, height) / SAMPLE_SIDE)
        yield [(Window(0, 0, width, height), (max(1, int(height / factor)), max(1, int(width / factor))))]
        return
    yield _lattice(width, height, _LATTICE)
    stored = _stored_blocks(dataset)
    if stored:
        picked = np.unique(np.linspace(0, len(stored) - 1, _BLOCKS).astype(int))
        yield [(stored[i], (min(_WINDOW, stored[i].height), min(_WINDOW, stored[i].width))) for i in picked]
    for steps in _DENSER:
        yield _lattice(width, height, steps)


def _lattice(width: int, height: int, steps: int) -> list[tuple[Window, tuple[int, int]]]:
    w, h = min(_WINDOW, width), min(_WINDOW, height)
    columns = np.unique(np.linspace(0, width - w, steps).astype(int))
    rows = np.unique(np.linspace(0, height - h, steps).astype(int))
    return [(Window(int(x), int(y), w, h), (h, w)) for y in rows for x in columns]


def _stored_blocks(dataset: rasterio.DatasetReader) -> list[Window]:
    """Return the blocks that a sparse GeoTIFF really holds; none for other formats, which do not tell."""
    rows, columns = dataset.block_shapes[0]
    down, across = -(-dataset.height // rows), -(-dataset.width // columns)
    if dataset.driver != "GTiff" or down * across > _INDEX:
        return []
    return [
        Window(x * columns, y * rows, min(columns, dataset.width - x * columns), min(rows, dataset.height - y * rows))
        for y in range(down)
        for x in range(across)
        if dataset.get_tag_item(f"BLOCK_OFFSET_{x}_{y}", "TIFF", bidx=1) is not None
    ]
