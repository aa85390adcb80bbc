"""Stretching blur for testing: the profile along a ridge dragged down a steep slope, nearest neighbour by neighbour."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...synthesis.defect import AMBIGUOUS, DEFECT, Defect, difference
from .shapes import border_fade, centre, curve

_LENGTH = {"subtle": (22, 36), "medium": (38, 75), "strong": (80, 190)}  # px down the slope
_KINDS = ("drag", "steps", "streaks", "fan")
_VISIBLE = 8.0  # grey levels
_CROSS = 4.0  # grey levels between neighbouring streaks


@dataclass(frozen=True)
class _Facet:
    """A part of a slope: its middle (x, y), the way down (radians), its length down the slope and its width, in px."""

    middle: np.ndarray
    down: float
    length: float
    width: float


def plant(image: np.ndarray, rng: np.random.Generator, severity: str, inside: bool) -> Defect | None:
    """Drag one to four facets of a slope; sizes in px grow with images above 768 px."""
    shape = image.shape[:2]
    kind = str(rng.choice(_KINDS))
    scale = max(1.0, min(shape) / 768)
    length = rng.uniform(*_LENGTH[severity]) * scale
    if inside:
        length = min(length, 0.5 * min(shape))
    width = length * rng.uniform(0.9, 2.6) + 16
    angle = rng.integers(4) * np.pi / 2 + rng.normal(0, 0.06) if rng.random() < 0.4 else rng.uniform(0, 2 * np.pi)
    smeared, mask = image.copy(), np.zeros(shape, np.uint8)
    allowed = border_fade(shape, 1) == 1 if inside else np.ones(shape, bool)
    middle = centre(shape, rng, 0.6 * max(length, width), inside)
    facets = int(rng.choice([1, 1, 2, 3, 4]))
    for k in range(facets):
        shift = np.zeros(2) if k == 0 else rng.uniform(-1, 1, 2) * 1.6 * width
        facet = _Facet(middle + shift, angle + rng.normal(0, 0.12), length, width)
        (y, x), source = _drag(shape, facet, kind, rng)
        kept = allowed[y, x]
        smeared[y[kept], x[kept]] = image[source][kept]
        mask[y[kept], x[kept]] = DEFECT
    core = mask == DEFECT
    if core.sum() < 200 or difference(image, smeared, mask) < _VISIBLE:
        return None
    across = np.array([-np.sin(angle), np.cos(angle)])
    grey = cv2.cvtColor(smeared, cv2.COLOR_RGB2GRAY).astype(np.float32)
    slope = np.abs(cv2.Sobel(grey, cv2.CV_32F, 1, 0) * across[0] + cv2.Sobel(grey, cv2.CV_32F, 0, 1) * across[1]) / 4
    if slope[core].mean() < _CROSS:  # an even profile leaves no streaks to see
        return None
    rim = cv2.dilate(mask, np.ones((5, 5), np.uint8)) > mask
    mask[rim & allowed] = AMBIGUOUS
    return Defect(
        "stretching_blur", smeared, mask, severity, {"kind": kind, "length_px": round(float(length)), "facets": facets}
    )


def _drag(
    shape: tuple[int, int], facet: _Facet, kind: str, rng: np.random.Generator
) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Return the pixels of a facet and, for each, the pixel near the ridge that it repeats: (rows, columns) twice."""
    rows, columns = shape
    (mid_x, mid_y), length, width = facet.middle, facet.length, facet.width
    reach = int(0.75 * (length + width)) + 8
    # A facet may lie beyond the border: then nothing of it is left.
    top, bottom = (int(v) for v in np.clip((mid_y - reach, mid_y + reach), 0, rows))
    left, right = (int(v) for v in np.clip((mid_x - reach, mid_x + reach), 0, columns))
    y, x = np.mgrid[top:bottom, left:right]
    cos, sin = np.cos(facet.down), np.sin(facet.down)
    down = (x - mid_x) * cos + (y - mid_y) * sin
    side = (y - mid_y) * cos - (x - mid_x) * sin

    bins = int(width) + 1
    ridge = -length / 2 + 0.18 * length * curve(bins, rng, width / 2) + rng.uniform(0.5, 2) * curve(bins, rng, 6)
    if kind == "streaks":
        ridge += rng.uniform(2, 6) * curve(bins, rng, 3)
    taper = np.sin(np.linspace(0, np.pi, bins)) ** rng.uniform(0.3, 0.7)
    run = length * taper * (1 + 0.25 * curve(bins, rng, width / 4) + 0.12 * curve(bins, rng, 4))
    fan = rng.uniform(0.3, 0.9) / length if kind == "fan" else 0.0
    start = np.clip(side + width / 2, 0, bins - 1).astype(np.int32)
    side = side / (1 + fan * np.maximum(down - ridge[start], 0))
    column = np.clip(side + width / 2, 0, bins - 1).astype(np.int32)
    fallen = down - ridge[column]
    hit = (np.abs(side) < width / 2) & (fallen >= 0) & (fallen < run[column])
    x, y, side, column, fallen = x[hit], y[hit], side[hit], column[hit], fallen[hit]
    if kind == "steps":  # one profile for every few rows: the cells of a coarse terrain model
        along = ridge[column] + np.floor(fallen / rng.uniform(5, 9))
    else:
        along = ridge[column] + fallen / rng.uniform(14, 60)
    source_x = np.clip(np.rint(mid_x + along * cos - side * sin), 0, columns - 1).astype(np.int32)
    source_y = np.clip(np.rint(mid_y + along * sin + side * cos), 0, rows - 1).astype(np.int32)
    return (y, x), (source_y, source_x)
