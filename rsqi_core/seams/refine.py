"""lines -> lines: a line traced on the coarse grid of the evidence moves to where the tone really steps."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from .profile import Profile, Read, profiles

# px to each side within which the step is looked for: around the traced line, then along the line so found, beside
# which the seam runs straighter, so that its steps add up.
REACHES = (24, 12, 6)
_SIDES = (2, 4)  # px on each side over which a tone is averaged: a seam may be hard, or blended over some pixels
_ALONG = 97  # px along the line over which a step is averaged; what is no seam does not go on that long
_LIKE = 6.0  # px along the line that tell no more than one, as neighbours are alike
_LEAST = 1.0  # grey levels of uncertainty at least
_SURE = 12.0  # times its uncertainty from which a step is as sure as can be
_STRIDE = 4  # px along the line between two places that are looked for
_EVEN = 5  # places
_NEAR = 10.0  # px from the traced line that are nothing unusual
_BEND = 0.4  # cost of one pixel across from one place to the next
_TOLERANCE = 1.0  # px by which a line may be simplified


def refine(read: Read, size: tuple[int, int], points: np.ndarray, reaches: Sequence[int] = REACHES) -> np.ndarray:
    """Move a line to the cheapest path along the largest step of tone near it.

    Parameters
    ----------
    read, size
        As of `rsqi_core.seams.profile.profiles`.
    points : numpy.ndarray
        float64 [N, 2], columns and rows of the raster in pixels, within the first of `reaches` of the seam.
    reaches : sequence of int
        Pixels to each side within which the step is looked for, one after the other.

    Returns
    -------
    numpy.ndarray
        float64 [N, 2], simplified; the line as it was where it is shorter than a pixel.
    """
    for reach in reaches:
        pieces = [_moved(profile, reach) for profile in profiles(read, size, points, reach + 2 * max(_SIDES))]
        if not pieces:
            return points
        points = _even(np.concatenate(pieces))
    return simplified(points)


def _even(points: np.ndarray) -> np.ndarray:
    """Even out single places that stray; the ends stay."""
    if len(points) <= _EVEN:
        return points
    inner = cv2.blur(points, (1, _EVEN), borderType=cv2.BORDER_REPLICATE)
    return np.concatenate([points[:1], inner[1:-1], points[-1:]])


def simplified(line: np.ndarray, tolerance: float = _TOLERANCE) -> np.ndarray:
    """Leave out points of a polyline float [N, 2] that lie within `tolerance` of the rest; the ends stay."""
    short = cv2.approxPolyDP(line.astype(np.float32)[:, None], tolerance, False)[:, 0]
    return short.astype(np.float64)


def _moved(profile: Profile, reach: int) -> np.ndarray:
    """Return the points of one piece, every `_STRIDE` px, where its step is surest."""
    away = np.arange(-reach, reach + 1) / _NEAR
    gain = step_map(profile, reach) - away**2 / 2
    rows = np.arange(_STRIDE // 2, len(gain), _STRIDE)
    if rows.size == 0:
        rows = np.array([len(gain) // 2])
    offsets = cheapest(gain[rows]) - (gain.shape[1] - 1) / 2
    normals = np.stack([-profile.tangents[rows, 1], profile.tangents[rows, 0]], 1)
    return profile.places[rows] + offsets[:, None] * normals


def step_map(profile: Profile, reach: int) -> np.ndarray:
    """How surely the tone steps at each place across a line, float32 [length, 2 * reach + 1].

    The difference between both sides is averaged along the line and divided by its own uncertainty: a seam is a step
    that goes on unchanged, where the edges of things come and go. Column `reach` is the line itself. 0 beside nodata.
    """
    values = profile.rgb.astype(np.float32)
    best = np.zeros((len(values), 2 * reach + 1), np.float32)
    middle = profile.half
    for side in _SIDES:
        tone = cv2.blur(values, (side, 1), anchor=(0, 0), borderType=cv2.BORDER_REPLICATE)  # of what lies to the right
        columns = np.arange(middle - reach, middle + reach + 1)
        step = tone[:, columns] - tone[:, columns - side]
        mean, square = (_along(each) for each in (step, step * step))
        doubt = np.sqrt(np.maximum(square - mean * mean, 0) * (_LIKE / _ALONG)) + _LEAST
        best = np.maximum(best, (np.abs(mean) / doubt).max(2))
    known = cv2.erode(profile.valid.astype(np.uint8), np.ones((1, 2 * max(_SIDES)), np.uint8))
    return np.where(known[:, middle - reach : middle + reach + 1] > 0, np.minimum(best, _SURE), 0).astype(np.float32)


def _along(values: np.ndarray) -> np.ndarray:
    return cv2.blur(values, (1, _ALONG), borderType=cv2.BORDER_REFLECT)


def cheapest(gain: np.ndarray, bend: float = _BEND) -> np.ndarray:
    """Columns, int [L], of the path down a map of gains float [L, W] that gains most; `bend` is lost a column."""
    steps: list[np.ndarray] = []
    total = gain[0].astype(np.float64)
    for row in gain[1:]:
        options = np.stack([np.r_[-np.inf, total[:-1]] - bend, total, np.r_[total[1:], -np.inf] - bend])
        steps.append(options.argmax(0) - 1)
        total = options.max(0) + row
    path = [int(total.argmax())]
    for step in reversed(steps):
        path.append(path[-1] + int(step[path[-1]]))
    return np.array(path[::-1])


def joined_ends(lines: Sequence[np.ndarray], refined: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Bring ends together again that were one point before each line moved by itself: the middle of where they are."""
    met: dict[tuple[float, float], list[np.ndarray]] = {}
    for line, moved in zip(lines, refined):
        for k in (0, -1):
            met.setdefault(_key(line[k]), []).append(moved[k])
    found = []
    for line, moved in zip(lines, refined):
        ends = [met[_key(line[k])] for k in (0, -1)]
        first, last = (np.mean(places, 0)[None] if len(places) > 1 else None for places in ends)
        parts = ([] if first is None else [first], [moved], [] if last is None else [last])
        found.append(np.concatenate([part for group in parts for part in group]))
    return found


def _key(point: np.ndarray) -> tuple[float, float]:
    x, y = point
    return float(x), float(y)
