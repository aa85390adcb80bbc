"""Straight edges on the ground, by which a person sees that the ground was bent or broken."""

from __future__ import annotations

import cv2
import numpy as np

_LONG = 20  # px; shorter edges are those of crowns and cars, and tell nobody which way they ran
_SIDE, _CONTRAST = 2.0, 12.0  # px to both sides of an edge, and grey levels between them
_BENT = 2.0  # px by which an edge leaves its line


def bent_edges(image: np.ndarray, dx: np.ndarray, dy: np.ndarray, mask: np.ndarray) -> int:
    """Count the straight edges that a displacement bends or breaks within an error.

    Parameters
    ----------
    image : numpy.ndarray
        uint8 [H, W, 3] before the displacement.
    dx, dy : numpy.ndarray
        float [H, W]: px by which each place moves.
    mask : numpy.ndarray
        bool [H, W]: where the error is called one.
    """
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    segments = cv2.createLineSegmentDetector().detect(grey)[0]
    smooth = cv2.GaussianBlur(grey, (0, 0), 0.8).astype(np.float32)
    return sum(_is_bent(line, smooth, dx, dy, mask) for line in (() if segments is None else segments.reshape(-1, 4)))


def _is_bent(line: np.ndarray, grey: np.ndarray, dx: np.ndarray, dy: np.ndarray, mask: np.ndarray) -> bool:
    start, end = line[:2], line[2:]
    length = float(np.hypot(*(end - start)))
    if length < _LONG:
        return False
    along = np.linspace(0, 1, round(length) + 1)
    points = start + along[:, None] * (end - start)
    if not _at(mask, points).any():
        return False
    normal = np.array([start[1] - end[1], end[0] - start[0]]) / length
    sides = _at(grey, points + _SIDE * normal) - _at(grey, points - _SIDE * normal)
    if abs(float(sides.mean())) < _CONTRAST:
        return False
    moved = _at(dx, points) * normal[0] + _at(dy, points) * normal[1]
    left = moved - np.polyval(np.polyfit(along, moved, 1), along)  # a straight edge that is turned stays straight
    return bool(np.ptp(left) >= _BENT)


def _at(field: np.ndarray, points: np.ndarray) -> np.ndarray:
    rows, columns = field.shape
    x, y = np.round(points).astype(int).T
    return field[np.clip(y, 0, rows - 1), np.clip(x, 0, columns - 1)]
