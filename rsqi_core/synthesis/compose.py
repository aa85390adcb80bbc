"""A training or test crop: several errors planted on one background, with all its targets."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Sequence

import cv2
import numpy as np

from ..imagery.picture import Picture
from ..taxonomy import BOUNDARY_TYPES, CODES, IGNORED, REGION_TYPES, ErrorClass, ErrorType, by_code
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
from .defect import AMBIGUOUS, DEFECT, Defect, united
from .lookalike_ground import open_water

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

# What a run of given length learns depends on these shares: what technicians meet most, and what is learnt slowest.
_WEIGHTS = {
    "cloud": 1.8,
    "shadow": 2.0,  # often refused on dark ground
    "stretching_blur": 1.7,
    "blur": 1.3,
    "distortion": 2.0,
    "stitching_trace": 2.4,
    "stitching_misalignment": 1.8,
    "pixel_missing": 1.4,
}
_LATE = {"stripe_noise": 0.5, "pixel_missing": 0.8}  # share that arises after the compression, in transmission
_SEAMS = frozenset(t.code for t in BOUNDARY_TYPES)
_MATCHED = 0.5  # share of the look-alikes beside errors that stand for one of those: each is known beside the other
_OWN_SHADOW = 0.3  # share of clouds that cast one within the crop
_OPEN_WATER = 0.04  # share of crops out at sea, where many a cloud is and hardly anything else
_MOVING = ("stretching_blur", "distortion", "stitching_misalignment")  # they would carry outlines along
_WHITE = 0.3  # share of the collars that are white
_TRIES = 5
_TRUE_SEAMS = 0.3  # share of seam crops that are made of two real photos, where there are any


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
        What was planted, and what a real picture held before that.
    unknown : tuple of str
        Codes of types that may be in the crop although nothing says so.
    whole : str
        Code of a type that is in the crop without an outline; empty for none.
    """

    image: np.ndarray
    segmentation: np.ndarray
    evidence: np.ndarray
    labels: np.ndarray
    valid: np.ndarray
    defects: tuple[Defect, ...]
    unknown: tuple[str, ...] = ()
    whole: str = ""


def medium_and_strong(sample: Sample) -> np.ndarray:
    """The labels uint8 [10] with those of subtle errors unknown (255): what a person sees at 100 %."""
    subtle = [CODES.index(defect.code) for defect in sample.defects if defect.severity == "subtle"]
    labels = sample.labels.copy()
    labels[subtle] = IGNORED
    return labels


def draw_codes(rng: np.random.Generator, clean: float = 0.36) -> tuple[str, ...]:
    """Draw which errors a crop gets: none with probability `clean`, else one, two or three."""
    if rng.random() < clean:
        return ()
    weights = np.array([_WEIGHTS.get(code, 1.0) for code in CODES])
    count = int(rng.choice([1, 2, 3], p=[0.76, 0.18, 0.06]))
    codes = [str(code) for code in rng.choice(CODES, count, replace=False, p=weights / weights.sum())]
    if "cloud" in codes and "shadow" not in codes and rng.random() < _OWN_SHADOW:
        codes.append("shadow")
    return tuple(codes)


def draw_seam_codes(rng: np.random.Generator) -> tuple[str, ...]:
    """Draw which errors a crop gets from which a network learns what a seam is: one in half of them, or both."""
    if rng.random() < 0.5:
        return tuple(code for code in draw_codes(rng) if code not in _SEAMS)
    trace, misalignment = (t.code for t in BOUNDARY_TYPES)
    return ((trace,), (misalignment,), (trace, misalignment))[int(rng.choice(3, p=[0.55, 0.3, 0.15]))]


