"""Pixel missing: the paper's threshold, and a rule that tells lost pixels from natural black and white."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

# A natural highlight or shadow fades over one or two pixels, because optics and resampling blur it; a lost pixel ends
# at once. The bounds are those that found most planted losses at the fewest clean tiles marked, on training pictures
# (tools/measure_rules.py).
NEAR = 16  # grey levels; a pixel this close to the extreme value belongs to a natural highlight or shadow
FADING = 24  # grey levels; likewise a pixel of the rim
CLIPPED = 0.001  # share of such pixels from which a block is clipped itself, and single extreme pixels prove little
STEP, SHARP_STEP = 0.65, 0.8  # least step to the rim, over the step to the ring after it; of what is proved less
CONTRAST = 24  # grey levels; least step to the rim
LONG, THIN = 15, 3  # px; lost lines; natural ones are shorter, or slant
CROSSING = 60  # px; several lost lines or blocks that touch make a component of any shape

RIM_INVALID = 0.2  # a component with more of its rim in nodata belongs to the collar
BLOCK = 8  # px; one lost channel, or a loss smeared by compression, is believed from a full square of this side on
FILL = 0.95  # and if it fills its bounding box to this share: decoders lose rectangles
EXACT = 0.99  # nature makes none that are filled to this share
SMEAR = 8  # grey levels; compression moves the inside of a loss this far
SMEARED_EDGE = 17  # px; compression smears the edge within its 8-px cells, to either side
SMEARED_CONTRAST = 40  # grey levels beyond it

_NEED = int(np.ceil(FILL * BLOCK * BLOCK))  # px of the smallest rectangle
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


def isolated(rgb: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """Mark lost pixels: black or white with a sharp rim on every side, and rectangles that lost one channel.

    Connected pixels of the extreme value count when hardly any of their rim is close to that value, when the rim is
    about as far from it as the ring after the rim, that is, nothing fades, and when the rim is not nodata. Natural
    clipped highlights and black water fade. Thin or small components must pass more where the block is clipped, that
    is, holds many pixels close to the extreme value. A channel that is 0 or 255 by itself, and what compression has
    smeared after the loss, count in rectangles from 8 px on; smaller losses do not survive compression.

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
    darkest, brightest = cv2.minMaxLoc(rgb.reshape(len(rgb), -1))[:2]
    if darkest > SMEAR and brightest < 255 - SMEAR:
        return lost
    planes = cv2.split(rgb)
    ends = [cv2.minMaxLoc(plane)[:2] for plane in planes]
    for value, extreme in ((0, darkest <= SMEAR), (255, brightest >= 255 - SMEAR)):
        if not extreme:
            continue
        holds = [value in each for each in ends]
        depth = _depth(planes, value)
        near = cv2.bitwise_and(cv2.inRange(depth, 0, SMEAR), valid.view(np.uint8))
        count = cv2.countNonZero(near)
        if all(holds):
            _isolated(depth, valid, lost)
        if min(valid.shape) >= BLOCK:
            if count >= BLOCK * BLOCK:
                _smeared(near, depth, valid, lost)
            for plane, held in zip(planes, holds):
                if held:
                    _rectangles(plane if value == 0 else cv2.bitwise_not(plane), valid, lost)
    return lost


def _depth(planes: Sequence[np.ndarray], value: int) -> np.ndarray:
    """Return how far the farthest channel of each pixel is from the extreme `value`, uint8 [H, W]."""
    if value == 0:
        return cv2.max(cv2.max(planes[0], planes[1]), planes[2])
    return cv2.bitwise_not(cv2.min(cv2.min(planes[0], planes[1]), planes[2]))


def _isolated(depth: np.ndarray, valid: np.ndarray, lost: np.ndarray) -> None:
    """Mark the components of pixels at depth 0 that end at once in bool [H, W]; `depth` is uint8 [H, W]."""
    extreme = cv2.bitwise_and(cv2.inRange(depth, 0, 0), valid.view(np.uint8))
    sharp = cv2.dilate(cv2.inRange(depth, FADING, 255), _KERNEL)
    if not cv2.countNonZero(cv2.bitwise_and(extreme, sharp)):  # all fade, as shadows and highlights do
        return
    place = _surroundings(extreme)
    parts = _Parts.of(extreme[place])
    rims = _Rims.of(parts, depth[place], valid[place])
    worth = rims.inside & (rims.mean >= CONTRAST) & (rims.fading <= 0.3)
    if not worth[1:].any():
        return
    rings = rims.rings(worth)
    short, long = np.minimum(parts.width, parts.height), np.maximum(parts.width, parts.height)
    straight = (short <= THIN) | (parts.fill >= 0.9) | (long >= CROSSING)
    keep = (long >= LONG) & straight & (rings.step >= STEP)
    keep |= (short >= 2) & (long >= 3) & (rings.step >= SHARP_STEP) & (rims.fading <= 0.05)
    even = (rings.least >= 0.6) & (rings.weak <= 0.3) & (rings.evenness <= 0.4)
    keep |= even & (rings.step >= SHARP_STEP) & (rims.fading <= 0.15)
    near = cv2.countNonZero(cv2.bitwise_and(cv2.inRange(depth, 1, NEAR), valid.view(np.uint8)))
    if near <= CLIPPED * valid.size:
        keep |= (rings.step >= STEP) & (rings.least >= 0.3)
    parts.paint(keep & worth, lost[place])


