"""The ground along a line, laid straight: rows follow the line, columns go across it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

HALF = 28  # px on each side of the line
PIECE = 1024  # px of a line that are in memory at once
_CHORD = 10.0  # px on each side over which the direction is averaged, so that no row jumps at a vertex
_READ = 256  # px of a line for which one window is read

Read = Callable[[int, int, int, int], tuple[np.ndarray, np.ndarray]]  # x, y, width, height -> RGB, valid


@dataclass(frozen=True)
class Profile:
    """A piece of a line, laid straight.

    Attributes
    ----------
    start : float
        Pixels of the line before the first row.
    rgb : numpy.ndarray
        uint8 [length, 2 * half, 3]: one row a pixel along the line, from its left to its right, seen in its direction.
        The line itself runs between the two columns in the middle.
    valid : numpy.ndarray
        bool [length, 2 * half].
    places : numpy.ndarray
        float64 [length, 2]: where the line is at each row, columns and rows of the raster.
    tangents : numpy.ndarray
        float64 [length, 2]: direction of the line at each row, as columns and rows of the raster.
    """

    start: float
    rgb: np.ndarray
    valid: np.ndarray
    places: np.ndarray
    tangents: np.ndarray

    @property
    def half(self) -> int:
        """Columns on each side of the line."""
        return self.rgb.shape[1] // 2


def length_of(points: np.ndarray) -> float:
    """Return the length of a polyline float [N, 2]."""
    return float(np.hypot(*np.diff(points, axis=0).T).sum())


def profiles(
    read: Read, size: tuple[int, int], points: np.ndarray, half: int = HALF, piece: float = PIECE
) -> Iterator[Profile]:
    """Yield the profiles of a polyline, piece by piece, none much longer than `piece`.

    Only windows around the line are read, however large the raster is and however long the line.

    Parameters
    ----------
    read : callable
        ``read(x, y, width, height)`` gives uint8 [height, width, 3] and bool [height, width], as `Raster.read` does.
    size : (int, int)
        Width and height of the raster; what lies outside is not valid.
    points : numpy.ndarray
        float [N, 2], columns and rows of the raster; the corner of the first pixel is (0, 0).
    half : int
        Columns on each side.
    """
    points = np.asarray(points, np.float64)
    points = points[np.r_[True, np.any(np.diff(points, axis=0) != 0, axis=1)]]
    total = length_of(points)
    if len(points) < 2 or total < 1:
        return
    course = np.r_[0.0, np.cumsum(np.hypot(*np.diff(points, axis=0).T))]
    count = max(1, round(total / piece))
    bounds = np.linspace(0, math.floor(total), count + 1).round().astype(int)
    for first, last in zip(bounds[:-1], bounds[1:]):
        yield _profile(read, size, points, course, int(first), int(last), half)


def _profile(
    read: Read, size: tuple[int, int], points: np.ndarray, course: np.ndarray, first: int, last: int, half: int
) -> Profile:
    along = np.arange(first, last) + 0.5
    ahead, behind = (_place(points, course, along + step) for step in (_CHORD, -_CHORD))
    tangents = ahead - behind
    length = np.hypot(*tangents.T)[:, None]
    straight = _place(points, course, along + 0.25) - _place(points, course, along - 0.25)
    tangents = np.where(length > 1e-6, tangents, straight)
    tangents /= np.maximum(np.hypot(*tangents.T)[:, None], 1e-9)
    normals = np.stack([-tangents[:, 1], tangents[:, 0]], 1)  # to the right, as rows run down
    across = np.arange(2 * half) - half + 0.5
    middle = _place(points, course, along)
    places = middle[:, None] + across[None, :, None] * normals[:, None]
    rgb = np.zeros((len(along), 2 * half, 3), np.uint8)
    valid = np.zeros((len(along), 2 * half), bool)
    for row in range(0, len(along), _READ):
        part = slice(row, row + _READ)
        _sample(read, size, places[part], rgb[part], valid[part])
    return Profile(float(first), rgb, valid, middle, tangents)


def _place(points: np.ndarray, course: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Return points [M, 2] at distances along a polyline, which goes on straight beyond its ends."""
    segment = np.clip(np.searchsorted(course, along, side="right") - 1, 0, len(points) - 2)
    share = (along - course[segment]) / (course[segment + 1] - course[segment])
    return points[segment] + share[:, None] * (points[segment + 1] - points[segment])


def _sample(read: Read, size: tuple[int, int], places: np.ndarray, rgb: np.ndarray, valid: np.ndarray) -> None:
    """Fill `rgb` and `valid` from the window around `places` [L, W, 2]."""
    low, high = places.min((0, 1)), places.max((0, 1))
    left, top = (max(math.floor(value) - 1, 0) for value in low)
    right, bottom = (min(math.ceil(value) + 1, most) for value, most in zip(high, size))
    if left >= right or top >= bottom:
        return
    window, known = read(left, top, right - left, bottom - top)
    x, y = (np.moveaxis(places, -1, 0) - np.array([left, top])[:, None, None] - 0.5).astype(np.float32)
    rgb[:] = cv2.remap(window, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    inside = cv2.remap(np.where(known, np.uint8(255), np.uint8(0)), x, y, cv2.INTER_LINEAR, borderValue=0)
    valid[:] = inside == 255
