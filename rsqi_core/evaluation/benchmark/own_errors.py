"""Errors that the benchmark's pictures hold of themselves, outlined by nobody: shadows of trees and houses, soft focus.

Nobody can say whether a model that marks them is wrong, so that they count neither way, as in the real part. The rules
look at the picture alone, before anything is planted, and never at what a model marks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from ...imagery import CLEAN, dark_places, soft_places
from ...synthesis.compose import Sample
from ...taxonomy import CODES, IGNORED, by_code
from .frozen import Entry
from .pictures import read_picture
from .real import ENOUGH

_SHADED = {kind.name: kind.shaded for kind in CLEAN if kind.shaded} | {"landscape": "."}
_SOFT = {kind.name for kind in CLEAN if kind.soft}

Places = Mapping[str, np.ndarray]


def own_errors(entry: Entry, data: Path) -> Places:
    """Where the picture of a block or scene may hold errors of its own: bool [H, W] by the code of the type."""
    folder, _, stem = entry.source.partition("@")[0].partition("/")
    rules = {}
    if folder in _SHADED and re.search(_SHADED[folder], stem):
        rules["shadow"] = dark_places
    if folder in _SOFT:
        rules["blur"] = soft_places
    places = {code: rule(read_picture(data, entry.source, entry.side)) for code, rule in rules.items()}
    return {code: place for code, place in places.items() if place.any()}


def unknown_in(sample: Sample, places: Places) -> Sample:
    """Return a block in which nobody knows of the types in those places where they are said not to be."""
    for code, place in places.items():
        k = CODES.index(code)
        if sample.labels[k] == 1 or (place & sample.valid).mean() < ENOUGH:
            continue
        labels = sample.labels.copy()
        labels[k] = IGNORED
        segmentation = np.where(place & (sample.segmentation == 0), np.uint8(IGNORED), sample.segmentation)
        sample = replace(sample, labels=labels, segmentation=segmentation)
    return sample


def without_own(found: np.ndarray, truth: np.ndarray, places: Places) -> np.ndarray:
    """Take what touches the places of its type, and nothing planted of it, out of a label map uint8 [H, W]."""
    for code, place in places.items():
        id = by_code(code).id
        _, parts = cv2.connectedComponents((found == id).astype(np.uint8), connectivity=8)
        own = np.setdiff1d(parts[place], parts[truth == id])
        found = np.where(np.isin(parts, own[own > 0]), np.uint8(0), found)
    return found
