"""Pixel missing: pixels, clusters, lines, blocks and sectors without a value."""

from __future__ import annotations

import cv2
import numpy as np

from .defect import Defect, severity

KINDS = ("pixels", "clusters", "line", "block", "sector")


def apply(image: np.ndarray, rng: np.random.Generator, kind: str | None = None) -> Defect | None:
    """Set pixels to (0, 0, 0) or (255, 255, 255)."""
    h, w = image.shape[:2]
    kind = kind or str(rng.choice(KINDS, p=[0.3, 0.25, 0.15, 0.25, 0.05]))
    lost = np.zeros((h, w), np.uint8)
    if kind == "pixels":
        n = int(rng.integers(3, 60))
        lost[rng.integers(0, h, n), rng.integers(0, w, n)] = 1
    elif kind == "clusters":
        for _ in range(int(rng.integers(1, 8))):
            n, spread = int(rng.integers(5, 60)), rng.uniform(1, 6)
            y = np.clip(rng.normal(rng.uniform(0, h), spread, n), 0, h - 1).astype(int)
            x = np.clip(rng.normal(rng.uniform(0, w), spread, n), 0, w - 1).astype(int)
            lost[y, x] = 1
    elif kind == "line":
        for _ in range(int(rng.integers(1, 4))):
            thick, length = int(rng.integers(1, 3)), int(rng.uniform(0.2, 1.0) * w)
            y, x = int(rng.integers(0, h)), int(rng.integers(-length // 4, w))
            piece = (slice(y, y + thick), slice(max(x, 0), x + length))
            (lost if rng.random() < 0.7 else lost.T)[piece] = 1
    elif kind == "block":
        for _ in range(int(rng.integers(1, 4))):
            bh, bw = (int(np.exp(rng.uniform(np.log(8), np.log(min(h, w, 256) / 2)))) for _ in range(2))
            y, x = int(rng.integers(-bh // 4, h)), int(rng.integers(-bw // 4, w))
            lost[max(y, 0) : y + bh, max(x, 0) : x + bw] = 1
    else:
        center = (int(rng.integers(0, w)), int(rng.integers(0, h)))
        start, span = rng.uniform(0, 360), rng.uniform(15, 70)
        radius = int(rng.uniform(0.2, 0.6) * min(h, w))
        cv2.ellipse(lost, center, (radius, radius), 0, start, start + span, 1, -1)
    count = int(lost.sum())
    if count < 3 or count > 0.6 * lost.size:
        return None
    value = 0 if rng.random() < 0.6 else 255
    out = image.copy()
    out[lost == 1] = value
    return Defect("pixel_missing", out, lost, severity(count, 10, 200), {"kind": kind, "value": value, "pixels": count})
