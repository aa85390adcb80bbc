"""By how much the two sides of a line miss each other, from the structure that crosses it.

An oblique road arrives at another place on either side of a line although nothing is displaced. So each side is
continued, along the structure that it shows itself, to where both should meet; what is found there is correlated. A
displacement along the line moves the place, and one across it the row at which they meet. Straight structure tells one
of the two only, crossing structure of several directions both: correlations are added up over displacements in the
raster's own axes, over windows along the line whose directions and structures differ.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import scipy.fft

from .profile import Profile

REACH = 12.0  # px of displacement that are looked for
WINDOW = 96  # px along the line that are correlated at once
HOP = 48
NEAR = 1.0  # px up to which two sides are taken to meet
LEAST_WINDOWS = 2

_STEP = 0.5  # px of the grid of displacements
_ACROSS = np.arange(-10, 11)  # px across the line
_COLUMNS = 3  # of each side that are continued to where both meet
_LOOK = 20  # columns in which the direction of structure is looked for
_GRAIN = 2.0  # grey levels: what is weaker than noise agrees with nothing
_COARSE = 10.0  # px; slower changes along the line are tone, not structure
_NULL = 40, 72  # px of displacement that is none: how alike things are by chance
_SHARED = 1.5  # windows overlap: so many of them tell as much as one
_DOUBT = 0.06  # of correlation, added to its standard error: few windows may agree by chance
_CHANCE = 1.15  # gain over its doubt that some two aligned lines in a hundred reach by chance
_KNOWN = 4.0  # standard deviations over chance from which the sides are taken to show the same things


@dataclass(frozen=True)
class Offset:
    """Displacement of the right side of a line against its left one.

    Attributes
    ----------
    vector : (float, float)
        Columns and rows of the raster.
    significance : float
        Gain in correlation over the best displacement of up to a pixel, in units of what chance gives: from 1 on the
        sides are displaced.
    agreeing : numpy.ndarray
        bool, one for each window: is the displacement seen there?
    """

    vector: tuple[float, float]
    significance: float
    agreeing: np.ndarray

    @property
    def px(self) -> float:
        """Length of the displacement."""
        return math.hypot(*self.vector)

    @property
    def displaced(self) -> bool:
        """Is it more than chance, and at least a pixel?"""
        return self.significance >= 1 and self.px >= NEAR


def measure_offset(profile: Profile) -> Offset | None:
    """Measure the displacement along one profile; None where nothing crosses the line that would tell."""
    usable = np.asarray(profile.valid[:, profile.half - _LOOK // 2 : profile.half + _LOOK // 2].all(1))
    starts = window_starts(len(usable))
    length = min(WINDOW, len(usable))
    starts = np.array([s for s in starts if usable[s : s + length].mean() > 0.7], int)
    if len(starts) < LEAST_WINDOWS:
        return None
    left, right = (_continued(profile, usable, is_right) for is_right in (False, True))
    found, chance = _correlations(left, right, starts, length)
    tangents = np.stack([profile.tangents[s : s + length].mean(0) for s in starts])
    grid, pooled = _pooled(found, tangents / np.maximum(np.hypot(*tangents.T)[:, None], 1e-9))
    return _decide(grid, pooled, chance)


def window_starts(length: int) -> np.ndarray:
    """Return the first rows of overlapping windows along a profile; one window where it is shorter than that."""
    room = max(0, length - WINDOW)
    return np.arange(room // HOP + 1) * HOP + room % HOP // 2


def _continued(profile: Profile, usable: np.ndarray, is_right: bool) -> np.ndarray:
    """Continue a side to where it meets the other: float32 [across, length, 3], its structure without its tone.

    A side displaced away from the line leaves a gap, and both are continued by half of it beyond the line; one that is
    displaced over the line shows a strip twice, in the middle of which they meet.
    """
    half = profile.half
    side = profile.rgb[:, half:] if is_right else profile.rgb[:, :half][:, ::-1]
    side = side[:, :_LOOK].astype(np.float32)
    rows = np.arange(len(side), dtype=np.float32)
    if not usable.all():  # the last valid row goes on, so that no edge arises
        nearest = np.round(np.interp(rows, rows[usable], rows[usable])).astype(int)
        side = side[nearest]
    slope = _slopes(side)
    met = []
    for across in _ACROSS / 2.0:
        first = max(1, round(across - _COLUMNS / 2))
        column = np.broadcast_to(np.arange(first, first + _COLUMNS, dtype=np.float32), (len(side), _COLUMNS))
        away = column + np.float32(0.5 - across)
        nearby = slope[:, first : first + 3].mean(1)[:, None]
        place = rows[:, None] + nearby * away
        place = rows[:, None] + _at(slope, column, place) * away  # the structure that is met there, not here
        met.append(_structure(_at(side, column, place).mean(1)))
    continued = np.stack(met)
    continued[:, ~usable] = 0
    return continued


def _slopes(side: np.ndarray) -> np.ndarray:
    """Rows by which structure moves along the line with each column away from it, float32 [length, columns]."""
    grey = cv2.GaussianBlur(np.ascontiguousarray(side.mean(2)), (0, 0), 0.8)
    along = cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=0.125)
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=0.125)
    across[:, 0], across[:, -1] = across[:, 1], across[:, -2]  # the rim has one neighbour only
    ss, tt, st = (cv2.GaussianBlur(product, (0, 0), 2.5) for product in (along**2, across**2, along * across))
    coherence = cv2.magnitude(ss - tt, 2 * st) / (ss + tt + 1)
    slope = -np.tan(0.5 * np.arctan2(2 * st, ss - tt))
    result: np.ndarray = np.clip(slope, -2.5, 2.5) * np.minimum(1, 2 * coherence)
    return result


def _at(values: np.ndarray, column: np.ndarray, row: np.ndarray) -> np.ndarray:
    return cv2.remap(values, np.ascontiguousarray(column), row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _structure(line: np.ndarray) -> np.ndarray:
    """Leave out of a line of colours [length, 3] what changes slowly."""
    kernel = cv2.getGaussianKernel(61, _COARSE, cv2.CV_32F)
    return line - cv2.sepFilter2D(line, cv2.CV_32F, np.ones(1, np.float32), kernel, borderType=cv2.BORDER_REFLECT)


def _correlations(
    left: np.ndarray, right: np.ndarray, starts: np.ndarray, length: int
) -> tuple[np.ndarray, tuple[float, float]]:
    """Correlate windows of two continued sides.

    Returns
    -------
    found : numpy.ndarray
        float32 [windows, across, along].
    chance : (float, float)
        Mean and deviation, over far displacements, of the mean over windows.
    """
    least, most = _NULL
    lags, size = 2 * most + 1, scipy.fft.next_fast_len(length + 2 * most, real=True)
    padded = np.pad(right, ((0, 0), (most, most), (0, 0)))
    near = np.stack([left[:, s : s + length] for s in starts], 1)
    far = np.stack([padded[:, s : s + length + 2 * most] for s in starts], 1)
    spectrum = scipy.fft.rfft(near, size, axis=2).conj() * scipy.fft.rfft(far, size, axis=2)
    product = scipy.fft.irfft(spectrum.sum(3), size, axis=2)[..., :lags]
    energy = np.cumsum(np.pad((far**2).sum(3), ((0, 0), (0, 0), (1, 0))), 2)
    energy = np.maximum(energy[..., length:] - energy[..., :-length], 0)
    scale = np.sqrt((near**2).sum((2, 3))[..., None] * energy)
    found = (product / (scale + 3 * _GRAIN**2 * length)).transpose(1, 0, 2).astype(np.float32)
    by_chance = found[:, len(_ACROSS) // 2].mean(0)
    by_chance = np.r_[by_chance[: most - least + 1], by_chance[most + least :]]
    reach = math.ceil(REACH) + 2
    return found[..., most - reach : most + reach + 1], (float(by_chance.mean()), float(by_chance.std()))


def _pooled(found: np.ndarray, tangents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return displacements [rows, columns, 2] in the raster's axes, and how well each window [w] agrees with them."""
    axis = np.arange(-REACH, REACH + _STEP / 2, _STEP)
    grid = np.stack(np.meshgrid(axis, axis), -1)
    middle = found.shape[2] // 2
    pooled = np.empty((len(found), *grid.shape[:2]), np.float32)
    for number, (surface, (tx, ty)) in enumerate(zip(found, tangents)):
        along, across = grid @ np.array([tx, ty]), grid @ np.array([-ty, tx])
        places = (along + middle).astype(np.float32), (across - _ACROSS[0]).astype(np.float32)
        pooled[number] = cv2.remap(surface, *places, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    return grid, pooled


def _decide(grid: np.ndarray, pooled: np.ndarray, chance: tuple[float, float]) -> Offset | None:
    distance = np.hypot(*np.moveaxis(grid, -1, 0))
    total = np.where(distance <= REACH, pooled.mean(0), -1)
    near = np.unravel_index(np.where(distance <= NEAR + 1e-6, total, -1).argmax(), total.shape)
    best = np.unravel_index(total.argmax(), total.shape)
    gains = pooled[:, best[0], best[1]] - pooled[:, near[0], near[1]]
    error = gains.std(ddof=1) / math.sqrt(len(gains) / _SHARED)
    significance = float(gains.mean() / (error + _DOUBT) / _CHANCE)
    chosen = best if significance >= 1 else near
    if total[chosen] < chance[0] + _KNOWN * max(chance[1], 0.01):
        return None
    agreeing = gains > 0.03 if chosen is best else np.zeros(len(gains), bool)
    return Offset(_refined(grid, total, chosen), max(significance, 0.0), agreeing)


def _refined(grid: np.ndarray, total: np.ndarray, at: tuple[np.intp, ...]) -> tuple[float, float]:
    """Return the top of a parabola through a peak and its neighbours, along columns and rows."""
    row, column = (int(each) for each in at)
    x, y = (float(each) for each in grid[row, column])
    return (
        x + _STEP * _top(total[row, max(column - 1, 0) : column + 2]),
        y + _STEP * _top(total[max(row - 1, 0) : row + 2, column]),
    )


def _top(values: np.ndarray) -> float:
    if len(values) < 3:
        return 0.0
    before, peak, after = (float(value) for value in values)
    bend = before - 2 * peak + after
    return float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5)) if bend < 0 else 0.0
