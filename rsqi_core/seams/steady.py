"""How much of a line shows one and the same step.

A line that looks for steps finds some on any ground: borders, slopes, shadows. What only a seam does is to keep its
step along all its length, where these come and go, change their sign and their size.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .measure import SeamMeasure, measure_line
from .profile import Profile, Read, profiles
from .tone import VISIBLE_STEP

_WINDOW, _HOP = 32, 16  # px along the line
_NEAR, _FAR = 2, 7  # px off the line between which a tone is taken
_ALIKE = (0.5, 2.0)  # times the line's own step


def measure_followed(read: Read, size: tuple[int, int], points: np.ndarray) -> SeamMeasure | None:
    """Measure a line float [N, 2] that a person drew or that looked for its step, as `measure_line` does.

    Of the places where a step shows only those count that show the line's own; a displacement needs no step.
    """
    found = measure_line(read, size, points)
    if found is None or found.displaced:
        return found
    return replace(found, visible_share=min(found.visible_share, steady_share(read, size, points)))


def measure_found(read: Read, size: tuple[int, int], points: np.ndarray) -> SeamMeasure | None:
    """Measure a line float [N, 2] along which a network sees a seam, as `measure_line` does.

    Where the parts are blended over many pixels the tone changes no more at the line than beside it, but goes on doing
    so: what keeps its step shows as well.
    """
    found = measure_line(read, size, points)
    if found is None or found.is_error:
        return found
    return replace(found, visible_share=max(found.visible_share, steady_share(read, size, points)))


def steady_share(read: Read, size: tuple[int, int], points: np.ndarray) -> float:
    """Return the share 0-1 of a line at which its usual step shows, of the same colour, sign and about the same size.

    Parameters
    ----------
    read, size, points
        As of `rsqi_core.seams.profile.profiles`.
    """
    steps = np.concatenate([_steps(each) for each in profiles(read, size, points, _FAR)] or [np.empty((0, 3))])
    if not len(steps):
        return 0.0
    usual = np.median(steps, 0)
    size_of_usual = float(np.hypot.reduce(usual))
    if size_of_usual < VISIBLE_STEP:
        return 0.0
    starts = range(0, max(len(steps) - _WINDOW, 0) + 1, _HOP)
    along = np.array([np.median(steps[each : each + _WINDOW], 0) @ usual for each in starts]) / size_of_usual
    least, most = (times * size_of_usual for times in _ALIKE)
    return float(((along >= least) & (along <= most)).mean())


def _steps(profile: Profile) -> np.ndarray:
    """Return the step float32 [rows, 3] from left to right at the rows of a profile that are valid."""
    rgb, half = profile.rgb.astype(np.float32), profile.half
    left, right = rgb[:, half - _FAR : half - _NEAR], rgb[:, half + _NEAR : half + _FAR]
    return np.asarray((right.mean(1) - left.mean(1))[profile.valid.all(1)])
