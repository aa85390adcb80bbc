"""Blur: defocus, motion and lost resolution in a part of the image."""

from __future__ import annotations

import cv2
import numpy as np

from .defect import Defect, mask_of, severity, to_uint8
from .fields import blob, polygon, seam, smoothstep

KINDS = ("gaussian", "disk", "motion", "resample")


def apply(image: np.ndarray, rng: np.random.Generator, kind: str | None = None) -> Defect | None:
    """Blur a patch: Gaussian sigma 1.2-4, disk r 2-6, motion 5-25 px or down/up-sampling x2-4.

    None where the ground had no texture to lose (the Laplacian falls by less than a quarter).
    """
    shape = image.shape[:2]
    side = min(shape)
    kind = kind or str(rng.choice(KINDS))
    blurred, strength = _blurred(image, rng, kind)
    edge = rng.uniform(4, 30)
    where = rng.random()
    if where < 0.6:
        alpha = blob(shape, rng, side * rng.uniform(0.18, 0.6), edge)
    elif where < 0.75:
        alpha = polygon(shape, rng, side * rng.uniform(0.15, 0.45), edge / 4)
    elif where < 0.9:
        alpha = smoothstep(seam(shape, rng), -edge / 2, edge / 2)  # one photo of a mosaic is soft
    else:
        alpha = np.ones(shape, np.float32)
    grain = rng.normal(0, rng.uniform(0, 2.5), shape).astype(np.float32)[..., None]  # the sensor's noise stays sharp
    m = alpha[..., None]
    out = to_uint8(image * (1 - m) + (blurred + grain) * m)
    mask = mask_of(alpha, 0.5, 0.1)
    inside = mask == 1
    if inside.sum() < 200:
        return None
    before, after = _sharpness(image, inside), _sharpness(to_uint8(blurred), inside)
    if before < 4.0 or after > 0.6 * before:
        return None
    return Defect("blur", out, mask, severity(1 - after / before, 0.6, 0.8), {"kind": kind, "strength": strength})


def _blurred(image: np.ndarray, rng: np.random.Generator, kind: str) -> tuple[np.ndarray, float]:
    source = image.astype(np.float32)
    if kind == "gaussian":
        sigma = rng.uniform(1.2, 4)
        return cv2.GaussianBlur(source, (0, 0), sigma), sigma
    if kind == "disk":
        radius = rng.uniform(2, 6)
        n = int(np.ceil(radius))
        y, x = np.mgrid[-n : n + 1, -n : n + 1]
        kernel = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
        return cv2.filter2D(source, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT), radius
    if kind == "motion":
        length = int(rng.integers(6, 26))
        kernel = np.zeros((length, length), np.float32)
        angle = rng.uniform(0, np.pi)
        middle, half = (length - 1) / 2, (length - 1) / 2 * np.array([np.cos(angle), np.sin(angle)])
        start, end = np.round(middle - half).astype(int), np.round(middle + half).astype(int)
        cv2.line(kernel, tuple(map(int, start)), tuple(map(int, end)), 1.0)
        return cv2.filter2D(source, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT), float(length)
    factor = rng.uniform(2, 4)
    h, w = image.shape[:2]
    small = cv2.resize(source, (max(2, int(w / factor)), max(2, int(h / factor))), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (w, h), interpolation=cv2.INTER_CUBIC), factor


def _sharpness(image: np.ndarray, inside: np.ndarray) -> float:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return float(np.abs(cv2.Laplacian(grey, cv2.CV_32F))[inside].mean())
