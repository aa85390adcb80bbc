"""Stitching trace: two parts of a mosaic with different tone, haze or sharpness along the seam."""

from __future__ import annotations

import cv2
import numpy as np

from .defect import AMBIGUOUS, CLEAN, DEFECT, Defect, severity, to_uint8
from .fields import fractal, log_uniform, seam, seam_mask, smoothstep

MIN_STEP = 6.0  # grey levels; a smaller step is not a visible seam (domain facts, section 3)
_HAIRLINE = 0.08  # share of seams that show as the dark edge of a frame alone
_SEASON = 0.25  # share of seams between photos of two seasons
_TEXTURE_SHARE = 0.4  # of the local deviation: what the step must exceed to show through texture


def apply(
    image: np.ndarray, rng: np.random.Generator, distance: np.ndarray | None = None, second: np.ndarray | None = None
) -> Defect | None:
    """Show one side of a seam in another tone, or another date, with 0-24 px of feathering.

    Gain, offset and gamma change on the far side; sometimes it is hazier or a little softer as well, and sometimes the
    difference fades along the seam, as between two photos with falling-off corners.

    Parameters
    ----------
    image : numpy.ndarray
        uint8 [H, W, 3].
    distance : numpy.ndarray, optional
        Signed distance to the seam in pixels, float32 [H, W]; drawn when missing.
    second : numpy.ndarray, optional
        The same place on another date, uint8 [H, W, 3], shown on the far side instead of a changed tone.

    Returns
    -------
    Defect or None
        None where no step of `MIN_STEP` shows on this ground.
    """
    shape = image.shape[:2]
    if distance is None:
        distance = seam(shape, rng, image)
        if rng.random() < 0.15:  # a flight strip between two others
            distance = rng.uniform(0.12, 0.3) * min(shape) - np.abs(distance)
    if second is None and rng.random() < _HAIRLINE:
        return hairline(image, distance, rng)
    kind = "tone" if second is None else "dates"
    if second is None and rng.random() < _SEASON:
        second, kind = season(image, rng), "season"
    far = _toned(image, rng) if second is None else second
    feather = 0.0 if rng.random() < 0.4 else rng.uniform(1, 24)
    out = joined(image, far, distance, feather)
    mask, step = trace_mask(image, far, distance, feather)
    if (mask == DEFECT).sum() < 4 * min(shape):
        return None
    parameters = {"kind": kind, "step": step, "feather": float(feather)}
    return Defect("stitching_trace", out, mask, severity(step, 12, 22), parameters)


def hairline(image: np.ndarray, distance: np.ndarray, rng: np.random.Generator) -> Defect | None:
    """Draw the edge of a frame: a thin dark line, whole or in dashes, between parts that hardly differ.

    Unblended mosaics of drone photos show it, where the outermost pixels of a photo were darkened by resampling.
    """
    width, depth = rng.uniform(0.6, 1.6), rng.uniform(0.25, 0.9)
    shown = smoothstep(-np.abs(distance), -width - 0.5, -width + 0.5)
    if rng.random() < 0.6:  # in dashes, as the line passes from pixel row to pixel row
        shown = shown * smoothstep(fractal(image.shape[:2], rng, 0.5, cells=48), -0.6, 0.2)
    out = to_uint8(image * (1 - depth * shown)[..., None])
    line = np.abs(distance) < width
    drop = float((image.astype(np.float32) - out).mean(2)[line].mean()) if line.any() else 0.0
    if drop < MIN_STEP:
        return None
    parameters = {"kind": "hairline", "step": drop, "feather": 0.0}
    return Defect("stitching_trace", out, seam_mask(distance, 6), severity(drop, 20, 45), parameters)


