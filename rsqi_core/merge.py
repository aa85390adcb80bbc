"""Blocks become one label map: overlaps, the priority of the error classes and dilation (paper, section 3.1.2).

What a block says of a pixel is one number, a *claim*; where blocks overlap, the largest claim holds. From the highest
bits down it is made of the class's priority (pixel over region over boundary, and over all that only the classifier's
evidence says), the confidence, the fineness of the grid and the type's id. The order in which blocks are merged
therefore does not matter.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from .errors import ParameterError
from .findings import Patch
from .taxonomy import BACKGROUND, BOUNDARY_TYPES, IGNORED, PIXEL_TYPES, REGION_TYPES
from .uniform import is_uniform, uniform

NODATA = 0xFFFF  # the claim of a pixel that is not valid: above every error
GRIDS = 4  # block sizes that a claim can tell apart

_PRIORITY = np.zeros(256, np.uint16)
for _rank, _types in enumerate((BOUNDARY_TYPES, REGION_TYPES, PIXEL_TYPES), start=1):
    _PRIORITY[[_type.id for _type in _types]] = _rank
_EVIDENCE = 1 << 14  # claims below it have no priority
_BAND = 1 << 22  # pixels of a band that is merged at a time
_PIECE = 128  # rows of a patch that are compressed together
_SMALL = 1 << 14  # bytes; smaller patches are not
_LEVEL = 1  # of zlib: claims are plain enough


class LabelMap:
    """What was found at every pixel of a raster, or of some rows of it.

    Attributes
    ----------
    label : uint8 [height, width]
        0 background, 1..10 error type, 255 ignored.
    confidence : uint8 [height, width]
        Probability x 255; 0 where there is no error.
    block_size : int16 [height, width]
        Block size in pixels that gave the label; 0 where there is no error.
    evidence : bool [height, width]
        Where no more than the classifier's evidence says so.
    """

    def __init__(self, height: int, width: int):
        if height < 1 or width < 1:
            raise ParameterError(f"a label map of {width} x {height} pixels is empty")
        self.label = np.zeros((height, width), np.uint8)
        self.confidence = np.zeros((height, width), np.uint8)
        self.block_size = np.zeros((height, width), np.int16)
        self.evidence = np.zeros((height, width), bool)

    @classmethod
    def ignored(cls, height: int, width: int) -> LabelMap:
        """Return the map of an area without a valid pixel; it takes no memory and must not be changed."""
        made = cls(1, 1)
        made.label[:] = IGNORED
        for name, plane in vars(made).items():
            setattr(made, name, uniform((height, width), plane[0, 0], plane.dtype))
        return made

    @property
    def height(self) -> int:
        """In pixels."""
        return self.label.shape[0]

    @property
    def width(self) -> int:
        """In pixels."""
        return self.label.shape[1]


def claim(label: np.ndarray, confidence: np.ndarray | float, grid: int, evidence: bool = False) -> np.ndarray:
    """Return the claims of one block.

    Parameters
    ----------
    label : uint8 [H, W]
        Error types; 0 claims nothing.
    confidence : float32 [H, W] or float
        Probabilities 0..1.
    grid : int
        Which of the block sizes it is, counted from the finest as 0.
    evidence : bool
        The labels are those that only the classifier's evidence says; they yield to all others.

    Returns
    -------
    uint16 [H, W]
    """
    if not 0 <= grid < GRIDS:
        raise ParameterError(f"at most {GRIDS} block sizes can be inspected at once")
    # A label of probability 0.001 is still a label: 0 is kept for "nothing".
    level = np.clip(np.rint(np.asarray(confidence, np.float32) * 255), 1, 255).astype(np.uint16)
    priority = np.uint16(0) if evidence else _PRIORITY[label]
    claims = priority << 14 | level << 6 | np.uint16((GRIDS - 1 - grid) << 4) | label
    return np.where(label == BACKGROUND, np.uint16(0), claims)


def decode(claims: np.ndarray, sizes: tuple[int, ...]) -> LabelMap:
    """Return what claims uint16 [H, W] stand for; `sizes` are the block sizes from the finest on."""
    if claims.min() == NODATA:  # the wide collars of a scene cost nothing more
        return LabelMap.ignored(*claims.shape)
    label_map = LabelMap(*claims.shape)
    rows, columns = _extent(claims)
    part = claims[rows, columns]
    ignored, nothing = part == NODATA, part == 0
    by_grid = np.zeros(GRIDS, np.int16)
    by_grid[GRIDS - len(sizes) :] = sizes[::-1]
    label_map.label[rows, columns] = np.where(ignored, IGNORED, part & 15)
    label_map.confidence[rows, columns] = np.where(ignored, 0, part >> 6 & 255)
    label_map.evidence[rows, columns] = (part < _EVIDENCE) & ~nothing
    label_map.block_size[rows, columns] = np.where(ignored | nothing, 0, by_grid[part >> 4 & 3])
    return label_map


def patch(x: int, y: int, layers: list[np.ndarray]) -> Patch | None:
    """Merge the claims of one block at column `x` and row `y`, and keep the rectangle in which there are any.

    A layer in which all pixels claim the same, as in nodata or along a seam, may be :func:`uniform`; alone, it stays so
    and takes no memory.
    """
    if not layers:
        return None
    claims = layers[0]
    for layer in layers[1:]:
        claims = np.maximum(claims, layer)
    rows, columns = _extent(claims)
    if rows.start == rows.stop:
        return None
    part = claims[rows, columns]
    return Patch(x + columns.start, y + rows.start, part if part.size * 2 > claims.size else part.copy())


def _extent(claims: np.ndarray) -> tuple[slice, slice]:
    """Rows and columns of the smallest rectangle that holds all claims."""
    if is_uniform(claims):
        height, width = claims.shape if claims[0, 0] else (0, 0)
        return slice(0, height), slice(0, width)
    left, top, width, height = cv2.boundingRect((claims != 0).view(np.uint8))
    return slice(top, top + height), slice(left, left + width)


@dataclass(frozen=True)
class _Compressed:
    """Some rows of a patch, compressed; what `Patch` says of them."""

    x: int
    y: int
    shape: tuple[int, int]
    data: bytes

    @property
    def bottom(self) -> int:
        return self.y + self.shape[0]

    def decompress(self) -> Patch:
        return Patch(self.x, self.y, np.frombuffer(zlib.decompress(self.data), np.uint16).reshape(self.shape))


def _compressed(found: Patch) -> Iterator[Patch | _Compressed]:
    """Yield a patch in a form that takes little memory."""
    if is_uniform(found.claims) or found.claims.nbytes <= _SMALL:
        yield found
        return
    for top in range(0, len(found.claims), _PIECE):
        part = np.ascontiguousarray(found.claims[top : top + _PIECE])
        yield _Compressed(found.x, found.y + top, part.shape, zlib.compress(part.data, _LEVEL))


class Mosaic:
    """Patches on their way to a label map: rows are merged, and let go of, once no later block reaches them.

    Until then large patches wait compressed, as the wider a raster is, the more of them there are.

    Parameters
    ----------
    width : int
        Of the inspected window in pixels.
    sizes : tuple of int
        Block sizes, from the finest on.
    rows : int, optional
        Most rows of a band; the label map does not depend on it.
    """

    def __init__(self, width: int, sizes: tuple[int, ...], rows: int | None = None):
        self._width, self._sizes = width, sizes
        self._rows = rows or max(1, _BAND // width)
        self._patches: list[Patch | _Compressed] = []
        self._top = 0

    def add(self, found: Patch | None) -> None:
        """Keep a patch until its rows are taken."""
        if found is not None:
            self._patches.extend(_compressed(found))

    def take(self, final: int) -> Iterator[LabelMap]:
        """Yield the rows up to `final` that have not been taken yet, band by band."""
        while self._top < final:
            bottom = min(final, self._top + self._rows)
            self._decompress(bottom)
            yield self._band(self._top, bottom)
            self._top = bottom
            self._patches = [each for each in self._patches if each.bottom > bottom]

    def _decompress(self, bottom: int) -> None:
        """Decompress what reaches the rows above `bottom`."""
        for i, each in enumerate(self._patches):
            if isinstance(each, _Compressed) and each.y < bottom:
                self._patches[i] = each.decompress()

    def _band(self, top: int, bottom: int) -> LabelMap:
        spans = self._spans(top, bottom)
        if not spans:
            return LabelMap.ignored(bottom - top, self._width)
        if spans == [(0, self._width)]:
            return decode(self._merged(top, bottom, 0, self._width), self._sizes)
        band = LabelMap(bottom - top, self._width)
        band.label[:] = IGNORED
        for left, right in spans:
            part = decode(self._merged(top, bottom, left, right), self._sizes)
            band.label[:, left:right] = part.label
            band.confidence[:, left:right] = part.confidence
            band.block_size[:, left:right] = part.block_size
            band.evidence[:, left:right] = part.evidence
        return band

    def _spans(self, top: int, bottom: int) -> list[tuple[int, int]]:
        """Return first and last columns of what blocks without a valid pixel leave of these rows.

        Nothing has to be merged beside them.
        """
        spans, reached = [], 0
        for x, right in sorted(
            (each.x, each.x + each.claims.shape[1])
            for each in self._patches
            if each.y <= top
            and bottom <= each.bottom
            and isinstance(each, Patch)
            and is_uniform(each.claims)
            and each.claims[0, 0] == NODATA
        ):
            if x > reached:
                spans.append((reached, x))
            reached = max(reached, right)
        return spans if reached == self._width else [*spans, (reached, self._width)]

    def _merged(self, top: int, bottom: int, left: int, right: int) -> np.ndarray:
        merged = np.zeros((bottom - top, right - left), np.uint16)
        for each in self._patches:
            if each.y >= bottom or each.bottom <= top or each.x >= right or isinstance(each, _Compressed):
                continue
            first, last = max(top, each.y), min(bottom, each.bottom)
            start, end = max(left, each.x), min(right, each.x + each.claims.shape[1])
            if start < end:
                part = merged[first - top : last - top, start - left : end - left]
                same = is_uniform(each.claims)  # numpy is faster with a scalar
                claims = (
                    each.claims[0, 0]
                    if same
                    else each.claims[first - each.y : last - each.y, start - each.x : end - each.x]
                )
                np.maximum(part, claims, out=part)
        return merged


def dilate(label: np.ndarray, confidence: np.ndarray, radius: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Grow the region errors of one block by `radius` pixels in all eight directions.

    Only background is taken: neighbouring errors keep their pixels, and where two types meet the more confident
    one grows. Pixel and boundary errors do not grow. Source: paper, section 3.1.2 (once, before small components go).

    Parameters
    ----------
    label : uint8 [H, W]
        Error types of the block.
    confidence : float32 [H, W]
        Probabilities 0..1.
    radius : int
        Pixels to grow; 0 leaves everything as it is.

    Returns
    -------
    label, confidence : uint8 [H, W], float32 [H, W]
        New arrays; a grown pixel has the confidence of its most confident neighbour.
    """
    if radius < 0:
        raise ParameterError(f"dilation radius {radius} is negative")
    grown_label, grown_confidence = label.copy(), confidence.astype(np.float32)
    kernel = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
    background = label == BACKGROUND
    best = np.zeros(label.shape, np.float32)
    for error_type in REGION_TYPES:
        mine = label == error_type.id
        if not radius or not mine.any():
            continue
        reach = cv2.dilate(np.where(mine, grown_confidence, np.float32(-1)), kernel, borderValue=-1)
        taken = background & (reach >= 0) & ((reach > best) | (grown_label == BACKGROUND))
        grown_label[taken] = error_type.id
        best[taken] = reach[taken]
    grown = background & (grown_label != BACKGROUND)
    grown_confidence[grown] = best[grown]
    return grown_label, grown_confidence
