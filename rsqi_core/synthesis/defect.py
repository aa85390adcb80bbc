"""What planting one error returns, and the shared rules of what counts as visible."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

CLEAN, DEFECT, AMBIGUOUS = 0, 1, 255
MIN_DIFFERENCE = 6.0  # grey levels; less cannot be seen at 100 % (domain facts, section 3)


@dataclass(frozen=True)
class Defect:
    """An image with one error planted in it.

    Attributes
    ----------
    code : str
        Type code of `rsqi_core.taxonomy`.
    image : numpy.ndarray
        uint8 [H, W, 3], the image with the error.
    mask : numpy.ndarray
        uint8 [H, W]: 1 error, 0 clean, 255 rim where nobody could say.
    severity : str
        ``"subtle"``, ``"medium"`` or ``"strong"``; the latter two strike the eye at 100 %.
    parameters : dict
        What the recipe drew, JSON-ready.
    """

    code: str
    image: np.ndarray
    mask: np.ndarray
    severity: str
    parameters: dict[str, Any] = field(default_factory=dict)


def mask_of(alpha: np.ndarray, inside: float = 0.35, outside: float = 0.15) -> np.ndarray:
    """Turn opacity [H, W] 0-1 into a mask: above `inside` error, between `outside` and `inside` ambiguous."""
    mask = np.zeros(alpha.shape, np.uint8)
    mask[alpha > outside] = AMBIGUOUS
    mask[alpha > inside] = DEFECT
    return mask


def united(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Unite two masks of one type: error beats ambiguous beats clean."""
    return np.where((a == DEFECT) | (b == DEFECT), DEFECT, np.maximum(a, b)).astype(np.uint8)


def only_visible(
    mask: np.ndarray, before: np.ndarray, after: np.ndarray, level: float = 3.0, size: int = 15
) -> np.ndarray:
    """Call those error pixels ambiguous around which, within `size` pixels, the image changed by less than `level`."""
    change = cv2.blur(cv2.cvtColor(cv2.absdiff(before, after), cv2.COLOR_RGB2GRAY).astype(np.float32), (size, size))
    mask = mask.copy()
    mask[(mask == DEFECT) & (change < level)] = AMBIGUOUS
    return mask


def difference(before: np.ndarray, after: np.ndarray, mask: np.ndarray) -> float:
    """Mean absolute difference in grey levels over the error pixels of `mask`; 0 if it has none."""
    return float(np.mean(cv2.mean(cv2.absdiff(before, after), (mask == DEFECT).view(np.uint8))[:3]))


def peak_difference(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Largest absolute difference over the channels, uint8 [H, W]."""
    red, green, blue = cv2.split(cv2.absdiff(before, after))
    return cv2.max(cv2.max(red, green), blue)


def severity(value: float, medium: float, strong: float) -> str:
    """Name the strength of `value` against the bounds of medium and strong."""
    return "strong" if value >= strong else "medium" if value >= medium else "subtle"


def blend(image: np.ndarray, other: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Show `other` over `image`, both uint8 with any number of channels, with `weight` 0-1, float32 [H, W]."""
    return cv2.blendLinear(image, other, 1 - weight, weight)


def to_uint8(values: np.ndarray) -> np.ndarray:
    """Round and clip float grey levels to uint8."""
    return np.clip(values + 0.5, 0, 255).astype(np.uint8)
