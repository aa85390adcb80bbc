"""How the ground beside a line differs in tone and sharpness from one side to the other, window by window."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from skimage.color import deltaE_ciede2000, rgb2lab

from .offset import WINDOW, window_starts
from .profile import Profile

VISIBLE_STEP = 6.0  # grey levels: what is less shows on no ground (domain facts, section 3)

_NEAR, _FAR = 2, 7  # px off the line between which tone is taken
_BEYOND = 9  # px farther away, as far as the two sides are apart: how tone changes where no line is
_DETAIL = 14  # px off the line up to which texture is looked at
_GRAIN = 4.0  # grey levels: no ground is more even than that
_SMOOTH = 5  # windows whose middle value decides, so that a field border that the line follows does not
_NATURAL = 3.0  # times as much as tone changes by itself, in the middle, is no chance
_ROUNDS = 10


@dataclass(frozen=True)
class Tones:
    """Tone and sharpness in the windows along a profile.

    Attributes
    ----------
    left : numpy.ndarray
        float64 [windows, 3]: tone left of the line.
    step : numpy.ndarray
        float64 [3]: by how much the right side is brighter, over all windows.
    visible : numpy.ndarray
        bool [windows]: is the step more than the ground changes by itself, and enough to be seen?
    sharpness : numpy.ndarray
        float64 [windows]: logarithm of the detail right of the line over that left of it.
    """

    left: np.ndarray
    step: np.ndarray
    visible: np.ndarray
    sharpness: np.ndarray

    @property
    def delta_e(self) -> float:
        """Difference in colour as it is seen, CIEDE2000, between the sides at large; 0 without a window."""
        return color_difference(np.median(self.left, 0), self.step) if len(self.left) else 0.0


def measure_tones(profile: Profile) -> Tones:
    """Measure tone and sharpness on both sides of a profile; what has too few valid pixels gives no window."""
    half = profile.half
    usable = np.asarray(profile.valid[:, half - _DETAIL : half + _DETAIL].all(1))
    length = min(WINDOW, len(usable))
    rows = [np.arange(s, s + length)[usable[s : s + length]] for s in window_starts(len(usable))]
    rows = [each for each in rows if len(each) > max(4, length // 4)]
    if not rows:
        return Tones(np.empty((0, 3)), np.zeros(3), np.empty(0, bool), np.empty(0))
    rgb = profile.rgb.astype(np.float32)
    sides = [rgb[:, half - _DETAIL : half - _NEAR][:, ::-1], rgb[:, half + _NEAR : half + _DETAIL]]
    width = _FAR - _NEAR
    left, right = (side[:, :width].mean(1) for side in sides)
    texture = sum(side[:, :10].std(1).mean(1) for side in sides) + _GRAIN
    steps = _running_median(np.array([_location((right - left)[each], texture[each]) for each in rows]))
    beyond = [(half - _FAR - _BEYOND, left), (half + _NEAR + _BEYOND, right)]
    changes = [
        _running_median(np.array([_location((rgb[:, first : first + width].mean(1) - near)[each], texture[each])
                                  for each in rows]))
        for first, near in beyond
    ]  # fmt: skip
    natural = np.median(np.abs(changes).max(-1))
    detail = [_detail(side) for side in sides]
    return Tones(
        left=np.array([np.median(left[each], 0) for each in rows]),
        step=_location((right - left)[usable], texture[usable]),
        visible=np.abs(steps).max(1) >= max(VISIBLE_STEP, _NATURAL * natural),
        sharpness=np.array(
            [0.5 * np.log((detail[1][each].mean() + 1) / (detail[0][each].mean() + 1)) for each in rows]
        ),
    )


def _location(changes: np.ndarray, texture: np.ndarray) -> np.ndarray:
    """Return where changes [rows, 3] of tone gather; what lies on even ground tells most.

    The middle is improved by weights of a Cauchy distribution: things that end at the line count little.
    """
    middle = np.median(changes, 0)
    doubt = 0.5 * texture[:, None]
    for _ in range(_ROUNDS):
        weights = 1 / (texture[:, None] ** 2 * (1 + ((changes - middle) / doubt) ** 2))
        middle = (weights * changes).sum(0) / weights.sum(0)
    return middle.astype(np.float64)


def color_difference(tone: np.ndarray, step: np.ndarray) -> float:
    """Return the CIEDE2000 difference between a tone of 0-255 and the same with a step."""
    pair = np.clip(np.stack([tone, tone + step]), 0, 255)[None] / 255
    (first, second), *_ = rgb2lab(pair)
    return float(deltaE_ciede2000(first, second))


def _running_median(values: np.ndarray) -> np.ndarray:
    reach = min(_SMOOTH, len(values)) // 2
    padded = np.pad(values, ((reach, reach), (0, 0)), mode="edge")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0), -1)


def _detail(side: np.ndarray) -> np.ndarray:
    """Energy of the Laplacian at each row of a side, float64 [length]."""
    grey = np.ascontiguousarray(side.mean(2))
    laplacian = cv2.Laplacian(grey, cv2.CV_32F)[:, 1:-1]  # the rim lacks a neighbour
    return (laplacian.astype(np.float64) ** 2).mean(1)
