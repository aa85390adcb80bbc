"""The real part of the frozen benchmark: held-out pictures with errors of their own, and clean ones."""

from __future__ import annotations

import re
from dataclasses import replace
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path

import numpy as np

from ...classify import as_tile
from ...errors import RsqiError
from ...imagery import CLEAN, REAL, ImagerySet, Picture, read_picture
from ...synthesis.compose import CELL, Sample
from ...taxonomy import CODES, IGNORED, REGION_TYPES, by_code
from .frozen import Entry, digest

# Errors with an outline, errors that fill the picture or veil it somewhere, seams, and pictures without errors.
OUTLINED, WHOLE, SEAM, UNSPOILT = "outlined", "whole", "seam", "clean"
_SETS = {OUTLINED: REAL, WHOLE: REAL, SEAM: REAL, UNSPOILT: CLEAN}
ENOUGH = 0.003  # share of a picture that a type must cover to be called present
_REGIONS = [t.id for t in REGION_TYPES]


def compose(entry: Entry, data: Path) -> Picture:
    """Return a picture of the list, or the window of it at ``@x,y``, with what is known of it.

    Raises
    ------
    RsqiError
        If the picture is not under `data`.
    """
    name, _, place = entry.source.partition("@")
    picture = read_picture(*_find(data, entry.part, name))
    if not place:
        return picture
    x, y = map(int, place.split(","))
    window = (slice(y, y + entry.side), slice(x, x + entry.side))
    truth = None if picture.truth is None else picture.truth[window]
    return replace(picture, image=np.ascontiguousarray(picture.image[window]), truth=truth)


def digest_of(picture: Picture) -> str:
    """Hash of a picture's image and truth."""
    return digest(picture.image, truth_of(picture))


def truth_of(picture: Picture) -> np.ndarray:
    """Return the truth uint8 [H, W]: 0, 1..10, 255 unknown."""
    return np.zeros(picture.image.shape[:2], np.uint8) if picture.truth is None else picture.truth


def labels_of(picture: Picture, part: str) -> np.ndarray:
    """Labels of a picture, uint8 [10]: 1 present, 0 absent, 255 unknown or too little of it."""
    return np.array([_label(picture, part, code) for code in CODES], np.uint8)


def outlined_types(picture: Picture, part: str) -> np.ndarray:
    """Types whose pixels are all known, but for those marked as unknown, bool [10]."""
    return np.array([part == OUTLINED and code in picture.outlined and code not in picture.unknown for code in CODES])


def as_sample(picture: Picture, part: str, side: int) -> Sample:
    """Return a picture as an inspection shows it to a model, `side` pixels wide; what was filled in is unknown."""
    image, truth = as_tile(picture.image, side), np.full((side, side), IGNORED, np.uint8)
    if part == OUTLINED:
        shown = truth_of(picture)
        truth[: shown.shape[0], : shown.shape[1]] = np.where(np.isin(shown, [0, *_REGIONS]), shown, IGNORED)
    cells = np.full((len(CODES), side // CELL, side // CELL), IGNORED, np.uint8)
    return Sample(image, truth, cells, labels_of(picture, part), np.ones((side, side), bool), ())


def _label(picture: Picture, part: str, code: str) -> int:
    if code == picture.whole:
        return 1
    if code in picture.unknown or part == WHOLE:
        return IGNORED
    if code not in (*picture.outlined, *picture.suspected):
        return 0 if part == UNSPOILT else IGNORED
    truth = truth_of(picture)
    count = int((truth == by_code(code).id).sum())
    if count == 0 and (truth == IGNORED).any():
        return IGNORED
    return 1 if count >= ENOUGH * truth.size else IGNORED if count else 0


@lru_cache(maxsize=1024)
def _find(data: Path, part: str, name: str) -> tuple[Path, ImagerySet]:
    folder, _, stem = name.partition("/")
    for kind in _SETS[part]:
        for file in sorted((data / kind.folder).glob(f"{stem}.*")) if kind.name == folder else ():
            if fnmatch(file.name, kind.image) and not (kind.skip and re.search(kind.skip, stem)):
                return file, kind
    raise RsqiError(f"{data}: the benchmark needs the picture {name}")
