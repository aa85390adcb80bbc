"""Errors as a technician counts them: of each drawn one, whether it was found; of each found one, if it is there."""

from __future__ import annotations

import cv2
import numpy as np

TRUE, FOUND, FOUND_WELL, FALSE = range(4)  # columns of the counts
MATCHES = (0.1, 0.3)  # IoU from which one counts as found, and as found well


def count_objects(truth: np.ndarray, found: np.ndarray, unknown: np.ndarray, least: int = 0) -> np.ndarray:
    """Count the objects of one type in a block.

    All found parts that touch a true object count as one, since a stripe may be found in pieces.

    Parameters
    ----------
    truth, found, unknown : numpy.ndarray
        bool [H, W]; what is found in unknown pixels is neither right nor false.
    least : int
        Pixels that a found object needs.

    Returns
    -------
    numpy.ndarray
        int64 [4]: true ones, those found at either IoU of `MATCHES`, and false ones.
    """
    real, of_real, area_real = _components(truth)
    made, of_made, area_made = _components(found)
    kept = area_made >= least
    kept[0] = False
    both = (of_real > 0) & kept[of_made]
    pairs, shared = np.unique(of_real[both].astype(np.int64) * made + of_made[both], return_counts=True)
    overlap, touching = np.zeros(real), np.zeros(real)
    np.add.at(overlap, pairs // made, shared)
    np.add.at(touching, pairs // made, area_made[pairs % made])
    iou = (overlap / np.maximum(area_real + touching - overlap, 1))[1:]
    kept[np.unique(of_made[truth | unknown])] = False
    return np.array(
        [real - 1, *(np.count_nonzero(iou >= match) for match in MATCHES), np.count_nonzero(kept)], np.int64
    )


def _components(mask: np.ndarray) -> tuple[int, np.ndarray, np.ndarray]:
    """Return the number of eight-connected components with the background, their map, and their areas."""
    count, parts, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    return count, parts, stats[:, cv2.CC_STAT_AREA]
