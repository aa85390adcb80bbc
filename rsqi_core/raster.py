"""Open a raster and read RGB windows of it as uint8, each with the mask of its valid pixels."""

from __future__ import annotations

import logging
import os
import warnings as python_warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from rasterio.crs import CRS
from rasterio.enums import ColorInterp, MaskFlags, Resampling
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import from_gcps
from rasterio.windows import Window

from .errors import ParameterError, RasterError, RsqiError

PERCENTILES = (2.0, 98.0)
SAMPLE_SIDE = 1024  # px; longest side of the decimated read behind the stretch
SAMPLE_WHOLE = 2**26  # px; above this, a raster without overviews is sampled by windows instead of read through
MAX_GCP_RMS = 2.0  # px; ground control points that an affine misses by more do not place the image
UNPLACED = Affine(1, 0, 0, 0, -1, 0)  # pixels with rows running down, where QGIS draws such an image
HUGE = 1e30  # no radiance is that large: such floats are nodata in disguise, as NaN and infinity are

# Damage must be an error: by default libjpeg only warns, and the fast PNG path swallows a missing tail.
GDAL_OPTIONS = {"GDAL_ERROR_ON_LIBJPEG_WARNING": True, "GDAL_PNG_WHOLE_IMAGE_OPTIM": False}

# Without a handler of its own, Python prints rasterio's log to stderr; an application's own handlers still get it.
logging.getLogger("rasterio").addHandler(logging.NullHandler())


