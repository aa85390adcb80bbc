"""Stitching misalignment: linear things cut and shifted along a seam."""

from __future__ import annotations

import cv2
import numpy as np

from .defect import Defect, severity, to_uint8
from .fields import coordinates, seam, seam_mask, smoothstep


def apply(image: np.ndarray, rng: np.random.Generator, distance: np.ndarray | None = None) -> Defect | None:
    """Shift one side of a seam by 2-20 px and turn it by up to 0.3 degrees.

    None where no structure crosses the seam, so that nobody could see the cut.
    """
    shape = image.shape[:2]
    if distance is None:
        distance = seam(shape, rng, image)
    shift = float(np.exp(rng.uniform(np.log(2.5), np.log(20))))
    direction = rng.uniform(0, 2 * np.pi)
    turn = np.deg2rad(rng.uniform(-0.3, 0.3))
    x, y = coordinates(shape)
    cx, cy = shape[1] / 2, shape[0] / 2
    map_x = (x - cx) * np.cos(turn) - (y - cy) * np.sin(turn) + cx + shift * np.cos(direction)
    map_y = (x - cx) * np.sin(turn) + (y - cy) * np.cos(turn) + cy + shift * np.sin(direction)
    moved = cv2.remap(
        image, map_x.astype(np.float32), map_y.astype(np.float32), cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )
    if rng.random() < 0.35:
        moved = to_uint8(moved * np.exp(rng.normal(0, 0.04)) + rng.normal(0, 3))
    m = smoothstep(distance, -1, 1)[..., None]
    out = to_uint8(image * (1 - m) + moved * m)
    near = np.abs(distance) < 4
    if near.sum() < 200:
        return None
    cut = np.abs(moved.astype(np.int16) - image).mean(-1)
    visible = cv2.blur((cut > 22).astype(np.float32), (31, 31))
    along = near & (visible > 0.12)
    if along.sum() < 0.3 * near.sum():
        return None
    mask = seam_mask(distance, 6)
    mask[(mask == 1) & (visible <= 0.06)] = 255  # over even ground the cut leaves no trace
    return Defect("stitching_misalignment", out, mask, severity(shift, 5, 10), {"offset_px": shift})
