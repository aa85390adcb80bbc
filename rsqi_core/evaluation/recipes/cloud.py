"""Clouds for testing: Gaussian puffs, fields of small cumulus, broken sheets, sheared cirrus, fog."""

from __future__ import annotations

import cv2
import numpy as np

from ...synthesis.defect import DEFECT, Defect, mask_of, to_uint8
from .shapes import centre, island, radius, soften, spectral

_PEAK = {"subtle": (0.34, 0.48), "medium": (0.55, 0.78), "strong": (0.86, 1.0)}
_VISIBLE = {"subtle": 12.0, "medium": 18.0, "strong": 30.0}  # grey levels
_KINDS = ("cumulus", "popcorn", "sheet", "cirrus", "fog")
_TINTS = np.array([(0, 0, 0), (0, -3, -10), (-12, -6, 0), (-4, 0, -4)], np.float32)


def plant(
    image: np.ndarray, rng: np.random.Generator, severity: str, inside: bool, matte: np.ndarray | None = None
) -> Defect | None:
    """Cover a part of the image by clouds; `matte` is the opacity of a real cloud, float32 [h, w] 0-1."""
    shape = image.shape[:2]
    kind = "matte" if matte is not None else str(rng.choice(_KINDS, p=(0.28, 0.2, 0.24, 0.14, 0.14)))
    peak = rng.uniform(*_PEAK[severity])
    depth = (
        _turned(matte, shape, rng) * 3
        if matte is not None
        else _DEPTHS[kind](shape, rng, inside) * (0.5 if peak < 0.85 else 1)
    )
    depth = np.maximum(depth, 0) * (island(shape, rng) if inside else 1)
    alpha = peak * (1 - np.exp(-depth))
    top = rng.uniform(205, 240) if kind in ("cirrus", "fog") else rng.uniform(228, 262)  # above 255: clipped tops
    color = top + _TINTS[rng.integers(len(_TINTS))] + _relief(depth, rng, 4 if kind in ("cirrus", "fog") else 30)
    weight = alpha[..., None]
    ground = image.astype(np.float32)
    if peak < 0.85:  # light scattered in a thin veil washes out what lies below
        ground = ground * (1 - 0.5 * weight) + cv2.blur(ground, (5, 5)) * (0.5 * weight)
    covered = to_uint8(ground * (1 - weight) + color * weight)
    mask = mask_of(soften(alpha, 4), min(0.35, 0.5 * peak), min(0.15, 0.2 * peak))
    core = mask == DEFECT
    if core.mean() < 0.006 or covered[core].mean() - image[core].mean() < _VISIBLE[severity]:  # white on white
        return None
    return Defect("cloud", covered, mask, severity, {"kind": kind, "peak": round(float(peak), 3)})


