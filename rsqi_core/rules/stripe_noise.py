"""Stripe noise: the paper's Otsu rule, and a rule that looks for thin straight lines of a constant foreign colour."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from . import detector_lines, lines

ASPECT = 5.0  # paper, section 3.6: width over height above 5 or below 1/5

# The sturdier rule. A faulty detector or a lost packet ends within a pixel and, mostly, in a colour that nothing else
# has; roads, marks, furrows and ridges are blurred across and grey. The bars are those that found most planted lines
# at the fewest clean tiles marked, on training pictures (tools/measure_rules.py shows what they do).
MARGIN = lines.REACH  # px; nothing is judged closer than this to nodata


@dataclass(frozen=True)
class _Bar:
    """What a run must show to be part of a stripe: the bounds of the measures of `lines.Runs`."""

    length: int
    width: int
    strength: float
    foreign: float
    one_sided: float
    shoulder: float
    light_shoulder: float
    unevenness: float
    roughness: float

    def within_reach(self, found: lines.Candidates) -> np.ndarray:
        """Bool [N]: the others cannot pass."""
        return (
            (found.length >= self.length)
            & (found.rows <= self.width)
            & (found.strength >= self.strength)
            & (found.foreign >= self.foreign)
            & (found.one_sided >= self.one_sided)
        )

    def passed(self, runs: lines.Runs) -> np.ndarray:
        """Bool [N]."""
        return (
            (runs.length >= self.length)
            & (runs.width <= self.width)
            & (runs.strength >= self.strength)
            & (runs.foreign >= self.foreign)
            & (runs.one_sided >= self.one_sided)
            & (runs.shoulder <= self.shoulder)
            & (runs.light_shoulder <= self.light_shoulder)
            & (runs.unevenness <= self.unevenness)
            & (runs.roughness <= self.roughness)
        )


_ANY = np.inf
_SURE = (
    _Bar(12, 3, 25, foreign=2.2, one_sided=0.65, shoulder=0.4, light_shoulder=_ANY, unevenness=0.35, roughness=0.5),
    _Bar(25, 4, 30, foreign=1.9, one_sided=0.4, shoulder=0.6, light_shoulder=_ANY, unevenness=0.4, roughness=0.7),
    _Bar(50, 3, 25, foreign=1.3, one_sided=0.55, shoulder=0.5, light_shoulder=0.7, unevenness=_ANY, roughness=_ANY),
    _Bar(50, 3, 25, foreign=0, one_sided=0.4, shoulder=0.1, light_shoulder=0.1, unevenness=0.1, roughness=0.15),
    _Bar(80, 3, 15, foreign=0, one_sided=0.4, shoulder=0.3, light_shoulder=0.1, unevenness=0.3, roughness=0.15),
)
# A fault repeats itself: with a sure stripe of the same direction and colour in the block, less proof will do.
_LIKELY = (
    _Bar(12, 4, 25, foreign=1.8, one_sided=0.3, shoulder=0.6, light_shoulder=_ANY, unevenness=_ANY, roughness=0.7),
    _Bar(25, 3, 15, foreign=0, one_sided=0.8, shoulder=0.2, light_shoulder=0.25, unevenness=0.2, roughness=0.5),
)
ALIKE = 0.9  # cosine between two colour offsets

FREE_CONTRAST = 35  # lines in any direction are looked for in colour only
FREE_LENGTH = 20
FREE_SLENDER = 7.0  # length over width of the minimum-area rectangle
FREE_FILL = 0.35  # a line of one pixel fills no more of it
FREE_FOREIGN = 1.9  # as for rows and columns
FREE_REACH = 4  # px along a diagonal to either side
MAX_WIDTH = 5  # px; a slanting line of three pixels spreads


def otsu(rgb: np.ndarray, saturation: int = 100) -> np.ndarray:
    """Mark long boxes of Otsu's foreground in any channel: the paper's rule, literally (sections 3.6 and 4.4).

    The HSV saturation is raised by `saturation` (clipped at 255), each channel of the result is split by Otsu's
    threshold, and a component of the bright part counts if its axis-aligned bounding box has an aspect ratio above 5 or
    below 0.2. The three results are united.

    Parameters
    ----------
    rgb : numpy.ndarray
        uint8 [H, W, 3].
    saturation : int
        0 gives the paper's rule without saturation enhancement.

    Returns
    -------
    numpy.ndarray
        bool [H, W].
    """
    hsv = cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV)
    hsv[..., 1] = cv2.add(hsv[..., 1], np.full(hsv.shape[:2], saturation, np.uint8))
    found = np.zeros(rgb.shape[:2], bool)
    for plane in cv2.split(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)):
        _, bright = cv2.threshold(plane, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
        labels, (_, _, width, height, _) = _components(bright)
        long = (width > ASPECT * height) | (height > ASPECT * width)
        long[0] = False  # the background
        if long.any():
            found |= long.take(labels)
    return found


def oriented(rgb: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """Mark thin straight lines of a foreign colour or with sharp sides, lighter or darker than both.

    Rows and columns first: runs of pixels that stand out from both sides (`lines.find`) are judged by their mean
    profile across. Then coloured lines in any direction, by their minimum-area rectangle (domain facts 5.12). Then
    whole rows and columns that one detector has changed by a few grey levels (`detector_lines.find`).

    Parameters
    ----------
    rgb : numpy.ndarray
        uint8 [H, W, 3].
    valid : numpy.ndarray
        bool [H, W]; nothing is marked outside or within `MARGIN` pixels of nodata.

    Returns
    -------
    numpy.ndarray
        bool [H, W].
    """
    inner = valid
    if not valid.all():
        square = np.ones((2 * MARGIN + 1,) * 2, np.uint8)
        inner = cv2.erode(valid.view(np.uint8), square, borderValue=1).view(bool)
    rarity = lines.color_rarity(rgb, inner)
    found = np.zeros(valid.shape, bool)
    turned, inner_turned = cv2.transpose(rgb), cv2.transpose(inner.view(np.uint8)).view(bool)
    _rows(rgb, inner, rarity, found)
    _rows(turned, inner_turned, rarity, found.T)
    _free_lines(rgb, inner, rarity, found)
    found |= detector_lines.find(rgb, inner)
    found |= detector_lines.find(turned, inner_turned).T
    return found


def _rows(rgb: np.ndarray, valid: np.ndarray, rarity: np.ndarray, found: np.ndarray) -> None:
    """Mark the horizontal stripes in bool [H, W]."""
    candidates = lines.find(rgb, valid, rarity)
    hopeful = _any(bar.within_reach(candidates) for bar in _SURE)
    if not hopeful.any():
        return
    runs = candidates.measure(hopeful)
    passed = _any(bar.passed(runs) for bar in _SURE)
    if not passed.any():
        return
    sure = runs.select(passed)
    hopeful[hopeful] = passed
    rest = candidates.measure(~hopeful & _any(bar.within_reach(candidates) for bar in _LIKELY))
    likely = rest.select(_any(bar.passed(rest) for bar in _LIKELY))
    like = (likely.direction @ sure.direction.T).max(1, initial=0) > ALIKE
    for each in (sure, likely.select(like)):
        found |= lines.paint(rgb, each)


def _any(answers: Iterable[np.ndarray]) -> np.ndarray:
    return np.logical_or.reduce([*answers])


def _free_lines(rgb: np.ndarray, valid: np.ndarray, rarity: np.ndarray, found: np.ndarray) -> None:
    """Mark coloured lines in any direction in bool [H, W]."""
    color = cv2.max(*map(_slanting_contrast, lines.opponents(rgb)))
    strong = ((color > FREE_CONTRAST) & valid).view(np.uint8)
    left, top, across, down = cv2.boundingRect(strong)
    if np.hypot(across, down) < FREE_LENGTH or min(across, down) <= MAX_WIDTH:
        return
    place = slice(top, top + down), slice(left, left + across)
    rgb, strong = rgb[place], strong[place]
    labels, (x, y, width, height, area) = _components(strong)
    keep = (np.hypot(width, height) >= FREE_LENGTH) & (area <= MAX_WIDTH * np.hypot(width, height))
    keep &= np.minimum(width, height) > MAX_WIDTH  # rows and columns have a better judge
    keep[0] = False
    for label in np.flatnonzero(keep):
        box = slice(y[label], y[label] + height[label]), slice(x[label], x[label] + width[label])
        line = labels[box] == label
        if _is_line(line, area[label]) and _foreign(rgb[box], line, rarity) >= FREE_FOREIGN:
            found[place][box] |= line


def _components(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Label uint8 [H, W] as int32; return also left, top, width, height and area of the components, [5, N]."""
    # OpenCV's default takes thrice as long to measure what it has found.
    _, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(mask, 8, cv2.CV_32S, cv2.CCL_BBDT)
    return labels, stats.T


