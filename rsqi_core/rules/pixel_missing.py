"""Pixel missing: the paper's threshold, and a rule that tells lost pixels from natural black and white."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from .collar import NO_DATA, without_collar
from .components import BLOCK, FADING, FILL, KERNEL, LONG, SQUARE, Parts, Rims, surroundings

# A natural highlight or shadow fades over one or two pixels, because optics and resampling blur it; a lost pixel ends
# at once. The bounds are those that found most planted losses at the fewest clean pictures marked
# (tools/measure_rules.py).
NEAR = 16  # grey levels; a pixel this close to the extreme value belongs to a natural highlight or shadow
CLIPPED = 0.001  # share of such pixels from which a block is clipped itself, and single extreme pixels prove little
STEP, SHARP_STEP = 0.65, 0.8  # least step to the rim, over the step to the ring after it; of what is proved less
CONTRAST = 24  # grey levels; least step to the rim
THIN = 3  # px; lost lines; natural ones are shorter, or slant
CROSSING = 60  # px; several lost lines or blocks that touch make a component of any shape
SPOT = 8  # px; up to this area nature ends as suddenly now and then
PEERS = 30  # components for each that passes; where there are more, the spots among these are the sharpest of nature's
AROUND = 33  # px; side of the square in which a spot is compared with what is natural
LEAD, CLEAR_LEAD = 1.35, 2.0  # least step to the rim, over the largest natural one around; of what is proved less

EXACT = 0.99  # share of the bounding box; nature makes none that are filled to this share
SMEAR = 8  # grey levels; compression moves the inside of a loss this far
SMEARED_EDGE = 17  # px; compression smears the edge within its 8-px cells, to either side
SMEARED_CONTRAST = 40  # grey levels beyond it
EVEN_STEP, FLAT = 0.08, 2.2  # deviation of the step from 1, mean depth inside; white roofs have more of both
GAP = 100  # px; thinner gaps that compression has smeared are believed from this length on
GAP_FILL = 0.4  # share of the smallest turned rectangle; wedges fill half of it
CELL, CELL_FILL = 4, 64  # px; part of 255 of a cell that a gap of few pixels fills

_NEED = int(np.ceil(FILL * BLOCK * BLOCK))  # px of the smallest rectangle


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


def isolated(
    rgb: np.ndarray, valid: np.ndarray, above: np.ndarray | None = None, below: np.ndarray | None = None
) -> np.ndarray:
    """Mark lost pixels: black or white with a sharp rim on every side, and rectangles that lost one channel.

    Connected pixels of the extreme value count when hardly any of their rim is close to that value, when the rim is
    about as far from it as the ring after the rim, that is, nothing fades, and when the rim is not nodata. Natural
    clipped highlights and black water fade. Thin or small components must pass more where the block is clipped, that
    is, holds many pixels close to the extreme value. Single pixels must stand out from the natural spots around them
    where one of very many passes: that one is the sharpest of nature's. A channel that is 0 or 255 by itself, and what
    compression has smeared after the loss, count in rectangles from 8 px on, and in long straight gaps; smaller losses
    do not survive compression.

    What reaches the border of the image is a gap, and marked, where data lie on both sides of it in the same row or
    column: a scan line that breaks off, a wedge that widens towards the border. Black or white with data on one side
    only is the collar around the footprint, which nobody has declared nodata: no pixel was lost there, since none was
    ever measured. A footprint is convex, so that no pixel outside it has data on both sides in any line, and no gap
    within it lacks them. A rectangle in a corner that is shorter than both borders counts as lost, as tiles get lost
    and footprints have no such notch.

    Parameters
    ----------
    rgb : numpy.ndarray
        uint8 [H, W, 3].
    valid : numpy.ndarray
        bool [H, W]; nothing is marked outside.
    above, below : numpy.ndarray, optional
        bool [2, W]; has the image above and below this block, in each column, anything but black, and anything but
        white? By default the block is the whole image.

    Returns
    -------
    numpy.ndarray
        bool [H, W].
    """
    lost = np.zeros(valid.shape, bool)
    darkest, brightest = cv2.minMaxLoc(rgb.reshape(len(rgb), -1))[:2]
    if darkest > SMEAR and brightest < 255 - SMEAR:
        return lost
    planes = cv2.split(rgb)
    ends = [cv2.minMaxLoc(plane)[:2] for plane in planes]
    for end, (value, extreme) in enumerate(((0, darkest <= SMEAR), (255, brightest >= 255 - SMEAR))):
        if not extreme:
            continue
        # White ground between two black gaps ends as suddenly as a loss.
        found, known = np.zeros(valid.shape, bool), valid & ~lost
        holds = [value in each for each in ends]
        depth = _depth(planes, value)
        near = cv2.bitwise_and(cv2.inRange(depth, 0, SMEAR), known.view(np.uint8))
        count = cv2.countNonZero(near)
        if all(holds):
            _isolated(depth, known, found)
        if min(valid.shape) >= BLOCK:
            if count >= BLOCK * BLOCK:
                _smeared(near, depth, known, found)
            if count >= GAP * THIN:
                _gaps(near, depth, known, found)
            for plane, held in zip(planes, holds):
                if held:
                    _rectangles(plane if value == 0 else cv2.bitwise_not(plane), known, found)
        if found.any():
            data = cv2.inRange(depth, NO_DATA, 255).view(bool) & known
            beyond = (None if each is None else each[end] for each in (above, below))
            lost |= without_collar(found, data, *beyond)
    return lost


def _depth(planes: Sequence[np.ndarray], value: int) -> np.ndarray:
    """Return how far the farthest channel of each pixel is from the extreme `value`, uint8 [H, W]."""
    if value == 0:
        return cv2.max(cv2.max(planes[0], planes[1]), planes[2])
    return cv2.bitwise_not(cv2.min(cv2.min(planes[0], planes[1]), planes[2]))


def _isolated(depth: np.ndarray, valid: np.ndarray, lost: np.ndarray) -> None:
    """Mark the components of pixels at depth 0 that end at once in bool [H, W]; `depth` is uint8 [H, W]."""
    extreme = cv2.bitwise_and(cv2.inRange(depth, 0, 0), valid.view(np.uint8))
    sharp = cv2.dilate(cv2.inRange(depth, FADING, 255), KERNEL)
    if not cv2.countNonZero(cv2.bitwise_and(extreme, sharp)):  # all fade, as shadows and highlights do
        return
    place = surroundings(extreme)
    parts = Parts.of(extreme[place])
    rims = Rims.of(parts, depth[place], valid[place])
    worth = rims.inside & (rims.mean >= CONTRAST) & (rims.fading <= 0.3)
    if not worth[1:].any():
        return
    rings = rims.rings(worth)
    short, long = np.minimum(parts.width, parts.height), np.maximum(parts.width, parts.height)
    straight = (short <= THIN) | (parts.fill >= 0.9) | (long >= CROSSING)
    proved = (long >= LONG) & straight & (rings.step >= STEP)
    proved |= (short >= 2) & (long >= 3) & (rings.step >= SHARP_STEP) & (rims.fading <= 0.05)
    even = (rings.least >= 0.6) & (rings.weak <= 0.3) & (rings.evenness <= 0.4)
    proved |= even & (rings.step >= SHARP_STEP) & (rims.fading <= 0.15)
    keep = proved.copy()
    near = cv2.countNonZero(cv2.bitwise_and(cv2.inRange(depth, 1, NEAR), valid.view(np.uint8)))
    if near <= CLIPPED * valid.size:
        keep |= (rings.step >= STEP) & (rings.least >= 0.3)
    keep &= worth
    keep[0] = False
    spots = keep & (parts.area <= SPOT)
    if spots.any():
        crowded = len(keep) - 1 > PEERS * np.count_nonzero(keep)
        lead = np.full(len(keep), CLEAR_LEAD) if crowded else np.where(proved, 0, LEAD)
        if lead[spots].any():
            natural = parts.largest(_natural_step(depth, valid)[place], spots)
            keep &= ~spots | (rims.mean >= lead * natural)
    parts.paint(keep, lost[place])


def _rectangles(plane: np.ndarray, valid: np.ndarray, lost: np.ndarray) -> None:
    """Mark solid rectangles at depth 0 of one channel in bool [H, W]; in any other shape that is spectral overflow."""
    extreme = cv2.bitwise_and(cv2.inRange(plane, 0, 0), valid.view(np.uint8))
    if cv2.countNonZero(extreme) < _NEED:
        return
    place = surroundings(extreme)
    if not cv2.countNonZero(cv2.erode(extreme[place], SQUARE)):
        return
    parts = Parts.of(extreme[place])
    if not parts.rectangular[1:].any():
        return
    rims = Rims.of(parts, plane[place], valid[place])
    worth = parts.rectangular & rims.inside & (rims.mean >= CONTRAST)
    worth &= rims.fading <= np.where(parts.fill >= EXACT, 0.5, 0.15)
    parts.paint(worth & (rims.rings(worth).step >= STEP), lost[place])


def _smeared(near: np.ndarray, depth: np.ndarray, valid: np.ndarray, lost: np.ndarray) -> None:
    """Mark solid rectangles whose edges compression has smeared in bool [H, W]; `near` is uint8 [H, W].

    What is marked already was not smeared, and makes no loss of dark water beside it. The others are judged by what
    lies beyond the smear, and reach to where the depth is half of that.
    """
    new = cv2.compare(near, lost.view(np.uint8), cv2.CMP_GT)
    core = cv2.morphologyEx(new, cv2.MORPH_OPEN, SQUARE)
    if not cv2.countNonZero(core):
        return
    around = Parts.of(cv2.dilate(core, np.ones((SMEARED_EDGE,) * 2, np.uint8)))
    beyond = Rims.of(around, depth, valid).mean
    if not (beyond[1:] >= SMEARED_CONTRAST).any():
        return
    half = np.ceil(np.where(beyond >= SMEARED_CONTRAST, 0.5 * beyond, 0)).astype(np.uint8)
    inside = cv2.bitwise_and(cv2.compare(depth, half.take(around.labels), cv2.CMP_LT), valid.view(np.uint8))
    parts = Parts.of(cv2.morphologyEx(inside, cv2.MORPH_OPEN, SQUARE))
    if not parts.thick[1:].any():
        return
    rims = Rims.of(parts, depth, valid)
    worth = parts.thick & rims.inside & (rims.fading <= 0.15)
    if not worth[1:].any():
        return
    rings = rims.rings(worth)
    solid = worth & parts.rectangular & (rings.step >= SHARP_STEP)
    keep = solid & (np.abs(rings.step - 1) <= EVEN_STEP)
    # What is flat and ends suddenly all around need not be a rectangle.
    abrupt = (rims.mean >= 64) & (rings.step >= 0.9) & (rims.fading <= 0.1) & (rings.evenness <= 0.5)
    unsure = (solid | worth & abrupt) & ~keep
    if unsure.any():
        keep |= unsure & (parts.inner_mean(depth) <= FLAT)
    parts.paint(keep, lost)


def _gaps(near: np.ndarray, depth: np.ndarray, valid: np.ndarray, lost: np.ndarray) -> None:
    """Mark long, straight and thin gaps that compression has smeared in bool [H, W]; `near` is uint8 [H, W].

    They are sought in cells of a few pixels first, as few blocks hold any.
    """
    new = cv2.compare(near, lost.view(np.uint8), cv2.CMP_GT)
    share = cv2.resize(new, None, fx=1 / CELL, fy=1 / CELL, interpolation=cv2.INTER_AREA)
    cells = Parts.of(cv2.inRange(share, CELL_FILL, 255))
    if not cells.straight(GAP // CELL, GAP_FILL).any():
        return
    parts = Parts.of(cv2.bitwise_and(cv2.inRange(depth, 0, FADING), valid.view(np.uint8)))
    core, unknown = (np.bincount(parts.labels[mask > 0], minlength=len(parts.area)) for mask in (near, new))
    keep = parts.straight(GAP, GAP_FILL, (core >= 0.5 * parts.area) & (unknown >= 0.1 * parts.area))
    if not keep[1:].any():
        return
    rims = Rims.of(parts, depth, valid)
    rings = rims.rings(keep)
    keep &= rims.inside & (rims.mean >= SMEARED_CONTRAST)
    keep &= (rings.step >= STEP) & (rings.weak <= 0.45) & (rings.evenness <= 0.5)
    parts.paint(keep, lost)


def _natural_step(depth: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """Return the largest step down from the neighbours among the natural spots around each pixel, uint8 [H, W]."""
    steps = cv2.subtract(cv2.blur(depth, (3, 3)), depth)
    unnatural = cv2.bitwise_or(cv2.inRange(depth, 0, 0), cv2.inRange(valid.view(np.uint8), 0, 0))
    steps = cv2.subtract(steps, cv2.dilate(unnatural, np.ones((5, 5), np.uint8)))
    return cv2.dilate(steps, np.ones((AROUND, AROUND), np.uint8))
