"""Shadows for testing: cast by blocks and hills ray by ray, or thrown by clouds."""

from __future__ import annotations

import cv2
import numpy as np

from ...synthesis.defect import Defect, difference, mask_of, to_uint8
from .shapes import border_fade, centre, island, radius, soften, spectral

_KEPT = {"subtle": (0.62, 0.7), "medium": (0.46, 0.58), "strong": (0.27, 0.42)}  # share of the lightness
_VISIBLE = {"subtle": 14.0, "medium": 24.0, "strong": 32.0}  # grey levels
_KINDS = ("blocks", "relief", "cloud")


def plant(image: np.ndarray, rng: np.random.Generator, severity: str, inside: bool) -> Defect | None:
    """Darken what lies in the shade, a little bluer than the lit ground."""
    shape = image.shape[:2]
    kind = str(rng.choice(_KINDS, p=(0.35, 0.3, 0.35)))
    ground = image
    if kind == "blocks":
        ground, height = _built(image, rng, inside)
        alpha = soften(_cast(height, rng.uniform(0, 2 * np.pi), 1.0), rng.choice([1, 2]))
    elif kind == "relief":
        size, azimuth = rng.uniform(0.5, 1.4) * min(shape), rng.uniform(0, 2 * np.pi)
        ridges = azimuth + np.pi / 2 + rng.normal(0, 0.4)
        height = spectral(shape, rng, 4.0, longest=size, stretch=rng.uniform(1.5, 3), angle=ridges)
        height = soften(height, 6) * size * rng.uniform(0.1, 0.16) * (island(shape, rng) if inside else 1)
        alpha = soften(_cast(height, azimuth, rng.uniform(0.3, 0.6)), rng.uniform(2, 5))
    else:
        field = spectral(shape, rng, 3.8, longest=rng.uniform(0.4, 1.5) * min(shape))
        edge = rng.uniform(0.08, 0.5)
        alpha = np.clip((field - np.quantile(field, 1 - rng.uniform(0.05, 0.5))) / edge, 0, 1)
        alpha = soften(alpha, rng.uniform(3, 16)) * (island(shape, rng) if inside else 1)
    alpha = alpha * border_fade(shape, 12) if inside else alpha
    kept = rng.uniform(*_KEPT[severity])
    shaded = np.where(alpha[..., None] > 0.01, _shade(ground, alpha, kept, rng.uniform(1, 9)), ground)
    mask = mask_of(alpha, 0.5, 0.15)
    share = (mask == 1).mean()
    if not 0.006 < share < 0.85 or difference(ground, shaded, mask) < _VISIBLE[severity]:
        return None
    return Defect("shadow", shaded, mask, severity, {"kind": kind, "kept": round(float(kept), 3)})


def _shade(image: np.ndarray, alpha: np.ndarray, kept: float, blue: float) -> np.ndarray:
    lab = cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    lab[..., 0] *= 1 - (1 - kept) * alpha
    lab[..., 1:] *= (1 - 0.35 * alpha)[..., None]
    lab[..., 2] -= blue * alpha
    return to_uint8(255 * np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1))


def _cast(height: np.ndarray, azimuth: float, slope: float) -> np.ndarray:
    """Mark what the sun, `slope` high and shining along `azimuth`, does not reach: float32 [H, W], 0 or 1.

    The horizon of every pixel is the highest ground up-sun less the drop of the ray; doubling the step at each round
    reaches any distance in a few rounds.
    """
    horizon = height
    step = 1
    while step * slope < float(np.ptp(height)):
        move = np.array([[1, 0, step * np.cos(azimuth)], [0, 1, step * np.sin(azimuth)]], np.float32)
        moved = cv2.warpAffine(
            horizon, move, height.shape[::-1], flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE
        )
        horizon = np.maximum(horizon, moved - step * slope)
        step *= 2
    return (horizon > height + 0.5).astype(np.float32)


def _built(image: np.ndarray, rng: np.random.Generator, inside: bool) -> tuple[np.ndarray, np.ndarray]:
    """Put blocks of buildings on the ground: the image with their roofs, and the height map in px."""
    shape = image.shape[:2]
    roofs, height = image.astype(np.float32), np.zeros(shape, np.float32)
    grid = rng.uniform(0, 90)
    scale = rng.uniform(0.7, 1.8)
    tallest = rng.uniform(18, 70)
    fine = roofs - cv2.blur(roofs, (9, 9))
    spread = radius(shape, rng, (0.15, 0.45), inside)
    middle = centre(shape, rng, spread, inside)
    for _ in range(int(rng.integers(2, 14))):
        at = middle + rng.uniform(-1, 1, 2) * spread
        box = (tuple(map(float, at)), tuple(scale * rng.uniform(14, 52, 2)), grid + rng.choice([0, 90]))
        corners = np.round(cv2.boxPoints(box)).astype(np.int32)
        if inside and (corners.min() < 8 or (corners > np.array(shape[::-1]) - 8).any()):
            continue
        body = cv2.fillConvexPoly(np.zeros(shape, np.uint8), corners, 1).astype(bool)
        if (height[body] > 0).any():
            continue
        height[body] = tallest * rng.uniform(0.4, 1.0)
        tone = rng.uniform(90, 205) + rng.uniform(-1, 1) * np.array([9, 0, -7]) + rng.normal(0, 2, 3)
        roofs[body] = tone + 0.6 * fine[body]
        ridge = corners[[0, 1]].mean(0), corners[[2, 3]].mean(0)
        half = np.round([corners[0], ridge[0], ridge[1], corners[3]]).astype(np.int32)
        if rng.random() < 0.6:
            lit = cv2.fillConvexPoly(np.zeros(shape, np.uint8), half, 1).astype(bool) & body
            roofs[lit] *= rng.uniform(0.82, 1.15)
    return to_uint8(roofs), height
