"""Spectral overflow for testing: bands that leave their eight bits on bright targets."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...synthesis.defect import AMBIGUOUS, DEFECT, Defect, difference
from .shapes import border_fade, outline, radius

_KINDS = ("wrap", "bytes", "bloom", "dropout", "fold")
_SHARE = {"subtle": (0.03, 0.08), "medium": (0.08, 0.2), "strong": (0.2, 0.45)}  # of the patch that overflows
_BRIGHT = 110.0  # grey levels that a target must have
_CHANGE = 30  # grey levels in one band from which a pixel counts
_VISIBLE = 14.0  # grey levels over all bands
# Share of the image that overflows (of 900 x 900 px at most).
_AREA = {"subtle": (0.0002, 0.006), "medium": (0.002, 0.04), "strong": (0.012, 0.5)}


@dataclass(frozen=True)
class _Bright:
    """What overflows: grey levels, float32 [H, W], and the level from which; the patch and its targets, bool [H, W]."""

    grey: np.ndarray
    level: float
    patch: np.ndarray
    target: np.ndarray


def plant(image: np.ndarray, rng: np.random.Generator, severity: str, inside: bool) -> Defect | None:
    """Let the brightest targets of a patch overflow in one to three bands."""
    shape = image.shape[:2]
    kind = str(rng.choice(_KINDS))
    patch = outline(shape, rng, radius(shape, rng, (0.12, 0.4), inside), inside) > 0
    grey = cv2.blur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (3, 3)).astype(np.float32)
    if patch.sum() < 400:
        return None
    level = max(float(np.quantile(grey[patch], 1 - rng.uniform(*_SHARE[severity]))), _BRIGHT)
    target = patch & (grey >= level)
    least, most = (share * min(grey.size, 900**2) for share in _AREA[severity])
    if target.sum() < 0.5 * least:
        return None
    bands = rng.permutation(3)[: 2 if rng.random() < 0.4 else 1]
    if kind == "wrap" and rng.random() < 0.3:
        bands = np.arange(3)
    bright = _Bright(grey, level, patch, target)
    spoiled = image.copy()
    allowed = border_fade(shape, 1) == 1 if inside else np.ones(shape, bool)
    for band in bands:
        plane = image[..., band].astype(np.float32)
        spoiled[..., band] = np.where(allowed, _SPOIL[kind](plane, bright, rng), image[..., band])
    mask = _outlined(image, spoiled, allowed)
    if not least <= (mask == DEFECT).sum() <= most or difference(image, spoiled, mask) < _VISIBLE:
        return None
    kept = mask == DEFECT  # what the outline leaves out is put back, so that mask and change agree
    spoiled[~kept] = image[~kept]
    parameters = {"kind": kind, "bands": sorted(int(band) for band in bands), "level": round(level)}
    return Defect("spectral_overflow", spoiled, mask, severity, parameters)


def _wrap(plane: np.ndarray, bright: _Bright, rng: np.random.Generator) -> np.ndarray:
    """A calibrated band stored without clipping: what passes 255 starts again at 0."""
    gain = 256 / max(bright.level, 1) * rng.uniform(1.0, 1.06)
    wrapped = np.mod(plane * gain, 256)
    return np.where(bright.patch & (plane * gain >= 256), wrapped, plane)


def _bytes(plane: np.ndarray, bright: _Bright, rng: np.random.Generator) -> np.ndarray:
    """The low byte of a 12-bit number where the high one belongs: the target breaks up into contours."""
    deep = cv2.GaussianBlur(plane, (0, 0), 1.2) * rng.uniform(5, 12)
    return np.where(bright.target, np.mod(deep, 256), plane)


def _bloom(plane: np.ndarray, bright: _Bright, rng: np.random.Generator) -> np.ndarray:
    """Charge spills from a saturated target into its surroundings and down its columns."""
    source = cv2.morphologyEx(bright.target.astype(np.float32), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    width, length = 2 * int(rng.integers(1, 5)) + 1, 2 * int(rng.integers(4, 22)) + 1
    spill = cv2.blur(cv2.blur(source, (1, length)), (width, width)) * rng.uniform(1.5, 3.0)
    spill = np.clip(np.maximum(spill, source), 0, 1)
    return plane + (255 - plane) * spill if rng.random() < 0.6 else plane * (1 - spill)


def _dropout(plane: np.ndarray, bright: _Bright, rng: np.random.Generator) -> np.ndarray:
    """The band's look-up table ends below the target: it falls to nothing, or sticks at its top."""
    end = rng.choice([0, 0, 255])
    return np.where(bright.target, end, plane)


def _fold(plane: np.ndarray, bright: _Bright, rng: np.random.Generator) -> np.ndarray:
    """A response that turns over: brighter than `level` is stored darker and darker."""
    steep = rng.uniform(3, 9)
    return np.where(bright.target, np.clip(bright.level - 25 - (plane - bright.level) * steep, 0, 255), plane)


_SPOIL = {"wrap": _wrap, "bytes": _bytes, "bloom": _bloom, "dropout": _dropout, "fold": _fold}


def _outlined(before: np.ndarray, after: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """Outline what changed as one would by hand: gaps closed, specks left out, a rim of doubt."""
    changed = (np.abs(after.astype(np.int16) - before).max(-1) >= _CHANGE).astype(np.uint8)
    closed = cv2.morphologyEx(changed, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    large = stats[:, cv2.CC_STAT_AREA] >= 20
    large[0] = False
    mask = (large[labels] & allowed).astype(np.uint8)
    rim = cv2.dilate(mask, np.ones((3, 3), np.uint8)) > mask
    mask[rim & allowed] = AMBIGUOUS
    return mask
