"""Block -> logit of each of the ten error types (paper, section 3.2)."""

from __future__ import annotations

import cv2
import numpy as np

from .models import Description, Model


def describe(model: Model, tiles: np.ndarray) -> Description:
    """Return block logits of tiles uint8 [N, S, S, 3], and what the model has beside them."""
    return model.describe(tiles)


def outline(
    evidence: np.ndarray, side: int, part: tuple[int, int], shape: tuple[int, int], threshold: float
) -> np.ndarray:
    """Outline a type where its evidence alone would mark the block.

    Parameters
    ----------
    evidence : numpy.ndarray
        float32 [h, w], on the scale of the block logits, of a tile of `side` pixels.
    part : tuple of int
        Rows and columns of the tile that the block fills.
    shape : tuple of int
        Height and width in pixels of the block on the raster's grid.
    threshold : float
        Probability 0-1 from which a block is marked.

    Returns
    -------
    numpy.ndarray
        float32 [H, W], probability where it reaches the threshold, else 0. If it does so nowhere after smoothing, the
        strongest place is kept.
    """
    rows, columns = part
    fine = cv2.resize(evidence, (side, side), interpolation=cv2.INTER_LINEAR)[:rows, :columns]
    p = probabilities(cv2.resize(fine, shape[::-1], interpolation=cv2.INTER_LINEAR))
    return np.where(p >= min(threshold, float(p.max())), p, np.float32(0))


def probabilities(logits: np.ndarray) -> np.ndarray:
    """Sigmoid of logits, any shape, without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * logits))


def as_tile(rgb: np.ndarray, side: int) -> np.ndarray:
    """Pad a block that is smaller than the model's input by reflection; uint8 [side, side, 3].

    Reflection keeps the texture's statistics, where a black margin would look like missing pixels.
    """
    h, w = rgb.shape[:2]
    if (h, w) == (side, side):
        return rgb
    while h < side or w < side:  # numpy reflects at most the whole image at once
        rgb = np.pad(rgb, ((0, min(h, side - h)), (0, min(w, side - w)), (0, 0)), mode="symmetric")
        h, w = rgb.shape[:2]
    return rgb