def compose(
    picture: Picture,
    rng: np.random.Generator,
    codes: Sequence[str],
    mattes: Sequence[np.ndarray] = (),
    collar: float = 0.1,
    pairs: Sequence[np.ndarray] = (),
    plain: bool = False,
    alike: Sequence[str] = (),
) -> Sample:
    """Plant `codes` on a crop and let the shared nuisance act on it.

    Half of the crops without errors and a quarter of the others get a look-alike (`negatives`) without a label, half of
    the latter one of what is planted. What a real picture holds already keeps its outlines, so that nothing that moves
    pixels is planted there.

    Parameters
    ----------
    picture : Picture
        With sides S, a multiple of 8.
    mattes : sequence of numpy.ndarray
        uint8 opacities of real clouds, any size; half of the clouds use one.
    collar : float
        Probability that a part lies outside the image (black or white, ignored).
    pairs : sequence of numpy.ndarray
        uint8 [H, W, 6], two photos of one place (`overlap.twins`), sides of 0.8 S or more. A third of the seams is made
        of them; those get the labels that were measured, which may be none.
    plain : bool
        Draw an error anew, a few times, that would hardly be seen.
    alike : sequence of str
        Codes of the types that half of the look-alikes stand for; those planted if empty.
    """
    defects: list[Defect] = []
    background, unknown = picture.image, picture.unknown
    if picture.real:
        codes = [code for code in codes if code not in _MOVING]
    seams = _SEAMS.intersection(codes)
    if seams and len(pairs) and not picture.real and rng.random() < _TRUE_SEAMS:
        image = _joined(pairs[int(rng.integers(len(pairs)))], background.shape[0], rng, seams, defects)
        codes = [code for code in codes if code not in seams]
        unknown = ()
    else:
        if picture.real:
            defects += held_by(picture)
        elif rng.random() < _OPEN_WATER:
            background, unknown = open_water(background, rng), ()
        else:
            if rng.random() < (0.25 if codes else 0.5):
                models = sorted(alike or codes)
                matched = models and rng.random() < _MATCHED
                background = negatives.decoy(background, rng, str(rng.choice(models)) if matched else None)
            defects += held_by(picture)
        image = nuisance.ground(background, rng)
        if picture.false_colour:
            image = nuisance.recolour(image, rng)
    ordered = [code for code in RECIPES if code in codes]
    late = [code for code in ordered if rng.random() < _LATE.get(code, 0.0)]
    opacity = {}
    if "cloud" in codes and len(mattes) and rng.random() < 0.5:
        opacity["matte"] = _matte(mattes[int(rng.integers(len(mattes)))], image.shape[:2], rng)
    elif {"cloud", "shadow"}.issubset(codes):
        opacity["matte"] = cloud.opacity(image.shape[:2], rng)  # the same clouds are seen and cast the shadow
    for code in (c for c in ordered if c not in late):
        options = opacity if code == "cloud" or (code == "shadow" and "cloud" in codes) else {}
        image = _plant(image, rng, code, defects, plain, **options)
    image = nuisance.delivery(image, rng)
    for code in late:
        image = _plant(image, rng, code, defects, plain)
    valid, fill = np.ones(image.shape[:2], bool), 0
    if rng.random() < collar:
        valid = nuisance.collar(image.shape[:2], rng)
        fill = 255 if rng.random() < _WHITE else 0
    return sample_of(image, defects, valid, unknown, picture.whole, fill)


def sample_of(
    image: np.ndarray,
    defects: Sequence[Defect],
    valid: np.ndarray,
    unknown: Sequence[str] = (),
    whole: str = "",
    fill: int | None = 0,
) -> Sample:
    """Build all targets of an image from what is in it.

    Parameters
    ----------
    image : numpy.ndarray
        uint8 [S, S, 3] with all errors in it, S a multiple of 8.
    defects : sequence of Defect
        In the order of planting; their masks are [S, S], their images are not looked at.
    valid : numpy.ndarray
        bool [S, S]: inside the image's footprint.
    unknown, whole
        As of `Sample`.
    fill : int or None
        Grey level outside `valid`; None leaves the image as it is there.
    """
    if fill is None or valid.all():
        image = np.ascontiguousarray(image)
    else:
        image = np.where(valid[..., None], image, np.uint8(fill))
    masks = _visible_masks(defects, valid)
    inside = _any_in_cell(valid)
    evidence = np.where(inside, 0, IGNORED).astype(np.uint8)[None].repeat(len(CODES), 0)
    labels = np.zeros(len(CODES), np.uint8)
    for code, mask in masks.items():
        k = CODES.index(code)
        found = _any_in_cell(mask == DEFECT)
        unsure = _any_in_cell(mask == AMBIGUOUS) & ~found
        evidence[k] = np.where(found, 1, np.where(unsure, IGNORED, 0))
        labels[k] = _label(mask, valid, by_code(code))
    segmentation = _segmentation(masks, valid)
    for code in (*unknown, *filter(None, [whole])):
        k = CODES.index(code)
        evidence[k][evidence[k] == 0] = IGNORED
        if labels[k] != 1:
            labels[k] = IGNORED
    if whole:
        labels[CODES.index(whole)] = 1
        segmentation[segmentation == 0] = IGNORED
    return Sample(image, segmentation, evidence, labels, valid, tuple(defects), tuple(unknown), whole)