def _rectangles(plane: np.ndarray, valid: np.ndarray, lost: np.ndarray) -> None:
    """Mark solid rectangles at depth 0 of one channel in bool [H, W]; in any other shape that is spectral overflow."""
    extreme = cv2.bitwise_and(cv2.inRange(plane, 0, 0), valid.view(np.uint8))
    if cv2.countNonZero(extreme) < _NEED:
        return
    place = _surroundings(extreme)
    if not cv2.countNonZero(cv2.erode(extreme[place], _SQUARE)):
        return
    parts = _Parts.of(extreme[place])
    if not parts.rectangular[1:].any():
        return
    rims = _Rims.of(parts, plane[place], valid[place])
    worth = parts.rectangular & rims.inside & (rims.mean >= CONTRAST)
    worth &= rims.fading <= np.where(parts.fill >= EXACT, 0.5, 0.15)
    parts.paint(worth & (rims.rings(worth).step >= STEP), lost[place])


def _smeared(near: np.ndarray, depth: np.ndarray, valid: np.ndarray, lost: np.ndarray) -> None:
    """Mark solid rectangles whose edges compression has smeared in bool [H, W]; `near` is uint8 [H, W].

    They are judged by what lies beyond the smear, and reach to where the depth is half of that.
    """
    core = cv2.morphologyEx(near, cv2.MORPH_OPEN, _SQUARE)
    if not cv2.countNonZero(core):
        return
    around = _Parts.of(cv2.dilate(core, np.ones((SMEARED_EDGE,) * 2, np.uint8)))
    beyond = _Rims.of(around, depth, valid).mean
    if not (beyond[1:] >= SMEARED_CONTRAST).any():
        return
    half = np.ceil(np.where(beyond >= SMEARED_CONTRAST, 0.5 * beyond, 0)).astype(np.uint8)
    inside = cv2.bitwise_and(cv2.compare(depth, half.take(around.labels), cv2.CMP_LT), valid.view(np.uint8))
    parts = _Parts.of(cv2.morphologyEx(inside, cv2.MORPH_OPEN, _SQUARE))
    if not parts.thick[1:].any():
        return
    rims = _Rims.of(parts, depth, valid)
    worth = parts.thick & rims.inside & (rims.fading <= 0.15)
    if not worth[1:].any():
        return
    rings = rims.rings(worth)
    keep = parts.rectangular & (rings.step >= SHARP_STEP)
    # What ends suddenly all around need not be a rectangle.
    keep |= (rims.mean >= 64) & (rings.step >= 0.9) & (rims.fading <= 0.1) & (rings.evenness <= 0.5)
    parts.paint(keep & worth, lost)


def _surroundings(mask: np.ndarray) -> tuple[slice, slice]:
    """Return the rectangle around what is set in uint8 [H, W] that holds rims and rings as well.

    It begins at an even row and column: components are numbered by squares of two pixels, and must keep their order.
    """
    left, top, width, height = cv2.boundingRect(mask)
    return slice(max(0, top - 2) & ~1, top + height + 2), slice(max(0, left - 2) & ~1, left + width + 2)


@dataclass(frozen=True)
class _Parts:
    """Components of a mask; but for the first two all arrays are [N], the background first.

    Attributes
    ----------
    mask : numpy.ndarray
        uint8 [H, W].
    labels : numpy.ndarray
        int32 [H, W].
    """

    mask: np.ndarray
    labels: np.ndarray
    area: np.ndarray
    width: np.ndarray
    height: np.ndarray

    @classmethod
    def of(cls, mask: np.ndarray) -> _Parts:
        """Find the components of uint8 [H, W]."""
        # OpenCV's default takes thrice as long to measure what it has found, for the same numbers.
        _, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(mask, 8, cv2.CV_32S, cv2.CCL_BBDT)
        area, width, height = (stats[:, c] for c in (cv2.CC_STAT_AREA, cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT))
        return cls(mask, labels, area, width, height)

    @property
    def fill(self) -> np.ndarray:
        """Share of the bounding box."""
        return self.area / np.maximum(self.width * self.height, 1)

    @property
    def thick(self) -> np.ndarray:
        return np.minimum(self.width, self.height) >= BLOCK

    @property
    def rectangular(self) -> np.ndarray:
        return self.thick & (self.fill >= FILL)

    def paint(self, keep: np.ndarray, found: np.ndarray) -> None:
        """Mark the components that bool [N] `keep` picks in bool [H, W]."""
        keep[0] = False
        if keep.any():
            found |= keep.take(self.labels)


