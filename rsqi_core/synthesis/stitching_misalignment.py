"""Stitching misalignment: linear things cut and shifted along a seam."""

from __future__ import annotations

import cv2
import numpy as np

from .defect import AMBIGUOUS, CLEAN, DEFECT, Defect, severity
from .fields import coordinates, seam, seam_mask
from .stitching_trace import joined

MIN_OFFSET = 2.0  # pixels by which a line must miss its continuation to be seen
_EDGE = 14.0  # grey levels a pixel: what counts as structure
_LINEAR = 0.6  # coherence from which structure is a line or an edge: a cut through tree tops cannot be seen
_WINDOW = 31  # px along the seam over which structure is gathered
_CROSSING = 0.012  # share of structure pixels in the window from which a cut shows


def apply(image: np.ndarray, rng: np.random.Generator, distance: np.ndarray | None = None) -> Defect | None:
    """Move the two sides of a seam apart by 3-20 px and turn them by up to 0.3 degrees.

    Both sides are moved by half, so that neither is softer than the other through resampling.

    Parameters
    ----------
    image : numpy.ndarray
        uint8 [H, W, 3].
    distance : numpy.ndarray, optional
        Signed distance to the seam in pixels, float32 [H, W]; drawn when missing.

    Returns
    -------
    Defect or None
        None where no structure crosses the seam, so that nobody could see the cut.
    """
    shape = image.shape[:2]
    if distance is None:
        distance = seam(shape, rng, image)
    offset = float(np.exp(rng.uniform(np.log(3), np.log(20))))
    direction = rng.uniform(0, 2 * np.pi)
    turn = rng.uniform(-0.3, 0.3)
    dx, dy = offset * np.cos(direction), offset * np.sin(direction)
    near, far = _moved(image, dx / 2, dy / 2, turn / 2), _moved(image, -dx / 2, -dy / 2, -turn / 2)
    if tone := rng.random() < 0.35:
        far = cv2.convertScaleAbs(far, alpha=np.exp(rng.normal(0, 0.02)), beta=rng.normal(0, 1))
    out = joined(near, far, distance, 0.0 if rng.random() < 0.7 else rng.uniform(1, 5))
    x, y = coordinates(shape)
    angle = np.deg2rad(turn)
    flow_x = np.float32(dx) + np.float32(angle) * (y - shape[0] / 2)
    flow_y = np.float32(dy) - np.float32(angle) * (x - shape[1] / 2)
    mask, seen = cut_mask(near, distance, flow_x, flow_y)
    if (mask == DEFECT).sum() < 4 * min(shape):
        return None
    parameters = {"offset_px": offset, "visible_px": seen, "tone": bool(tone)}
    return Defect("stitching_misalignment", out, mask, severity(seen, 4, 8), parameters)


def cut_mask(
    image: np.ndarray, distance: np.ndarray, flow_x: np.ndarray, flow_y: np.ndarray, trust: np.ndarray | None = None
) -> tuple[np.ndarray, float]:
    """Mark where structure that crosses a seam misses its continuation.

    A shift along a line does not show on it: what counts is the displacement across each edge that crosses the seam.

    Parameters
    ----------
    image : numpy.ndarray
        uint8 [H, W, 3], the near side.
    distance : numpy.ndarray
        Signed distance to the seam in pixels, float32 [H, W].
    flow_x, flow_y : numpy.ndarray
        Displacement of the far side against the near one in pixels, float32 [H, W].
    trust : numpy.ndarray, optional
        bool [H, W]: where the displacement is known; everywhere when missing.

    Returns
    -------
    mask : numpy.ndarray
        uint8 [H, W]: 1 along visible cuts, 255 where nobody could say, 0 where the sides agree.
    offset : float
        Mean visible offset in pixels; 0 if there is none.
    """
    grey = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (0, 0), 1.0)
    gx, gy = (cv2.Sobel(grey, cv2.CV_32F, *order, scale=0.25) for order in ((1, 0), (0, 1)))
    course = cv2.GaussianBlur(distance, (0, 0), 4)  # of the seam at large: paths zigzag from pixel to pixel
    nx, ny = (cv2.Sobel(course, cv2.CV_32F, *order) for order in ((1, 0), (0, 1)))
    strength = cv2.magnitude(gx, gy)
    along = np.abs(gy * nx - gx * ny) / np.maximum(cv2.magnitude(nx, ny), 1e-3)  # gradient in the seam's direction
    band = np.abs(distance) < 10
    structure = band & (strength > _EDGE) & (along > 0.5 * strength) & (_coherence(gx, gy) > _LINEAR)
    known = structure if trust is None else structure & trust
    across = np.abs(gx * flow_x + gy * flow_y) / np.maximum(strength, 1e-3)
    window = (_WINDOW, _WINDOW)
    amount = cv2.blur(known.astype(np.float32), window)
    offset = cv2.blur(np.where(known, across, 0).astype(np.float32), window) / np.maximum(amount, 1e-4)
    shown = (amount > _CROSSING) & (offset >= MIN_OFFSET)
    agreeing = (amount > _CROSSING) & (offset < 0.5 * MIN_OFFSET)
    mask = seam_mask(distance, 6)
    mask[(mask == DEFECT) & ~shown] = AMBIGUOUS
    mask[agreeing] = CLEAN
    found = mask == DEFECT
    if not found.any():  # beside no visible cut, even ground gives no reason for doubt
        mask[cv2.blur(structure.astype(np.float32), window) <= _CROSSING] = CLEAN
        return mask, 0.0
    return mask, float(offset[found].mean())


def _coherence(gx: np.ndarray, gy: np.ndarray, window: int = 15) -> np.ndarray:
    """Return how far the gradients around each pixel share one orientation, 0 to 1 (structure tensor)."""
    xx, yy, xy = (cv2.blur(product, (window, window)) for product in (gx * gx, gy * gy, gx * gy))
    return cv2.magnitude(xx - yy, 2 * xy) / np.maximum(xx + yy, 1e-3)


def _moved(image: np.ndarray, dx: float, dy: float, degrees: float) -> np.ndarray:
    h, w = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((w / 2, h / 2), degrees, 1.0)
    matrix[:, 2] += dx, dy
    return cv2.warpAffine(image, matrix, (w, h), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