def season(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Show a uint8 [H, W, 3] scene as if in another season: each kind of surface changes its colour in its own way."""
    levels = np.arange(4, 256, 8, dtype=np.float32)
    colours = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), -1).reshape(-1, 3)
    kinds = image.reshape(-1, 3)[rng.integers(image.size // 3, size=int(rng.integers(3, 6)))].astype(np.float32)
    away = ((colours[:, None] - kinds) ** 2).sum(2)
    share = np.exp(-(away - away.min(1, keepdims=True)) / (2 * rng.uniform(12, 30) ** 2))
    change = share / share.sum(1, keepdims=True) @ rng.normal(0, log_uniform(rng, 10, 36), (len(kinds), 3))
    r, g, b = (image[..., k].astype(np.uint16) >> 3 for k in range(3))
    shift = cv2.GaussianBlur(change.astype(np.float32)[(r << 10) + (g << 5) + b], (0, 0), 1.5)
    return to_uint8(image + shift)


def joined(near: np.ndarray, far: np.ndarray, distance: np.ndarray, feather: float) -> np.ndarray:
    """Join two uint8 images at the zero of `distance`, blended over `feather` pixels."""
    m = smoothstep(distance, -feather / 2 - 0.5, feather / 2 + 0.5)
    return cv2.blendLinear(near, far, 1 - m, m)


def trace_mask(
    near: np.ndarray, far: np.ndarray, distance: np.ndarray, feather: float = 0.0, length: int = 41
) -> tuple[np.ndarray, float]:
    """Mark where the mean tone of two uint8 [H, W, 3] images differs enough along their seam to be seen.

    Parameters
    ----------
    distance : numpy.ndarray
        Signed distance to the seam in pixels, float32 [H, W].
    feather : float
        Width in pixels over which they are blended.
    length : int
        Pixels along the seam over which a step is averaged.

    Returns
    -------
    mask : numpy.ndarray
        uint8 [H, W]: 1 within 6 px of a visible step, 255 where it is doubtful and on the rim.
    step : float
        Mean visible step in grey levels; 0 if there is none.
    """
    window = (length, length)
    change = cv2.blur(cv2.subtract(far, near, dtype=cv2.CV_32F), window)
    step = np.abs(change).max(2)
    grey = cv2.cvtColor(near, cv2.COLOR_RGB2GRAY).astype(np.float32)
    mean = cv2.blur(grey, window)
    texture = np.sqrt(np.maximum(cv2.blur(grey * grey, window) - mean * mean, 0))
    needed = np.maximum(MIN_STEP, _TEXTURE_SHARE * texture)
    mask = seam_mask(distance, 6 + feather / 4)
    mask[(mask == DEFECT) & (step < needed)] = AMBIGUOUS
    mask[step < 0.4 * needed] = CLEAN
    shown = mask == DEFECT
    return mask, float(step[shown].mean()) if shown.any() else 0.0


def _toned(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    strength = log_uniform(rng, 0.6, 2.2)  # the strong ones are what a network starts to learn from
    gain, offset = np.exp(rng.normal(0, 0.1 * strength, 3)), rng.normal(0, 6 * strength, 3)
    if rng.random() < 0.5:  # most colour differences are mainly one of brightness
        gain, offset = gain[0] * np.exp(rng.normal(0, 0.03, 3)), np.full(3, offset[0])
    if rng.random() < 0.2:
        veil = rng.uniform(0.04, 0.14)
        gain, offset = gain * (1 - veil), offset + 215 * veil
    levels = (np.arange(256, dtype=np.float32) / 255) ** np.exp(rng.normal(0, 0.08))
    toned = cv2.LUT(image, to_uint8(255 * levels[:, None] * gain + offset)[None])
    if rng.random() < 0.2:  # below what counts as blur
        toned = cv2.GaussianBlur(toned, (0, 0), rng.uniform(0.5, 0.9))
    if rng.random() < 0.3:
        share = smoothstep(fractal(image.shape[:2], rng, 3.0, cells=2), -1.5, rng.uniform(0, 1))
        toned = cv2.blendLinear(image, toned, 1 - share, share)
    return toned
