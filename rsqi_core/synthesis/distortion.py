"""Distortion: straight things bent by a wrong elevation model or a bad match."""

from __future__ import annotations

import cv2
import numpy as np

from .defect import Defect, difference, severity
from .fields import blob, coordinates, fractal

KINDS = ("fractal", "swirl", "ripple", "spike")


def apply(image: np.ndarray, rng: np.random.Generator, kind: str | None = None) -> Defect | None:
    """Displace pixels by 3-20 px within a patch, over wavelengths of 20-120 px.

    None where there is no structure that a displacement could bend.
    """
    shape = image.shape[:2]
    side = min(shape)
    kind = kind or str(rng.choice(KINDS, p=[0.4, 0.15, 0.3, 0.15]))
    radius = side * rng.uniform(0.18, 0.5)
    window = blob(shape, rng, radius, radius * rng.uniform(0.3, 0.7), 0.2)
    x, y = coordinates(shape)
    amplitude = rng.uniform(4, 14)
    wavelength = rng.uniform(24, 90)
    if kind == "fractal":
        cells = max(2, int(max(shape) / wavelength))
        dx, dy = (amplitude * fractal(shape, rng, 3.2, cells) for _ in range(2))
    elif kind == "swirl":
        weight = max(float(window.sum()), 1.0)
        cx, cy = float((x * window).sum() / weight), float((y * window).sum() / weight)
        turn = (
            rng.choice([-1, 1]) * rng.uniform(0.5, 1.6) * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (0.5 * radius) ** 2)
        )
        dx = (np.cos(turn) - 1) * (x - cx) - np.sin(turn) * (y - cy)
        dy = np.sin(turn) * (x - cx) + (np.cos(turn) - 1) * (y - cy)
    elif kind == "ripple":
        angle, drift = rng.uniform(0, np.pi), rng.uniform(0, 2 * np.pi)
        phase = 2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / wavelength + drift
        wave = amplitude * np.sin(phase + 0.7 * fractal(shape, rng, 3.0, cells=2))
        dx, dy = -wave * np.sin(angle), wave * np.cos(angle)
    else:
        dx, dy = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        for _ in range(int(rng.integers(2, 7))):
            px, py = rng.uniform(0, shape[1]), rng.uniform(0, shape[0])
            fall = np.exp(-((x - px) ** 2 + (y - py) ** 2) / (wavelength / 2) ** 2)
            direction = rng.uniform(0, 2 * np.pi)
            dx = dx + 2 * amplitude * np.cos(direction) * fall
            dy = dy + 2 * amplitude * np.sin(direction) * fall
    dx, dy = (dx * window).astype(np.float32), (dy * window).astype(np.float32)
    out = cv2.remap(image, x + dx, y + dy, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    # What the eye sees is bending, not shifting: the local change of the displacement.
    gx = cv2.Sobel(dx, cv2.CV_32F, 1, 0, scale=1 / 8) ** 2 + cv2.Sobel(dx, cv2.CV_32F, 0, 1, scale=1 / 8) ** 2
    gy = cv2.Sobel(dy, cv2.CV_32F, 1, 0, scale=1 / 8) ** 2 + cv2.Sobel(dy, cv2.CV_32F, 0, 1, scale=1 / 8) ** 2
    bend = cv2.GaussianBlur(np.sqrt(gx + gy), (0, 0), 0.12 * wavelength + 3)
    mask = np.where(bend > 0.16, 1, np.where(bend > 0.07, 255, 0)).astype(np.uint8)
    inside = mask == 1
    if inside.sum() < 400 or difference(image, out, mask) < 8 or _structure(image, inside) < 18:
        return None
    strength = severity(float(bend[inside].mean()), 0.3, 0.5)
    return Defect("distortion", out, mask, strength, {"kind": kind, "amplitude": amplitude, "wavelength": wavelength})


def _structure(image: np.ndarray, inside: np.ndarray) -> float:
    grey = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (0, 0), 1.5)
    gx, gy = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    return float(np.percentile(np.hypot(gx, gy)[inside], 80))
