"""Which bands of an image are red, green and blue, by what the image says of them itself.

Imported inside QGIS as well: standard library only, Python 3.9 syntax.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Mapping, Sequence

RGB = ("red", "green", "blue")
ALPHA = "alpha"

# The wavelengths in nanometres that a colour may have, and the one that is best.
_RANGES = {"red": (610, 700, 660), "green": (510, 600, 555), "blue": (430, 510, 480), "nir": (740, 1000, 840)}
_NAMES = {
    "red": re.compile(r"(?<![a-z])red(?![a-z])|^r$|红"),  # a letter is a colour only where it stands alone
    "green": re.compile(r"(?<![a-z])green(?![a-z])|^g$|绿"),
    "blue": re.compile(r"(?<![a-z])blue(?![a-z])|^b$|蓝"),
}
_NEAR_INFRARED = re.compile(r"(?<![a-z])nir(?![a-z])|near.?infra.?red|近红外")
# Neighbours of a colour, which name it too.
_OTHERS = re.compile(r"edge|coastal|swir|short|thermal|(?<!near)(?<!near.)infra.?red|yellow|红边|(?<!近)红外")
_WAVELENGTH = re.compile(r"(\d*\.?\d+)\s*(nm|nanomet\w*|um|µm|μm|micromet\w*|microns?)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Band:
    """What an image says of one of its bands.

    Attributes
    ----------
    name : str
        The description of the band, empty if there is none.
    wavelength : float or None
        The middle of the band in nanometres.
    color : str
        What it is marked as: ``"red"``, ``"green"``, ``"blue"``, ``"alpha"`` or anything else.
    """

    name: str = ""
    wavelength: float | None = None
    color: str = ""


@dataclass(frozen=True)
class Choice:
    """Band numbers from 1, one for grey or three for red, green and blue, and whether they had to be guessed."""

    numbers: tuple[int, ...]
    is_guess: bool = False


def choose(bands: Sequence[Band]) -> Choice:
    """Return the bands that show an image in natural colours.

    Names and wavelengths say it best; the marks of colours come next, as programs set them by habit or for a display in
    false colours. Where three bands are not told, the first three that are no alpha are taken; of fewer, the first.
    """
    for colors in (_by_name(bands), _by_wavelength(bands), _by_mark(bands)):
        if all(color in colors for color in RGB):
            return Choice(tuple(colors[color] for color in RGB))
    image = [number for number, band in enumerate(bands, 1) if band.color != ALPHA] or [1]
    return Choice(tuple(image[:3] if len(image) > 2 else image[:1]), is_guess=len(image) > 1)


def find(bands: Sequence[Band], wanted: str) -> int | None:
    """Return the number of the band of this number, name or colour, from 1; None if there is none."""
    text = wanted.strip().lower()
    if text.isdecimal():
        return int(text) if 1 <= int(text) <= len(bands) else None
    named = [number for number, band in enumerate(bands, 1) if band.name.strip().lower() == text]
    if named:
        return named[0]
    for colors in (_by_name(bands), _by_wavelength(bands), _by_mark(bands)):
        if text in colors:
            return colors[text]
    return None


def wavelength_in(text: str) -> float | None:
    """Return the wavelength in nanometres that a text gives with its unit, as in ``"Red (665 nm)"``."""
    found = _WAVELENGTH.search(text)
    if found is None:
        return None
    return float(found[1]) * (1 if found[2].lower().startswith("n") else 1000)


def _by_name(bands: Sequence[Band]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for number, band in enumerate(bands, 1):
        color = _color_in(band.name)
        if color:
            found.setdefault(color, number)
    return found


def _color_in(name: str) -> str | None:
    """Return the one colour that a name tells; of several, as in ``"red/green"``, none."""
    name = name.strip().lower()
    if _OTHERS.search(name):
        return None
    if _NEAR_INFRARED.search(name):
        return "nir"
    told = [color for color, pattern in _NAMES.items() if pattern.search(name)]
    return told[0] if len(told) == 1 else None


def _by_wavelength(bands: Sequence[Band]) -> Mapping[str, int]:
    found = {}
    for color, (low, high, best) in _RANGES.items():
        fitting = [
            (abs(band.wavelength - best), number)
            for number, band in enumerate(bands, 1)
            if band.wavelength is not None and low <= band.wavelength < high
        ]
        if fitting:
            found[color] = min(fitting)[1]
    return found


def _by_mark(bands: Sequence[Band]) -> Mapping[str, int]:
    return {band.color: number for number, band in reversed(list(enumerate(bands, 1)))}