def _relief(depth: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Shade the side that turns away from the sun and roughen the top: float32 [H, W, 1], grey levels."""
    body = soften(np.minimum(depth, 4), 6)
    azimuth = rng.uniform(0, 2 * np.pi)
    slope = cv2.Sobel(body, cv2.CV_32F, 1, 0, ksize=5) * np.cos(azimuth)
    slope += cv2.Sobel(body, cv2.CV_32F, 0, 1, ksize=5) * np.sin(azimuth)
    facing = slope / (3 * float(slope.std()) + 1e-6)
    grain = spectral(depth.shape, rng, 2.2, longest=60)
    return (strength * np.clip(facing, -1, 0.3) + 0.15 * strength * grain)[..., None]


def _puffs(shape: tuple[int, int], rng: np.random.Generator, clusters: list[tuple[np.ndarray, float]]) -> np.ndarray:
    """Sum of Gaussian puffs around every (centre, radius) of `clusters`, eroded by noise."""
    step = max(1, min(shape) // 256)
    rows, columns = (np.arange(0, side + step, step, dtype=np.float32) for side in shape)
    total = np.zeros((rows.size, columns.size), np.float32)
    for middle, size in clusters:
        turn, flat = rng.uniform(0, np.pi), rng.uniform(0.35, 1.0)
        axes = np.array([[np.cos(turn), np.sin(turn)], [-flat * np.sin(turn), flat * np.cos(turn)]])
        for _ in range(int(rng.integers(5, 10)) if size < 25 else int(rng.integers(12, 26))):
            x, y = middle + rng.normal(0, 0.5, 2) @ axes * size
            sigma = size * rng.uniform(0.16, 0.42)
            weight = rng.uniform(0.4, 1.0)
            i = slice(*np.searchsorted(rows, (y - 3 * sigma, y + 3 * sigma)))
            j = slice(*np.searchsorted(columns, (x - 3 * sigma, x + 3 * sigma)))
            total[i, j] += weight * np.outer(
                np.exp(-(((rows[i] - y) / sigma) ** 2) / 2), np.exp(-(((columns[j] - x) / sigma) ** 2) / 2)
            )
    total = cv2.resize(total, shape[::-1], interpolation=cv2.INTER_LINEAR)
    billows = spectral(shape, rng, 2.9, longest=90)
    return total * np.exp(0.6 * billows) - rng.uniform(0.15, 0.4)


def _cumulus(shape: tuple[int, int], rng: np.random.Generator, inside: bool) -> np.ndarray:
    size = radius(shape, rng, (0.1, 0.42), inside)
    first = centre(shape, rng, 1.2 * size, inside)
    clusters = [(first, size)]
    clusters += [
        (first + rng.normal(0, 1.2, 2) * size, size * rng.uniform(0.2, 0.7)) for _ in range(int(rng.integers(0, 4)))
    ]
    return rng.uniform(1.6, 3.2) * _puffs(shape, rng, clusters)


def _popcorn(shape: tuple[int, int], rng: np.random.Generator, inside: bool) -> np.ndarray:
    """Many small cumulus, more of them where the air rises."""
    rising = spectral(shape, rng, 3.0)
    size = rng.uniform(7, 20) * max(1, min(shape) / 768)
    wanted = int(rng.integers(8, 46))
    spots = [centre(shape, rng, 2 * size, inside) for _ in range(4 * wanted)]
    spots.sort(key=lambda at: -float(rising[int(at[1]), int(at[0])]))
    return 3.0 * _puffs(shape, rng, [(at, size * rng.lognormal(0, 0.35)) for at in spots[:wanted]])


def _sheet(shape: tuple[int, int], rng: np.random.Generator, inside: bool) -> np.ndarray:
    field = spectral(shape, rng, rng.uniform(2.6, 3.4), longest=rng.uniform(0.5, 3.0) * min(shape))
    level = np.quantile(field, 1 - rng.uniform(0.06, 0.7))
    return (field - level) * rng.uniform(2.0, 5.0)


def _cirrus(shape: tuple[int, int], rng: np.random.Generator, inside: bool) -> np.ndarray:
    angle = rng.uniform(0, np.pi)
    fibres = spectral(shape, rng, 2.4, longest=0.4 * min(shape), stretch=rng.uniform(5, 12), angle=angle)
    bank = spectral(shape, rng, 3.4, stretch=2.0, angle=angle)
    return 0.9 * np.maximum(bank - np.quantile(bank, 0.45), 0) * np.exp(0.7 * fibres)


def _fog(shape: tuple[int, int], rng: np.random.Generator, inside: bool) -> np.ndarray:
    bank = spectral(shape, rng, 3.8)
    return 1.3 * (bank - np.quantile(bank, 1 - rng.uniform(0.3, 0.9))) + 0.1 * spectral(shape, rng, 2.6, longest=120)


_DEPTHS = {"cumulus": _cumulus, "popcorn": _popcorn, "sheet": _sheet, "cirrus": _cirrus, "fog": _fog}


def _turned(matte: np.ndarray, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Bring a real matte to the image's size, turned and mirrored at random."""
    matte = np.rot90(matte, int(rng.integers(4)))
    if rng.random() < 0.5:
        matte = matte[:, ::-1]
    return cv2.resize(np.ascontiguousarray(matte, np.float32), shape[::-1], interpolation=cv2.INTER_LINEAR)
