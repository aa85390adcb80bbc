"""A training or test crop: several errors planted on one background, with all its targets."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Sequence

import cv2
import numpy as np

from ..taxonomy import BOUNDARY_TYPES, CODES, REGION_TYPES, TYPES, ErrorClass, ErrorType, by_code
from . import (
    blur,
    cloud,
    distortion,
    negatives,
    nuisance,
    overlap,
    pixel_missing,
    shadow,
    spectral_overflow,
    stitching_misalignment,
    stitching_trace,
    stretching_blur,
    stripe_noise,
)
from .defect import AMBIGUOUS, DEFECT, Defect

RECIPES: dict[str, ModuleType] = {
    module.__name__.rsplit(".", 1)[-1]: module
    for module in (
        # In the order an image acquires them: geometry, mosaic, radiometry, sky, transmission.
        stretching_blur,
        distortion,
        stitching_misalignment,
        blur,
        stitching_trace,
        shadow,
        cloud,
        spectral_overflow,
        stripe_noise,
        pixel_missing,
    )
}
CELL = 8  # pixels; grid of the classifier's evidence

# Hard types need more examples than those seen at a glance.
_WEIGHTS = {
    "stretching_blur": 1.6,
    "distortion": 1.6,
    "stitching_trace": 1.5,
    "stitching_misalignment": 1.6,
    "blur": 1.2,
}
_LATE = {"stripe_noise": 0.5, "pixel_missing": 0.8}  # share that arises after the compression, in transmission
_SEAMS = frozenset(t.code for t in BOUNDARY_TYPES)
_TRUE_SEAMS = 0.35  # share of seam crops that are made of two real photos, where there are any


@dataclass(frozen=True)
class Sample:
    """A crop with its targets.

    Attributes
    ----------
    image : numpy.ndarray
        uint8 [S, S, 3].
    segmentation : numpy.ndarray
        uint8 [S, S]: 0 background, 1..6 region types, 255 ignored.
    evidence : numpy.ndarray
        uint8 [10, S / 8, S / 8]: 1 where a type is in the cell, 255 where nobody could say.
    labels : numpy.ndarray
        uint8 [10]: 1 if the type is in the crop, 255 where nobody could say.
    valid : numpy.ndarray
        bool [S, S]: inside the image's footprint.
    defects : tuple of Defect
        What was planted.
    """

    image: np.ndarray
    segmentation: np.ndarray
    evidence: np.ndarray
    labels: np.ndarray
    valid: np.ndarray
    defects: tuple[Defect, ...]


def draw_codes(rng: np.random.Generator, clean: float = 0.4) -> tuple[str, ...]:
    """Draw which errors a crop gets: none with probability `clean`, else one, two or three."""
    if rng.random() < clean:
        return ()
    weights = np.array([_WEIGHTS.get(code, 1.0) for code in CODES])
    count = int(rng.choice([1, 2, 3], p=[0.76, 0.18, 0.06]))
    return tuple(rng.choice(CODES, count, replace=False, p=weights / weights.sum()))


def compose(
    background: np.ndarray,
    rng: np.random.Generator,
    codes: Sequence[str],
    mattes: Sequence[np.ndarray] = (),
    collar: float = 0.1,
    pairs: Sequence[np.ndarray] = (),
) -> Sample:
    """Plant `codes` on a clean crop and let the shared nuisance act on it.

    Half of the crops without errors, and one in seven of the others, get a look-alike (`negatives`) without a label.

    Parameters
    ----------
    background : numpy.ndarray
        uint8 [S, S, 3], S a multiple of 8.
    mattes : sequence of numpy.ndarray
        uint8 opacities of real clouds, any size; half of the clouds use one.
    collar : float
        Probability that a part lies outside the image (black, ignored).
    pairs : sequence of numpy.ndarray
        uint8 [H, W, 6], two photos of one place (`overlap.twins`), sides of 0.8 S or more. A third of the seams is made
        of them; those get the labels that were measured, which may be none.
    """
    defects: list[Defect] = []
    if _SEAMS.intersection(codes) and len(pairs) and rng.random() < _TRUE_SEAMS:
        twin = nuisance.crop(pairs[int(rng.integers(len(pairs)))], rng, background.shape[0])
        image, seams = overlap.mosaic(_toned_alike(twin, rng), rng)
        defects += seams
        codes = [code for code in codes if code not in _SEAMS]
    else:
        if rng.random() < (0.15 if codes else 0.5):
            background = negatives.decoy(background, rng)
        image = nuisance.ground(background, rng)
    ordered = [code for code in RECIPES if code in codes]
    late = [code for code in ordered if rng.random() < _LATE.get(code, 0.0)]
    for code in (c for c in ordered if c not in late):
        image = _plant(image, rng, code, mattes, defects)
    image = nuisance.delivery(image, rng)
    for code in late:
        image = _plant(image, rng, code, mattes, defects)
    valid = np.ones(image.shape[:2], bool)
    if rng.random() < collar:
        valid = nuisance.collar(image.shape[:2], rng)
    return sample_of(image, defects, valid)


def sample_of(image: np.ndarray, defects: Sequence[Defect], valid: np.ndarray) -> Sample:
    """Build all targets of an image from what was planted in it.

    Parameters
    ----------
    image : numpy.ndarray
        uint8 [S, S, 3] with all errors in it, S a multiple of 8; blackened outside `valid`.
    defects : sequence of Defect
        In the order of planting; their masks are [S, S], their images are not looked at.
    valid : numpy.ndarray
        bool [S, S]: inside the image's footprint.
    """
    image = np.ascontiguousarray(image) if valid.all() else np.where(valid[..., None], image, np.uint8(0))
    masks = _visible_masks(defects, valid)
    evidence = np.stack([_cells(masks[code]) if code in masks else _cells_of_collar(valid) for code in CODES])
    labels = np.array([_label(masks[t.code], valid, t) if t.code in masks else 0 for t in TYPES], np.uint8)
    return Sample(image, _segmentation(masks, valid), evidence, labels, valid, tuple(defects))


def _plant(
    image: np.ndarray, rng: np.random.Generator, code: str, mattes: Sequence[np.ndarray], defects: list[Defect]
) -> np.ndarray:
    options = {}
    if code == "cloud" and len(mattes) and rng.random() < 0.5:
        options["matte"] = _matte(mattes[int(rng.integers(len(mattes)))], image.shape[:2], rng)
    for _ in range(3):  # a draw may fall where it cannot be seen
        if defect := RECIPES[code].apply(image, rng, **options):
            defects.append(defect)
            return defect.image
    return image


def _toned_alike(twin: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Let the same nuisance act on both photos of a twin, so that only what they bring differs."""
    both = nuisance.ground(np.hstack([twin[..., :3], twin[..., 3:]]), rng)
    return np.concatenate(np.hsplit(both, 2), 2)


