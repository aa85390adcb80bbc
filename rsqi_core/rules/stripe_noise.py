"""Stripe noise: the paper's Otsu rule, and a rule that looks for thin straight lines of a constant foreign colour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

ASPECT = 5.0  # paper, section 3.6: width over height above 5 or below 1/5

# The sturdier rule. Natural lines are blurred across, vary along, and differ from their surroundings in brightness
# rather than colour; so coloured lines need little proof and grey ones much. Levels are out of 255, lengths in pixels.
REACH = 4  # lines are at most this wide: their background lies this far from each of their pixels, on both sides
MARGIN = 5  # nothing is judged closer than this to nodata
COLOR_CONTRAST = 24  # difference of two channels, against both sides
GREY_CONTRAST = 30  # luminance, against both sides
RUN = 9  # shortest run without a gap
GAP = 5  # dashes up to this far apart make one line
MAX_WIDTH = 5


@dataclass(frozen=True)
class _Bar:
    """What a component must show to be a stripe.

    Attributes
    ----------
    length, fill, density : float
        Least length; least thickness over the width of the band it spreads over; least share of its pixels that stand
        out by themselves.
    offset : float
        Least mean difference from the background: between channels for coloured lines, in colour for grey ones.
    variation : float
        Largest standard deviation of that difference along the line, over its mean.
    spill : float
        Largest mean difference of the pixels beside the line from their background, over the line's contrast.
    """

    length: float
    fill: float
    density: float
    offset: float
    variation: float
    spill: float


_COLORED = _Bar(length=13, fill=0.8, density=0.6, offset=30, variation=1.0, spill=0.2)
_GREY = _Bar(length=20, fill=0.85, density=0.85, offset=45, variation=0.3, spill=0.2)

FREE_CONTRAST = 35  # lines in any direction are looked for in colour only
FREE_LENGTH = 20
FREE_SLENDER = 7.0  # length over width of the minimum-area rectangle
FREE_FILL = 0.35  # a line of one pixel fills no more of it


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
        _, labels, stats, _ = cv2.connectedComponentsWithStats(bright, connectivity=8)
        width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
        long = (width > ASPECT * height) | (height > ASPECT * width)
        long[0] = False  # the background
        found |= long[labels]
    return found


def oriented(rgb: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """Mark thin straight lines of a foreign colour, lighter or darker than both their sides.

    Rows and columns first: pixels that differ from the background at both sides, in colour or luminance, are joined
    into runs, and a run counts if its offset from the background is constant along it and (for grey lines) ends
    sharply across it. Then lines in any direction, by colour only and by their minimum-area rectangle (domain facts
    5.12).

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
    channels = [plane.astype(np.int16) for plane in cv2.split(rgb)]
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.int16)
    inner = valid
    if not valid.all():
        square = np.ones((2 * MARGIN + 1,) * 2, np.uint8)
        inner = cv2.erode(valid.view(np.uint8), square, borderValue=1).view(bool)
    opponents = [channels[0] - channels[1], channels[1] - channels[2], channels[2] - channels[0]]
    found = _axis_lines(channels, opponents, grey, inner, (1, 0))
    found |= _axis_lines(channels, opponents, grey, inner, (0, 1))
    return found | _free_lines(opponents, inner)


def _shifted(plane: np.ndarray, across: tuple[int, int]) -> list[np.ndarray]:
    """Return `plane` moved by -5, -4, 4 and 5 steps along `across` (rows, columns), mirrored at the border."""
    far = REACH + 1
    padded = cv2.copyMakeBorder(plane, far, far, far, far, cv2.BORDER_REFLECT_101)
    height, width = plane.shape
    moved = []
    for step in (-far, -REACH, REACH, far):
        y, x = far + step * across[0], far + step * across[1]
        moved.append(padded[y : y + height, x : x + width])
    return moved


