"""Stripe noise for testing: lines 1 to 3 px wide, coloured, dashed, banded or dropped."""

from __future__ import annotations

import numpy as np

from ...synthesis.defect import DEFECT, Defect
from .shapes import _EDGE

_KINDS = ("lines", "dashes", "banding", "dropout")
_CONTRAST = {"subtle": (24, 38), "medium": (48, 85), "strong": (95, 165)}  # grey levels in the bands hit
_BANDING = {"subtle": (11, 15), "medium": (18, 28), "strong": (34, 60)}
_COUNT = {"subtle": (1, 4), "medium": (2, 9), "strong": (4, 22)}


def plant(image: np.ndarray, rng: np.random.Generator, severity: str, inside: bool) -> Defect | None:
    """Draw stripes; the mask holds exactly the pixels of the lines."""
    kind = str(rng.choice(_KINDS, p=(0.4, 0.2, 0.2, 0.2)))
    if kind in ("lines", "dashes"):
        striped, mask, count = _short(image, rng, severity, inside, kind == "dashes")
    else:
        striped, mask, count = _whole(image, rng, severity, inside, kind)
    hit = mask == DEFECT
    if hit.sum() < 12:
        return None
    change = np.abs(striped[hit].astype(np.int16) - image[hit]).max(-1)
    if change.mean() < 0.75 * (_BANDING if kind == "banding" else _CONTRAST)[severity][0]:
        return None
    return Defect("stripe_noise", striped, mask, severity, {"kind": kind, "lines": count})


def _short(
    image: np.ndarray, rng: np.random.Generator, severity: str, inside: bool, dashed: bool
) -> tuple[np.ndarray, np.ndarray, int]:
    """Draw short lines of one colour each, most of them along rows or columns."""
    striped, mask = image.copy(), np.zeros(image.shape[:2], np.uint8)
    edge = _EDGE if inside else 0
    count = int(rng.integers(*_COUNT[severity]))
    usual = rng.choice([0.0, np.pi / 2])
    drawn = 0
    for _ in range(count):
        angle = rng.uniform(0.15, np.pi - 0.15) if rng.random() < 0.12 else usual
        y, x = _line(image.shape[:2], rng, angle, int(rng.integers(1, 4)), edge, dashed)
        if y.size < 10:
            continue
        ground = image[y, x].astype(np.float32)
        delta = rng.uniform(*_CONTRAST[severity]) * _away(ground, rng)
        delta[rng.permutation(3)[: rng.integers(0, 3)]] = 0
        striped[y, x] = np.clip(ground + delta + rng.normal(0, 2, (y.size, 1)), 0, 255)
        mask[y, x] = DEFECT
        drawn += 1
    return striped, mask, drawn


def _line(
    shape: tuple[int, int], rng: np.random.Generator, angle: float, width: int, edge: int, dashed: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Pixels of one line exactly `width` px wide, cut where it leaves the image less its `edge`."""
    rows, columns = shape
    length = min(np.exp(rng.uniform(np.log(18), np.log(190))), 0.8 * min(shape))
    t = np.arange(int(length)) - length / 2
    if dashed:
        period = rng.uniform(6, 24)
        t = t[np.mod(t, period) < rng.uniform(0.4, 0.75) * period]
    steep = abs(np.sin(angle)) > abs(np.cos(angle))
    x0, y0 = rng.uniform(edge + 4, columns - edge - 4), rng.uniform(edge + 4, rows - edge - 4)
    scale = max(abs(np.sin(angle)), abs(np.cos(angle)))
    x, y = np.rint(x0 + t * np.cos(angle) / scale).astype(int), np.rint(y0 + t * np.sin(angle) / scale).astype(int)
    # One pixel a row (steep) or a column (flat) times `width` beside it: never wider, never with gaps.
    side = np.arange(width)
    x, y = (x[:, None] + side * steep).ravel(), (y[:, None] + side * (not steep)).ravel()
    kept = (x >= edge) & (y >= edge) & (x < columns - edge) & (y < rows - edge)
    return y[kept], x[kept]


def _away(ground: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Signs, float32 [3], that lead away from the nearer end of the range, so that clipping hides nothing."""
    mean = ground.mean(0)
    free = rng.choice([-1.0, 1.0], 3)
    return np.where(mean > 170, -1.0, np.where(mean < 85, 1.0, free)).astype(np.float32)


def _whole(
    image: np.ndarray, rng: np.random.Generator, severity: str, inside: bool, kind: str
) -> tuple[np.ndarray, np.ndarray, int]:
    """Spoil whole detector rows or columns; with `inside` those of one segment of the detector."""
    upright = rng.random() < 0.5
    view = image.transpose(1, 0, 2) if upright else image
    striped, mask = view.copy(), np.zeros(view.shape[:2], np.uint8)
    rows, columns = view.shape[:2]
    first, last = 0, columns
    if inside or rng.random() < 0.3:
        reach = int(columns * rng.uniform(0.2, 0.6))
        first = int(rng.integers(_EDGE, max(columns - reach - _EDGE, _EDGE + 1)))
        last = min(first + reach, columns - _EDGE)
    if kind == "banding" and rng.random() < 0.6:  # the same detector every so many lines
        period = int(rng.choice([8, 10, 16, 20, 32]))
        start = int(rng.integers(_EDGE, rows - _EDGE))
        lines = np.arange(start, min(rows - _EDGE - 3, start + period * int(rng.integers(3, 16))), period)
    else:
        lines = rng.choice(np.arange(_EDGE, rows - _EDGE - 3), int(rng.integers(*_COUNT[severity])), replace=False)
    bands = np.arange(3) if rng.random() < 0.5 else rng.permutation(3)[: rng.integers(1, 3)]
    width = int(rng.integers(1, 4))
    gain = rng.uniform(-0.12, 0.12)
    sign = rng.choice([-1, 1])
    drawn = 0
    for line in np.sort(lines):
        if mask[line - 3 : line + 6].any():  # two lines side by side would be one that is too wide
            continue
        rows_hit = slice(line, line + width)
        ground = view[rows_hit, first:last].astype(np.float32)
        spoiled = ground.copy()
        if kind == "banding":
            push = rng.uniform(*_BANDING[severity])
            away = -1 if ground.mean() > 190 else 1 if ground.mean() < 60 else sign
            spoiled[..., bands] += away * push * (1 + gain * (ground[..., bands] - 128) / 128)
        else:  # a dead detector: one level all along the line, with a little noise of its own
            mean = ground.mean((0, 1))
            level = mean + rng.uniform(*_CONTRAST[severity]) * _away(ground.reshape(-1, 3), rng)
            spoiled[..., bands] = level[bands] + rng.normal(0, 3, spoiled[..., bands].shape)
        striped[rows_hit, first:last] = np.clip(spoiled, 1, 254)
        mask[rows_hit, first:last] = DEFECT
        drawn += 1
    if upright:
        striped, mask = np.ascontiguousarray(striped.transpose(1, 0, 2)), np.ascontiguousarray(mask.T)
    return striped, mask, drawn
