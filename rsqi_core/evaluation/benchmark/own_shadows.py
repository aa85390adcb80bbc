"""Shadows that the benchmark's pictures hold of themselves: of trees and houses, which nobody has outlined.

Nobody can say whether a model that marks them is wrong, so that they count neither way, as in the real part. The rule
looks at the picture alone, before anything is planted, and never at what a model marks.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from ...imagery import CLEAN, dark_places
from ...synthesis.compose import Sample
from ...taxonomy import CODES, IGNORED, by_code
from .frozen import Entry
from .pictures import read_picture

SHADOW = by_code("shadow")
_INDEX = CODES.index(SHADOW.code)
_SHADED = {kind.name: kind.shaded for kind in CLEAN if kind.shaded} | {"landscape": "."}
_ENOUGH = 0.003  # share of a block from which a type is called present


def own_shadows(entry: Entry, data: Path) -> np.ndarray | None:
    """Where the picture of a block or scene may hold shadows of its own, bool [H, W]; None if nowhere."""
    folder, _, stem = entry.source.partition("@")[0].partition("/")
    if folder not in _SHADED or not re.search(_SHADED[folder], stem):
        return None
    dark = dark_places(read_picture(data, entry.source, entry.side))
    return dark if dark.any() else None


def unknown_in(sample: Sample, dark: np.ndarray | None) -> Sample:
    """Return a block in which nobody knows of shadow in its `dark` places (bool [H, W]) where it is said to be none."""
    if dark is None or sample.labels[_INDEX] == 1 or (dark & sample.valid).mean() < _ENOUGH:
        return sample
    labels = sample.labels.copy()
    labels[_INDEX] = IGNORED
    return replace(
        sample, labels=labels, segmentation=np.where(dark & (sample.segmentation == 0), IGNORED, sample.segmentation)
    )


def without_own_shadows(found: np.ndarray, truth: np.ndarray, dark: np.ndarray | None) -> np.ndarray:
    """Take the marked shadows that touch `dark`, and none that is planted, out of a label map uint8 [H, W]."""
    if dark is None:
        return found
    _, parts = cv2.connectedComponents((found == SHADOW.id).astype(np.uint8), connectivity=8)
    own = np.setdiff1d(parts[dark], parts[truth == SHADOW.id])
    return np.where(np.isin(parts, own[own > 0]), np.uint8(0), found)
