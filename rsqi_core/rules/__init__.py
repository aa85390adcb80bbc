"""Rules for the two pixel types: the paper's, and a sturdier default for each; all called as ``rule(rgb, valid)``.

Those for missing pixels can also be told where the image has data above and below a block, `pixel_missing.isolated`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from . import pixel_missing, stripe_noise

Rule = Callable[..., np.ndarray]


def _within(rule: Callable[[np.ndarray], np.ndarray]) -> Rule:
    """Let a rule of the paper, which knows no nodata, keep to the valid pixels."""
    return lambda rgb, valid, *_: rule(rgb) & valid


PIXEL_MISSING: dict[str, Rule] = {
    "isolated": pixel_missing.isolated,
    "threshold": _within(pixel_missing.threshold),
}
STRIPE_NOISE: dict[str, Rule] = {
    "oriented": stripe_noise.oriented,
    "otsu": _within(stripe_noise.otsu),
}
