"""Places of a picture where an error may be that nobody has outlined: shadows of its own, and soft focus."""

from __future__ import annotations

import cv2
import numpy as np

# A shadow is much darker than what lies around it, and takes away most of the light.
_SURROUNDINGS, _SHARE, _DARKEST, _SMALLEST = 61, 0.6, 80, 12  # px, of the median, grey level, px
# A sharp edge rises by two fifths of its height in a pixel, after a little smoothing against noise.
_EDGE, _STEP, _SHARP = 11, 30, 0.35  # px, grey levels of an edge worth measuring, share of its height
_WINDOW, _MEASURED, _STRONGEST = 96, 0.01, 90  # px, share of it near an edge, percentile


def dark_places(image: np.ndarray) -> np.ndarray:
    """Where a shadow may be that nobody has outlined, bool [H, W]: much darker than the ground around it.

    Parameters
    ----------
    image : numpy.ndarray
        uint8 [H, W, 3].
    """
    grey = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (0, 0), 0.8)
    around = cv2.medianBlur(cv2.resize(grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA), _SURROUNDINGS // 4)
    around = cv2.resize(around, grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    dark = ((grey < _SHARE * around) & (grey < _DARKEST)).astype(np.uint8)
    _, parts, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    large = np.flatnonzero(stats[:, cv2.CC_STAT_AREA] >= _SMALLEST)
    kept = np.isin(parts, large[large > 0]).astype(np.uint8)
    return cv2.dilate(kept, np.ones((3, 3), np.uint8)) > 0


def soft_places(image: np.ndarray) -> np.ndarray:
    """Where a picture may be out of focus, bool [H, W]: even its sharpest edges take three pixels and more.

    A window without an edge is taken for soft where no window beside it is known to be sharp.

    Parameters
    ----------
    image : numpy.ndarray
        uint8 [H, W, 3].
    """
    grey = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), 0.8)
    kernel = np.ones((_EDGE, _EDGE), np.uint8)
    height = cv2.dilate(grey, kernel) - cv2.erode(grey, kernel)
    slopes = [cv2.filter2D(grey, -1, taps, borderType=cv2.BORDER_REPLICATE) for taps in _DIFFERENCES]
    slope = cv2.dilate(cv2.magnitude(*slopes), kernel)
    rows, columns = (-(-n // _WINDOW) for n in grey.shape)
    sharp = np.zeros((rows, columns), np.uint8)
    for row in range(rows):
        for column in range(columns):
            window = np.s_[row * _WINDOW : (row + 1) * _WINDOW, column * _WINDOW : (column + 1) * _WINDOW]
            edges = height[window] > _STEP
            if edges.mean() > _MEASURED:
                rise = np.percentile((slope[window] / height[window])[edges], _STRONGEST)
                sharp[row, column] = 2 if rise >= _SHARP else 1
    beside = cv2.dilate((sharp == 2).astype(np.uint8), np.ones((3, 3), np.uint8))
    soft = (sharp == 1) | ((sharp == 0) & (beside == 0))
    whole = soft.repeat(_WINDOW, 0).repeat(_WINDOW, 1)
    return whole[: grey.shape[0], : grey.shape[1]]


_DIFFERENCES = (np.array([[-0.5, 0, 0.5]], np.float32), np.array([[-0.5], [0], [0.5]], np.float32))
