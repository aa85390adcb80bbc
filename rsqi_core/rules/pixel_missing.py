"""Pixel missing: the paper's threshold, and a rule that tells lost pixels from natural black and white."""

from __future__ import annotations

import cv2
import numpy as np

# Measured on clean tiles against planted losses: a natural highlight or shadow fades over one or two pixels, because
# optics and resampling blur it; a lost pixel ends at once.
RIM_CONTRAST = 32.0  # grey levels; mean distance of the rim from the extreme value
RIM_NEAR = 24  # grey levels; a rim pixel this close to the extreme value is a fading one
RIM_NEAR_SHARE = 0.15  # at most this share of the rim may fade
RIM_STEP = 0.65  # the step to the rim, over the step to the ring after it, is at least this
SMALL = 5  # px; a natural glint has this size, so smaller components may not fade at all
SMALL_STEP = 0.5  # every pixel of their rim is at least this far, relative to the ring after it
RIM_INVALID = 0.2  # a component with more of its rim in nodata belongs to the collar
SOLID = 8  # px; one lost channel, or a loss smeared by compression, is believed from a full square of this side on
SOLID_FILL = 0.8  # and if the component fills its bounding box to this share: decoders lose rectangles

SMEARED_FILL = 0.95  # likewise after compression, where no sharp rim helps
SMEAR = {0: 10, 255: 4}  # grey levels; compression lifts black this far, and white roofs forbid more at the bright end

_KERNEL = np.ones((3, 3), np.uint8)
_SQUARE = np.ones((SOLID, SOLID), np.uint8)
_SMEARED_EDGE = np.ones((9, 9), np.uint8)


def threshold(rgb: np.ndarray) -> np.ndarray:
    """Mark every pixel that is (0, 0, 0) or (255, 255, 255): the paper's rule, literally (section 3.6).

    Parameters
    ----------
    rgb : numpy.ndarray
        uint8 [H, W, 3].

    Returns
    -------
    numpy.ndarray
        bool [H, W].
    """
    black, white = (cv2.inRange(rgb, (v, v, v), (v, v, v)) for v in (0, 255))
    return (black | white).view(bool)


def isolated(rgb: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """Mark lost pixels: black or white with a sharp rim on every side, and rectangles that lost one channel.

    Connected pixels of the extreme value count when (a) hardly any of their rim is close to that value, (b) the rim is
    about as far from it as the ring after the rim, that is, nothing fades, and (c) the rim is not nodata. Natural
    clipped highlights and black water fail (a) or (b). A channel that is 0 or 255 by itself counts in solid
    rectangles only.

    Parameters
    ----------
    rgb : numpy.ndarray
        uint8 [H, W, 3].
    valid : numpy.ndarray
        bool [H, W]; nothing is marked outside.

    Returns
    -------
    numpy.ndarray
        bool [H, W].
    """
    lost = np.zeros(valid.shape, bool)
    for value in (0, 255):
        depth = rgb if value == 0 else cv2.bitwise_not(rgb)  # distance from the extreme value, per channel
        if depth.min() > SMEAR[value]:
            continue
        planes = cv2.split(depth)
        largest = cv2.max(cv2.max(planes[0], planes[1]), planes[2])
        extreme = (largest == 0) & valid
        if extreme.any():
            lost |= _keep_sharp(extreme, largest, valid)
        if min(valid.shape) < SOLID:
            continue
        if cv2.dilate(largest, _SQUARE).min() <= SMEAR[value]:
            lost |= _smeared(largest, valid, SMEAR[value])
        for plane in planes:
            if cv2.dilate(plane, _SQUARE).min() == 0:
                lost |= _keep_sharp((plane == 0) & valid, plane, valid, least_fill=SOLID_FILL)
    return lost


def _smeared(depth: np.ndarray, valid: np.ndarray, limit: int) -> np.ndarray:
    """Return solid rectangles whose edges JPEG has smeared: judged by a rim beyond the smear."""
    near = ((depth <= limit) & valid).view(np.uint8)
    core = cv2.dilate(cv2.morphologyEx(near, cv2.MORPH_OPEN, _SQUARE), _SMEARED_EDGE).view(bool) & valid
    return _keep_sharp(core, depth, valid, least_fill=SMEARED_FILL) & (depth <= 3 * limit)


def _keep_sharp(
    extreme: np.ndarray, depth: np.ndarray, valid: np.ndarray, least_fill: float | None = None
) -> np.ndarray:
    """Return the components of `extreme` whose rim is sharp; with `least_fill` only solid ones that fill their box.

    `depth` is uint8 [H, W], the distance from the extreme value.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(extreme.view(np.uint8), connectivity=8)
    spread = labels.astype(np.float32)  # exact up to 2^24 components, and the widest type that OpenCV dilates
    first = cv2.dilate(spread, _KERNEL)
    second = cv2.dilate(first, _KERNEL)
    rim = np.flatnonzero((first > 0) & ~extreme)
    ring = np.flatnonzero((second > 0) & (first == 0) & valid)

    def total(where: np.ndarray, owner: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
        labelled = owner.ravel()[where].astype(np.int64)
        return np.bincount(labelled, None if weight is None else weight, minlength=count)

    outside = total(rim, first)
    rim = rim[valid.ravel()[rim]]
    size, ring_size = total(rim, first), total(ring, second)
    depths = depth.ravel()
    mean = total(rim, first, depths[rim]) / np.maximum(size, 1)
    fading = total(rim, first, depths[rim] < RIM_NEAR) / np.maximum(size, 1)
    beyond = total(ring, second, depths[ring]) / np.maximum(ring_size, 1)
    keep = (mean >= RIM_CONTRAST) & (fading <= RIM_NEAR_SHARE) & (mean >= RIM_STEP * beyond)
    weak = depths[rim] < np.maximum(SMALL_STEP * beyond[first.ravel()[rim].astype(np.int64)], RIM_NEAR)
    keep &= (stats[:, cv2.CC_STAT_AREA] >= SMALL) | (total(rim, first, weak) == 0)
    keep &= (size > 0) & (outside - size <= RIM_INVALID * outside)
    if least_fill is not None:
        width, height, area = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_AREA]
        keep &= (np.minimum(width, height) >= SOLID) & (area >= least_fill * width * height)
    keep[0] = False  # the background
    return keep[labels]
