"""Spectral overflow: red, yellow, green or blue patches where a channel wrapped around or clipped."""

from __future__ import annotations

import cv2
import numpy as np

from .defect import DEFECT, Defect, difference, peak_difference, severity
from .fields import blob, fractal, log_uniform

KINDS = ("wrap", "clip", "ringing", "patch")
_HUES = ((0,), (0, 1), (1,), (2,), (0, 2), (1, 2))  # channels that show red, yellow, green, blue; magenta and cyan
_HUE_SHARES = (0.25, 0.2, 0.22, 0.2, 0.07, 0.06)


def apply(image: np.ndarray, rng: np.random.Generator, kind: str | None = None) -> Defect | None:
    """Let bright targets overflow.

    ``wrap``: (g I + o) mod 256 in one or two channels; ``clip``: they stand at 255, others may fall to 0; ``ringing``:
    behind a clipped target bands of 255 and 0 fade out along the scan; ``patch``: a coloured patch on any ground. None
    if nothing overflows visibly.
    """
    shape = image.shape[:2]
    side = min(shape)
    kind = kind or str(rng.choice(KINDS, p=[0.35, 0.3, 0.15, 0.2]))
    where = blob(shape, rng, side * log_uniform(rng, 0.06, 0.4), 2.0, 0.4) > 0.5
    if not where.any():
        return None
    grey = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (0, 0), 1.0)
    level = 0.0
    if kind != "patch":
        values = grey[where]
        level = max(float(np.percentile(values, rng.uniform(30, 85))), float(grey.mean()), 70.0)
        rough = fractal(shape, rng, 1.5, cells=16)
        where &= grey + 3 * rough > level
    target = cv2.morphologyEx(where.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    axis = int(rng.integers(2))
    if rng.random() < 0.7:
        target = _bled(target, rng, int(rng.integers(3, 16)), axis)
    if target.sum() < 40:
        return None
    channels = list(_HUES[int(rng.choice(len(_HUES), p=_HUE_SHARES))])
    bands = list(cv2.split(image))
    mix = rng.uniform(0.55, 1.0) if rng.random() < 0.5 else 1.0
    if kind == "wrap":
        gain = rng.uniform(1.2, 1.8)
        offset = max(0.0, 258 - gain * level) + rng.uniform(0, 40)
        wrapped = (np.arange(256) * gain + offset).astype(np.int64) % 256  # one table instead of one division a pixel
        for c in channels:
            bands[c] = np.where(target > 0, cv2.LUT(bands[c], wrapped.astype(np.uint8)), bands[c])
    else:
        down = rng.random() < 0.35  # the other channels fall to 0, or the same ones do
        others = [c for c in range(3) if c not in channels] if down else []
        for c, value in [(c, 255) for c in channels] + [(c, 0) for c in others]:
            flat = cv2.addWeighted(bands[c], 1 - mix, np.full_like(bands[c], value), mix, 0)
            bands[c] = np.where(target > 0, flat, bands[c])
    if kind == "ringing":
        for c in channels:
            bands[c] = _rung(bands[c], target, rng, axis)
    out = cv2.merge(bands)
    changed = (peak_difference(image, out) > 24).astype(np.uint8)
    mask = cv2.morphologyEx(changed, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    mask = np.where(cv2.dilate(mask, np.ones((3, 3), np.uint8)) > mask, 255, mask).astype(np.uint8)
    visible = difference(image, out, mask)
    if (mask == DEFECT).sum() < 40 or visible < 12:
        return None
    return Defect("spectral_overflow", out, mask, severity(visible, 22, 48), {"kind": kind, "difference": visible})


def _bled(target: np.ndarray, rng: np.random.Generator, length: int, axis: int) -> np.ndarray:
    """Let charge run along the scan, one way only, and not equally far in every line."""
    kernel = np.ones((length, 1) if axis == 0 else (1, length), np.uint8)
    end = length - 1 if rng.random() < 0.5 else 0
    run = cv2.dilate(target, kernel, anchor=(0, end) if axis == 0 else (end, 0))
    lines = rng.random((1, target.shape[1]) if axis == 0 else (target.shape[0], 1)) < rng.uniform(0.4, 1.0)
    return np.where(lines, run, target)


def _rung(band: np.ndarray, target: np.ndarray, rng: np.random.Generator, axis: int) -> np.ndarray:
    """Follow the target's far side along the scan with fading bands of 255 and 0."""
    period, count, sign = int(rng.integers(2, 7)), int(rng.integers(3, 8)), int(rng.choice([-1, 1]))
    covered = target > 0
    band = band.copy()
    for k in range(1, count + 1):
        move = np.array([[1, 0, 0], [0, 1, 0]], np.float32)
        move[1 - axis, 2] = sign * k * period
        echo = (cv2.warpAffine(target, move, target.shape[::-1], flags=cv2.INTER_NEAREST) > 0) & ~covered
        covered |= echo
        weight, value = 1 - (k - 1) / (count + 1), 0 if k % 2 else 255
        band[echo] = (band[echo] * (1 - weight) + value * weight).astype(np.uint8)
    return band
