"""Arrays with one value in all their pixels, which take no memory however large they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike


def uniform(shape: tuple[int, int], value: int, dtype: DTypeLike) -> np.ndarray:
    """Return what `numpy.full` would, as a view of one value; it must not be changed.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns.
    value : int
    dtype : numpy dtype
    """
    return np.broadcast_to(np.array(value, dtype), shape)


def is_uniform(array: np.ndarray) -> bool:
    """Tell whether :func:`uniform` made an array of two dimensions."""
    return array.strides == (0, 0)
