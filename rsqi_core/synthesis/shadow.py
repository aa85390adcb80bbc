"""Shadow: soft ones of clouds, hard ones of terrain and buildings."""

from __future__ import annotations

import cv2
import numpy as np

from . import cloud
from .defect import DEFECT, Defect, blend, difference, mask_of, only_visible, severity, to_uint8
from .fields import blob, fractal, log_uniform, turned

KINDS = ("cloud", "terrain", "building", "patch")


def apply(
    image: np.ndarray, rng: np.random.Generator, kind: str | None = None, matte: np.ndarray | None = None
) -> Defect | None:
    """Plant a shadow: ``I (1 - s m) + b m`` with s .35-.8 and a bluish sky light b.

    Parameters
    ----------
    image : numpy.ndarray
        uint8 [H, W, 3].
    kind : str, optional
        One of `KINDS`; drawn when missing.
    matte : numpy.ndarray, optional
        Opacity 0-1, float32 [H, W], of the clouds that cast the shadow (`cloud.opacity`); it falls beside them.

    Returns
    -------
    Defect or None
        None if the ground is too dark for a shadow to show.
    """
    shape = image.shape[:2]
    kind = "cloud" if matte is not None else kind or str(rng.choice(KINDS, p=[0.42, 0.2, 0.28, 0.1]))
    if kind == "cloud":
        alpha = _of_clouds(shape, rng) if matte is None else _beside(matte, rng)
        alpha = cv2.GaussianBlur(alpha, (0, 0), log_uniform(rng, 0.8, 8))
    elif kind == "terrain":
        alpha = _of_terrain(shape, rng)
    elif kind == "building":
        image, alpha = _of_buildings(image, rng)
    else:
        side = min(shape)
        alpha = blob(shape, rng, side * rng.uniform(0.12, 0.45), rng.uniform(1, 4), 0.4)
    depth = rng.uniform(0.35, 0.8)
    sky = (rng.uniform(0, 4), rng.uniform(2, 8), rng.uniform(6, 18))
    kept = 1 - np.float32(depth) * alpha
    shaded = cv2.merge([to_uint8(band * kept + np.float32(b) * alpha) for band, b in zip(cv2.split(image), sky)])
    mask = mask_of(alpha * np.float32(depth), 0.25, 0.1)  # a quarter of the light must be missing
    cast = int((mask == DEFECT).sum())
    mask = only_visible(mask, image, shaded, 6)
    inside = mask == DEFECT
    visible = difference(image, shaded, mask)
    if visible < 15 or inside.sum() < max(100, 0.4 * cast):
        return None
    lost = visible / max(float(np.mean(cv2.mean(image, inside.view(np.uint8))[:3])), 1.0)
    strength = severity((visible * 100 * lost) ** 0.5, 28, 45)  # levels and share of the light that are gone
    return Defect("shadow", shaded, mask, strength, {"kind": kind, "depth": depth, "difference": visible})


def _of_clouds(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    kind = str(rng.choice(["local", "thick", "cumulus", "streets"], p=[0.4, 0.3, 0.2, 0.1]))
    return cloud.opacity(shape, rng, kind)


def _beside(matte: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Throw the clouds' opacity to one side, by an amount that their height and the sun's decide."""
    far, angle = min(matte.shape) * rng.uniform(0.04, 0.3), rng.uniform(0, 2 * np.pi)
    move = np.array([[1, 0, far * np.cos(angle)], [0, 1, far * np.sin(angle)]], np.float32)
    return cv2.warpAffine(matte, move, matte.shape[::-1], borderMode=cv2.BORDER_REFLECT)


def _of_terrain(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Shade what lies lower than the sun's ray over the ridges of a drawn relief."""
    side = int(np.hypot(*shape)) + 2
    relief = fractal((side, side), rng, rng.uniform(2.8, 3.6), cells=int(rng.integers(3, 8)))
    ray = relief + np.linspace(0, rng.uniform(3, 9), side, dtype=np.float32)[:, None]
    below = np.maximum.accumulate(ray, 0) - ray
    shaded = cv2.GaussianBlur((below > 0.04).astype(np.float32), (0, 0), rng.uniform(0.7, 2.5))
    alpha = turned(shaded, shape, rng.uniform(0, 2 * np.pi))
    if rng.random() < 0.7:  # one hillside only
        alpha = alpha * blob(shape, rng, min(shape) * rng.uniform(0.25, 0.5), rng.uniform(2, 12), 0.3)
    return alpha


def _of_buildings(image: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Put up a few buildings, gable roofs lit by one sun, and return the image with them and their shadows."""
    h, w = image.shape[:2]
    angle, sun = rng.uniform(0, 90), rng.uniform(0, 2 * np.pi)
    light = np.array([np.cos(sun), np.sin(sun)], np.float32)
    shadow, roofs, tiles = np.zeros((h, w), np.uint8), np.zeros((h, w), np.uint8), image.copy()
    color = rng.uniform(90, 225) + rng.normal(0, 12, 3)
    center = np.array([rng.uniform(0.2, 0.8) * w, rng.uniform(0.2, 0.8) * h])
    for _ in range(int(rng.integers(1, 7))):
        size = [min(h, w) * log_uniform(rng, 0.05, 0.2), min(h, w) * log_uniform(rng, 0.04, 0.1)]
        roof = cv2.boxPoints((center.tolist(), size, angle))
        far = min(size) * rng.uniform(0.7, 2.5)
        _fill(shadow, cv2.convexHull(np.concatenate([roof, roof + far * light])), 1)
        _fill(roofs, roof, 1)
        _fill(tiles, roof, color)
        ridge = [(roof[0] + roof[1]) / 2, (roof[2] + roof[3]) / 2]
        _fill(tiles, np.array([roof[1], roof[2], ridge[1], ridge[0]]), color * rng.uniform(0.75, 0.95))
        center = center + rng.normal(0, 0.25 * min(h, w), 2)
    image = blend(image, cv2.GaussianBlur(tiles, (0, 0), 0.7), rng.uniform(0.6, 0.9) * roofs.astype(np.float32))
    return image, cv2.GaussianBlur((shadow > roofs).astype(np.float32), (0, 0), rng.uniform(0.5, 1.2))


def _fill(canvas: np.ndarray, corners: np.ndarray, value: float | np.ndarray) -> None:
    """Fill a convex polygon whose corners are given to an eighth of a pixel, in place."""
    cv2.fillConvexPoly(canvas, np.round(corners * 8).astype(np.int32), np.atleast_1d(value).tolist(), cv2.LINE_8, 3)