def _is_line(mask: np.ndarray, area: int) -> bool:
    """Is what bool [H, W] shows, `area` pixels, long, thin and straight?"""
    rows, columns = np.nonzero(mask)
    sides = cv2.minAreaRect(np.stack([columns, rows], 1).astype(np.float32))[1]
    long, short = max(sides) + 1, min(sides) + 1  # from pixel centres to pixel edges
    slender = long >= FREE_LENGTH and short <= MAX_WIDTH and long >= FREE_SLENDER * short
    return slender and area >= FREE_FILL * long * short


def _foreign(rgb: np.ndarray, line: np.ndarray, rarity: np.ndarray) -> float:
    """How rare the colour is by which the pixels of bool [H, W] differ from those near them, as `lines.Runs` has it."""
    mask = line.view(np.uint8)
    beside = cv2.dilate(mask, np.ones((9, 9), np.uint8)) - cv2.dilate(mask, np.ones((3, 3), np.uint8))
    offset = rgb[line].mean(0) - rgb[beside.view(bool)].mean(0) if beside.any() else np.zeros(3)
    return float(np.sqrt(offset @ rarity @ offset) / max(np.linalg.norm(offset), 1))


def _slanting_contrast(plane: np.ndarray) -> np.ndarray:
    """Return how far each pixel of int16 [H, W] stands out from both sides along one of the two diagonals."""
    far, (height, width) = 2 * FREE_REACH, plane.shape
    padded = cv2.copyMakeBorder(plane, *[FREE_REACH] * 4, cv2.BORDER_REPLICATE)
    (a, b), (c, d) = (
        (padded[:height, far - first :][:, :width], padded[far:, first:][:, :width]) for first in (far, 0)
    )
    low = cv2.min(cv2.max(a, b), cv2.max(c, d))  # what the pixel must be above, along one diagonal or the other
    high = cv2.max(cv2.min(a, b), cv2.min(c, d))
    np.subtract(plane, low, out=low)
    np.subtract(high, plane, out=high)
    return np.maximum(low, high, out=low)
