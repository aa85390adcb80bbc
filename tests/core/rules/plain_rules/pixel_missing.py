"""Pixel missing: the paper's threshold, and a rule that tells lost pixels from natural black and white."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

# A natural highlight or shadow fades over one or two pixels, because optics and resampling blur it; a lost pixel ends
# at once. The bounds are those that found most planted losses at the fewest clean pictures marked
# (tools/measure_rules.py).
NEAR = 16  # grey levels; a pixel this close to the extreme value belongs to a natural highlight or shadow
FADING = 24  # grey levels; likewise a pixel of the rim
CLIPPED = 0.001  # share of such pixels from which a block is clipped itself, and single extreme pixels prove little
STEP, SHARP_STEP = 0.65, 0.8  # least step to the rim, over the step to the ring after it; of what is proved less
CONTRAST = 24  # grey levels; least step to the rim
LONG, THIN = 15, 3  # px; lost lines; natural ones are shorter, or slant
CROSSING = 60  # px; several lost lines or blocks that touch make a component of any shape
SPOT = 8  # px; up to this area nature ends as suddenly now and then
PEERS = 30  # components for each that passes; where there are more, the spots among these are the sharpest of nature's
AROUND = 33  # px; side of the square in which a spot is compared with what is natural
LEAD, CLEAR_LEAD = 1.35, 2.0  # least step to the rim, over the largest natural one around; of what is proved less

RIM_INVALID = 0.2  # a component with more of its rim in nodata belongs to the collar
BLOCK = 8  # px; one lost channel, or a loss smeared by compression, is believed from a full square of this side on
FILL = 0.95  # and if it fills its bounding box to this share: decoders lose rectangles
EXACT = 0.99  # share of the bounding box; nature makes none that are filled to this share
SMEAR = 8  # grey levels; compression moves the inside of a loss this far
SMEARED_EDGE = 17  # px; compression smears the edge within its 8-px cells, to either side
SMEARED_CONTRAST = 40  # grey levels beyond it
EVEN_STEP, FLAT = 0.08, 2.2  # deviation of the step from 1, mean depth inside; white roofs have more of both
GAP = 100  # px; thinner gaps that compression has smeared are believed from this length on
GAP_FILL = 0.4  # share of the smallest turned rectangle; wedges fill half of it
CELL, CELL_FILL = 4, 64  # px; part of 255 of a cell that a gap of few pixels fills
NO_DATA = 40  # grey levels; what compression makes of a black or white collar is as close to that

_KERNEL = np.ones((3, 3), np.uint8)
_SQUARE = np.ones((BLOCK - 1, BLOCK - 1), np.uint8)  # odd: opening by an even square would shift


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
    """Mark lost pixels as :func:`rsqi_core.rules.pixel_missing.isolated` does, step by step and everywhere."""
    lost = np.zeros(valid.shape, bool)
    darkest, brightest = cv2.minMaxLoc(rgb.reshape(len(rgb), -1))[:2]
    if darkest > SMEAR and brightest < 255 - SMEAR:
        return lost
    planes = cv2.split(rgb)
    ends = [cv2.minMaxLoc(plane)[:2] for plane in planes]
    for end, value in enumerate((0, 255)):
        holds = [value in each for each in ends]
        known = valid & ~lost
        low, high = ((0,) * 3, (SMEAR,) * 3) if value == 0 else ((255 - SMEAR,) * 3, (255,) * 3)
        near = cv2.bitwise_and(cv2.inRange(rgb, low, high), known.view(np.uint8))
        depths = planes if value == 0 else [cv2.bitwise_not(plane) for plane in planes]  # from the extreme value
        depth = cv2.max(cv2.max(depths[0], depths[1]), depths[2])
        found = np.zeros(valid.shape, bool)
        if all(holds):
            found |= _isolated(depth, known)
        if min(valid.shape) >= BLOCK:
            if cv2.countNonZero(near) >= BLOCK * BLOCK:
                found |= _smeared(near, depth, known, found)
            if cv2.countNonZero(near) >= GAP * THIN:
                found |= _gaps(near, depth, known, found)
            for plane, held in zip(depths, holds):
                if held:
                    found |= _rectangles(plane, known)
        beyond = (None if each is None else each[end] for each in (above, below))
        lost |= _without_collar(found, (depth >= NO_DATA) & known, *beyond)
    return lost


def _isolated(depth: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """Return the components of pixels at depth 0 that end at once, bool [H, W]; `depth` is uint8 [H, W]."""
    extreme = cv2.inRange(depth, 0, 0).view(bool) & valid
    if not extreme.any():
        return extreme
    rims = _Rims.of(extreme, depth, valid)
    short, long = np.minimum(rims.width, rims.height), np.maximum(rims.width, rims.height)
    straight = (short <= THIN) | (rims.fill >= 0.9) | (long >= CROSSING)
    proved = (long >= LONG) & straight & (rims.step >= STEP) & (rims.fading <= 0.3)
    proved |= (short >= 2) & (long >= 3) & (rims.step >= SHARP_STEP) & (rims.fading <= 0.05)
    even = (rims.least >= 0.6) & (rims.weak <= 0.3) & (rims.evenness <= 0.4)
    proved |= even & (rims.step >= SHARP_STEP) & (rims.fading <= 0.15)
    keep = proved.copy()
    near = cv2.countNonZero(cv2.inRange(depth, 1, NEAR) & valid.view(np.uint8))
    if near <= CLIPPED * valid.size:
        keep |= (rims.step >= STEP) & (rims.fading <= 0.3) & (rims.least >= 0.3)
    keep &= (rims.mean >= CONTRAST) & rims.inside
    keep[0] = False
    crowded = len(keep) - 1 > PEERS * keep.sum()
    natural = _natural_step(depth, extreme, valid)
    for k in np.flatnonzero(keep & (rims.area <= SPOT)):
        lead = CLEAR_LEAD if crowded else 0 if proved[k] else LEAD
        keep[k] = rims.mean[k] >= lead * natural[rims.labels == k].max()
    return rims.paint(keep)


def _natural_step(depth: np.ndarray, extreme: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """Return the largest step down from its neighbours that a pixel takes around each, uint8 [H, W].

    But for extreme ones and what is near to them or to nodata.
    """
    other = cv2.dilate((extreme | ~valid).view(np.uint8), np.ones((5, 5), np.uint8)).view(bool)
    around = cv2.blur(depth, (3, 3))
    steps = np.where(other | (around < depth), 0, around - depth).astype(np.uint8)
    return cv2.dilate(steps, np.ones((AROUND, AROUND), np.uint8))


def _rectangles(plane: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """Return solid rectangles at depth 0 of one channel, bool [H, W]; in any other shape that is spectral overflow."""
    extreme = cv2.inRange(plane, 0, 0).view(bool) & valid
    if not cv2.erode(extreme.view(np.uint8), _SQUARE).any():
        return np.zeros(valid.shape, bool)
    rims = _Rims.of(extreme, plane, valid)
    fading = np.where(rims.fill >= EXACT, 0.5, 0.15)
    keep = rims.rectangular & (rims.mean >= CONTRAST) & (rims.step >= STEP) & (rims.fading <= fading)
    return rims.paint(keep & rims.inside)


def _smeared(near: np.ndarray, depth: np.ndarray, valid: np.ndarray, lost: np.ndarray) -> np.ndarray:
    """Return solid rectangles whose edges compression has smeared, bool [H, W]; `near` is uint8 [H, W].

    They are judged by what lies beyond the smear, and reach to where the depth is half of that.
    """
    core = cv2.morphologyEx(((near > 0) & ~lost).view(np.uint8), cv2.MORPH_OPEN, _SQUARE)
    if not core.any():
        return core.view(bool)
    around = cv2.dilate(core, np.ones((SMEARED_EDGE,) * 2, np.uint8)).view(bool)
    beyond = _Rims.of(around, depth, valid)
    half = np.where(beyond.mean >= SMEARED_CONTRAST, 0.5 * beyond.mean, 0)[beyond.labels]
    grown = cv2.morphologyEx(((depth < half) & valid).view(np.uint8), cv2.MORPH_OPEN, _SQUARE).view(bool)
    rims = _Rims.of(grown, depth, valid)
    solid = rims.rectangular & (rims.step >= SHARP_STEP) & (rims.fading <= 0.15)
    keep = (solid | rims.abrupt) & rims.inside
    inner = cv2.erode(grown.view(np.uint8), _SQUARE).view(bool)
    for k in np.flatnonzero(keep[1:]) + 1:
        even = solid[k] and abs(rims.step[k] - 1) <= EVEN_STEP
        keep[k] = even or depth[inner & (rims.labels == k)].mean() <= FLAT
    return rims.paint(keep)


def _gaps(near: np.ndarray, depth: np.ndarray, valid: np.ndarray, lost: np.ndarray) -> np.ndarray:
    """Return long, straight and thin gaps that compression has smeared, bool [H, W]; `near` is uint8 [H, W]."""
    new = (near > 0) & ~lost
    share = cv2.resize(new * np.uint8(255), None, fx=1 / CELL, fy=1 / CELL, interpolation=cv2.INTER_AREA)
    if not _straight(_Rims.of(share >= CELL_FILL, share, np.ones(share.shape, bool)), GAP // CELL).any():
        return np.zeros(valid.shape, bool)
    rims = _Rims.of((depth <= FADING) & valid, depth, valid)
    core, unknown = (np.bincount(rims.labels[mask], minlength=len(rims.area)) for mask in (near > 0, new))
    keep = _straight(rims, GAP) & (core >= 0.5 * rims.area) & (unknown >= 0.1 * rims.area)
    keep &= rims.inside & (rims.mean >= SMEARED_CONTRAST)
    return rims.paint(keep & (rims.step >= STEP) & (rims.weak <= 0.45) & (rims.evenness <= 0.5))


def _straight(rims: _Rims, length: int) -> np.ndarray:
    """Which components are so long, a third of it thick at most, and fill so much of a turned rectangle?"""
    found = np.zeros(len(rims.area), bool)
    for k in range(1, len(found)):
        y, x = np.nonzero(rims.labels == k)
        _, sides, _ = cv2.minAreaRect(np.stack([x - x.min(), y - y.min()], 1).astype(np.int32))
        short, long = min(sides) + 1, max(sides) + 1
        filled = rims.area[k] >= GAP_FILL * short * long
        found[k] = max(rims.width[k], rims.height[k]) >= length and long >= 3 * short and filled
    return found


def _without_collar(
    lost: np.ndarray, data: np.ndarray, above: np.ndarray | None, below: np.ndarray | None
) -> np.ndarray:
    """Take away from components that reach the border what has data on one side only, rectangles in corners apart."""
    height, width = lost.shape
    count, labels, stats, _ = cv2.connectedComponentsWithStats(lost.view(np.uint8), connectivity=8)
    data = data & ~lost
    none = np.zeros((1, width), bool)
    for _ in range(2):
        framed = np.concatenate([none if above is None else above[None], data, none if below is None else below[None]])
        up, down = np.cumsum(framed, 0)[1:-1] > 0, np.cumsum(framed[::-1], 0)[::-1][1:-1] > 0
        left, right = np.cumsum(data, 1) > 0, np.cumsum(data[:, ::-1], 1)[:, ::-1] > 0
        data = data | (up & down) | (left & right)
    for k in range(1, count):
        x, y, w, h, area = stats[k]
        reaches = x == 0 or y == 0 or x + w == width or y + h == height
        line = min(w, h) < BLOCK and max(w, h) >= LONG
        notch = area >= FILL * w * h and not line and w < width and h < height
        if reaches and not notch:
            lost = lost & (data | (labels != k))
    return lost


@dataclass(frozen=True)
class _Rims:
    """Components and what surrounds them; but for `labels` all arrays are [N], the background first.

    Attributes
    ----------
    labels : numpy.ndarray
        int32 [H, W].
    mean, fading, least, weak : numpy.ndarray
        Mean depth of the rim, share of it that is close to the extreme value, depth of its lowest pixel and share of
        pixels under 0.7, both relative to the mean of the ring after the rim.
    step, evenness : numpy.ndarray
        Mean depth of the rim over that of the ring; standard deviation of the ring over its mean.
    inside : numpy.ndarray
        False where too much of the rim is nodata.
    """

    labels: np.ndarray
    area: np.ndarray
    width: np.ndarray
    height: np.ndarray
    mean: np.ndarray
    fading: np.ndarray
    least: np.ndarray
    weak: np.ndarray
    step: np.ndarray
    evenness: np.ndarray
    inside: np.ndarray

    @property
    def rectangular(self) -> np.ndarray:
        return (np.minimum(self.width, self.height) >= BLOCK) & (self.fill >= FILL)

    @property
    def fill(self) -> np.ndarray:
        """Share of the bounding box."""
        return self.area / np.maximum(self.width * self.height, 1)

    @property
    def abrupt(self) -> np.ndarray:
        """Does it end so suddenly all around that it need not be a rectangle?"""
        thick = np.minimum(self.width, self.height) >= BLOCK
        return thick & (self.mean >= 64) & (self.step >= 0.9) & (self.fading <= 0.1) & (self.evenness <= 0.5)

    def paint(self, keep: np.ndarray) -> np.ndarray:
        """Mark the components that bool [N] `keep` picks."""
        keep[0] = False
        return keep[self.labels] if keep.any() else np.zeros(self.labels.shape, bool)

    @classmethod
    def of(cls, mask: np.ndarray, depth: np.ndarray, valid: np.ndarray) -> _Rims:
        """Measure the components of bool [H, W] on uint8 [H, W]."""
        count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
        first = cv2.dilate(mask.view(np.uint8), _KERNEL)
        second = cv2.dilate(first, _KERNEL)
        owners = cv2.copyMakeBorder(labels, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
        rim = _where(cv2.subtract(first, mask.view(np.uint8)))
        rim_owner = _largest_neighbour(owners, rim)
        owners[rim[0] + 1, rim[1] + 1] = rim_owner
        ring = _where(cv2.bitwise_and(cv2.subtract(second, first), valid.view(np.uint8)))
        ring_owner = _largest_neighbour(owners, ring)

        whole = np.bincount(rim_owner, minlength=count)
        known = valid[rim]
        rim_owner, rim_depth = rim_owner[known], depth[rim][known].astype(np.float64)
        ring_depth = depth[ring].astype(np.float64)
        size = np.bincount(rim_owner, minlength=count)
        ring_size = np.maximum(np.bincount(ring_owner, minlength=count), 1)
        mean = np.bincount(rim_owner, rim_depth, count) / np.maximum(size, 1)
        beyond = np.bincount(ring_owner, ring_depth, count) / ring_size
        relative = rim_depth / np.maximum(beyond, 1)[rim_owner]
        least = np.full(count, np.inf)
        np.minimum.at(least, rim_owner, relative)
        variance = np.bincount(ring_owner, (ring_depth - beyond[ring_owner]) ** 2, count) / ring_size
        return cls(
            labels=labels,
            area=stats[:, cv2.CC_STAT_AREA],
            width=stats[:, cv2.CC_STAT_WIDTH],
            height=stats[:, cv2.CC_STAT_HEIGHT],
            mean=mean,
            fading=np.bincount(rim_owner, rim_depth < FADING, count) / np.maximum(size, 1),
            least=least,
            weak=np.bincount(rim_owner, relative < 0.7, count) / np.maximum(size, 1),
            step=mean / np.maximum(beyond, 1),
            evenness=np.sqrt(variance) / np.maximum(beyond, 1),
            inside=(size > 0) & (whole - size <= RIM_INVALID * whole),
        )


def _where(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and columns of the pixels of uint8 [H, W] that are set, as `numpy.nonzero` does, but sooner."""
    return np.divmod(np.flatnonzero(mask.view(bool)), mask.shape[1])


def _largest_neighbour(owners: np.ndarray, where: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Return the largest label around each of the pixels; `owners` has a border of one pixel."""
    y, x = where
    around = owners[y, x]
    for dy, dx in ((0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1), (2, 2)):
        around = np.maximum(around, owners[y + dy, x + dx])
    return around
