"""What planting one error returns, and the shared rules of what counts as visible."""

from __future__ import annotations

from dataclasses import dataclass, field

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
        ``"subtle"``, ``"medium"`` or ``"strong"``.
    parameters : dict
        What the recipe drew, JSON-ready.
    """

    code: str
    image: np.ndarray
    mask: np.ndarray
    severity: str
    parameters: dict = field(default_factory=dict)


def mask_of(alpha: np.ndarray, inside: float = 0.35, outside: float = 0.15) -> np.ndarray:
    """Turn opacity [H, W] 0-1 into a mask: above `inside` error, between `outside` and `inside` ambiguous."""
    mask = np.zeros(alpha.shape, np.uint8)
    mask[alpha > outside] = AMBIGUOUS
    mask[alpha > inside] = DEFECT
    return mask


def difference(before: np.ndarray, after: np.ndarray, mask: np.ndarray) -> float:
    """Mean absolute difference in grey levels over the error pixels of `mask`; 0 if it has none."""
    inside = mask == DEFECT
    if not inside.any():
        return 0.0
    return float(np.abs(after[inside].astype(np.int16) - before[inside]).mean())


def severity(value: float, medium: float, strong: float) -> str:
    """Name the strength of `value` against the bounds of medium and strong."""
    return "strong" if value >= strong else "medium" if value >= medium else "subtle"


def to_uint8(values: np.ndarray) -> np.ndarray:
    """Round and clip float grey levels to uint8."""
    return np.clip(values + 0.5, 0, 255).astype(np.uint8)
