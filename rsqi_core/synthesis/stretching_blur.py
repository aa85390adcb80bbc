"""Stretching blur pattern: texture smeared down a slope by an ortho-rectification that had no pixels for it."""

from __future__ import annotations

import cv2
import numpy as np

from .defect import Defect, difference, mask_of, severity
from .fields import blob, coordinates, fractal, polygon, smoothstep


def apply(image: np.ndarray, rng: np.random.Generator, factor: float | None = None) -> Defect | None:
    """Stretch the texture of an irregular patch by `factor` (4-20) along one direction, keeping the texture across.

    None if the ground has too little texture for the stretch to show.
    """
    shape = image.shape[:2]
    side = min(shape)
    factor = factor or float(np.exp(rng.uniform(np.log(4), np.log(20))))
    radius = side * rng.uniform(0.12, 0.45)
    shape_of = blob if rng.random() < 0.7 else polygon
    alpha = shape_of(shape, rng, radius, rng.uniform(1, 6))
    x, y = coordinates(shape)
    weight = alpha.sum()
    if weight < 60:
        return None
    cx, cy = float((x * alpha).sum() / weight), float((y * alpha).sum() / weight)
    angle = rng.uniform(0, 2 * np.pi)
    wobble = np.deg2rad(rng.uniform(0, 10)) * fractal(shape, rng, 2.6, cells=2)
    fan = rng.uniform(0, 0.6) / max(radius, 1)  # width grows down-slope
    dx, dy = np.cos(angle + wobble), np.sin(angle + wobble)
    along = (x - cx) * dx + (y - cy) * dy
    across = -(x - cx) * dy + (y - cy) * dx
    start = -radius * rng.uniform(0.3, 1.0)
    squeezed = start + (along - start) / factor
    narrowed = across / (1 + fan * np.clip(along - start, 0, None))
    map_x = (cx + squeezed * dx - narrowed * dy).astype(np.float32)
    map_y = (cy + squeezed * dy + narrowed * dx).astype(np.float32)
    smeared = cv2.remap(image, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    m = smoothstep(alpha, 0.2, 0.8)[..., None]
    out = (image * (1 - m) + smeared * m + 0.5).astype(np.uint8)
    mask = mask_of(alpha)
    visible = difference(image, out, mask)
    if visible < 6 or not _anisotropic(image, out, mask):
        return None
    strength = severity(factor, 6, 11)
    return Defect("stretching_blur", out, mask, strength, {"factor": factor, "angle": float(np.degrees(angle) % 180)})


def _anisotropic(before: np.ndarray, after: np.ndarray, mask: np.ndarray) -> bool:
    """Is enough cross texture left, and enough texture lost along the stretch, for a person to see streaks?"""
    inside = mask == 1
    if inside.sum() < 200:
        return False
    loss = _energy(after, inside) / max(_energy(before, inside), 1e-6)
    return 0.08 < loss < 0.85 and _energy(after, inside) > 2.0


def _energy(image: np.ndarray, inside: np.ndarray) -> float:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    gx = cv2.Sobel(grey, cv2.CV_32F, 1, 0)
    gy = cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    return float((np.abs(gx) + np.abs(gy))[inside].mean())
