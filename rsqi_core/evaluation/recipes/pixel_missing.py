"""Missing pixels for testing: exactly black or white pixels, packets, tiles, wedges, and lost bands."""

from __future__ import annotations

import cv2
import numpy as np

from ...synthesis.defect import DEFECT, Defect
from .shapes import border_fade

_KINDS = ("pixels", "packets", "tiles", "wedge", "band")
_COUNT = {"subtle": (1, 8), "medium": (10, 60), "strong": (80, 500)}  # lost pixels
_RUNS = {"subtle": (1, 3), "medium": (3, 10), "strong": (10, 40)}  # lost packets
_TILE = {"subtle": (4, 8), "medium": (8, 32), "strong": (48, 128)}  # px of a side
_WEDGE = {"subtle": (8, 16), "medium": (20, 60), "strong": (70, 220)}  # px of its length
_VISIBLE = 40.0  # grey levels between the lost pixels and what was there


def plant(image: np.ndarray, rng: np.random.Generator, severity: str, inside: bool) -> Defect | None:
    """Lose pixels: all bands 0 or all 255, or one band of a tile; the mask is exact."""
    shape = image.shape[:2]
    kind = str(rng.choice(_KINDS))
    lost = _SHAPES[kind](shape, rng, severity)
    if inside:
        lost &= border_fade(shape, 1) == 1
    if not lost.any():
        return None
    ground = image[lost]
    value = int(rng.choice([0, 0, 255]))
    bands = [int(rng.integers(3))] if kind == "band" else [0, 1, 2]
    if np.abs(ground[:, bands].astype(np.int16) - value).mean() < _VISIBLE:
        value = 255 - value
    holed = image.copy()
    for band in bands:
        holed[lost, band] = value
    changed = (holed != image).any(-1)
    if np.abs(ground[:, bands].astype(np.int16) - value).mean() < _VISIBLE or changed.sum() < 0.9 * lost.sum():
        return None
    mask = np.where(lost, DEFECT, 0).astype(np.uint8)
    parameters = {"kind": kind, "value": value, "bands": bands, "pixels": int(lost.sum())}
    return Defect("pixel_missing", holed, mask, severity, parameters)


def _pixels(shape: tuple[int, int], rng: np.random.Generator, severity: str) -> np.ndarray:
    """Single pixels all over, or a swarm in one place."""
    lost = np.zeros(shape, bool)
    count = int(rng.integers(*_COUNT[severity]))
    at = rng.uniform(0, 1, (count, 2)) * shape
    if rng.random() < 0.5:
        at = rng.uniform(0.15, 0.85, 2) * shape + rng.normal(0, rng.uniform(4, 30), (count, 2))
    y, x = np.clip(at, 0, np.array(shape) - 1).astype(int).T
    lost[y, x] = True
    return lost


def _packets(shape: tuple[int, int], rng: np.random.Generator, severity: str) -> np.ndarray:
    """Runs of pixels in the order of transmission, which go on in the next row."""
    lost = np.zeros(shape, bool)
    start = int(rng.integers(lost.size))
    for _ in range(int(rng.integers(*_RUNS[severity]))):
        length = int(np.exp(rng.uniform(np.log(10), np.log(1.3 * shape[1]))))
        lost.reshape(-1)[start : start + length] = True
        start = (start + int(rng.exponential(6 * shape[1]))) % lost.size
    return lost


def _tiles(shape: tuple[int, int], rng: np.random.Generator, severity: str) -> np.ndarray:
    """Blocks of the file's own grid."""
    lost = np.zeros(shape, bool)
    side = min(int(2 ** rng.uniform(*np.log2(_TILE[severity]))), min(shape) // 3)
    row, column = rng.integers(0, np.array(shape) // side)
    for _ in range(int(rng.choice([1, 1, 2, 4]))):
        lost[row * side : (row + 1) * side, column * side : (column + 1) * side] = True
        row, column = np.clip(np.array([row, column]) + rng.integers(-1, 2, 2), 0, np.array(shape) // side - 1)
    return lost


def _wedge(shape: tuple[int, int], rng: np.random.Generator, severity: str) -> np.ndarray:
    """A narrow triangle, as gaps between the photos of a mosaic leave it."""
    canvas = np.zeros(shape, np.uint8)
    length = min(rng.uniform(*_WEDGE[severity]), 0.7 * min(shape))
    turn, width = rng.uniform(0, 2 * np.pi), length * rng.uniform(0.12, 0.6)
    tip = rng.uniform(0.15, 0.85, 2) * shape[::-1]
    base = tip + length * np.array([np.cos(turn), np.sin(turn)])
    side = width / 2 * np.array([-np.sin(turn), np.cos(turn)])
    cv2.fillConvexPoly(canvas, np.round([tip, base + side, base - side]).astype(np.int32), 1)
    return canvas > 0


_SHAPES = {"pixels": _pixels, "packets": _packets, "tiles": _tiles, "wedge": _wedge, "band": _tiles}