def held_by(picture: Picture) -> list[Defect]:
    """What a picture holds before anything is planted; in its unknown places each type that it speaks of may be."""
    if picture.truth is None:
        return []
    found = []
    for code in (*picture.outlined, *picture.suspected):
        mask = np.zeros(picture.truth.shape, np.uint8)
        mask[picture.truth == IGNORED] = AMBIGUOUS
        mask[picture.truth == by_code(code).id] = DEFECT
        if mask.any():
            found.append(Defect(code, picture.image, mask, ""))
    return found


def _plant(
    image: np.ndarray,
    rng: np.random.Generator,
    code: str,
    defects: list[Defect],
    plain: bool = False,
    **options: np.ndarray,
) -> np.ndarray:
    drawn = None
    for _ in range(_TRIES):  # a draw may fall where it cannot be seen
        drawn = RECIPES[code].apply(image, rng, **options) or drawn
        if drawn and not (plain and drawn.severity == "subtle"):
            break
    if drawn is None:
        return image
    defects.append(drawn)
    return drawn.image


def _joined(
    pair: np.ndarray, side: int, rng: np.random.Generator, seams: frozenset[str], defects: list[Defect]
) -> np.ndarray:
    """Join the two photos of a pair, in the same light, so that only what they bring differs."""
    twin = nuisance.crop(pair, rng, side)
    both = nuisance.ground(np.hstack([twin[..., :3], twin[..., 3:]]), rng)
    near, far = (np.ascontiguousarray(half) for half in np.hsplit(both, 2))
    if seams == {"stitching_trace"} and rng.random() < 0.3:
        return _plant(near, rng, "stitching_trace", defects, second=far)
    image, found = overlap.mosaic(near, far, rng)
    defects.extend(found)
    return image


def _matte(opacity: np.ndarray, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Cut, turn, stretch and mirror a real matte (uint8) to `shape`, thinner or denser; float32 0-1."""
    angle = rng.uniform(0, 2 * np.pi)
    scale = rng.uniform(0.35, 1.1) * min(opacity.shape) / min(shape) * np.exp(rng.normal(0, 0.15, 2))
    scale[0] *= rng.choice([-1, 1])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * scale
    source = np.array(opacity.shape[::-1]) * rng.uniform(0.3, 0.7, 2)
    matrix = np.column_stack([turn, source - turn @ (np.array(shape[::-1]) / 2)])
    piece = cv2.warpAffine(
        opacity, matrix, shape[::-1], flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REFLECT
    )
    return (piece.astype(np.float32) / 255) ** np.float32(np.exp(rng.normal(0, 0.2)))


def _visible_masks(defects: Sequence[Defect], valid: np.ndarray) -> dict[str, np.ndarray]:
    """Masks by code; opaque cloud hides what was under it, the collar hides all."""
    masks: dict[str, np.ndarray] = {}
    for defect in defects:
        mask = defect.mask.copy()
        if defect.code == "cloud":
            for earlier in masks.values():
                earlier[(mask == DEFECT) & (earlier == DEFECT)] = AMBIGUOUS
        mask[~valid] = AMBIGUOUS
        masks[defect.code] = united(masks[defect.code], mask) if defect.code in masks else mask
    return masks


def _segmentation(masks: dict[str, np.ndarray], valid: np.ndarray) -> np.ndarray:
    target = np.where(valid, 0, IGNORED).astype(np.uint8)
    for code, mask in masks.items():
        if by_code(code) in REGION_TYPES:
            target[mask == AMBIGUOUS] = IGNORED
            target[mask == DEFECT] = by_code(code).id
    return target


def _any_in_cell(mask: np.ndarray) -> np.ndarray:
    """Tell for each cell whether it holds any pixel of a bool [S, S] mask."""
    h, w = mask.shape
    return np.any(np.any(mask.reshape(h // CELL, CELL, w), 1).reshape(h // CELL, w // CELL, CELL), 2)


def _label(mask: np.ndarray, valid: np.ndarray, error_type: ErrorType) -> int:
    enough = 3 if error_type.error_class is ErrorClass.PIXEL else 0.003 * mask.size
    if (mask == DEFECT).sum() >= enough:
        return 1
    return IGNORED if np.count_nonzero(mask[valid]) >= enough else 0