@dataclass(frozen=True)
class Raster:
    """An open raster, read window by window; nothing of the scene is kept in memory.

    Not for use by several threads at once: open the file once per thread.

    Attributes
    ----------
    path : str
        As given by the caller.
    width, height : int
        Size in pixels.
    transform : affine.Affine
        Pixel (column, row) to map units; `UNPLACED` when nothing places the image.
    crs : rasterio.crs.CRS or None
        None when unknown or when nothing places the image.
    bands : tuple of int
        The band numbers shown: one (grey or palette) or three (red, green, blue).
    stretch : tuple of float or None
        (low, high) in the raster's values, mapped to 1..254; None for uint8, which is shown as it is.
    warnings : tuple of (str, str)
        (code, message) with codes ``no_georeference``, ``no_crs``, ``gcp``, ``scaled``.
    """

    path: str
    width: int
    height: int
    transform: Affine
    crs: CRS | None
    bands: tuple[int, ...]
    stretch: tuple[float, float] | None
    warnings: tuple[tuple[str, str], ...]
    _dataset: rasterio.DatasetReader
    _palette: np.ndarray | None  # uint8 [256, 4] RGBA

    def __enter__(self) -> Raster:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; reading afterwards raises `RasterError`."""
        self._dataset.close()

    def read(
        self, x: int, y: int, width: int, height: int, shape: tuple[int, int] | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Read one box.

        Parameters
        ----------
        x, y : int
            Column and row of the box's first pixel.
        width, height : int
            Size of the box in pixels; it must lie inside the raster.
        shape : (int, int), optional
            (rows, columns) of the result: colours by average, palette colours and the mask by nearest neighbour.

        Returns
        -------
        rgb : numpy.ndarray
            uint8 [H, W, 3], 0 where invalid.
        valid : numpy.ndarray
            bool [H, W]; False for nodata, transparent and masked pixels and for values that are no number.

        Raises
        ------
        ParameterError
            The box is empty or leaves the raster.
        RasterError
            The file is damaged, truncated or closed.
        """
        if width < 1 or height < 1 or x < 0 or y < 0 or x + width > self.width or y + height > self.height:
            raise ParameterError(
                f"box x {x}, y {y}, {width} x {height} px lies outside {self.path} ({self.width} x {self.height} px)"
            )
        box = Window(x, y, width, height)
        with _rasterio(self.path, "read"):
            return self._read(box, shape or (height, width))

    def _read(self, box: Window, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        valid = _read_valid(self._dataset, self.bands, box, shape)
        if self._palette is not None:
            index = self._dataset.read(self.bands[0], window=box, out_shape=shape, resampling=Resampling.nearest)
            rgba = self._palette[index]
            rgb, valid = rgba[..., :3], valid & (rgba[..., 3] > 0)
        elif self.stretch is None:
            planes = _read_planes(self._dataset, self.bands, box, shape, Resampling.average, "uint8")
            rgb = np.moveaxis(planes, 0, -1)
        else:
            planes = _read_planes(self._dataset, self.bands, box, shape, Resampling.average, "float32")
            valid &= _is_number(planes)
            rgb = np.moveaxis(_stretched(planes, self.stretch, self._dataset.dtypes[self.bands[0] - 1]), 0, -1)
        rgb = np.repeat(rgb, 3, axis=-1) if rgb.shape[-1] == 1 else np.ascontiguousarray(rgb)
        rgb[~valid] = 0
        return rgb, valid

    def describe(self) -> dict:
        """Return what a report needs to know of the raster, JSON-ready."""
        return {
            "path": self.path,
            "driver": self._dataset.driver,
            "width": self.width,
            "height": self.height,
            "band_count": self._dataset.count,
            "bands": list(self.bands),
            "data_type": self._dataset.dtypes[self.bands[0] - 1],
            "palette": self._palette is not None,
            "stretch": list(self.stretch) if self.stretch else None,
            "stretch_percentiles": list(PERCENTILES) if self.stretch else None,
            "crs": self.crs.to_string() if self.crs else None,
            "transform": list(self.transform)[:6],
            "warnings": [list(warning) for warning in self.warnings],
        }


def open_raster(path: str | os.PathLike[str], bands: tuple[int, ...] | None = None) -> Raster:
    """Open the raster at `path`; use it as a context manager.

    A raster that is not uint8 is stretched, never cast: `PERCENTILES` of the valid pixels of a decimated read become
    the ends of the scale. One common pair serves all bands shown, so that colours keep their ratios, and every read
    uses the same pair, so that blocks agree. The stretch yields 1..254: clipping must not look like missing pixels.
    Only a value that is an extreme itself, 0 (where it is the dark end) or the largest of its integer type, becomes 0
    or 255.

    Parameters
    ----------
    path : path-like
        Any raster that GDAL reads.
    bands : tuple of int, optional
        One or three band numbers from 1. Default: the bands marked red, green and blue; else the first three that are
        no alpha; else the first one, as grey or through its palette.

    Raises
    ------
    RasterError
        No raster, not readable, complex values.
    ParameterError
        `bands` does not fit the file.
    """
    name = os.fspath(path)
    if Path(name).is_dir():
        raise RasterError(f"{name} is a folder; give a raster file")
    # A Path is taken literally; a string with '#', '?' or '!' would be parsed as an address.
    source = Path(name) if Path(name).is_file() else name
    with _rasterio(name, "open"):
        dataset = rasterio.open(source)
    try:
        with _rasterio(name, "read"):
            return _understand(name, dataset, bands)
    except RsqiError:
        dataset.close()
        raise


def _understand(name: str, dataset: rasterio.DatasetReader, bands: tuple[int, ...] | None) -> Raster:
    """Choose bands, palette, stretch and place of an open dataset."""
    chosen = _choose_bands(name, dataset, bands)
    types = {dataset.dtypes[b - 1] for b in chosen}
    if any(t.startswith("complex") for t in types):
        raise RasterError(f"{name} holds complex numbers; convert it to an amplitude image")
    palette = _palette(dataset, chosen[0]) if len(chosen) == 1 else None
    transform, crs, notes = _place(name, dataset)
    stretch = None
    if palette is None and types != {"uint8"}:
        stretch = _find_stretch(dataset, chosen)
        low, high = stretch
        text = f"{name}: {'/'.join(sorted(types))} values {low:g} to {high:g} are scaled to 8 bits"
        notes.append(("scaled", text))
    size = dataset.width, dataset.height
    return Raster(name, *size, transform, crs, chosen, stretch, tuple(notes), dataset, palette)


@contextmanager
def _rasterio(name: str, verb: str) -> Iterator[None]:
    """Run rasterio quietly and turn whatever it raises into one line that names the file."""
    try:
        with rasterio.Env(**GDAL_OPTIONS), python_warnings.catch_warnings():
            python_warnings.simplefilter("ignore", NotGeoreferencedWarning)
            yield
    except RsqiError:
        raise
    except Exception as error:
        # rasterio's own text often only points at its cause, which names the strip or tile
        reason = " ".join(str(error.__cause__ or error).split()).removeprefix(f"{name}: ").rstrip(".")
        remedy = {
            "open": "give an existing raster file that GDAL reads",
            "read": "the file may be damaged or truncated, copy it again",
        }[verb]
        raise RasterError(f"cannot {verb} {name}: {reason or type(error).__name__}; {remedy}") from error


def _choose_bands(name: str, dataset: rasterio.DatasetReader, bands: tuple[int, ...] | None) -> tuple[int, ...]:
    if dataset.count == 0:
        inside = len(dataset.subdatasets)
        raise RasterError(f"{name} has no bands; open one of the {inside} rasters inside it")
    if bands is not None:
        if len(bands) not in (1, 3) or not all(1 <= b <= dataset.count for b in bands):
            raise ParameterError(f"bands {bands}: give one or three numbers of 1..{dataset.count}, the bands of {name}")
        return tuple(bands)
    colors = dataset.colorinterp
    rgb = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
    if all(c in colors for c in rgb):
        return tuple(colors.index(c) + 1 for c in rgb)
    image = [i + 1 for i, c in enumerate(colors) if c != ColorInterp.alpha] or [1]
    return tuple(image[:3]) if len(image) >= 3 else (image[0],)


def _palette(dataset: rasterio.DatasetReader, band: int) -> np.ndarray | None:
    """Return the palette of `band` as uint8 [256, 4], or None; unused entries are transparent."""
    if dataset.colorinterp[band - 1] != ColorInterp.palette or dataset.dtypes[band - 1] != "uint8":
        return None
    table = np.zeros((256, 4), np.uint8)
    for index, rgba in dataset.colormap(band).items():
        if 0 <= index < 256:
            table[index] = rgba
    return table


def _place(name: str, dataset: rasterio.DatasetReader) -> tuple[Affine, CRS | None, list[tuple[str, str]]]:
    """Return transform, CRS and warnings, from the file's own transform or else from its ground control points."""
    unplaced = ("no_georeference", f"{name} has no georeference; working in pixels, areas are in square pixels")
    transform, crs = dataset.transform, dataset.crs or None
    if transform.is_identity or transform.is_degenerate:
        points, crs = dataset.gcps
        if len(points) < 3:
            return UNPLACED, None, [unplaced]
        transform = from_gcps(points)
        rms = np.inf
        if not transform.is_degenerate:
            back = np.array(~transform).reshape(3, 3)[:2]
            there = np.array([(p.x, p.y, 1) for p in points]) @ back.T
            rms = float(np.sqrt(np.square(there - [(p.col, p.row) for p in points]).sum(1).mean()))
        if not rms <= MAX_GCP_RMS:
            text = f"{name}: its {len(points)} ground control points do not fit one affine (RMS {rms:.1f} px)"
            return UNPLACED, None, [("no_georeference", f"{text}; rectify it first; working in pixels")]
        notes = [("gcp", f"{name} is placed by {len(points)} ground control points (RMS {rms:.2f} px)")]
    else:
        notes = []
    if not crs:
        notes.append(("no_crs", f"{name} has no coordinate reference system; areas are planar, in its own units"))
    return transform, crs or None, notes


def _read_valid(
    dataset: rasterio.DatasetReader, bands: tuple[int, ...], box: Window, shape: tuple[int, int]
) -> np.ndarray:
    """Return bool [H, W]: a pixel counts unless the mask, or the nodata value of every band shown, says otherwise."""
    flags = [dataset.mask_flag_enums[b - 1] for b in bands]
    if any(MaskFlags.all_valid in f for f in flags):
        return np.ones(shape, bool)
    shared = all(MaskFlags.per_dataset in f for f in flags)
    valid = np.zeros(shape, bool)
    for band in bands[:1] if shared else bands:
        valid |= dataset.read_masks(band, window=box, out_shape=shape, resampling=Resampling.nearest) > 0
    return valid


def _read_planes(
    dataset: rasterio.DatasetReader,
    bands: tuple[int, ...],
    box: Window,
    shape: tuple[int, int],
    resampling: Resampling,
    dtype: str,
) -> np.ndarray:
    planes = np.empty((len(bands), *shape), dtype)
    for plane, band in zip(planes, bands):  # one by one: bands may differ in type
        dataset.read(band, out=plane, window=box, resampling=resampling)
    return planes


def _is_number(planes: np.ndarray) -> np.ndarray:
    """Return bool [H, W]: every band of float [C, H, W] holds a usable number."""
    with np.errstate(invalid="ignore"):
        return (np.abs(planes) < HUGE).all(0)


def _stretched(planes: np.ndarray, stretch: tuple[float, float], dtype: str) -> np.ndarray:
    """Map float32 [C, H, W] to uint8: 1..254 along the stretch, 0 and 255 for values that are extremes themselves."""
    low, high = stretch
    scaled = (np.clip(np.nan_to_num(planes), low, high) - np.float32(low)) * np.float32(253 / (high - low))
    out = (scaled + np.float32(1.5)).astype(np.uint8)
    if np.issubdtype(np.dtype(dtype), np.integer):
        if low >= 0:
            out[planes == 0] = 0
        out[planes == np.float32(np.iinfo(dtype).max)] = 255
    return out


def _find_stretch(dataset: rasterio.DatasetReader, bands: tuple[int, ...]) -> tuple[float, float]:
    """Return the `PERCENTILES` of the valid values of all `bands` together, from a sample of bounded size."""
    values = []
    for box, shape in _sample_boxes(dataset):
        planes = _read_planes(dataset, bands, box, shape, Resampling.nearest, "float32")
        valid = _read_valid(dataset, bands, box, shape) & _is_number(planes)
        values.append(planes[:, valid].ravel())
    known = np.concatenate(values)
    if not known.size:
        return 0.0, 1.0
    low, high = (float(v) for v in np.percentile(known, PERCENTILES))
    return (low, high) if high > low else (low, low + 1.0)


def _sample_boxes(dataset: rasterio.DatasetReader) -> list[tuple[Window, tuple[int, int]]]:
    """Return the boxes to look at and their decimated shapes: the whole image, or a lattice of it if that is costly."""
    width, height = dataset.width, dataset.height
    if width * height <= SAMPLE_WHOLE or dataset.overviews(1):
        factor = max(1.0, max(width, height) / SAMPLE_SIDE)
        shape = max(1, int(height / factor)), max(1, int(width / factor))
        return [(Window(0, 0, width, height), shape)]
    side, steps = 64, 16
    w, h = min(side, width), min(side, height)
    columns = np.linspace(0, width - w, steps).astype(int)
    rows = np.linspace(0, height - h, steps).astype(int)
    return [(Window(int(x), int(y), w, h), (h, w)) for y in rows for x in columns]
