"""Which scene or map sheet a picture was cut from, by its name: what belongs together into one part of a dataset."""

from __future__ import annotations

import re
from pathlib import PurePath

from ..errors import ParameterError

_PLACES = (
    r"[A-V]\d{2}[B-K]\d{6}",  # a map sheet of GB/T 13989: H49G001001
    r"L[COTEM]0?\d_L\w{3}_\d{6}",  # a path and row of Landsat: LC08_L1TP_127041
    r"T\d{2}[C-X][A-Z]{2}",  # a tile of Sentinel-2: T48RTU
)
_KNOWN = re.compile("|".join(rf"(?<![A-Za-z0-9])(?:{place})(?![A-Za-z0-9])" for place in _PLACES))
# Where in its scene a tile lies: two numbers or more at the end of a name, each perhaps with a word before it. Longer
# numbers are dates.
_NUMBER = r"(?:(?:tile|block|patch|crop|size|row|col|[rcxy])[\s_-]?)?\d{1,5}"
_TILE = re.compile(rf"[\s_-]{_NUMBER}(?:(?:[\s_-]{_NUMBER})|(?:(?:row|col|[rcxy])\d{{1,5}}))+$", re.IGNORECASE)


def sheet_of(path: str, pattern: str = "") -> str | None:
    """Return the map sheet or scene that the name of a file says; None if it says none.

    Parameters
    ----------
    path : str
        Its folders do not count, as one scene lies in several where folders stand for classes.
    pattern : str
        A regular expression; its first group, or all of what it finds in the name, is the scene. By default a map
        sheet, a path and row of Landsat or a tile of Sentinel-2.

    Raises
    ------
    ParameterError
        If the pattern is no regular expression.
    """
    try:
        found = (re.compile(pattern) if pattern else _KNOWN).search(_stem(path))
    except re.error as error:
        raise ParameterError(f"'{pattern}' is not a regular expression: {error}") from error
    if found is None:
        return None
    return found.group(1) if found.re.groups and found.group(1) else found.group()


def scene_of(path: str, pattern: str = "") -> str:
    """Return the scene of a picture: `sheet_of`, else its name without the place of a tile at its end."""
    stem = _stem(path)
    return sheet_of(path, pattern) or _TILE.sub("", stem) or stem


def _stem(path: str) -> str:
    name = PurePath(path.replace("\\", "/")).name
    return name.rsplit(".", 1)[0] if "." in name else name
