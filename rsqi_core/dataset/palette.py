"""The values or colours of a mask become error types."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import rasterio

from ..errors import ParameterError, RsqiError
from ..raster.gdal import guarded, quiet
from ..taxonomy import BACKGROUND, IGNORED, TYPES, by_code

_EXAMPLE = '{"0": null, "1": "cloud", "#ff0000": "shadow", "255": "ignored"}'
_IGNORED = ("ignored", "ignore", "unknown", "nodata")
_COLOUR = re.compile(r"#([0-9a-fA-F]{6})")
_TOLD = 5  # values that a message lists
_OWN = {value: value for value in (BACKGROUND, *(t.id for t in TYPES), IGNORED)}


class MaskError(RsqiError):
    """A mask cannot be used."""

    code = "mask"


@dataclass(frozen=True)
class Palette:
    """What the pixels of a mask mean.

    Attributes
    ----------
    values : dict
        Value to 0 (no error), 1..10 or 255 (nobody could say); by default as RSQI writes masks.
    colours : dict
        (red, green, blue) to the same.
    """

    values: dict[int, int] = field(default_factory=lambda: dict(_OWN))
    colours: dict[tuple[int, int, int], int] = field(default_factory=dict)

    def translate(self, mask: np.ndarray, name: str) -> np.ndarray:
        """Return uint8 [H, W] of values [H, W] or of colours [H, W, 3].

        Raises
        ------
        MaskError
            If the mask holds anything that the palette does not; `name` says of what.
        """
        by_colour = mask.ndim == 3
        if by_colour:
            packed = (mask.astype(np.int64) << np.array([16, 8, 0])).sum(-1)
            known = {red << 16 | green << 8 | blue: n for (red, green, blue), n in self.colours.items()}
        else:
            packed, known = mask.astype(np.int64), self.values
        found, inverse = np.unique(packed, return_inverse=True)
        strange = [int(value) for value in found if int(value) not in known]
        if strange:
            told = ", ".join(f"#{value:06x}" if by_colour else str(value) for value in strange[:_TOLD])
            more = f" and {len(strange) - _TOLD} more" if len(strange) > _TOLD else ""
            what = "colours" if by_colour else "values"
            raise MaskError(
                f"{name}: {what} without a meaning: {told}{more}; name them in --mapping, such as {_EXAMPLE}"
            )
        return np.array([known[int(value)] for value in found], np.uint8)[inverse.reshape(packed.shape)]


def load_palette(path: Path | None) -> Palette:
    """Read a mapping file: a JSON object of value or ``#rrggbb`` to type code, null for no error, ``ignored``.

    Raises
    ------
    RsqiError
        No such file, no JSON object, or something in it that is neither.
    """
    if path is None:
        return Palette()
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RsqiError(f"{path}: cannot read the mapping: {' '.join(str(error).split())}") from error
    if not isinstance(given, dict) or not given:
        raise RsqiError(f"{path}: give an object of values or colours and type codes, such as {_EXAMPLE}")
    values: dict[int, int] = {}
    colours: dict[tuple[int, int, int], int] = {}
    for key, code in given.items():
        try:
            meaning = _meaning(code)
        except ParameterError as error:
            raise RsqiError(f"{path}: '{key}': {error}") from error
        if colour := _COLOUR.fullmatch(key):
            red, green, blue = bytes.fromhex(colour.group(1))
            colours[red, green, blue] = meaning
        elif key.isdecimal():
            values[int(key)] = meaning
        else:
            raise RsqiError(f"{path}: '{key}' is neither a value nor a colour such as #ff0000")
    return Palette(values, colours)


def read_mask(path: Path, palette: Palette) -> np.ndarray:
    """Read a mask of one band, with or without a table of colours, or of three; uint8 [H, W], 0, 1..10 or 255.

    Raises
    ------
    RsqiError
        If it cannot be read or holds what the palette does not.
    """
    with guarded(str(path), "read"), quiet(), rasterio.open(path) as file:
        if file.count < 3:
            band = file.read(1)
            colours = _colours(file, band) if palette.colours else band
            return palette.translate(colours, str(path))
        bands = np.moveaxis(file.read((1, 2, 3)), 0, -1)
    if not palette.colours and (bands == bands[..., :1]).all():
        return palette.translate(bands[..., 0], str(path))  # grey that was saved as colour
    return palette.translate(bands, str(path))


def _colours(file: rasterio.DatasetReader, band: np.ndarray) -> np.ndarray:
    """Return the colours [H, W, 3] of a band: by its own table, else grey."""
    try:
        table = file.colormap(1)
    except ValueError:
        return np.repeat(band[..., None], 3, -1)
    return np.array([table.get(n, (0, 0, 0))[:3] for n in range(256)], np.uint8)[band]


def _meaning(code: object) -> int:
    if code is None:
        return BACKGROUND
    if not isinstance(code, str):
        raise ParameterError(f'{code} is no type code, null or "ignored"')
    return IGNORED if code in _IGNORED else BACKGROUND if code == "background" else by_code(code).id
