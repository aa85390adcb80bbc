"""Who inspected an image for whom: what a report prints beside its errors, and the pictures of logo and signature.

Imported inside QGIS as well: standard library only, Python 3.9 syntax.
"""

from __future__ import annotations

import base64
import struct
import zlib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Mapping

from .errors import ParameterError
from .locate import is_pipe_or_device
from .notes import Note

TEXTS = ("station", "client", "project", "sheet", "acceptance", "inspector")
PICTURES = ("logo", "signature")
LONGEST = 300  # characters of a text
LARGEST = 512 * 1024  # bytes of a picture
SIDE = 4000  # px of a picture, at most

_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # JPEG markers that tell the size


@dataclass(frozen=True)
class Particulars:
    """What the station, the client and the inspector put on a report; empty where nothing was given.

    Attributes
    ----------
    station, client, project, sheet : str
        Who inspects, for whom, in which project, and the number of the map sheet.
    acceptance : str
        The instrument of acceptance: contract, order or standard under which the image is accepted.
    inspector : str
        Who signs.
    logo, signature : bytes
        PNG or JPEG, as :func:`checked_picture` lets them pass.
    """

    station: str = ""
    client: str = ""
    project: str = ""
    sheet: str = ""
    acceptance: str = ""
    inspector: str = ""
    logo: bytes = b""
    signature: bytes = b""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was given."""
        return not any(getattr(self, f.name) for f in fields(self))

    def over(self, other: Particulars) -> Particulars:
        """Return this one, with what it leaves empty taken from `other`."""
        return replace(other, **{f.name: value for f in fields(self) if (value := getattr(self, f.name))})


EMPTY = Particulars()


def particulars_from_mapping(values: Mapping[str, Any]) -> Particulars:
    """Build particulars from texts and from paths of pictures, as requests and options give them; None is empty.

    Raises
    ------
    ParameterError
        A name is unknown, a text is none, or a picture is not fit to be printed.
    """
    known = (*TEXTS, *PICTURES)
    for name, value in values.items():
        if name not in known:
            raise ParameterError(f"report: '{name}' is not one of {', '.join(known)}")
        if value is not None and not isinstance(value, str):
            raise ParameterError(f"report: {name} must be a text, not {value!r}")
    texts: dict[str, Any] = {name: one_line(str(values.get(name) or "")) for name in TEXTS}
    pictures: dict[str, Any] = {name: read_picture(values[name]) for name in PICTURES if values.get(name)}
    return Particulars(**texts, **pictures)


def one_line(text: str) -> str:
    """Return a text as it is kept: without line breaks and control characters, and not longer than `LONGEST`."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST]


def read_picture(path: Path | str) -> bytes:
    """Return the bytes of a picture.

    Raises
    ------
    ParameterError
        It cannot be read, or :func:`checked_picture` refuses it.
    """
    if is_pipe_or_device(path):
        raise ParameterError(_no_picture(path))
    try:
        with Path(path).open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        text = "{path}: cannot read the picture ({reason}); check the path"
        why = getattr(error, "strerror", None) or str(error)
        raise ParameterError(Note("picture_unreadable", text, path=str(path), reason=why)) from error
    return checked_picture(data, path)


def checked_picture(data: bytes, source: Path | str) -> bytes:
    """Return the bytes of a picture that may be printed: a whole PNG or JPEG of moderate size.

    Raises
    ------
    ParameterError
        One line that names `source`.
    """
    if len(data) > LARGEST:
        text = "{path}: the picture is larger than {limit} KiB; save it smaller"
        raise ParameterError(Note("picture_large", text, path=str(source), limit=LARGEST // 1024))
    if not data.startswith((_PNG, _JPEG)):
        raise ParameterError(_no_picture(source))
    size = picture_size(data)
    if size is None or not all(size):
        text = "{path}: the picture is damaged or not whole; save it again"
        raise ParameterError(Note("picture_broken", text, path=str(source)))
    if max(size) > SIDE:
        text = "{path}: the picture has {width} x {height} px, more than {limit} on a side; save it smaller"
        width, height = size
        raise ParameterError(Note("picture_wide", text, path=str(source), width=width, height=height, limit=SIDE))
    return data


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG or JPEG in pixels; None if it is damaged or something is missing."""
    try:
        return _png_size(data) if data.startswith(_PNG) else _jpeg_size(data)
    except (struct.error, IndexError):
        return None


def data_uri(picture: bytes) -> str:
    """Return a picture as it stands in a page; empty for none."""
    kind = "png" if picture.startswith(_PNG) else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode('ascii')}" if picture else ""


def picture_of(uri: str) -> bytes:
    """Return what :func:`data_uri` was given."""
    return base64.b64decode(uri.partition(",")[2])


def _png_size(data: bytes) -> tuple[int, int] | None:
    """Walk through all chunks, whose check sums tell whether the file is whole."""
    place, size, has_pixels = len(_PNG), None, False
    while place < len(data):
        length, kind = struct.unpack(">I4s", data[place : place + 8])
        body = data[place + 8 : place + 8 + length]
        (check,) = struct.unpack(">I", data[place + 8 + length : place + 12 + length])
        if zlib.crc32(kind + body) != check:
            return None
        if kind == b"IHDR":
            size = struct.unpack(">II", body[:8])
        has_pixels = has_pixels or kind == b"IDAT"
        if kind == b"IEND":
            return size if has_pixels else None
        place += 12 + length
    return None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Walk through the segments up to the picture's own, and see that the file has its end."""
    place, size = 2, None
    while place < len(data):
        marker, length = data[place + 1], struct.unpack(">H", data[place + 2 : place + 4])[0]
        if data[place] != 0xFF:
            return None
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            size = width, height
        if marker == 0xDA:  # the pixels themselves follow
            return size if data.rstrip(b"\0").endswith(b"\xff\xd9") else None
        place += 2 + length
    return None


def _no_picture(path: Path | str) -> Note:
    return Note("picture_kind", "{path}: is no PNG or JPEG picture; save it as one of these", path=str(path))
