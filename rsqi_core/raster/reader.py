"""Open a raster and read RGB windows of it as uint8, each with the mask of its valid pixels."""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import rasterio
from affine import Affine
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.windows import Window

from ..errors import ParameterError
from .area import Area
from .bands import choose_bands, depth, find_palette, is_number, read_masks, read_planes, stored_black
from .gdal import guarded, hushed, quiet, refuse_incomplete, refuse_pipe
from .georeference import UNPLACED, place
from .raw import refuse_truncated
from .stored import bands_to_ask, is_lacking
from .stretch import LEVELS, PERCENTILES, Stretch, look
from .trust import refuse_addresses, refuse_excess

__all__ = ["UNPLACED", "Raster", "open_raster"]

_USUAL = 512  # rows of a tile


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
    stretch : Stretch or None
        How deep data become 8 bits; None for data of 8 bits, which are shown as they are.
    warnings : tuple of (str, str)
        (code, message) with codes ``no_georeference``, ``no_crs``, ``outside_crs``, ``gcp``, ``scaled``,
        ``nodata_found``, ``bands_guessed``, ``inverted``.
    """

    path: str
    width: int
    height: int
    transform: Affine
    crs: CRS | None
    bands: tuple[int, ...]
    stretch: Stretch | None
    warnings: tuple[tuple[str, str], ...]
    _dataset: rasterio.DatasetReader
    _palette: np.ndarray | None  # uint8 [256 or 65536, 4] RGBA
    area: Area | None = None  # all of the raster, if None
    nodata: float | None = None  # left out besides what the file declares: asked for, or found
    black: int | None = None  # the value stored for it, where white is stored as 0: all are turned round
    _asked: tuple[int, ...] = ()  # bands that tell what a sparse file lacks

    def __enter__(self) -> Raster:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; reading afterwards raises `RasterError`."""
        self._dataset.close()

    def within(self, polygons: str) -> Raster:
        """Return the same raster with all pixels invalid that lie outside `polygons`, WKT in its coordinates.

        Raises
        ------
        ParameterError
            That is no WKT of polygons, or lies beside the raster.
        """
        return replace(self, area=Area(polygons, self.transform, self.width, self.height))

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
            uint8 [H, W, 3], 0 where the file has no data.
        valid : numpy.ndarray
            bool [H, W]; False for nodata, transparent and masked pixels, for values that are no number, and
            outside the area.

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
        with guarded(self.path, "read"):
            rgb, valid = self._read(box, shape or (height, width))
        if self.area:
            # The picture stays: a black surrounding would show edges that are none.
            valid &= self.area.inside(x, y, width, height, valid.shape)
        return rgb, valid

    def values(
        self, x: int, y: int, width: int, height: int, shape: tuple[int, int] | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Read one box in the file's own values: what a stretch cuts off can be counted only before it.

        Parameters
        ----------
        x, y, width, height, shape
            As for `read`; the nearest values, if `shape` asks for fewer.

        Returns
        -------
        planes : numpy.ndarray
            [3, H, W] red, green and blue, or [1, H, W] grey.
        valid : numpy.ndarray
            bool [H, W].
        """
        if self.stretch is None:
            rgb, valid = self.read(x, y, width, height, shape)
            planes = np.moveaxis(rgb, -1, 0)
            return (planes if len(self.bands) == 3 or self._palette is not None else planes[:1]), valid
        box, shape = Window(x, y, width, height), shape or (height, width)
        with guarded(self.path, "read"):
            planes = read_planes(self._dataset, self.bands, box, shape, Resampling.nearest, "float32")
            masks = read_masks(self._dataset, self.bands, box, shape)
        valid = (functools.reduce(np.bitwise_or, masks) > 0) & is_number(planes).all(0) & self._has_data(planes)
        if self.area:
            valid &= self.area.inside(x, y, width, height, valid.shape)
        return self._turned(planes), valid

    @property
    def block_rows(self) -> int:
        """Rows of what the file stores in one piece; a mosaic does not tell, and is taken for one of usual tiles."""
        rows = self._dataset.block_shapes[self.bands[0] - 1][0]
        return max(rows, _USUAL) if self._dataset.driver == "VRT" else rows

    @property
    def pixel_bytes(self) -> int:
        """Bytes of a pixel in all bands of the file."""
        return sum(np.dtype(each.replace("_int16", "64")).itemsize for each in self._dataset.dtypes)

    def is_blank(self, x: int, y: int, width: int, height: int) -> bool:
        """Is nothing stored of a box, so that no pixel of it is valid? Where a file does not tell, the answer is no."""
        if not self._asked:
            return False
        with guarded(self.path, "read"):
            return is_lacking(self._dataset, self._asked, Window(x, y, width, height))

    def _read(self, box: Window, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        # A value is nodata band by band, a pixel only when all its bands are: a lost channel is an error to be found.
        valid = functools.reduce(np.bitwise_or, read_masks(self._dataset, self.bands, box, shape)) > 0
        if self._palette is not None:
            index = self._dataset.read(self.bands[0], window=box, out_shape=shape, resampling=Resampling.nearest)
            rgba = self._palette[index]
            valid &= (rgba[..., 3] > 0) & self._has_data(index[None])
            planes = np.moveaxis(rgba[..., :3], -1, 0)
        elif self.stretch is None:
            planes = read_planes(self._dataset, self.bands, box, shape, Resampling.average, "uint8")
            valid &= self._has_data(planes)
            planes = self._turned(planes)
        else:
            values = read_planes(self._dataset, self.bands, box, shape, Resampling.average, "float32")
            if self._has_floats:
                valid &= is_number(values).all(0)
            valid &= self._has_data(values)
            planes = self.stretch.apply(self._turned(values))
        rgb = cv2.merge([*planes] if len(planes) == 3 else [planes[0]] * 3)
        rgb[~valid] = 0
        return rgb, valid

    def _turned(self, planes: np.ndarray) -> np.ndarray:
        """Values as they are meant, of the same type: larger is brighter."""
        return planes if self.black is None else planes.dtype.type(self.black) - planes

    def _has_data(self, planes: np.ndarray) -> np.ndarray | bool:
        """Which pixels of [C, H, W] have another value than the one that is left out, in any band."""
        return True if self.nodata is None else (planes != np.float32(self.nodata)).any(0)

    @property
    def _has_floats(self) -> bool:
        return any(self._dataset.dtypes[b - 1].startswith("float") for b in self.bands)

    def describe(self) -> dict[str, Any]:
        """Return what a report needs to know of the raster, JSON-ready."""
        stretch = None if self.stretch is None or self.stretch.changes_nothing else self.stretch
        return {
            "path": self.path,
            "driver": self._dataset.driver,
            "width": self.width,
            "height": self.height,
            "band_count": self._dataset.count,
            "bands": list(self.bands),
            "data_type": self._dataset.dtypes[self.bands[0] - 1],
            "palette": self._palette is not None,
            "inverted": self.black is not None,
            "nodata": self.nodata,
            "stretch": [stretch.low, stretch.high] if stretch else None,
            "stretch_percentiles": list(PERCENTILES) if stretch else None,
            "stretch_levels": list(LEVELS) if stretch else None,
            "crs": self.crs.to_string() if self.crs else None,
            "transform": list(self.transform)[:6],
            "warnings": [list(warning) for warning in self.warnings],
        }


def open_raster(
    path: str | os.PathLike[str], bands: tuple[int | str, ...] | None = None, nodata: float | None = None
) -> Raster:
    """Open the raster at `path`; use it as a context manager.

    A raster of more (or less) than 8 bits is stretched, never cast: casting itself would make spectral overflow. Every
    read uses the same `Stretch`, so that blocks agree.

    Parameters
    ----------
    path : path-like
        Any raster that GDAL reads, also inside an archive (``/vsizip/archive.zip/raster.tif``).
    bands : tuple of int or str, optional
        One or three bands by number from 1, name or colour. Default: those that names, wavelengths or marks tell to be
        red, green and blue; else the first three that are no alpha; else the first one, as grey or through its palette.
    nodata : float, optional
        Pixels that have this value in all bands are not valid, nor those that the file declares. Without it, such a
        value is looked for in data of more than 8 bits.

    Raises
    ------
    RasterError
        No raster, not readable, truncated, complex values, a band that it does not have.
    ParameterError
        Neither one band is wanted nor three.
    """
    name = os.fspath(path)
    refuse_pipe(name)
    refuse_addresses(name)
    refuse_incomplete(name)
    # A Path is taken literally; a string with '#', '?' or '!' would be parsed as an address.
    source = Path(name) if Path(name).exists() else name
    with guarded(name, "open"), quiet(), hushed():
        dataset = rasterio.open(source)
    try:
        with guarded(name, "read"), quiet():
            refuse_excess(name, dataset)
            refuse_truncated(name, dataset)
            return _as_raster(name, dataset, bands, nodata)
    except BaseException:
        dataset.close()
        raise


def _as_raster(
    name: str, dataset: rasterio.DatasetReader, bands: tuple[int | str, ...] | None, nodata: float | None
) -> Raster:
    """Choose bands, palette, stretch and place of an open dataset."""
    chosen, notes = choose_bands(name, dataset, bands)
    palette = find_palette(dataset, chosen[0]) if len(chosen) == 1 else None
    black = stored_black(dataset, chosen) if palette is None else None
    if black is not None:
        notes.append(("inverted", f"{name} stores white as 0 (MINISWHITE) and is inspected as it is meant"))
    transform, crs, placing = place(name, dataset)
    notes += placing
    types = {dataset.dtypes[b - 1] for b in chosen}
    stretch = None
    if palette is None and (types != {"uint8"} or any(depth(dataset, b) != 8 for b in chosen)):
        seen = look(dataset, chosen, nodata, black)
        stretch = seen.stretch
        if seen.nodata is not None:
            nodata, share = seen.nodata, f"{seen.nodata_share:.1%}"
            text = f"{nodata:.9g} fills {share} of the image, and is taken for nodata; --nodata names another value"
            notes.append(("nodata_found", f"{name}: the undeclared value {text}"))
        if not stretch.changes_nothing:
            values = f"{'/'.join(sorted(types))} values {stretch.low:g} to {stretch.high:g}"
            notes.append(("scaled", f"{name}: {values} are scaled to 8 bits"))
    size = dataset.width, dataset.height
    asked = bands_to_ask(dataset, chosen)
    return Raster(
        name, *size, transform, crs, chosen, stretch, tuple(notes), dataset, palette, None, nodata, black, asked
    )
