"""Pixel missing: pixels, clusters, lines, blocks and sectors without a value."""

from __future__ import annotations

import cv2
import numpy as np

from .defect import AMBIGUOUS, Defect, peak_difference, severity
from .fields import log_uniform

KINDS = ("pixels", "clusters", "line", "block", "sector", "channel")
_SHARES = (0.28, 0.24, 0.15, 0.22, 0.05, 0.06)
_SEEN = {"pixels": 35, "clusters": 35}  # grey levels; a black pixel in a dark wood is lost on every eye
_SHAPE_SEEN = 14  # grey levels; the straight edges of a lost line or block strike sooner


def apply(image: np.ndarray, rng: np.random.Generator, kind: str | None = None) -> Defect | None:
    """Set pixels to (0, 0, 0) or (255, 255, 255), or in blocks of kind ``channel`` one channel to 0 or 255.

    None if too few of them can be told from the ground.
    """
    kind = kind or str(rng.choice(KINDS, p=_SHARES))
    lost = np.zeros(image.shape[:2], np.uint8)
    _LOSE[kind](lost, rng)
    count = cv2.countNonZero(lost)
    if count < 3 or count > 0.6 * lost.size:
        return None
    value = 0 if rng.random() < 0.6 else 255
    out = image.copy()
    if kind == "channel":
        out[..., int(rng.integers(3))][lost == 1] = value
    else:
        out[lost == 1] = value
    mask = lost.copy()
    contrast = peak_difference(image, out)
    # Mean contrast of the lost pixels around each of them: a block shows as a whole, a single pixel by itself.
    size = 9 if kind in _SEEN else 31
    around, share = (cv2.blur(field.astype(np.float32), (size, size)) for field in (contrast, lost))
    mask[(lost == 1) & (around < _SEEN.get(kind, _SHAPE_SEEN) * share)] = AMBIGUOUS
    count = int((mask == 1).sum())
    if count < 3:
        return None
    weight = count * float(contrast[mask == 1].mean()) / 100
    return Defect(
        "pixel_missing", out, mask, severity(weight, 15, 200), {"kind": kind, "value": value, "pixels": count}
    )


def _pixels(lost: np.ndarray, rng: np.random.Generator) -> None:
    n = int(log_uniform(rng, 3, 60))
    lost[rng.integers(0, lost.shape[0], n), rng.integers(0, lost.shape[1], n)] = 1


def _clusters(lost: np.ndarray, rng: np.random.Generator) -> None:
    h, w = lost.shape
    for _ in range(int(rng.integers(1, 8))):
        n, spread = int(rng.integers(5, 60)), rng.uniform(1, 6)
        y = np.clip(rng.normal(rng.uniform(0, h), spread, n), 0, h - 1).astype(int)
        x = np.clip(rng.normal(rng.uniform(0, w), spread, n), 0, w - 1).astype(int)
        lost[y, x] = 1


def _line(lost: np.ndarray, rng: np.random.Generator) -> None:
    for _ in range(int(rng.integers(1, 4))):
        along = lost if rng.random() < 0.7 else lost.T
        thick, length = int(rng.integers(1, 3)), int(rng.uniform(0.2, 1.0) * along.shape[1])
        y, x = int(rng.integers(along.shape[0])), int(rng.integers(-length // 4, along.shape[1]))
        along[y : y + thick, max(x, 0) : max(x + length, 0)] = 1


def _block(lost: np.ndarray, rng: np.random.Generator) -> None:
    h, w = lost.shape
    for _ in range(int(rng.integers(1, 4))):
        bh, bw = (int(log_uniform(rng, 8, min(h, w, 512) / 2)) for _ in range(2))
        if rng.random() < 0.4:  # whole blocks of a compressed image
            bh, bw = (max(8, 8 * round(n / 8)) for n in (bh, bw))
        y, x = int(rng.integers(-bh // 4, h)), int(rng.integers(-bw // 4, w))
        lost[max(y, 0) : max(y + bh, 0), max(x, 0) : max(x + bw, 0)] = 1


def _sector(lost: np.ndarray, rng: np.random.Generator) -> None:
    h, w = lost.shape
    center, start, span = (int(rng.integers(w)), int(rng.integers(h))), rng.uniform(0, 360), rng.uniform(15, 70)
    radius = int(rng.uniform(0.2, 0.6) * min(h, w))
    cv2.ellipse(lost, center, (radius, radius), 0, start, start + span, 1, -1)


_LOSE = {
    "pixels": _pixels,
    "clusters": _clusters,
    "line": _line,
    "block": _block,
    "sector": _sector,
    "channel": _block,
}