@dataclass(frozen=True)
class _Rims:
    """The pixels around components, and what surrounds them; but for what rings need all arrays are [N].

    Attributes
    ----------
    mean, fading : numpy.ndarray
        Mean depth of the rim and share of it that is close to the extreme value.
    inside : numpy.ndarray
        False where too much of the rim is nodata.
    """

    mean: np.ndarray
    fading: np.ndarray
    inside: np.ndarray
    _depth: np.ndarray  # uint8 [H, W]
    _valid: np.ndarray  # bool [H, W]
    _owners: np.ndarray  # int32 [H + 2, W + 2], labels of components and of their rims
    _grown: np.ndarray  # uint8 [H, W], components and rims
    _rim: tuple[np.ndarray, np.ndarray]  # rows and columns
    _rim_owner: np.ndarray

    @classmethod
    def of(cls, parts: _Parts, depth: np.ndarray, valid: np.ndarray) -> _Rims:
        """Measure the rims on uint8 [H, W] where bool [H, W] allows it."""
        count = len(parts.area)
        grown = cv2.dilate(parts.mask, _KERNEL)
        owners = cv2.copyMakeBorder(parts.labels, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
        rim = _where(cv2.subtract(grown, parts.mask))
        owner = _largest_neighbour(owners, rim)
        owners[rim[0] + 1, rim[1] + 1] = owner
        whole = np.bincount(owner, minlength=count)
        known = valid[rim]
        known_owner, values = owner[known], depth[rim][known]
        size = np.bincount(known_owner, minlength=count)
        return cls(
            mean=np.bincount(known_owner, values, count) / np.maximum(size, 1),
            fading=np.bincount(known_owner, values < FADING, count) / np.maximum(size, 1),
            inside=(size > 0) & (whole - size <= RIM_INVALID * whole),
            _depth=depth,
            _valid=valid,
            _owners=owners,
            _grown=grown,
            _rim=rim,
            _rim_owner=owner,
        )

    def rings(self, asked: np.ndarray) -> _Rings:
        """Compare the rims of the components that bool [N] `asked` picks with the rings after them."""
        count = len(asked)
        picked = asked[self._rim_owner]
        rim, rim_owner = (self._rim[0][picked], self._rim[1][picked]), self._rim_owner[picked]
        reach = np.zeros_like(self._grown)
        reach[rim] = 1
        reach = cv2.bitwise_and(cv2.dilate(reach, _KERNEL), self._valid.view(np.uint8))
        ring = _where(cv2.bitwise_and(reach, cv2.inRange(self._grown, 0, 0)))
        owner, values = _largest_neighbour(self._owners, ring), self._depth[ring].astype(np.float64)
        size = np.maximum(np.bincount(owner, minlength=count), 1)
        beyond = np.bincount(owner, values, count) / size
        known = self._valid[rim]
        rim_owner, rim_depth = rim_owner[known], self._depth[rim][known]
        relative = rim_depth / np.maximum(beyond, 1)[rim_owner]
        least = np.full(count, np.inf)
        np.minimum.at(least, rim_owner, relative)
        rim_size = np.maximum(np.bincount(rim_owner, minlength=count), 1)
        variance = np.bincount(owner, (values - beyond[owner]) ** 2, count) / size
        return _Rings(
            step=self.mean / np.maximum(beyond, 1),
            least=least,
            weak=np.bincount(rim_owner, relative < 0.7, count) / rim_size,
            evenness=np.sqrt(variance) / np.maximum(beyond, 1),
        )


@dataclass(frozen=True)
class _Rings:
    """How the rims of some components compare with the rings after them; [N], without meaning for the others.

    Attributes
    ----------
    step, evenness : numpy.ndarray
        Mean depth of the rim over that of the ring; standard deviation of the ring over its mean.
    least, weak : numpy.ndarray
        Depth of the rim's lowest pixel and share of its pixels under 0.7, both relative to the mean of the ring.
    """

    step: np.ndarray
    least: np.ndarray
    weak: np.ndarray
    evenness: np.ndarray


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