def _sides(plane: np.ndarray, across: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    a, b, c, d = _shifted(plane, across)
    return (a + b) >> 1, (c + d) >> 1


def _nearer_step(plane: np.ndarray, across: tuple[int, int]) -> np.ndarray:
    """Return the difference from the more similar side, int16 [H, W]: about 0 right beside a sharp line."""
    one, other = _sides(plane, across)
    return cv2.min(cv2.absdiff(plane, one), cv2.absdiff(plane, other))


def _contrast(plane: np.ndarray, across: tuple[int, int]) -> np.ndarray:
    """Return how far each pixel stands out from both its sides, int16 [H, W], 0 if only from one."""
    one, other = _sides(plane, across)
    return np.maximum(cv2.max(plane - cv2.max(one, other), cv2.min(one, other) - plane), 0)


def _largest(
    measure: Callable[[np.ndarray, tuple[int, int]], np.ndarray], planes: list[np.ndarray], across: tuple[int, int]
) -> np.ndarray:
    first, second, third = (measure(plane, across) for plane in planes)
    return cv2.max(cv2.max(first, second), third)


def _axis_lines(
    channels: list[np.ndarray],
    opponents: list[np.ndarray],
    grey: np.ndarray,
    valid: np.ndarray,
    across: tuple[int, int],
) -> np.ndarray:
    """Return the lines at right angles to `across`, (1, 0) or (0, 1), bool [H, W]."""
    light = _contrast(grey, across)
    color = _largest(_contrast, opponents, across)
    strong = ((color > COLOR_CONTRAST) | (light > GREY_CONTRAST)) & valid
    turn = slice(None, None, 1 if across == (1, 0) else -1)  # kernel shapes are written for horizontal lines
    joined = cv2.morphologyEx(strong.view(np.uint8), cv2.MORPH_CLOSE, np.ones((1, GAP)[turn], np.uint8))
    joined = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, RUN)[turn], np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    length = stats[:, cv2.CC_STAT_WIDTH if across == (1, 0) else cv2.CC_STAT_HEIGHT]
    area = stats[:, cv2.CC_STAT_AREA]
    # Not the box's width, which one foreign run at a long line spoils: a full band of w rows has variance (w^2 - 1)/12.
    pixels = np.nonzero(joined)
    place, member = pixels[across.index(1)].astype(np.float64), labels[pixels]
    place -= (np.bincount(member, place, count) / area)[member]
    width = np.sqrt(12 * np.bincount(member, place**2, count) / area + 1)
    keep = (length >= _COLORED.length) & (width <= MAX_WIDTH + 0.5) & (length >= 4 * width)
    keep[0] = False  # the background
    if not keep.any():
        return np.zeros(valid.shape, bool)

    spread = np.where(keep[labels], labels, 0).astype(np.float32)  # OpenCV dilates no wider integers
    beside = cv2.dilate(spread, np.ones((3, 1)[turn], np.uint8))
    line = np.flatnonzero((spread > 0) & strong)
    rim = np.flatnonzero((beside > 0) & (spread == 0))
    owner, rim_owner = spread.ravel()[line].astype(np.int64), beside.ravel()[rim].astype(np.int64)
    size = np.maximum(np.bincount(owner, minlength=count), 1)
    offsets, variance = [], np.zeros(count)
    for channel in channels:
        background = sum(_shifted(channel, across)) >> 2
        offset = (channel - background).ravel()[line].astype(np.float64)
        mean = np.bincount(owner, offset, count) / size
        variance += np.bincount(owner, (offset - mean[owner]) ** 2, count) / size
        offsets.append(mean)
    strength = np.sqrt(np.square(offsets).sum(0))
    variation = np.sqrt(variance) / np.maximum(strength, 1)
    chroma = np.max(offsets, 0) - np.min(offsets, 0)
    rim_size = np.maximum(np.bincount(rim_owner, minlength=count), 1)
    spills = []
    for contrast, step in (
        (color, _largest(_nearer_step, opponents, across)),
        (light, _nearer_step(grey, across)),
    ):
        inside = np.bincount(owner, contrast.ravel()[line], count) / size
        spills.append(np.bincount(rim_owner, step.ravel()[rim], count) / rim_size / np.maximum(inside, 1))
    fill, density = area / (length * width), size / np.maximum(area, 1)

    stripe = np.zeros(count, bool)
    for bar, offset, spill in ((_COLORED, chroma, spills[0]), (_GREY, strength, spills[1])):
        stripe |= (
            (length >= bar.length)
            & (fill >= bar.fill)
            & (density >= bar.density)
            & (offset >= bar.offset)
            & (variation <= bar.variation)
            & (spill <= bar.spill)
        )
    return (keep & stripe)[labels] & strong


def _free_lines(opponents: list[np.ndarray], valid: np.ndarray) -> np.ndarray:
    """Return coloured lines in any direction, bool [H, W]."""
    strong = np.zeros(valid.shape, bool)
    for across in ((1, 1), (1, -1)):
        strong |= _largest(_contrast, opponents, across) > FREE_CONTRAST
    strong &= valid
    _, labels, stats, _ = cv2.connectedComponentsWithStats(strong.view(np.uint8), connectivity=8)
    x, y, width, height, area = stats.T
    keep = (np.hypot(width, height) >= FREE_LENGTH) & (area <= MAX_WIDTH * np.hypot(width, height))
    keep[0] = False
    for label in np.flatnonzero(keep):
        box = labels[y[label] : y[label] + height[label], x[label] : x[label] + width[label]]
        rows, columns = np.nonzero(box == label)
        sides = cv2.minAreaRect(np.stack([columns, rows], 1).astype(np.float32))[1]
        long, short = max(sides) + 1, min(sides) + 1  # from pixel centres to pixel edges
        keep[label] = (
            long >= FREE_LENGTH
            and short <= MAX_WIDTH
            and long >= FREE_SLENDER * short
            and area[label] >= FREE_FILL * long * short
        )
    return keep[labels]
