"""What the pixels of a type gain in a block that the classifier marks with it."""

from __future__ import annotations

import cv2
import numpy as np

from ...taxonomy import IGNORED, REGION_TYPES
from .thresholds import SAME

STEPS = np.arange(0, 4.5, 0.5)  # what a segmentation logit may gain


def outlined(pixels: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Count what each lift would outline of the types that a block holds.

    Parameters
    ----------
    pixels : numpy.ndarray
        float32 [7, h, w], segmentation logits.
    truth : numpy.ndarray
        uint8 [H, W]: 0, 1..6, 255 for unknown.

    Returns
    -------
    numpy.ndarray
        int64 [6, L, 3]: pixels found, falsely found and missed at each of the L `STEPS`; 0 where a type is not.
    """
    counts = np.zeros((len(REGION_TYPES), len(STEPS), 3), np.int64)
    known = truth != IGNORED
    for k, t in enumerate(REGION_TYPES):
        there = (truth == t.id)[known]
        if there.any():
            margin = pixels[t.id] - np.delete(pixels, t.id, 0).max(0)
            margin = cv2.resize(margin, truth.shape[::-1], interpolation=cv2.INTER_LINEAR)[known]
            for step, lift in enumerate(STEPS):
                found = margin > -lift
                hits = int((found & there).sum())
                counts[k, step] = hits, int(found.sum()) - hits, int(there.sum()) - hits
    return counts


def lifts(counts: np.ndarray) -> dict[str, float]:
    """Return the largest lift of each type with about the best IoU, 0 where nothing was outlined.

    As with thresholds, the very best is chance where the IoU is all but level, and the largest finds most in pictures
    other than these, which make a network less sure.

    Parameters
    ----------
    counts : numpy.ndarray
        int64 [6, L, 3] of the blocks that the classifier marks with the type, added up.
    """
    hits, total = counts[..., 0], counts.sum(-1)
    iou = hits / np.maximum(total, 1)
    good = (iou >= iou.max(1, keepdims=True) - SAME) & (hits > 0)
    return {t.code: float(STEPS[good[k]].max(initial=0.0)) for k, t in enumerate(REGION_TYPES)}
