"""Nodata that nobody has declared: one value far from all others, over a large part of the raster."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ..saturation import top_of

LEAST = 0.005  # of the pixels: those within connected areas
_BELOW = (-9999.0, -32768.0, -32767.0, -99999.0, -999.0)  # what programs write where there is nothing
_ABOVE = (32767.0, 65535.0)
_APART = 1.0  # of the range of all other values: the least distance from them
_APART_BELOW = 0.05  # of one of `_BELOW`
_REST = (0.1, 99.9)  # per cent; ends of the other values, as resampling mixes some at the rim
_KERNEL = np.ones((3, 3), np.uint8)


def find_undeclared(
    pictures: Sequence[tuple[np.ndarray, np.ndarray]], bits: int | None = None
) -> tuple[float, float] | None:
    """Return a value that must be nodata, and its share of the valid pixels, 0..1; None if there is none.

    It is the smallest or the largest value, in all bands at once, and far from all others. One of those that programs
    write for nodata below all ground may lie anywhere; any other has to reach the edge of the image as a collar does,
    as a lost block within it is an error to be found. 0 is left to the rules, and the brightest value that so many bits
    can hold to saturation, unless it is one that programs write.

    Parameters
    ----------
    pictures : sequence of (numpy.ndarray, numpy.ndarray)
        Parts of the raster: planes float32 [C, H, W], and which pixels are valid, bool [H, W].
    bits : int, optional
        Where the file states them.
    """
    known = np.concatenate([planes[:, valid].ravel() for planes, valid in pictures]) if pictures else np.empty(0)
    if not known.size:
        return None
    for value in (float(known.min()), float(known.max())):
        if not value or not _is_apart(value, known[known != np.float32(value)], bits):
            continue
        share = _share(pictures, value, anywhere=value in _BELOW)
        if share >= LEAST:
            return value, share
    return None


def _is_apart(value: float, rest: np.ndarray, bits: int | None) -> bool:
    usual = value in (*_BELOW, *_ABOVE)
    if not rest.size:
        return usual
    low, high = np.percentile(rest, _REST)
    if not (usual or high > low):  # a plain image with a spot
        return False
    if value < low:
        return low - value > (_APART_BELOW if value in _BELOW else _APART) * (high - low)
    return value - high > _APART * (high - low) and (value in _ABOVE or value != top_of(value, bits))


def _share(pictures: Sequence[tuple[np.ndarray, np.ndarray]], value: float, anywhere: bool) -> float:
    """Share of the valid pixels that have the value in all bands, of those in connected areas, or in collars only."""
    count, total = 0, 0
    for planes, valid in pictures:
        mask = (planes == np.float32(value)).all(0) & valid
        core = cv2.erode(mask.view(np.uint8), _KERNEL)
        if not anywhere:
            _, areas = cv2.connectedComponents(core, connectivity=8)
            edge = np.concatenate([areas[0], areas[-1], areas[:, 0], areas[:, -1]])
            core = np.isin(areas, edge[edge > 0]).view(np.uint8)
        count += int(np.count_nonzero(mask & (cv2.dilate(core, _KERNEL) > 0)))
        total += int(np.count_nonzero(valid))
    return count / total
