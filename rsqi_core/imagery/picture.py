"""A picture with what is known of it: where which error is, and what nobody has looked for."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from ..errors import RsqiError
from ..taxonomy import BOUNDARY_TYPES, IGNORED, by_code
from .cut import Cut
from .picture_file import read_grey, read_rgb
from .sets import ImagerySet
from .unlabelled import dark_places, soft_places

# What the masks beside a picture are called, in the order in which they are laid on one another, and their type.
_MASKS = {"seam": "stitching_trace", "misaligned": "stitching_misalignment", "shadow": "shadow", "cloud": "cloud"}
_UNSURE, _CLEAR = "unsure", "clear"
_DARK, _SOFT = ("shadow",), ("blur",)  # what may be in the dark places of a picture, and in its soft ones
_VEIL = 12  # grey levels; what a twin differs by without any cloud, in the same light
_CLEAREST = 20  # percentile of the difference that is nothing but light, as so much at least of a picture is clear
_SEAMS = [t.id for t in BOUNDARY_TYPES]


@dataclass(frozen=True)
class Picture:
    """A background for planted errors, or an example of real ones.

    Attributes
    ----------
    image : numpy.ndarray
        uint8 [H, W, 3].
    truth : numpy.ndarray or None
        uint8 [H, W]: 0 without error, 1..10 the type, 255 where nobody could say; None for 0 everywhere.
    outlined : tuple of str
        Codes of the types whose every pixel `truth` tells, as somebody has drawn them.
    suspected : tuple of str
        Codes of types that nobody has drawn, and that may be where `truth` is 255.
    unknown : tuple of str
        Codes of types of which nobody knows whether the picture holds them where `truth` is 0.
    whole : str
        Code of a type that the picture holds without anybody having outlined it; empty for none.
    false_colour : bool
        Its bands are not red, green and blue, and may be put in any order.
    """

    image: np.ndarray
    truth: np.ndarray | None = None
    outlined: tuple[str, ...] = ()
    suspected: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    whole: str = ""
    false_colour: bool = False

    @property
    def real(self) -> bool:
        """Tell whether somebody has said which errors of its own it holds."""
        return bool(self.whole or self.outlined)

    def cut(self, cut: Cut) -> Picture:
        """Return the part of the picture that a cut shows."""
        truth = None if self.truth is None else cut.mask(self.truth)
        return replace(self, image=cut.image(self.image), truth=truth)


def read_picture(file: Path, kind: ImagerySet) -> Picture:
    """Read a picture of a set, with the masks that lie beside it.

    Raises
    ------
    RsqiError
        If a file cannot be read, or a mask is not as large as its picture.
    """
    image = read_rgb(file)
    stem = re.sub("_(cloudy|hazy)$", "", file.stem)
    masks = {name: _mask(file.with_name(f"{stem}_{name}.png"), image) for name in (*kind.outlined, _UNSURE)}
    known = [name for name in kind.outlined if masks[name] is not None]
    truth = np.zeros(image.shape[:2], np.uint8)
    for name, code in _MASKS.items():
        if name in known:
            truth[masks[name]] = by_code(code).id
    rims = _rims(truth, kind.rim)
    if kind.veiled:
        rims |= _brighter(image, read_rgb(file.with_name(f"{stem}_{_CLEAR}.webp")), truth > 0) & (truth == 0)
    dark, soft = np.zeros_like(rims), np.zeros_like(rims)
    if kind.shaded and re.search(kind.shaded, file.stem):
        dark = dark_places(image) & (truth == 0)
    if kind.soft:
        soft = soft_places(image) & (truth == 0)
    if masks[_UNSURE] is not None:
        rims |= masks[_UNSURE] & (truth != by_code("cloud").id)
    truth[rims | dark | soft] = IGNORED
    unknown = {*kind.unknown, *(_MASKS[name] for name in kind.outlined if name not in known)}
    return Picture(
        image,
        truth if truth.any() else None,
        tuple(_MASKS[name] for name in known),
        (*(_DARK if dark.any() else ()), *(_SOFT if soft.any() else ())),
        tuple(sorted(unknown)),
        kind.whole,
        kind.false_colour,
    )


def with_own_shadows(image: np.ndarray) -> Picture:
    """Return a picture, uint8 [H, W, 3], of ground whose own shadows, of trees and houses, nobody has outlined."""
    dark = dark_places(image)
    if not dark.any():
        return Picture(image)
    return Picture(image, np.where(dark, np.uint8(IGNORED), np.uint8(0)), suspected=_DARK)


def _rims(truth: np.ndarray, width: int) -> np.ndarray:
    """Pixels within `width` of where a type ends, bool [H, W]; a seam is a line and keeps its own width."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width + 1,) * 2)
    return (cv2.morphologyEx(truth, cv2.MORPH_GRADIENT, kernel) > 0) & ~np.isin(truth, _SEAMS)


def _brighter(image: np.ndarray, clear: np.ndarray, outlined: np.ndarray) -> np.ndarray:
    """Where a picture is brighter than its clear twin, bool [H, W], by more than the light of the two days differs."""
    difference = cv2.blur((image.astype(np.int16) - clear).min(-1).astype(np.float32), (5, 5))
    rest = difference[~outlined]
    light = np.percentile(rest, _CLEAREST) if rest.size else 0
    return difference > max(light, 0) + _VEIL


def _mask(file: Path, image: np.ndarray) -> np.ndarray | None:
    """Mask of a picture, bool [H, W]; None if there is none."""
    if not file.exists():
        return None
    mask = read_grey(file) > 127
    if mask.shape != image.shape[:2]:
        raise RsqiError(f"{file}: not as large as its picture")
    return mask
