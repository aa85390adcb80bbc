"""Spectral overflow: red, yellow, green or blue patches where a channel wrapped around or clipped."""

from __future__ import annotations

import cv2
import numpy as np

from .defect import Defect, difference, severity
from .fields import blob, fractal, polygon

KINDS = ("wrap", "clip", "ringing", "patch")


def apply(image: np.ndarray, rng: np.random.Generator, kind: str | None = None) -> Defect | None:
    """Let bright targets overflow.

    ``wrap``: (g I + o) mod 256; ``clip``: one or two channels to 0 or 255; ``ringing``: alternating 0/255 behind the
    target along the scan; ``patch``: a blocky region of clipped channels. None if nothing overflows visibly.
    """
    shape = image.shape[:2]
    side = min(shape)
    kind = kind or str(rng.choice(KINDS, p=[0.35, 0.3, 0.15, 0.2]))
    where = blob(shape, rng, side * rng.uniform(0.1, 0.4), 2.0, 0.4) > 0.5
    if not where.any():
        return None
    grey = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (0, 0), 1.0).astype(np.float32)
    level = np.percentile(grey[where], rng.uniform(30, 85))
    target = where & (grey + 3 * fractal(shape, rng, 1.5, cells=16) > level)
    if kind == "patch":
        target = where & (polygon(shape, rng, side * rng.uniform(0.08, 0.3)) > 0.5) if rng.random() < 0.5 else where
    bleed = int(rng.integers(0, 16))
    if bleed > 2:  # charge runs along the scan
        kernel = np.ones((1, bleed) if rng.random() < 0.5 else (bleed, 1), np.uint8)
        target = cv2.dilate(target.astype(np.uint8), kernel).astype(bool)
    target = cv2.morphologyEx(target.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)).astype(bool)
    if target.sum() < 30:
        return None
    out = image.copy()
    channels = rng.permutation(3)[: int(rng.integers(1, 3))]
    if kind == "wrap":
        gain = rng.uniform(1.2, 1.8)
        offset = max(0.0, 258 - gain * float(level)) + rng.uniform(0, 40)
        for c in channels:
            wrapped = np.mod(gain * image[..., c].astype(np.float32) + offset, 256)
            out[..., c][target] = wrapped[target].astype(np.uint8)
    elif kind == "ringing":
        period = int(rng.integers(2, 7))
        phase = (np.arange(shape[1])[None, :] // period + np.arange(shape[0])[:, None] // (2 * period)) % 2
        for c in channels:
            out[..., c][target] = np.broadcast_to(phase * 255, shape)[target].astype(np.uint8)
    else:
        for c in channels:
            out[..., c][target] = 255 if rng.random() < 0.6 else 0
        if kind == "clip" and rng.random() < 0.5:
            mix = rng.uniform(0.6, 1.0)
            out = cv2.addWeighted(out, mix, image, 1 - mix, 0)
    changed = (np.abs(out.astype(np.int16) - image).max(-1) > 24).astype(np.uint8)
    mask = cv2.morphologyEx(changed, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    rim = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    mask = np.where(mask == 1, 1, np.where(rim == 1, 255, 0)).astype(np.uint8)
    visible = difference(image, out, mask)
    if (mask == 1).sum() < 40 or visible < 12:
        return None
    return Defect("spectral_overflow", out, mask, severity(visible, 25, 50), {"kind": kind, "difference": visible})
