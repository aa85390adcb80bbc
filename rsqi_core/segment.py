"""Block -> logits of background and the six region types, and from those a label map (paper, sections 3.4 and 3.5)."""

from __future__ import annotations

import cv2
import numpy as np

from .models import Model


def segment(model: Model, tiles: np.ndarray) -> np.ndarray:
    """Return segmentation logits, float32 [N, 7, S, S], of tiles uint8 [N, S, S, 3]."""
    return model.segment(tiles)


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
    # Only the types found need the full resolution: enlarging all seven planes would cost more than the network.
    kept = np.union1d(present, [0]).astype(np.uint8)
    planes = logits[kept]
    if planes.shape[1:] != shape:
        planes = np.stack([cv2.resize(p, shape[::-1], interpolation=cv2.INTER_LINEAR) for p in planes])
    best = planes.argmax(0)
    confidence = 1 / np.exp(planes - planes.max(0)).sum(0)
    return kept[best], confidence.astype(np.float32)
