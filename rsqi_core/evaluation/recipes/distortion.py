"""Distortion for testing: terrain-model spikes, wavy scan lines, sagging bridges, ragged edges."""

from __future__ import annotations

import cv2
import numpy as np

from ...synthesis.defect import Defect, difference, mask_of
from .shapes import border_fade, centre, outline, radius, soften, spectral, structure
from .straight import bent_edges

_KINDS = ("spikes", "scan", "sag", "ragged")
_SHIFT = {"subtle": (2.5, 3.8), "medium": (4.5, 8.0), "strong": (9.0, 18.0)}  # px, about the largest
_VISIBLE = {"subtle": 7.0, "medium": 9.0, "strong": 11.0}  # grey levels
_STRUCTURE = 3.5  # of straight edges; without them nobody sees that the ground is bent
_STRAIN = 0.22  # px a px; a gentler bend looks as if it belonged there


def plant(image: np.ndarray, rng: np.random.Generator, severity: str, inside: bool) -> Defect | None:
    """Displace a patch that has structure in it."""
    shape = image.shape[:2]
    kind = str(rng.choice(_KINDS))
    size = radius(shape, rng, (0.08, 0.34), inside)
    detail = structure(image)
    spread = cv2.blur(detail, (int(size) | 1, int(size) | 1))
    spots = [centre(shape, rng, 1.25 * size, inside) for _ in range(16)]
    middle = max(spots, key=lambda at: float(spread[int(at[1]), int(at[0])]))
    shift = rng.uniform(*_SHIFT[severity])
    angle = rng.uniform(0, np.pi)
    alpha = soften(outline(shape, rng, size, inside, middle), rng.uniform(6, 16))
    if kind == "scan":
        dx, dy = _scan(shape, rng, shift * 0.7)
    elif kind == "spikes":
        dx, dy = _spikes(shape, rng, shift, size)
    elif kind == "sag":
        dx, dy, alpha = _sag(shape, rng, shift * 1.2, size, middle, angle)
    else:
        wave = rng.uniform(10, 18)
        dx, dy = (spectral(shape, rng, 1.0, longest=wave) * shift * 0.4 for _ in range(2))
        dx, dy = (soften(d, 2) for d in (dx, dy))
    alpha = alpha * border_fade(shape, 20) if inside else alpha
    x, y = np.meshgrid(np.arange(shape[1], dtype=np.float32), np.arange(shape[0], dtype=np.float32))
    dx, dy = ((d * alpha).astype(np.float32) for d in (dx, dy))
    bent = cv2.remap(image, x + dx, y + dy, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    if kind == "spikes":  # one outline round all of them
        alpha = np.minimum(alpha, soften(np.hypot(dx, dy), 0.5 * size) / 1.5)
    mask = mask_of(alpha, 0.4, 0.12)
    core = mask == 1
    if core.sum() < 150 or detail[core].mean() < _STRUCTURE or difference(image, bent, mask) < _VISIBLE[severity]:
        return None
    slopes = [cv2.Sobel(d, cv2.CV_32F, *way, scale=1 / 8) for d in (dx, dy) for way in ((1, 0), (0, 1))]
    strain = np.sqrt(sum(slope * slope for slope in slopes))
    if np.average(strain[core], weights=detail[core]) < _STRAIN:
        return None
    parameters = {"kind": kind, "shift_px": round(float(shift), 1), "bent_edges": bent_edges(image, dx, dy, core)}
    return Defect("distortion", bent, mask, severity, parameters)


def _scan(shape: tuple[int, int], rng: np.random.Generator, shift: float) -> tuple[np.ndarray, np.ndarray]:
    """Shake every scan line: a vibration plus a drift that remembers the line before."""
    vertical = rng.random() < 0.4
    count = shape[1] if vertical else shape[0]
    lines = np.arange(count)
    vibration = np.sin(2 * np.pi * lines / rng.uniform(9, 44) + rng.uniform(0, 2 * np.pi))
    drift = np.cumsum(rng.normal(0, 1, count))
    drift = drift - np.convolve(np.pad(drift, 15, mode="edge"), np.ones(31) / 31, "valid")
    both = shift * (vibration + rng.uniform(0.1, 0.5) * drift / max(float(drift.std()), 1e-6)).astype(np.float32)
    still = np.zeros(shape, np.float32)
    if vertical:
        return still, np.broadcast_to(both[None], shape).copy()
    return np.broadcast_to(both[:, None], shape).copy(), still


def _spikes(
    shape: tuple[int, int], rng: np.random.Generator, shift: float, size: float
) -> tuple[np.ndarray, np.ndarray]:
    """Wrong heights at the nodes of a terrain grid pull the image away from the nadir point."""
    cell = min(max(14.0, size * rng.uniform(0.25, 0.6)), 12 + 5 * shift)
    nodes = tuple(max(4, round(side / cell) + 1) for side in shape)
    heights = rng.normal(0, 0.25, nodes) + (rng.random(nodes) < 0.4) * rng.choice([-1, 1], nodes)
    height = cv2.resize(heights.astype(np.float32), shape[::-1], interpolation=cv2.INTER_CUBIC)
    turn = rng.uniform(0, 2 * np.pi)
    return height * shift * np.cos(turn), height * shift * np.sin(turn)


def _sag(
    shape: tuple[int, int], rng: np.random.Generator, shift: float, size: float, middle: np.ndarray, angle: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Let a straight deck at `angle` sag sideways into one to three bends; also its support, [H, W] 0-1."""
    x, y = np.meshgrid(np.arange(shape[1]) - middle[0], np.arange(shape[0]) - middle[1])
    cos, sin = np.cos(angle), np.sin(angle)
    along, across = x * cos + y * sin, y * cos - x * sin
    half = np.clip(0.5 * size, 2.5 * shift, 5 * shift)
    reach = np.clip(size, 2 * half, 4 * half)
    alpha = np.clip(1.5 - 1.5 * np.abs(across) / half, 0, 1) * np.clip(4 - 4 * np.abs(along) / reach, 0, 1)
    bends = np.sin(np.pi * along / reach * rng.integers(1, 4) + rng.choice([0, np.pi / 2]))
    return -sin * bends * shift, cos * bends * shift, alpha
