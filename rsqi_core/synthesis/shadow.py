"""Shadow: soft ones of clouds, hard ones of terrain and buildings."""

from __future__ import annotations

import cv2
import numpy as np

from .defect import Defect, difference, mask_of, severity, to_uint8
from .fields import blob, fractal, polygon, smoothstep

KINDS = ("cloud", "terrain", "building")


def apply(image: np.ndarray, rng: np.random.Generator, kind: str | None = None) -> Defect | None:
    """Plant a shadow: ``I (1 - s m) + b m`` with s .35-.75 and a bluish sky light b.

    None if the ground is too dark for a shadow to show.
    """
    shape = image.shape[:2]
    side = min(shape)
    kind = kind or str(rng.choice(KINDS, p=[0.5, 0.3, 0.2]))
    if kind == "cloud":
        if rng.random() < 0.5:
            noise = fractal(shape, rng, rng.uniform(2.0, 2.6), cells=int(rng.integers(2, 5)))
            low = rng.uniform(-0.3, 1.0)
            alpha = smoothstep(noise, low, low + rng.uniform(0.15, 0.6))
        else:
            alpha = blob(shape, rng, side * rng.uniform(0.12, 0.5), 2.0, 0.35)
        alpha = cv2.GaussianBlur(alpha, (0, 0), rng.uniform(1, 8))
    elif kind == "terrain":
        alpha = blob(shape, rng, side * rng.uniform(0.12, 0.45), rng.uniform(1, 4), 0.5)
    else:
        alpha = np.zeros(shape, np.float32)
        for _ in range(int(rng.integers(1, 4))):
            alpha = np.maximum(alpha, polygon(shape, rng, side * rng.uniform(0.06, 0.2), rng.uniform(0.5, 1.5)))
    depth = rng.uniform(0.35, 0.75)
    sky = np.array([rng.uniform(0, 4), rng.uniform(2, 8), rng.uniform(6, 18)], np.float32)
    m = alpha[..., None]
    shaded = to_uint8(image * (1 - depth * m) + sky * m)
    mask = mask_of(alpha)
    visible = difference(image, shaded, mask)
    if visible < 12:
        return None
    return Defect(
        "shadow", shaded, mask, severity(visible, 25, 45), {"kind": kind, "depth": depth, "difference": visible}
    )
