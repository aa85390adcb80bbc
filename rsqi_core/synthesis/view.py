"""Where a sample is seen from: close by, so that errors run out of the crop, or from farther away.

Recipes fit their errors to the crop. A block of inspection is larger than a crop of training, and its errors are, too:
without these views a network knows them at one scale only.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from .compose import CELL, Sample, sample_of
from .defect import DEFECT

DISTANT = frozenset({"cloud", "shadow", "stitching_trace"})  # what stays what it is at half the scale


def window(sample: Sample, rng: np.random.Generator, side: int) -> Sample:
    """Cut a square of `side` pixels out of a sample, four times in five around a pixel of one of its errors."""
    size = sample.image.shape[0]
    y, x = (int(n) for n in rng.integers(0, size - side + 1, 2))
    if sample.defects and rng.random() < 0.8:
        mask = sample.defects[int(rng.integers(len(sample.defects)))].mask
        rows, columns = np.nonzero(mask == DEFECT)
        if rows.size:
            k = int(rng.integers(rows.size))
            y, x = (int(np.clip(n - rng.integers(side), 0, size - side)) for n in (rows[k], columns[k]))
    inside = np.s_[y : y + side, x : x + side]
    defects = [replace(defect, mask=defect.mask[inside]) for defect in sample.defects]
    found = [d for d in defects if d.mask.any()]
    return sample_of(sample.image[inside], found, sample.valid[inside], sample.unknown, sample.whole, fill=None)


def distant(sample: Sample) -> Sample:
    """Halve a sample, as if its pixels were twice as large on the ground; its side must be a multiple of 16."""
    half = (sample.image.shape[0] // (2 * CELL) * CELL,) * 2

    def nearest(plane: np.ndarray) -> np.ndarray:
        return cv2.resize(plane.astype(np.uint8), half, interpolation=cv2.INTER_NEAREST)

    defects = [replace(defect, mask=nearest(defect.mask)) for defect in sample.defects]
    image = cv2.resize(sample.image, half, interpolation=cv2.INTER_AREA)
    return sample_of(image, defects, nearest(sample.valid) > 0, sample.unknown, sample.whole, fill=None)
