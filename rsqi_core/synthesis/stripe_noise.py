"""Stripe noise: short thin coloured lines, detector columns, dropped lines and dashes."""

from __future__ import annotations

import cv2
import numpy as np

from .defect import AMBIGUOUS, DEFECT, Defect, peak_difference, severity

KINDS = ("lines", "columns", "periodic", "dropped", "dashes")
_WIDTHS, _WIDTH_SHARES = (1, 2, 3), (0.5, 0.35, 0.15)  # px
_EYE = np.array([0.8, 1.0, 0.6])  # how much red, green and blue count for the eye
_SEEN, _HARDLY = 20, 8  # grey levels in the channel that changed most


def apply(image: np.ndarray, rng: np.random.Generator, kind: str | None = None) -> Defect | None:
    """Draw lines 1-3 px wide: 45 % horizontal, 45 % vertical, 10 % diagonal.

    ``lines`` and ``dashes``: 15-150 px long, changed by +-50-140 levels in one or two channels; ``columns``: detectors
    with another gain and offset; ``periodic``: every 16th or 32nd line; ``dropped``: lines without their own values.
    None if too little of them shows.
    """
    kind = kind or str(rng.choice(KINDS, p=[0.48, 0.16, 0.1, 0.1, 0.16]))
    if kind in ("lines", "dashes"):
        change = _lines(image.shape, rng, dashed=kind == "dashes")
        out = cv2.add(image, change, dtype=cv2.CV_8U)
        drawn = change.any(-1)
        out[drawn] = np.clip(out[drawn], 2, 253)  # pure black and white are missing pixels
    else:
        turned = rng.random() < 0.5
        out = (image.transpose(1, 0, 2) if turned else image).copy()
        {"columns": _detectors, "periodic": _periodic, "dropped": _dropped}[kind](out, rng)
        out = np.ascontiguousarray(out.transpose(1, 0, 2)) if turned else out
    seen = peak_difference(image, out)
    mask = np.zeros(seen.shape, np.uint8)
    mask[seen > _HARDLY] = AMBIGUOUS
    mask[seen > _SEEN] = DEFECT
    count = int((mask == DEFECT).sum())
    if count < 24:
        return None
    change = np.array(cv2.mean(cv2.absdiff(image, out), (mask == DEFECT).view(np.uint8))[:3]) * _EYE
    strength = severity(float(change.max()) * (count / 150) ** 0.15, 38, 72)  # many faint lines strike as few bold ones
    return Defect("stripe_noise", out, mask, strength, {"kind": kind, "pixels": count})


def _color(rng: np.random.Generator, strength: float) -> np.ndarray:
    """Change of one or two channels, now and then of all three."""
    sign = rng.choice([-1.0, 1.0], 3) if rng.random() < 0.3 else np.full(3, rng.choice([-1.0, 1.0]))
    keep = np.zeros(3)
    keep[rng.permutation(3)[: int(rng.choice([1, 2, 3], p=[0.5, 0.35, 0.15]))]] = 1
    return sign * keep * strength


def _width(rng: np.random.Generator) -> int:
    return int(rng.choice(_WIDTHS, p=_WIDTH_SHARES))


def _lines(shape: tuple[int, ...], rng: np.random.Generator, dashed: bool) -> np.ndarray:
    """Change in grey levels, int16 [H, W, 3]; nearly all lines of an image run alike."""
    change = np.zeros(shape, np.int16)
    strength = rng.uniform(50, 140)
    color = _color(rng, strength)
    angle = float(rng.choice([0, np.pi / 2, rng.uniform(0, np.pi)], p=[0.45, 0.45, 0.1]))
    direction = np.array([np.cos(angle), np.sin(angle)])
    sideways = np.array([0, 1] if abs(direction[0]) >= abs(direction[1]) else [1, 0])
    for _ in range(int(rng.integers(1, 13))):
        length, width = rng.uniform(15, 150), _width(rng)
        start = rng.uniform(-10, 1, 2) + rng.random(2) * shape[1::-1]
        dash = rng.uniform(4, 12) if dashed else length
        shade = color * rng.uniform(0.7, 1.2) if rng.random() < 0.8 else _color(rng, strength)
        for begin in np.arange(0, length, dash):
            p = start + begin * direction
            q = p + (0.6 * dash if dashed else length) * direction
            # Lines side by side: cv2 draws a line of thickness 2 three pixels wide, and one of 3 five.
            for k in range(width):
                ends = (tuple(np.round(end + k * sideways).astype(int).tolist()) for end in (p, q))
                cv2.line(change, *ends, shade.tolist(), 1)
    return change


def _detectors(image: np.ndarray, rng: np.random.Generator) -> None:
    """Give a few detectors of the scan line, that is whole lines of the image, another gain and offset; in place."""
    for row in rng.integers(0, image.shape[0], int(rng.integers(1, 7))):
        band = slice(row, row + _width(rng))
        gain = 1 + np.abs(_color(rng, 1.0)) * rng.choice([-1, 1]) * rng.uniform(0.05, 0.35)
        image[band] = np.clip(image[band] * gain + _color(rng, rng.uniform(10, 70)), 0, 255).astype(np.uint8)


def _periodic(image: np.ndarray, rng: np.random.Generator) -> None:
    """One detector of an array of 16 or 32 is out of tune: every so many lines; in place."""
    period, change = int(rng.choice([16, 32])), _color(rng, rng.uniform(12, 70))
    start = int(rng.integers(period))
    for k in range(int(rng.choice([1, 2], p=[0.7, 0.3]))):
        lines = image[start + k :: period]
        lines[:] = np.clip(lines + change, 0, 255).astype(np.uint8)


def _dropped(image: np.ndarray, rng: np.random.Generator) -> None:
    """Replace lines, from some point on, by one grey, one colour or noise; never by pure black or white; in place.

    Lines of pure black or white are missing pixels.
    """
    for row in rng.integers(0, image.shape[0], int(rng.integers(1, 5))):
        begin = int(rng.integers(image.shape[1])) if rng.random() < 0.3 else 0
        line = image[row : row + _width(rng), begin:]
        draw = rng.random()
        if draw < 0.4:
            line[:] = int(rng.integers(15, 241))
        elif draw < 0.7:
            line[..., int(rng.integers(3))] = int(rng.choice([0, 255]))
        else:
            line[:] = rng.integers(1, 255, line.shape)
