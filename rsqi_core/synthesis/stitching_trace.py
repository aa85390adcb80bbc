"""Stitching trace: two halves of a mosaic with different tone along the seam."""

from __future__ import annotations

import numpy as np

from .defect import Defect, severity, to_uint8
from .fields import seam, seam_mask, smoothstep

MIN_STEP = 4.0  # grey levels; a smaller step is not a visible seam (domain facts, section 3)


def apply(
    image: np.ndarray, rng: np.random.Generator, distance: np.ndarray | None = None, second: np.ndarray | None = None
) -> Defect | None:
    """Change gain, offset and gamma on one side of a seam, with 0-24 px of feathering.

    Parameters
    ----------
    distance : numpy.ndarray, optional
        Signed distance to the seam in pixels, float32 [H, W]; drawn when missing.
    second : numpy.ndarray, optional
        The same place on another date, uint8 [H, W, 3], shown on the far side instead of a changed tone.
    """
    shape = image.shape[:2]
    if distance is None:
        distance = seam(shape, rng, image)
    gain, offset = np.exp(rng.normal(0, 0.1, 3)), rng.normal(0, 6, 3)
    if rng.random() < 0.5:  # most colour differences are mainly one of brightness
        gain, offset = np.full(3, gain[0]) * np.exp(rng.normal(0, 0.03, 3)), np.full(3, offset[0])
    gamma = np.exp(rng.normal(0, 0.08))
    source = image if second is None else second
    toned = 255 * (source / np.float32(255)) ** gamma * gain.astype(np.float32) + offset.astype(np.float32)
    feather = 0.0 if rng.random() < 0.4 else rng.uniform(1, 24)
    m = smoothstep(distance, -feather / 2 - 0.5, feather / 2 + 0.5)[..., None]
    out = to_uint8(image * (1 - m) + toned * m)
    near = (np.abs(distance) < 40) & (distance > 0)
    if near.sum() < 400 or (distance < 0).sum() < 400:
        return None
    step = float(np.abs((toned - source)[near].mean(0)).max()) if second is None else 2 * MIN_STEP
    if step < MIN_STEP:
        return None
    mask = seam_mask(distance, 6 + feather / 4)
    if step < 1.5 * MIN_STEP:
        mask[mask == 1] = 255
    strength = severity(step, 9, 18)
    return Defect("stitching_trace", out, mask, strength, {"step": step, "feather": float(feather)})
