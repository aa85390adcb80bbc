"""raster -> evidence: where the network of seams sees one, cell by cell, over the whole of a raster."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import cv2
import numpy as np

from ..classify import as_tile, probabilities
from ..frame import Frame

CELL = 16  # px of the raster
HALF = 2  # the network sees half the raster's resolution
_SIDE = 1024  # px of a window
_STEP = 832  # px from one window to the next, whole cells
_RIM = 3  # cells at the edge of a window that a neighbour sees better

Look = Callable[[np.ndarray], np.ndarray]  # uint8 [1, S, S, 3] -> logits float32 [1, S / 8, S / 8]


def evidence(frame: Frame, look: Look, seen: Callable[[int, int], None] = lambda done, total: None) -> np.ndarray:
    """Return how probable a seam is in each cell of a frame.

    Windows are read one row of them at a time, at half the resolution, from overviews where the file has them. The map
    takes a byte for 256 pixels.

    Parameters
    ----------
    look : callable
        The network, on one window.
    seen : callable
        Gets the number of windows that were looked at and that of all, after each; what it raises ends the search.

    Returns
    -------
    numpy.ndarray
        uint8 [rows, columns], probability x 255; 0 where a pixel of the cell is not valid.
    """
    found = np.zeros((-(-frame.height // CELL), -(-frame.width // CELL)), np.uint8)
    tops, lefts = (_starts(length) for length in (frame.height, frame.width))
    total = len(tops) * len(lefts)
    for row, top in enumerate(tops):
        for column, (left, rgb, valid) in enumerate(_windows(frame, top, lefts)):
            if valid.any():
                _keep(found, top // CELL, left // CELL, window_evidence(rgb, valid, look))
            seen(row * len(lefts) + column + 1, total)
    return found


def _starts(length: int) -> range:
    """First pixels of the windows along one axis; the last one may reach beyond the frame."""
    return range(0, max(1, length - (_SIDE - _STEP)), _STEP)


def _windows(frame: Frame, top: int, lefts: range) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Yield column, picture and valid pixels of each window of a row of them, at half the resolution."""
    x, y, width, height = frame.window
    rows = min(_SIDE, height - top)
    shape = (math.ceil(rows / HALF), math.ceil(width / HALF))
    rgb, valid = frame.raster.read(x, y + top, width, rows, shape)
    for left in lefts:
        part = slice(left // HALF, (left + _SIDE) // HALF)
        yield left, rgb[:, part], valid[:, part]


def window_evidence(rgb: np.ndarray, valid: np.ndarray, look: Look) -> np.ndarray:
    """Return the probability float32 [h, w] of a seam in each cell of one picture, not larger than a window.

    Parameters
    ----------
    rgb, valid : numpy.ndarray
        uint8 [H, W, 3] and bool [H, W], at half the raster's resolution.
    """
    cell = CELL // HALF
    shape = -(-rgb.shape[0] // cell), -(-rgb.shape[1] // cell)
    logits = look(as_tile(np.where(valid[..., None], rgb, np.uint8(0)), _SIDE // HALF)[None])[0]
    logits = logits[: shape[0], : shape[1]]
    known = np.zeros((shape[0] * cell, shape[1] * cell), np.uint8)
    known[: valid.shape[0], : valid.shape[1]] = valid
    known[valid.shape[0] :] = 1  # what was added to fill the last cells
    known[:, valid.shape[1] :] = 1
    whole = cv2.erode(known, np.ones((cell, cell), np.uint8), anchor=(0, 0), borderValue=1)[::cell, ::cell]
    return np.where(whole > 0, probabilities(logits), np.float32(0))


def as_bytes(probability: np.ndarray) -> np.ndarray:
    """Probabilities 0-1 as uint8, x 255."""
    return np.rint(probability * 255).astype(np.uint8)


def _keep(found: np.ndarray, row: int, column: int, probability: np.ndarray) -> None:
    """Lay the cells of a window over what was found, but for its rim; where windows overlap, the surer one counts."""
    height, width = probability.shape
    top = _RIM if row else 0
    left = _RIM if column else 0
    bottom = height if row + height >= found.shape[0] else height - _RIM
    right = width if column + width >= found.shape[1] else width - _RIM
    part = found[row + top : row + bottom, column + left : column + right]
    np.maximum(part, as_bytes(probability[top:bottom, left:right]), out=part)
