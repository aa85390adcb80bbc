"""lines -> lines: a line traced on the coarse grid of the evidence moves to where the tone really steps."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from .profile import Profile, Read, profiles

REACH = 24  # px to each side within which the step is looked for
_SIDE = 8  # px on each side over which a tone is averaged
_ALONG = 65  # px along the line over which a step is averaged; what is no seam does not go on that long
_STRIDE = 4  # px along the line between two places that are looked for
_BREAK = 0.25  # weight of what differs between the two pixels at the cut, over the step of the tones
_BEND = 0.15  # cost of one pixel across from one place to the next, in units of the largest step
_TOLERANCE = 1.0  # px by which a line may be simplified


def refine(read: Read, size: tuple[int, int], points: np.ndarray) -> np.ndarray:
    """Move a line to the cheapest path along the largest step of tone near it.

    Parameters
    ----------
    read, size
        As of `rsqi_core.seams.profile.profiles`.
    points : numpy.ndarray
        float64 [N, 2], columns and rows of the raster in pixels, within `REACH` of the seam.

    Returns
    -------
    numpy.ndarray
        float64 [N, 2], simplified; the line as it was where it is shorter than a pixel.
    """
    pieces = [_moved(profile) for profile in profiles(read, size, points, REACH + _SIDE)]
    if not pieces:
        return points
    line = np.concatenate(pieces)
    return simplified(line)


def simplified(line: np.ndarray, tolerance: float = _TOLERANCE) -> np.ndarray:
    """Leave out points of a polyline float [N, 2] that lie within `tolerance` of the rest; the ends stay."""
    short = cv2.approxPolyDP(line.astype(np.float32)[:, None], tolerance, False)[:, 0]
    return short.astype(np.float64)


def _moved(profile: Profile) -> np.ndarray:
    """Return the points of one piece, every `_STRIDE` px, where its step is largest."""
    gain = step_map(profile)
    rows = np.arange(_STRIDE // 2, len(gain), _STRIDE)
    if rows.size == 0:
        rows = np.array([len(gain) // 2])
    offsets = cheapest(gain[rows]) - (gain.shape[1] - 1) / 2
    normals = np.stack([-profile.tangents[rows, 1], profile.tangents[rows, 0]], 1)
    return profile.places[rows] + offsets[:, None] * normals


def step_map(profile: Profile) -> np.ndarray:
    """How much the tone steps at each place across a line, float32 [length, 2 * REACH + 1] in grey levels.

    Column `REACH` is the line itself. Beside nodata it is 0.
    """
    weight = profile.valid.astype(np.float32)
    values = profile.rgb.astype(np.float32) * weight[..., None]
    kernel = (_SIDE, _ALONG)
    amount = cv2.blur(weight, kernel, anchor=(0, _ALONG // 2), borderType=cv2.BORDER_REPLICATE)
    tone = cv2.blur(values, kernel, anchor=(0, _ALONG // 2), borderType=cv2.BORDER_REPLICATE)
    tone /= np.maximum(amount, 1e-3)[..., None]  # of the `_SIDE` px to the right of each place
    width = profile.rgb.shape[1]
    count = width - 2 * _SIDE + 1
    left, right = slice(0, count), slice(_SIDE, _SIDE + count)
    step = np.abs(tone[:, right] - tone[:, left]).max(2)
    known = np.minimum(amount[:, right], amount[:, left]) > 0.5
    cut = np.abs(np.diff(cv2.blur(values, (1, 3)), axis=1)).max(2)
    cut = cv2.blur(cut, (1, _ALONG), borderType=cv2.BORDER_REPLICATE)[:, _SIDE - 1 : _SIDE - 1 + count]
    cut = np.maximum(cut - np.median(cut, axis=1, keepdims=True), 0)
    return np.where(known, step + _BREAK * cut, 0).astype(np.float32)


def cheapest(gain: np.ndarray) -> np.ndarray:
    """Columns, int [L], of the path down a map of gains float [L, W] that gains most; bends cost."""
    bend = _BEND * max(float(gain.max()), 1e-6)
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
