"""Block -> logit of each of the ten error types (paper, section 3.2)."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from .models import Description, Model
from .taxonomy import REGION_TYPES


def describe(model: Model, tiles: np.ndarray) -> Description:
    """Return block logits of tiles uint8 [N, S, S, 3], and what the model has beside them."""
    return model.describe(tiles)


def outlines(
    evidence: np.ndarray,
    p: np.ndarray,
    thresholds: np.ndarray,
    label: np.ndarray,
    side: int,
    part: tuple[int, int] | None = None,
) -> Iterator[tuple[int, np.ndarray]]:
    """Outline the region types that the classifier marks in a block and the segmenter has not found there.

    A type is where its evidence alone would mark the block.

    Parameters
    ----------
    evidence : numpy.ndarray
        float32 [6 or more, h, w], on the scale of the block logits, of a tile of `side` pixels.
    p, thresholds : numpy.ndarray
        Probability of each type, and from which it is marked, [10].
    label : numpy.ndarray
        uint8 [H, W], what the segmenter has found in the block, on the raster's grid.
    part : tuple of int, optional
        Rows and columns of the tile that the block fills; all of it by default.

    Yields
    ------
    category_id : int
    confidence : numpy.ndarray
        float32 [H, W], probability 0-1 where the type is, else 0. Where smoothing leaves nothing over the threshold,
        the strongest place is kept.
    """
    rows, columns = part or (side, side)
    for t in REGION_TYPES:
        k = t.id - 1
        if p[k] < thresholds[k] or (label == t.id).any():
            continue
        tile = cv2.resize(evidence[k], (side, side), interpolation=cv2.INTER_LINEAR)[:rows, :columns]
        sure = probabilities(cv2.resize(tile, label.shape[::-1], interpolation=cv2.INTER_LINEAR))
        yield t.id, np.where(sure >= min(thresholds[k], sure.max()), sure, np.float32(0))


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
