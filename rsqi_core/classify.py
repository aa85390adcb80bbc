"""Block -> logit of each of the ten error types (paper, section 3.2)."""

from __future__ import annotations

import numpy as np

from .models import Model


def classify(model: Model, tiles: np.ndarray) -> np.ndarray:
    """Return block logits, float32 [N, 10], of tiles uint8 [N, S, S, 3]."""
    return model.classify(tiles)


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
