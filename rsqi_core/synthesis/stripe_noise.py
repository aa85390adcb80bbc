"""Stripe noise: short thin coloured lines, detector columns, dropped lines and dashes."""

from __future__ import annotations

import cv2
import numpy as np

from .defect import Defect, severity, to_uint8

KINDS = ("lines", "columns", "periodic", "dropped", "dashes")


def apply(image: np.ndarray, rng: np.random.Generator, kind: str | None = None) -> Defect | None:
    """Draw lines 15-150 px long and 1-3 px wide, 45 % horizontal, 45 % vertical, 10 % diagonal, by +-50-140 levels."""
    kind = kind or str(rng.choice(KINDS, p=[0.55, 0.1, 0.05, 0.1, 0.2]))
    change = np.zeros(image.shape, np.float32)
    strength = rng.uniform(50, 140)
    if kind in ("lines", "dashes"):
        _draw_lines(change, rng, strength, dashed=kind == "dashes")
    else:
        _draw_full(change, rng, kind, strength, image)
    out = to_uint8(image + change)
    seen = np.abs(out.astype(np.int16) - image).max(-1)
    mask = np.where(seen > 20, 1, np.where(seen > 8, 255, 0)).astype(np.uint8)
    if (mask == 1).sum() < 12:
        return None
    return Defect("stripe_noise", out, mask, severity(float(seen[mask == 1].mean()), 40, 80), {"kind": kind})


def _color(rng: np.random.Generator, strength: float) -> np.ndarray:
    """One or two channels changed, or now and then all three."""
    sign = rng.choice([-1.0, 1.0], 3) if rng.random() < 0.3 else np.full(3, rng.choice([-1.0, 1.0]))
    keep = np.zeros(3)
    keep[rng.permutation(3)[: int(rng.choice([1, 2, 3], p=[0.5, 0.3, 0.2]))]] = 1
    return (sign * keep * strength).astype(np.float32)


def _draw_lines(change: np.ndarray, rng: np.random.Generator, strength: float, dashed: bool) -> None:
    h, w = change.shape[:2]
    color = _color(rng, strength)
    base = float(rng.choice([0, np.pi / 2, rng.uniform(0, np.pi)], p=[0.45, 0.45, 0.1]))
    for _ in range(int(rng.integers(1, 13))):
        length = rng.uniform(15, 150)
        start = np.array([rng.uniform(0, w), rng.uniform(0, h)])
        direction = np.array([np.cos(base), np.sin(base)])
        thickness = int(rng.choice([1, 2, 3], p=[0.5, 0.35, 0.15]))
        pieces = [(0.0, length)]
        if dashed:
            dash = rng.uniform(4, 12)
            pieces = [(s, min(s + 0.6 * dash, length)) for s in np.arange(0, length, dash)]
        shade = color * rng.uniform(0.7, 1.2) if rng.random() < 0.8 else _color(rng, strength)
        for a, b in pieces:
            p, q = np.round(start + a * direction).astype(int), np.round(start + b * direction).astype(int)
            cv2.line(change, tuple(map(int, p)), tuple(map(int, q)), tuple(map(float, shade)), thickness)


def _draw_full(change: np.ndarray, rng: np.random.Generator, kind: str, strength: float, image: np.ndarray) -> None:
    if turned := rng.random() < 0.5:
        change, image = change.transpose(1, 0, 2), image.transpose(1, 0, 2)
    rows = change.shape[0]
    if kind == "columns":
        for row in rng.integers(0, rows, int(rng.integers(1, 6))):
            change[row] = _color(rng, strength * rng.uniform(0.4, 1.0))
    elif kind == "periodic":
        period = int(rng.choice([16, 32]))
        change[int(rng.integers(0, period)) :: period] = _color(rng, 0.5 * strength)
    else:
        for row in rng.integers(0, rows, int(rng.integers(1, 4))):
            thick = int(rng.integers(1, 3))
            value = float(rng.choice([0, 255, rng.uniform(0, 255)]))
            band = slice(int(row), int(row) + thick)
            change[band] = value - image[band]
    if turned:
        change = change.transpose(1, 0, 2)
