"""clicks -> line: the cheapest path along the step of tone between places that a person has clicked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import cv2
import numpy as np

from .profile import Profile, Read, length_of, profiles
from .refine import cheapest, joined_ends, refine, simplified

SNAP = 12.0  # px around a click within which its place on the seam is looked for, if a person does not say otherwise
_SWING = 0.15  # share of the distance of two clicks by which a seam may swing out between them,
_REACH = (40, 240)  # px, but not less and not more than this
_LONGEST = 1500  # px between two clicks; of what is longer the image is read reduced
_SIDES = (3, 6)  # px on each side over which a tone is averaged
_GROUND = 33  # px around a place from which it is known how much steps mean there
_LEAST = 2.0  # grey levels that steps differ by at least
_SURE = 1.4  # times what is usual: a larger step is no surer, as it is the edge of a thing
_ALONG = 33  # px along which a step is averaged: the edges of things are shorter
_AT_CLICK = 32.0  # cost of an end as far from its click as the seam is looked for
_NEAR_CLICK, _BY_CLICK = 50, 2.0  # px along near a click, and what they cost so far from it: it says where the seam is
_KNOWN = 1.0  # px around an end that the leg before has found
_BEND = 2.0  # cost of one pixel across from one pixel to the next
_TURNS = 2  # the colour of the step is taken from the path found last
# in which a step is looked for at first, up and down
_COLORS = ((1, 1, 1), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 0, -1), (1, -2, 1))
_REACHES = (12, 6)  # px to each side within which the path is moved to the step afterwards

Place = tuple[float, float]  # column and row of the raster in pixels


class ReadReduced(Protocol):
    """Reads a box as ``Raster.read`` does: x, y, width, height, and the (rows, columns) of the result."""

    def __call__(
        self, x: int, y: int, width: int, height: int, shape: tuple[int, int] | None = None, /
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return uint8 [H, W, 3] and bool [H, W]."""
        ...


@dataclass(frozen=True)
class _Leg:
    """The path between two clicks, and what it has become where the step really is."""

    path: np.ndarray
    refined: np.ndarray


@dataclass
class Follower:
    """Follows a seam from click to click; what it has found stays known, so that a line grows at the cost of its end.

    Attributes
    ----------
    read : callable
    size : (int, int)
        Width and height of the raster.
    """

    read: ReadReduced
    size: tuple[int, int]
    _legs: dict[tuple[Place, float, Place, float], _Leg] = field(default_factory=dict)

    def follow(self, clicks: Sequence[Place], snap: float = SNAP) -> np.ndarray:
        """Return the line through clicked places, moved to the step of tone.

        Parameters
        ----------
        clicks : sequence of (float, float)
            Columns and rows; those outside the raster are taken to its rim.
        snap : float
            Pixels around a click within which its place on the seam is looked for.

        Returns
        -------
        numpy.ndarray
            float64 [N, 2], columns and rows; of a single click its place alone.
        """
        places = [_within(click, self.size) for click in clicks]
        places = [place for k, place in enumerate(places) if not k or place != places[k - 1]]
        if len(places) < 2:
            return np.array(places, np.float64).reshape(-1, 2)
        legs: list[_Leg] = []
        for first, second in zip(places, places[1:]):
            known = bool(legs)  # the leg before has found where it is
            start = (float(legs[-1].path[-1, 0]), float(legs[-1].path[-1, 1])) if known else first
            key = start, _KNOWN if known else snap, second, snap
            if key not in self._legs:
                path = follow_leg(self.read, self.size, *key)
                self._legs[key] = _Leg(path, _refined(self.read, self.size, path))
            legs.append(self._legs[key])
        joined = joined_ends([leg.path for leg in legs], [leg.refined for leg in legs])
        return np.concatenate([joined[0], *(leg[1:] for leg in joined[1:])])


def follow_leg(
    read: ReadReduced, size: tuple[int, int], first: Place, snap: float, second: Place, other_snap: float
) -> np.ndarray:
    """Return the path float64 [N, 2] from near one place to near another on which one and the same step goes on.

    What a seam is known by is that its step stays the same along it, where the edges of things come and go. So steps of
    one colour are added up with their sign, in a strip along the straight line between both places.

    Parameters
    ----------
    snap, other_snap : float
        Pixels from each place within which its end of the path lies.
    """
    ends = np.array([first, second])
    distance = length_of(ends)
    scale = max(1.0, distance / _LONGEST)
    reach = math.ceil(min(max(_SWING * distance, _REACH[0]), _REACH[1] * scale) / scale)
    pieces = list(profiles(*_reduced(read, size, scale), ends / scale, reach + max(_SIDES), math.inf))
    if not pieces:
        return ends
    (strip,) = pieces
    away = np.arange(-reach, reach + 1)
    gain_of = _Gains(strip, reach)
    for row, near in ((0, snap), (-1, other_snap)):
        far = (away / max(near / scale, 0.5)) ** 2
        if near > _KNOWN:
            beside = _beside(len(strip.rgb), far)
            gain_of.offset -= beside if row == 0 else beside[::-1]
        gain_of.offset[row] -= _AT_CLICK * far
    path = max((gain_of.path(sign * np.array(color)) for color in _COLORS for sign in (1, -1)), key=gain_of.total)
    for _ in range(_TURNS):
        path = gain_of.path(gain_of.color(path))
    normals = np.stack([-strip.tangents[:, 1], strip.tangents[:, 0]], 1)
    points = (strip.places + (path - reach)[:, None] * normals) * scale
    return simplified(points)


