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
    unsure = lost & open_.take(parts.labels)
    data = data & ~lost
    for _ in range(2):  # where lost lines cross, only what lies between data itself is on both sides
        data = _between(data, 0, above, below) | _between(data, 1)
        if not (unsure > data).any():
            return lost
    return lost & ~(unsure > data)


def _between(
    data: np.ndarray, axis: int, before: np.ndarray | None = None, after: np.ndarray | None = None
) -> np.ndarray:
    """Return what lies between data along an axis, and the data, bool [H, W]; also those `before` and `after` it."""
    length, some = data.shape[axis], data.any(axis)
    first = np.where(some, data.argmax(axis), length).astype(np.int32)
    last = np.where(some, length - 1 - np.flip(data, axis).argmax(axis), -1).astype(np.int32)
    if before is not None:
        first[before] = 0
    if after is not None:
        last[after] = length - 1
    place = np.expand_dims(np.arange(length, dtype=np.int32), 1 - axis)
    return (place >= np.expand_dims(first, axis)) & (place <= np.expand_dims(last, axis))