def _matte(opacity: np.ndarray, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Cut, turn and scale a real matte (uint8) to `shape`; float32 0-1."""
    side = int(rng.uniform(0.35, 1.0) * min(opacity.shape))
    y, x = (int(rng.integers(0, n - side + 1)) for n in opacity.shape)
    piece = np.rot90(opacity[y : y + side, x : x + side], int(rng.integers(4)))
    if rng.random() < 0.5:
        piece = piece[:, ::-1]
    piece = cv2.resize(np.ascontiguousarray(piece), shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.clip(piece.astype(np.float32) / 255, 0, 1)


def _visible_masks(defects: Sequence[Defect], valid: np.ndarray) -> dict[str, np.ndarray]:
    """Masks by code; opaque cloud hides what was under it, the collar hides all."""
    masks: dict[str, np.ndarray] = {}
    for defect in defects:
        mask = defect.mask.copy()
        if defect.code == "cloud":
            for earlier in masks.values():
                earlier[(mask == DEFECT) & (earlier == DEFECT)] = AMBIGUOUS
        mask[~valid] = AMBIGUOUS
        masks[defect.code] = _united(masks[defect.code], mask) if defect.code in masks else mask
    return masks


def _united(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Unite two masks of one type: error beats ambiguous beats clean."""
    return np.where((a == DEFECT) | (b == DEFECT), DEFECT, np.maximum(a, b)).astype(np.uint8)


def _segmentation(masks: dict[str, np.ndarray], valid: np.ndarray) -> np.ndarray:
    target = np.where(valid, 0, 255).astype(np.uint8)
    for code, mask in masks.items():
        if by_code(code) in REGION_TYPES:
            target[mask == AMBIGUOUS] = 255
            target[mask == DEFECT] = by_code(code).id
    return target


def _cells(mask: np.ndarray) -> np.ndarray:
    h, w = mask.shape
    cells = mask.reshape(h // CELL, CELL, w // CELL, CELL)
    found = (cells == DEFECT).any((1, 3))
    unsure = (cells == AMBIGUOUS).any((1, 3)) & ~found
    return np.where(found, 1, np.where(unsure, 255, 0)).astype(np.uint8)


def _cells_of_collar(valid: np.ndarray) -> np.ndarray:
    h, w = valid.shape
    inside = valid.reshape(h // CELL, CELL, w // CELL, CELL).any((1, 3))
    return np.where(inside, 0, 255).astype(np.uint8)


def _label(mask: np.ndarray, valid: np.ndarray, error_type: ErrorType) -> int:
    count = int((mask == DEFECT).sum())
    enough = 3 if error_type.error_class is ErrorClass.PIXEL else 0.003 * mask.size
    if count >= enough:
        return 1
    return 255 if mask[valid].any() else 0
