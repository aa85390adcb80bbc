"""The label map on disk: rows appended as they become final, read again from the top."""

from __future__ import annotations

import shutil
import tempfile
import weakref
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from affine import Affine
from rasterio.features import rasterize
from shapely.geometry import MultiPolygon

from ..errors import OutputError
from ..taxonomy import BACKGROUND
from ..uniform import is_uniform, uniform

_LEVEL = 1  # of zlib: labels are plain enough


class LabelFile:
    """Labels of a raster, compressed; nothing of them stays in memory.

    The file is open only while it is written or read.

    Parameters
    ----------
    path : pathlib.Path or None
        Of the file, which the caller removes; None for a temporary one, which goes with this object.
    width : int
        Pixels of a row.

    Attributes
    ----------
    width, height : int
        Pixels so far.

    Raises
    ------
    OutputError
        The file cannot be written.
    """

    def __init__(self, path: Path | None, width: int):
        if path is None:
            folder = tempfile.mkdtemp(prefix="rsqi-")
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
            path = Path(folder) / "labels"
        self.width, self.height = width, 0
        self._path = path
        self._bands: list[tuple[int, int, int, int | None]] = []  # first row, rows, bytes of each; its label, if one
        self._dropped: list[MultiPolygon] = []
        path.unlink(missing_ok=True)

    def append(self, label: np.ndarray) -> None:
        """Add the next rows, uint8 [N, width].

        Raises
        ------
        OutputError
            The disk is full.
        """
        only = int(label[0, 0]) if is_uniform(label) else None
        data = zlib.compress(np.ascontiguousarray(label).data, _LEVEL) if only is None else b""
        try:
            with self._path.open("ab") as file:
                file.write(data)
        except OSError as error:
            raise OutputError(
                f"{self._path}: no room for the label map ({error.strerror}); free some disk space"
            ) from error
        self._bands.append((self.height, len(label), len(data), only))
        self.height += len(label)

    def drop(self, outline: MultiPolygon) -> None:
        """Set the pixels of an outline, in pixel coordinates, to background from now on."""
        self._dropped.append(outline)

    def bands(self) -> Iterator[np.ndarray]:
        """Yield all rows from the top, in pieces uint8 [N, width] of the sizes in which they came.

        As when they came, a piece of one label takes no memory and must not be changed.
        """
        below = sorted(self._dropped, key=lambda outline: -outline.bounds[1])
        here: list[MultiPolygon] = []
        with self._path.open("rb") as file:
            for top, rows, size, only in self._bands:
                if only is None:
                    label = np.frombuffer(bytearray(zlib.decompress(file.read(size))), np.uint8)
                    label = label.reshape(rows, self.width)
                else:
                    label = uniform((rows, self.width), only, np.uint8)
                while below and below[-1].bounds[1] < top + rows:
                    here.append(below.pop())
                for outline in here if only is None else ():
                    _erase(label, outline, top)
                here = [outline for outline in here if outline.bounds[3] > top + rows]
                yield label

    @property
    def label(self) -> np.ndarray:
        """The whole map, uint8 [height, width]: for rasters that fit into memory."""
        return np.concatenate([*self.bands()])


def _erase(label: np.ndarray, outline: MultiPolygon, row: int) -> None:
    """Set the pixels of `outline` that lie in the rows from `row` on to background."""
    left, top, right, bottom = (int(each) for each in outline.bounds)
    top, bottom = max(top, row), min(bottom, row + len(label))
    part = label[top - row : bottom - row, left:right]
    place = Affine.translation(left, top)
    part[rasterize([outline], part.shape, transform=place, dtype=np.uint8).astype(bool)] = BACKGROUND
