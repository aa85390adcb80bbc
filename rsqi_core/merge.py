"""Blocks become one label map: overlaps, the priority of the error classes and dilation (paper, section 3.1.2)."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from .errors import OutputError, ParameterError
from .taxonomy import BACKGROUND, BOUNDARY_TYPES, IGNORED, PIXEL_TYPES, REGION_TYPES

# Pixel over region over boundary, and nothing over nodata.
_PRIORITY = np.zeros(256, np.uint8)
for _rank, _types in enumerate((BOUNDARY_TYPES, REGION_TYPES, PIXEL_TYPES), start=1):
    _PRIORITY[[_type.id for _type in _types]] = _rank
_PRIORITY[IGNORED] = 4


class LabelMap:
    """What was found at every pixel of a raster, with the confidence and the block size that found it.

    Parameters
    ----------
    height, width : int
        Size of the raster in pixels.
    folder : Path or str, optional
        Keep the arrays in files of this folder instead of in memory, so that a raster of any size fits. The folder
        and the files belong to the caller, who removes them after :meth:`close`.

    Attributes
    ----------
    label : uint8 [height, width]
        0 background, 1..10 error type, 255 ignored.
    confidence : uint8 [height, width]
        Probability x 255; 0 where there is no error.
    block_size : int16 [height, width]
        Block size in pixels that gave the label; 0 where there is no error.
    """

    def __init__(self, height: int, width: int, folder: Path | str | None = None):
        if height < 1 or width < 1:
            raise ParameterError(f"a label map of {width} x {height} pixels is empty")
        self.height = height
        self.width = width
        self.folder = None if folder is None else Path(folder)
        self.label = self._zeros("label", np.uint8)
        self.confidence = self._zeros("confidence", np.uint8)
        self.block_size = self._zeros("block_size", np.int16)

    def _zeros(self, name: str, dtype: type) -> np.ndarray:
        shape = (self.height, self.width)
        if self.folder is None:
            return np.zeros(shape, dtype)
        path = self.folder / f"{name}.raw"
        try:
            return np.memmap(path, dtype, mode="w+", shape=shape)
        except OSError as error:
            raise OutputError(f"{path}: no room for the label map ({error.strerror}); free some disk space") from error

    def _window(self, x: int, y: int, shape: tuple[int, int]) -> tuple[slice, slice]:
        bottom, right = y + shape[0], x + shape[1]
        if x < 0 or y < 0 or bottom > self.height or right > self.width:
            raise ParameterError(f"block {x},{y}..{right},{bottom} leaves the {self.width} x {self.height} label map")
        return slice(y, bottom), slice(x, right)

    def add(self, x: int, y: int, label: np.ndarray, confidence: np.ndarray, block_size: int) -> None:
        """Merge one block's result: the class of higher priority wins, then the higher confidence.

        Parameters
        ----------
        x, y : int
            Column and row of the block's first pixel.
        label : uint8 [H, W]
            Error types; 0 means nothing found. What another block found there stays.
        confidence : float32 [H, W]
            Probabilities 0..1.
        block_size : int
            Nominal size of the block in pixels.

        Raises
        ------
        ParameterError
            The block leaves the map.
        """
        window = self._window(x, y, label.shape)
        old_label, old_confidence = self.label[window], self.confidence[window]
        # A label of probability 0.001 is still a label: 0 is kept for "nothing".
        new_confidence = np.clip(np.rint(confidence * 255.0), 1, 255).astype(np.uint8)
        rank, old_rank = _PRIORITY[label], _PRIORITY[old_label]
        wins = (rank > 0) & (label != IGNORED)
        wins &= (rank > old_rank) | ((rank == old_rank) & (new_confidence > old_confidence))
        old_label[wins] = label[wins]
        old_confidence[wins] = new_confidence[wins]
        self.block_size[window][wins] = block_size

    def ignore(self, x: int, y: int, valid: np.ndarray) -> None:
        """Mark the pixels of a window that are not `valid` (bool [H, W]) as 255 for good."""
        window = self._window(x, y, valid.shape)
        self.label[window][~valid] = IGNORED
        self.confidence[window][~valid] = 0
        self.block_size[window][~valid] = 0

    def flush(self) -> None:
        """Write what is still in memory to the files; nothing to do for a map in memory."""
        for array in (self.label, self.confidence, self.block_size):
            if isinstance(array, np.memmap):
                array.flush()

    def close(self) -> None:
        """Let go of the arrays, so that the files can be removed on every system."""
        self.label = self.confidence = self.block_size = None


def dilate(label: np.ndarray, confidence: np.ndarray, radius: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Grow the region errors of one block by `radius` pixels in all eight directions.

    Only background is taken: neighbouring errors keep their pixels, and where two types meet the more confident
    one grows. Pixel and boundary errors do not grow. Source: paper, section 3.1.2 (once, before small components go).

    Parameters
    ----------
    label : uint8 [H, W]
        Error types of the block.
    confidence : float32 [H, W]
        Probabilities 0..1.
    radius : int
        Pixels to grow; 0 leaves everything as it is.

    Returns
    -------
    label, confidence : uint8 [H, W], float32 [H, W]
        New arrays; a grown pixel has the confidence of its most confident neighbour.
    """
    if radius < 0:
        raise ParameterError(f"dilation radius {radius} is negative")
    grown_label, grown_confidence = label.copy(), confidence.astype(np.float32)
    kernel = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
    background = label == BACKGROUND
    best = np.zeros(label.shape, np.float32)
    for error_type in REGION_TYPES:
        mine = label == error_type.id
        if not radius or not mine.any():
            continue
        reach = cv2.dilate(np.where(mine, grown_confidence, np.float32(-1)), kernel, borderValue=-1)
        taken = background & (reach >= 0) & ((reach > best) | (grown_label == BACKGROUND))
        grown_label[taken] = error_type.id
        best[taken] = reach[taken]
    grown = background & (grown_label != BACKGROUND)
    grown_confidence[grown] = best[grown]
    return grown_label, grown_confidence
