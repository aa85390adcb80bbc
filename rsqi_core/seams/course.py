"""How much of the true course of seams lies near lines that were found."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from skimage.morphology import skeletonize

NEAR = 8  # px from its true course within which a seam counts as found


def lengths(band: np.ndarray, lines: Sequence[np.ndarray]) -> tuple[int, int]:
    """Return how long seams are, in pixels, and how much of their middle lies within `NEAR` of a line.

    Parameters
    ----------
    band : numpy.ndarray
        bool [H, W], the seams with their surroundings.
    lines : sequence of numpy.ndarray
        float [N, 2], columns and rows.
    """
    course = skeletonize(band)
    away = np.ones(band.shape, np.uint8)
    cv2.polylines(away, [np.round(line).astype(np.int32) for line in lines], False, 0)
    near = cv2.distanceTransform(away, cv2.DIST_L2, 5) <= NEAR if len(lines) else np.zeros(band.shape, bool)
    return int(course.sum()), int((course & near).sum())
