"""Blur: defocus, motion and lost resolution in a part of the image."""

from __future__ import annotations

import cv2
import numpy as np

from .defect import AMBIGUOUS, DEFECT, Defect, blend, mask_of, severity
from .fields import blob, polygon, seam, smoothstep

KINDS = ("gaussian", "disk", "motion", "resample")
_TEXTURE = 4.0  # mean absolute Laplacian that ground must have before anybody could miss it
_NEIGHBOURHOOD = 31  # px; over smaller even spots an eye still sees the blur around them


def apply(image: np.ndarray, rng: np.random.Generator, kind: str | None = None) -> Defect | None:
    """Blur a patch: Gaussian sigma 1.2-4, disk r 2-6, motion 5-25 px or down/up-sampling x2-4.

    None where the ground had no texture to lose (the Laplacian falls by less than 40 %).
    """
    shape = image.shape[:2]
    side = min(shape)
    kind = kind or str(rng.choice(KINDS))
    blurred, strength = _blurred(image, rng, kind)
    edge = rng.uniform(4, 30)
    where = rng.random()
    if where < 0.6:
        alpha = blob(shape, rng, side * rng.uniform(0.18, 0.6), edge, 0.25)
    elif where < 0.75:
        alpha = polygon(shape, rng, side * rng.uniform(0.15, 0.45), edge / 4)
    elif where < 0.9:
        alpha = smoothstep(seam(shape, rng), -edge / 2, edge / 2)  # one photo of a mosaic is soft
    else:
        alpha = np.ones(shape, np.float32)
    before, after = _sharpness(image), _sharpness(blurred)
    mask = mask_of(alpha, 0.5, 0.1)
    even = cv2.blur(before, (_NEIGHBOURHOOD, _NEIGHBOURHOOD)) < 0.75 * _TEXTURE
    mask[(mask == DEFECT) & even] = AMBIGUOUS
    inside = mask == DEFECT
    if inside.sum() < max(400, 0.3 * (alpha > 0.5).sum()):
        return None
    texture, kept = float(before[inside].mean()), float(after[inside].mean())
    if texture < _TEXTURE or kept > 0.6 * texture:
        return None
    sigma = rng.uniform(0, 2.5)
    if sigma > 0.5:  # the sensor's noise stays sharp
        grain = rng.standard_normal(shape, np.float32) * np.float32(sigma)
        blurred = cv2.add(blurred, cv2.merge([grain] * 3), dtype=cv2.CV_8U)
    out = blend(image, blurred, alpha)
    # Strong is what lost most of much texture; on nearly even ground even a strong blur is hard to see.
    strength_seen = (1 - kept / texture) * min(1.0, texture / 8)
    return Defect("blur", out, mask, severity(strength_seen, 0.62, 0.84), {"kind": kind, "strength": strength})


def _blurred(image: np.ndarray, rng: np.random.Generator, kind: str) -> tuple[np.ndarray, float]:
    if kind == "gaussian":
        sigma = rng.uniform(1.2, 4)
        return cv2.GaussianBlur(image, (0, 0), sigma), sigma
    if kind == "disk":
        radius = rng.uniform(2, 6)
        n = int(np.ceil(radius))
        y, x = np.mgrid[-n : n + 1, -n : n + 1]
        kernel = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
        return cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT), radius
    if kind == "motion":
        length = int(rng.integers(5, 26))
        angle, middle = rng.uniform(0, np.pi), length // 2 + 1
        kernel = np.zeros((2 * middle + 1, 2 * middle + 1), np.uint8)
        reach = 8 * length * np.array([np.cos(angle), np.sin(angle)])  # half the length, in sixteenths of a pixel
        start, end = (np.round(16 * middle + sign * reach).astype(int).tolist() for sign in (-1, 1))
        cv2.line(kernel, start, end, 255, 1, cv2.LINE_AA, 4)
        return cv2.filter2D(image, -1, kernel / np.float32(kernel.sum()), borderType=cv2.BORDER_REFLECT), float(length)
    factor = rng.uniform(2, 4)
    h, w = image.shape[:2]
    small = cv2.resize(image, (max(2, int(w / factor)), max(2, int(h / factor))), interpolation=cv2.INTER_AREA)
    way = cv2.INTER_CUBIC if rng.random() < 0.5 else cv2.INTER_LINEAR
    return cv2.resize(small, (w, h), interpolation=way), factor


def _sharpness(image: np.ndarray) -> np.ndarray:
    return np.abs(cv2.Laplacian(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.CV_32F))
