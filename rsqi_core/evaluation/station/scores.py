"""Scores of blocks, each judged as an image of its own: by what is drawn in it, and by what a model finds there."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ...findings import ErrorRecord
from ...scoring import GRADES, Scheme, score
from ...taxonomy import CODES, PIXEL_TYPES, REGION_TYPES

OUTLINED = (*REGION_TYPES, *PIXEL_TYPES)  # a seam has no outline in a block, so that its points cannot be compared
NEAR = 5  # points
_JUDGED = tuple(CODES[t.id - 1] for t in OUTLINED)


def records_of(drawn: np.ndarray, category_id: int, least: int = 0) -> list[ErrorRecord]:
    """Return the errors of one type in a block, bool [H, W], as scoring takes them; one pixel is a square metre.

    Parameters
    ----------
    least : int
        Pixels that an error needs.
    """
    count, parts, stats, _ = cv2.connectedComponentsWithStats(drawn.astype(np.uint8), connectivity=8)
    records = []
    for n in range(1, count):
        x, y, width, height, pixels = (int(value) for value in stats[n])
        if pixels < least:
            continue
        rows, columns = np.nonzero(parts[y : y + height, x : x + width] == n)
        points = np.column_stack([columns, rows]).astype(np.float32)
        length = max(cv2.minAreaRect(points)[1]) + 1
        records.append(
            ErrorRecord(category_id, float(pixels), pixels, float(length), bounds=(x, y, x + width, y + height))
        )
    return records


def score_of(records: Sequence[ErrorRecord], known: np.ndarray, scheme: Scheme) -> float:
    """Return the score, 0-100, of a block with these errors; NaN where no pixel is known, bool [H, W]."""
    pixels = int(np.count_nonzero(known))
    if not pixels:
        return float("nan")
    value = score(records, scheme, float(pixels), pixels, float(np.hypot(*known.shape)), inspected=_JUDGED).value
    return float("nan") if value is None else value


def grade_of(value: float, scheme: Scheme) -> str:
    """Return the grade of a score by its limits alone."""
    return next((grade for grade, limit in scheme.grades.items() if value >= limit), GRADES[-1])
