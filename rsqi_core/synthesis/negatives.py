"""Hard negatives: things that look like an error and are none."""

from __future__ import annotations

import numpy as np

from .defect import to_uint8
from .fields import polygon


def decoy(image: np.ndarray, rng: np.random.Generator, code: str | None = None) -> np.ndarray:
    """Lay a pale field over a uint8 [H, W, 3] image."""
    alpha = polygon(image.shape[:2], rng, rng.uniform(0.1, 0.3) * min(image.shape[:2]), 1.0)[..., None]
    return to_uint8(image * (1 - alpha) + (0.3 * image + 150) * alpha)
