"""The value at which the data of an image saturate, whatever type they are stored in.

Imported inside QGIS as well: numpy only.
"""

from __future__ import annotations

import math

import numpy as np

_PILE = 16  # equal values that are no chance
_NEAR = 1 / 16  # of the range above the median: natural light fades out, and more lies just below its largest value


def saturation(values: np.ndarray, bits: int | None = None) -> float:
    """Return the value at which the data saturate.

    That is the largest value, if the data pile up there: 8 bits shifted into 10 end at 1020. Else it is what `bits` can
    hold, where a file states them, or what it takes to hold the largest value, see :func:`top_of`.

    Parameters
    ----------
    values : numpy.ndarray
        Numbers of any shape, a sample of the image.
    bits : int, optional
    """
    largest = float(values.max(initial=0))
    if values.size and largest > 0:
        piled = int(np.count_nonzero(values == largest))
        near = largest - (largest - float(np.median(values))) * _NEAR
        below = int(np.count_nonzero(values >= near)) - piled
        # Without any value just below, these are classes and not light.
        if _PILE <= piled < values.size / 2 and piled > below > 0:
            return largest
    return top_of(largest, bits)


def top_of(largest: float, bits: int | None = None) -> float:
    """Return the brightest possible value: of `bits`, or the least power of two above `largest`, less one.

    An 11-bit image in 16-bit storage has 2047, not 65535. Values up to 1 are reflectances: their top is 1.
    """
    if bits is not None:
        return float(2**bits - 1)
    if largest <= 1.0:
        return 1.0
    return float(2 ** max(8, math.ceil(math.log2(largest + 1))) - 1)