def _beside(length: int, far: np.ndarray) -> np.ndarray:
    """Return what a path pays to leave its first click, float [length, W]; `far` is 1 where the search ends."""
    count = min(_NEAR_CLICK, length // 3)
    held = np.zeros(length)
    held[:count] = _BY_CLICK * (1 - np.arange(count) / max(count, 1))
    cost: np.ndarray = held[:, None] * np.minimum(far, 1.0)
    return cost


class _Gains:
    """The steps across a strip, and what a path along them gains."""

    def __init__(self, strip: Profile, reach: int):
        values = strip.rgb.astype(np.float32)
        columns = np.arange(strip.half - reach, strip.half + reach + 1)
        best: list[np.ndarray] = []
        for side in _SIDES:
            tone = cv2.blur(values, (side, 1), anchor=(0, 0), borderType=cv2.BORDER_REPLICATE)
            best.append(tone[:, columns] - tone[:, columns - side])
        steps = np.mean(best, 0)
        usual = cv2.blur(np.abs(steps), (_GROUND, _GROUND), borderType=cv2.BORDER_REFLECT)
        goes_on = cv2.blur(steps, (1, _ALONG), borderType=cv2.BORDER_REPLICATE)
        self._steps = goes_on / (usual + _LEAST)
        rim = np.ones((1, 2 * max(_SIDES)), np.uint8)
        known = cv2.erode(strip.valid.astype(np.uint8), rim, borderValue=1)[:, columns] > 0
        self._known = known
        self.offset = np.zeros(known.shape, np.float32)
        self._gained: dict[int, float] = {}

    def path(self, color: np.ndarray) -> np.ndarray:
        """Return the column, int [L], of each row of the path that gains most by steps of a colour float [3]."""
        step = self._steps @ (color / max(float(np.hypot.reduce(color)), 1e-9)).astype(np.float32)
        gain = np.where(self._known, np.clip(step, -_SURE, _SURE), -_SURE) + self.offset
        path = cheapest(gain, _BEND)
        self._gained[id(path)] = float(gain[np.arange(len(path)), path].sum())
        return path

    def total(self, path: np.ndarray) -> float:
        """Return what a path has gained."""
        return self._gained[id(path)]

    def color(self, path: np.ndarray) -> np.ndarray:
        """Return the usual step float [3] along a path."""
        return np.asarray(np.median(self._steps[np.arange(len(path)), path], 0))


def _within(click: Place, size: tuple[int, int]) -> Place:
    x, y = (min(max(float(value), 0.5), most - 0.5) for value, most in zip(click, size))
    return x, y


def _reduced(read: ReadReduced, size: tuple[int, int], scale: float) -> tuple[Read, tuple[int, int]]:
    """Return what reads a raster as if its pixels were `scale` times as large, and the size it has then."""
    if scale == 1:
        return read, size
    width, height = (max(1, math.floor(side / scale)) for side in size)

    def read_reduced(x: int, y: int, columns: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
        left, top = math.floor(x * scale), math.floor(y * scale)
        right, bottom = (min(math.ceil(end * scale), most) for end, most in zip((x + columns, y + rows), size))
        return read(left, top, right - left, bottom - top, (rows, columns))

    return read_reduced, (width, height)


def _refined(read: ReadReduced, size: tuple[int, int], path: np.ndarray) -> np.ndarray:
    if length_of(path) < 2 * max(_REACHES):  # too short to say more than the path does
        return path
    line = refine(read, size, path, _REACHES)
    return np.concatenate([_ahead(line[::-1], path[0]), line, _ahead(line, path[-1])])


def _ahead(line: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return the place float64 [1, 2] straight ahead of a line at the height of `end`; [0, 2] if it reaches so far."""
    course = line[-1] - line[-2]
    course = course / max(float(np.hypot(*course)), 1e-9)
    left = float((end - line[-1]) @ course)
    return (line[-1] + left * course)[None] if left > 0.5 else np.empty((0, 2))
