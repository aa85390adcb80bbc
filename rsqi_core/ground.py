"""The part of an image that is ground: measures that what surrounds it has no say in.

Imported inside QGIS as well: numpy only, Python 3.9 syntax.
"""

from __future__ import annotations

import math

import numpy as np


def valid_diagonal(valid: np.ndarray, width: int, height: int) -> float:
    """Return the diagonal in pixels of the smallest window of an image that holds all its valid pixels.

    Parameters
    ----------
    valid : numpy.ndarray
        bool [H, W], of the image or a reduced one; without a valid pixel the whole image counts.
    width, height : int
        Pixels of the image.
    """
    sides = [_share(np.any(valid, 0)) * width, _share(np.any(valid, 1)) * height]
    return math.hypot(*sides)


def _share(occupied: np.ndarray) -> float:
    """Share of a line from its first to its last true value; 1 if it has none."""
    places = np.flatnonzero(occupied)
    return float(places[-1] - places[0] + 1) / len(occupied) if places.size else 1.0
