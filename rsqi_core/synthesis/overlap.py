"""True seams: two photos of one place, laid on each other and joined along a line, with what is wrong measured."""

from __future__ import annotations

import cv2
import numpy as np

from .defect import AMBIGUOUS, DEFECT, Defect, severity, to_uint8
from .fields import seam
from .stitching_misalignment import cut_mask
from .stitching_trace import joined, trace_mask

SCALE = 0.25  # photos are matched at this size
_MATCHES = 60  # inliers that a registration needs
_LIKENESS = 0.6  # local correlation from which a measured displacement is believed


def register(near: np.ndarray, far: np.ndarray) -> np.ndarray | None:
    """Find the homography float64 [3, 3] that takes pixels of `near` to pixels of `far`, both uint8 [H, W, 3].

    None where the two do not show one place.
    """
    detector = cv2.SIFT_create(4000)
    small = [cv2.resize(p, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_AREA) for p in (near, far)]
    (points_a, a), (points_b, b) = (detector.detectAndCompute(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY), None) for p in small)
    if a is None or b is None or min(len(a), len(b)) < _MATCHES:
        return None
    best = [m for m, n in cv2.BFMatcher().knnMatch(a, b, k=2) if m.distance < 0.75 * n.distance]
    if len(best) < _MATCHES:
        return None
    source = np.array([points_a[m.queryIdx].pt for m in best], np.float32)
    target = np.array([points_b[m.trainIdx].pt for m in best], np.float32)
    found, inliers = cv2.findHomography(source, target, cv2.RANSAC, 2.0)
    if found is None or int(inliers.sum()) < _MATCHES:
        return None
    shrink = np.diag([SCALE, SCALE, 1.0])
    return np.linalg.inv(shrink) @ found @ shrink


def twins(near: np.ndarray, far: np.ndarray, homography: np.ndarray, side: int) -> list[np.ndarray]:
    """Cut squares of `near` with the same place out of `far` warped onto it: uint8 [side, side, 6].

    Parameters
    ----------
    near, far : numpy.ndarray
        uint8 [H, W, 3].
    homography : numpy.ndarray
        float64 [3, 3] of `register`.

    Returns
    -------
    list of numpy.ndarray
        Squares that lie wholly in both photos; may be none.
    """
    size = near.shape[1::-1]
    warped = cv2.warpPerspective(far, homography, size, flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP)
    whole = np.full(far.shape[:2], 255, np.uint8)
    valid = cv2.warpPerspective(whole, homography, size, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP) > 0
    left, top, width, height = cv2.boundingRect(valid.astype(np.uint8))
    windows = [
        (slice(y, y + side), slice(x, x + side))
        for y in range(top, top + height - side + 1, side)
        for x in range(left, left + width - side + 1, side)
    ]
    return [np.concatenate([near[window], warped[window]], 2) for window in windows if valid[window].all()]


def mosaic(near: np.ndarray, far: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, tuple[Defect, ...]]:
    """Join two photos of one place along a seam and measure which errors this made.

    Some joins are evened out in tone first, as mosaicking software does, and some are shifted, as with a poor terrain
    model. The tone step and the displacement that remain at the seam decide on the labels: both, one or none.

    Parameters
    ----------
    near, far : numpy.ndarray
        uint8 [S, S, 3], the second laid on the first (`twins`).

    Returns
    -------
    image : numpy.ndarray
        uint8 [S, S, 3].
    defects : tuple of Defect
        ``stitching_trace`` and ``stitching_misalignment`` as far as they show; empty for a good seam.
    """
    shape = near.shape[:2]
    if rng.random() < 0.5:
        near, far = far, near
    if evened := rng.random() < 0.5:
        far = even_out(far, near)
    shift = np.zeros(2)
    if rng.random() < 0.4:
        angle = rng.uniform(0, 2 * np.pi)
        shift = np.exp(rng.uniform(np.log(2.5), np.log(16))) * np.array([np.cos(angle), np.sin(angle)])
        far = cv2.warpAffine(
            far, np.array([[1, 0, -shift[0]], [0, 1, -shift[1]]], np.float64), shape[::-1], flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REFLECT,
        )  # fmt: skip
    distance = seam(shape, rng, near)
    feather = 0.0 if rng.random() < 0.6 else rng.uniform(1, 8 if shift.any() else 16)
    image = joined(near, far, distance, feather)
    flow, undone, trust = displacement(near, far, shift)
    defects = []
    # Tone alone: neither a crown that leans over nor a car that left is a step.
    trace, step = trace_mask(near, undone, distance, feather, length=81)
    cut, offset = cut_mask(near, distance, flow[..., 0], flow[..., 1], trust)
    facts = {"kind": "overlap", "evened": bool(evened), "step": step, "visible_px": offset}
    for code, mask, value, bounds in (
        ("stitching_misalignment", cut, offset, (4, 8)),
        ("stitching_trace", trace, step, (12, 22)),
    ):
        if (mask == DEFECT).sum() < 4 * min(shape):  # glimpses of an error are none that must be found
            mask[mask == DEFECT] = AMBIGUOUS
        if mask.any():
            defects.append(Defect(code, image, mask, severity(value, *bounds), facts))
    return image, tuple(defects)


def displacement(
    near: np.ndarray, far: np.ndarray, expected: np.ndarray | tuple[float, float] = (0.0, 0.0)
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Measure by dense optical flow where each pixel of `near` lies in `far`, both uint8 [H, W, 3].

    Parameters
    ----------
    expected : array_like
        The shift in x and y by which `far` was moved back, where the search begins.

    Returns
    -------
    flow : numpy.ndarray
        float32 [H, W, 2], x and y in pixels.
    undone : numpy.ndarray
        uint8 [H, W, 3], `far` with the flow undone.
    trust : numpy.ndarray
        bool [H, W]: where both photos look alike once the flow is undone.
    """
    grey = [cv2.cvtColor(p, cv2.COLOR_RGB2GRAY) for p in (near, far)]
    shape = grey[0].shape
    search = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    start = np.empty((*shape, 2), np.float32)
    start[:] = -np.asarray(expected, np.float32)
    flow = search.calc(grey[0], grey[1], start)
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    undone = cv2.remap(far, x + flow[..., 0], y + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return flow, undone, _likeness(grey[0], cv2.cvtColor(undone, cv2.COLOR_RGB2GRAY)) > _LIKENESS


def even_out(image: np.ndarray, model: np.ndarray) -> np.ndarray:
    """Give each band of a uint8 [H, W, 3] image the mean and deviation of `model`."""
    (mean, spread), (wanted, width) = cv2.meanStdDev(image), cv2.meanStdDev(model)
    gain = np.clip(width / np.maximum(spread, 1), 0.7, 1.4).ravel()
    levels = np.arange(256, dtype=np.float32)[:, None]
    return cv2.LUT(image, to_uint8((levels - mean.ravel()) * gain + wanted.ravel())[None])


def _likeness(a: np.ndarray, b: np.ndarray, window: int = 21) -> np.ndarray:
    """Local correlation of two uint8 [H, W] images, float32 -1 to 1; 0 over even ground."""
    a, b = a.astype(np.float32), b.astype(np.float32)

    def mean(values: np.ndarray) -> np.ndarray:
        return cv2.blur(values, (window, window))

    ma, mb = mean(a), mean(b)
    va, vb = mean(a * a) - ma * ma, mean(b * b) - mb * mb
    return (mean(a * b) - ma * mb) / np.sqrt(np.maximum(va, 4) * np.maximum(vb, 4))
