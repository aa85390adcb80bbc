"""Connected pixels of a mask, and how they end: what surrounds them and what lies beyond."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

BLOCK = 8  # px; side of the smallest square that compression does not smear all over
FILL = 0.95  # share of the bounding box from which a component is a rectangle
LONG = 15  # px; a line
FADING = 24  # grey levels; a pixel of the rim this close to the extreme value fades
RIM_INVALID = 0.2  # a component with more of its rim in nodata belongs to the collar
KERNEL = np.ones((3, 3), np.uint8)
SQUARE = np.ones((BLOCK - 1, BLOCK - 1), np.uint8)  # odd: opening by an even square would shift


def surroundings(mask: np.ndarray) -> tuple[slice, slice]:
    """Return the rectangle around what is set in uint8 [H, W] that holds rims and rings as well.

    It begins at an even row and column: components are numbered by squares of two pixels, and must keep their order.
    """
    left, top, width, height = cv2.boundingRect(mask)
    return slice(max(0, top - 2) & ~1, top + height + 2), slice(max(0, left - 2) & ~1, left + width + 2)


@dataclass(frozen=True)
class Parts:
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
    left: np.ndarray
    top: np.ndarray
    width: np.ndarray
    height: np.ndarray

    @classmethod
    def of(cls, mask: np.ndarray) -> Parts:
        """Find the components of uint8 [H, W]."""
        # OpenCV's default takes thrice as long to measure what it has found, for the same numbers.
        _, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(mask, 8, cv2.CV_32S, cv2.CCL_BBDT)
        left, top, width, height, area = stats.T
        return cls(mask, labels, area, left, top, width, height)

    @property
    def fill(self) -> np.ndarray:
        """Share of the bounding box."""
        return self.area / np.maximum(self.width * self.height, 1)

    @property
    def thick(self) -> np.ndarray:
        """Which are as thick as a lost block."""
        return np.minimum(self.width, self.height) >= BLOCK

    @property
    def rectangular(self) -> np.ndarray:
        """Which are thick and fill their box."""
        return self.thick & (self.fill >= FILL)

    @property
    def open(self) -> np.ndarray:
        """Do they reach the border, but not as a rectangle that is shorter than it?"""
        height, width = self.mask.shape
        cut = (self.left == 0) | (self.top == 0)
        cut |= (self.left + self.width == width) | (self.top + self.height == height)
        cut[0] = False
        line = ~self.thick & (np.maximum(self.width, self.height) >= LONG)
        return cut & ((self.fill < FILL) | line | (self.width == width) | (self.height == height))

    def straight(self, length: int, fill: float, asked: np.ndarray | None = None) -> np.ndarray:
        """Which are at least of this length, a third of it thick at most, and fill so much of a turned rectangle?

        Only those that bool [N] `asked` picks are looked at, by default all.
        """
        found = np.maximum(self.width, self.height) >= length
        found[0] = False
        if asked is not None:
            found &= asked
        for k in np.flatnonzero(found):
            x, y = self.left[k], self.top[k]
            part = self.labels[y : y + self.height[k], x : x + self.width[k]] == k
            ends = part.argmax(1), part.shape[1] - 1 - part[:, ::-1].argmax(1)  # of each row, as they span the part
            rows = np.arange(len(part))
            _, sides, _ = cv2.minAreaRect(np.stack([np.concatenate(ends), np.tile(rows, 2)], 1).astype(np.int32))
            short, long = min(sides) + 1, max(sides) + 1
            found[k] = long >= 3 * short and self.area[k] >= fill * short * long
        return found

    def largest(self, values: np.ndarray, asked: np.ndarray) -> np.ndarray:
        """Return the largest of uint8 [H, W] in those that bool [N] `asked` picks."""
        found = np.zeros(len(asked), np.uint8)
        picked = asked.take(self.labels)
        np.maximum.at(found, self.labels[picked], values[picked])
        return found

    def inner_mean(self, depth: np.ndarray) -> np.ndarray:
        """Return the mean depth away from the edge; `depth` is uint8 [H, W]."""
        inner = where(cv2.erode(self.mask, SQUARE))
        owner = self.labels[inner]
        size = np.bincount(owner, minlength=len(self.area))
        return np.bincount(owner, depth[inner], len(self.area)) / np.maximum(size, 1)

    def paint(self, keep: np.ndarray, found: np.ndarray) -> None:
        """Mark the components that bool [N] `keep` picks in bool [H, W]."""
        keep[0] = False
        if keep.any():
            found |= keep.take(self.labels)


@dataclass(frozen=True)
class Rims:
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
    def of(cls, parts: Parts, depth: np.ndarray, valid: np.ndarray) -> Rims:
        """Measure the rims on uint8 [H, W] where bool [H, W] allows it."""
        count = len(parts.area)
        grown = cv2.dilate(parts.mask, KERNEL)
        owners = cv2.copyMakeBorder(parts.labels, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
        rim = where(cv2.subtract(grown, parts.mask))
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

    def rings(self, asked: np.ndarray) -> Rings:
        """Compare the rims of the components that bool [N] `asked` picks with the rings after them."""
        count = len(asked)
        picked = asked[self._rim_owner]
        rim, rim_owner = (self._rim[0][picked], self._rim[1][picked]), self._rim_owner[picked]
        reach = np.zeros_like(self._grown)
        reach[rim] = 1
        reach = cv2.bitwise_and(cv2.dilate(reach, KERNEL), self._valid.view(np.uint8))
        ring = where(cv2.bitwise_and(reach, cv2.inRange(self._grown, 0, 0)))
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
        return Rings(
            step=self.mean / np.maximum(beyond, 1),
            least=least,
            weak=np.bincount(rim_owner, relative < 0.7, count) / rim_size,
            evenness=np.sqrt(variance) / np.maximum(beyond, 1),
        )


@dataclass(frozen=True)
class Rings:
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


def where(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and columns of the pixels of uint8 [H, W] that are set, as `numpy.nonzero` does, but sooner."""
    return np.divmod(np.flatnonzero(mask.view(bool)), mask.shape[1])


def _largest_neighbour(owners: np.ndarray, where: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Return the largest label around each of the pixels; `owners` has a border of one pixel."""
    y, x = where
    around = owners[y, x]
    for dy, dx in ((0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1), (2, 2)):
        around = np.maximum(around, owners[y + dy, x + dx])
    return around
