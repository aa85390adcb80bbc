"""The collar: black or white around the footprint of the data that nobody has declared nodata."""

from __future__ import annotations

import numpy as np

from .components import Parts

NO_DATA = 40  # grey levels; what compression makes of a black or white collar is closer to that


def without_collar(
    lost: np.ndarray, data: np.ndarray, above: np.ndarray | None = None, below: np.ndarray | None = None
) -> np.ndarray:
    """Take away from what looks lost and reaches the border what has data on one side only.

    A footprint is convex: no pixel outside it has data on both sides in any line, and a gap within it has. So pixels
    stay that lie between data in their row or column, and rectangles in a corner that are shorter than both borders:
    tiles get lost, and footprints have no such notch.

    Parameters
    ----------
    lost, data : numpy.ndarray
        bool [H, W].
    above, below : numpy.ndarray, optional
        bool [W]; has the image data above and below this block in a column? None has any by default.

    Returns
    -------
    numpy.ndarray
        bool [H, W].
    """
    parts = Parts.of(lost.view(np.uint8))
    open_ = parts.open
    if not open_.any():
        return lost
    data = data & ~lost
    for _ in range(2):  # where lost lines cross, only what lies between data itself is on both sides
        up, left = (np.logical_or.accumulate(data, axis) for axis in (0, 1))
        down, right = (np.flip(np.logical_or.accumulate(np.flip(data, axis), axis), axis) for axis in (0, 1))
        up, down = (seen if more is None else seen | more for seen, more in ((up, above), (down, below)))
        data |= (up & down) | (left & right)
    return lost & (data | ~open_.take(parts.labels))
