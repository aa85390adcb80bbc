"""Block -> logits of background and the six region types, and from those a label map (paper, sections 3.4 and 3.5)."""

from __future__ import annotations

import cv2
import numpy as np

from .models import Description, Model


def segment(
    model: Model, tiles: np.ndarray, described: Description | None = None, alive: np.ndarray | None = None
) -> np.ndarray:
    """Return segmentation logits, float32 [N, 7, S, S], of tiles uint8 [N, S, S, 3] and what was said of them.

    A segmenter that is told in words what to look for is asked for the types alone that bool [N, 6] `alive` leaves.
    """
    return model.segment(tiles, described) if alive is None else model.segment(tiles, described, alive)


def labels(logits: np.ndarray, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Turn the constrained logits of one block into labels and confidences at the block's own size.

    Parameters
    ----------
    logits : numpy.ndarray
        float32 [7, h, w].
    shape : tuple of int
        Height and width in pixels of the block on the raster's grid.

    Returns
    -------
    label : numpy.ndarray
        uint8 [H, W], 0..6.
    confidence : numpy.ndarray
        float32 [H, W], softmax probability 0-1 of the label.
    """
    coarse = logits.argmax(0)
    present = np.unique(coarse)
    if present.size == 1 and present[0] == 0:
        return np.zeros(shape, np.uint8), np.zeros(shape, np.float32)
    # Only the types found need the full resolution, and one after the other: all seven planes of a large block would
    # cost more time than the network, and more memory than all else.
    kept = np.union1d(present, [0]).tolist()
    label, highest = np.full(shape, kept[0], np.uint8), _enlarged(logits[kept[0]], shape).copy()
    for k in kept[1:]:
        plane = _enlarged(logits[k], shape)
        label[plane > highest] = k
        np.maximum(highest, plane, out=highest)
    total = np.zeros(shape, np.float32)
    for k in kept:
        difference = _enlarged(logits[k], shape) - highest
        total += np.exp(difference, out=difference)
    return label, np.divide(np.float32(1), total, out=total)


def _enlarged(plane: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return float32 [h, w] at `shape`; itself if it has that."""
    return plane if plane.shape == shape else cv2.resize(plane, shape[::-1], interpolation=cv2.INTER_LINEAR)
