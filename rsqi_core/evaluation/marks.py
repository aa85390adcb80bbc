"""What an inspection marks in the benchmark's blocks: by threshold, and the pixel types by rule."""

from __future__ import annotations

import numpy as np

from ..parameters import Parameters
from ..taxonomy import CODES
from . import tables
from .benchmark import MIXED, Measured
from .rulings import Ruling


def marks_of_inspection(m: Measured) -> np.ndarray:
    """Which types an inspection marks in the defective, clean and hard negative blocks, bool [N, 10]."""
    found = tables.marks(m.observations[0])[m.where(*MIXED)]
    for code, ruling in rulings_of_inspection(m).items():
        found[:, CODES.index(code)] = ruling.found
    return found


def rulings_of_inspection(m: Measured) -> dict[str, Ruling]:
    """The rule of each pixel type that an inspection runs, by code: that of stripes behind the classifier's gate."""
    usual = {"stripe_noise": "oriented, classifier's gate", "pixel_missing": Parameters().missing_rule}
    return {ruling.code: ruling for ruling in m.rulings if ruling.rule == usual[ruling.code]}
