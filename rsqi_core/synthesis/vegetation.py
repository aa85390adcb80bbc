"""Trees of the procedural landscape: crowns of many sizes, put one by one on the surface."""

from __future__ import annotations

import cv2
import numpy as np

VARIANTS = 12


def scatter(density: np.ndarray, spacing: float, rng: np.random.Generator) -> np.ndarray:
    """Return loosely gridded points where `density` says so.

    Parameters
    ----------
    density : numpy.ndarray
        float32 [H, W], chance 0-1 that a place of the grid bears a tree.
    spacing : float
        Mean distance between places in pixels.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    numpy.ndarray
        float32 [N, 2], column and row.
    """
    height, width = density.shape
    rows, columns = np.mgrid[0 : height / spacing, 0 : width / spacing]
    points = np.stack([columns.ravel(), rows.ravel()], 1) + rng.uniform(-0.15, 1.15, (rows.size, 2))
    points = (points * spacing).astype(np.float32)
    points = points[(points >= 0).all(1) & (points[:, 0] < width) & (points[:, 1] < height)]
    column, row = points.astype(int).T
    return points[rng.random(len(points)) < density[row, column]]


def plant(
    surface: np.ndarray,
    crown: np.ndarray,
    points: np.ndarray,
    radii: np.ndarray,
    tones: np.ndarray,
    rng: np.random.Generator,
    slender: float = 1.0,
) -> None:
    """Put tree crowns on the surface, in place.

    Parameters
    ----------
    surface : numpy.ndarray
        float32 [H, W] height above ground in pixels; crowns rise above it.
    crown : numpy.ndarray
        uint8 [H, W]; where a crown is topmost, its tone (1..255), else unchanged.
    points, radii, tones : numpy.ndarray
        Column and row [N, 2], crown radius in pixels [N], tone 1..255 [N].
    rng : numpy.random.Generator
        Source of randomness.
    slender : float
        Height of a tree over its crown's radius, relative to a broad-leaved tree.
    """
    height, width = surface.shape
    sizes = np.unique(np.clip(np.round(radii * 2), 2, 60).astype(int))
    stamps = {int(s): [_stamp(s / 2, rng) for _ in range(VARIANTS)] for s in sizes}
    choice = rng.integers(0, VARIANTS, len(points))
    lift = rng.uniform(0.75, 1.35, len(points)) * slender
    for (x, y), radius, tone, variant, factor in zip(points.tolist(), radii.tolist(), tones.tolist(), choice, lift):
        size = min(max(round(radius * 2), 2), 60)
        stamp = stamps[size][variant]
        half = stamp.shape[0] // 2
        left, top = int(x) - half, int(y) - half
        x0, y0 = max(left, 0), max(top, 0)
        x1, y1 = min(left + stamp.shape[1], width), min(top + stamp.shape[0], height)
        if x0 >= x1 or y0 >= y1:
            continue
        lifted = stamp[y0 - top : y1 - top, x0 - left : x1 - left] * (factor * radius)
        below = surface[y0:y1, x0:x1]
        higher = lifted > below
        np.copyto(below, lifted, where=higher)
        np.copyto(crown[y0:y1, x0:x1], tone, where=higher)


def _stamp(radius: float, rng: np.random.Generator) -> np.ndarray:
    """One crown as height over radius: a lumpy dome with a ragged outline, -1 outside."""
    half = int(np.ceil(radius * 1.3)) + 1
    y, x = np.mgrid[-half : half + 1, -half : half + 1].astype(np.float32)
    angle, distance = np.arctan2(y, x), np.hypot(x, y) / radius
    for wave in (2, 3, 5):
        distance *= 1 + rng.uniform(0.03, 0.12) * np.sin(wave * angle + rng.uniform(0, 6.3))
    lumps = rng.standard_normal(x.shape).astype(np.float32)
    lumps = cv2.GaussianBlur(lumps, (0, 0), max(radius * 0.22, 0.6))
    lumps /= max(float(lumps.std()), 1e-6)
    dome = 1.0 + 1.0 * np.sqrt(np.maximum(1 - distance**2, 0)) + 0.17 * lumps
    return np.where(distance + 0.10 * lumps < 1, dome, -1).astype(np.float32)
