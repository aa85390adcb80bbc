"""Lists of scenes: text, CSV, vector files as gdaltindex writes them, and STAC. Relative paths start at the list."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pyogrio

from ..errors import RsqiError
from ..files.atomic import reason
from ..files.earlier import read_earlier
from ..files.layer import OGR_ERRORS
from ..limits import RASTER_ENDINGS

FIELDS = ("location", "raster", "path")  # of a table, whichever comes first in it
_ROLES = ("visual", "data")  # of an asset, the best first
_SMALL = {"thumbnail", "overview"}
# What is no path: /vsizip/..., https://..., GTIFF_DIR:1:... (a drive has one letter), a mosaic as text.
_NO_PATH = re.compile(r"/vsi[a-z0-9]+/|[A-Za-z][A-Za-z0-9+.-]*://|\w{2,}:|\s*<")
_ENCODINGS = ("utf-8-sig", "gb18030")  # the second is what a Chinese spreadsheet program saves
_DELIMITERS = ",;\t"


def read_lines(path: Path) -> list[str]:
    """Return the lines of a text, but for empty ones and those that begin with ``#``."""
    lines = (line.strip() for line in _text(path).splitlines())
    return [_placed(line, path) for line in lines if line and not line.startswith("#")]


def read_csv(path: Path) -> list[str]:
    """Return the column `FIELDS` of a CSV, or else its first one.

    A first row that names no file, while others do, is taken for the heads.
    """
    text = _text(path)
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    rows = [row for row in csv.reader(text.splitlines(), delimiter=delimiter) if any(map(str.strip, row))]
    if not rows:
        return []
    column = _column(rows[0])
    if column is not None:
        rows = rows[1:]
    named = [_placed(row[column or 0].strip(), path) for row in rows if len(row) > (column or 0)]
    if column is None and not Path(named[0]).exists() and any(Path(name).exists() for name in named[1:]):
        return named[1:]
    return named


def read_vector(path: Path) -> list[str]:
    """Return the field `FIELDS` of a vector file's first layer that has one.

    A GeoPackage without such a layer is taken for a raster.

    Raises
    ------
    RsqiError
        There is no such field, or it is a result of RSQI.
    """
    if path.suffix.lower() == ".gpkg" and (found := read_earlier(path)) and {"errors", "summary"} <= found.tables:
        raise RsqiError(f"{path}: this is a result of an inspection; give images, or a list of them")
    try:
        for layer, _ in pyogrio.list_layers(path):
            fields = [str(name) for name in pyogrio.read_info(path, layer=layer)["fields"]]
            if (column := _column(fields)) is not None:
                read = pyogrio.raw.read(path, layer=layer, columns=[fields[column]], read_geometry=False)
                return [_placed(str(value), path) for value in read[3][0] if value]
    except (*OGR_ERRORS, OSError) as error:
        if path.suffix.lower() != ".gpkg":
            raise RsqiError(f"{path}: cannot be read as a list of images ({reason(error)})") from error
    if path.suffix.lower() == ".gpkg":
        return [str(path)]
    raise RsqiError(f"{path}: a list of images needs a field {', '.join(FIELDS[:-1])} or {FIELDS[-1]}")


def read_json(path: Path) -> list[str]:
    """Return the images of a STAC ItemCollection or Item; other GeoJSON is a vector file.

    Raises
    ------
    RsqiError
        It is neither, or an item has no image.
    """
    try:
        content = json.loads(_text(path))
    except ValueError as error:
        raise RsqiError(f"{path}: is no JSON ({error}); give images, or a list of them") from error
    items = content.get("features", [content]) if isinstance(content, dict) else []
    if not items or not all(isinstance(item, dict) and isinstance(item.get("assets"), dict) for item in items):
        return read_vector(path)
    return [_placed(_image(item, path), path) for item in items]


READERS: Mapping[str, Callable[[Path], list[str]]] = {
    ".txt": read_lines,
    ".lst": read_lines,
    ".csv": read_csv,
    ".json": read_json,
    ".geojson": read_json,
    **dict.fromkeys((".gpkg", ".shp", ".fgb", ".gml", ".kml", ".sqlite"), read_vector),
}


def _image(item: Mapping[str, Any], path: Path) -> str:
    """Return the address of an item's image: the asset to look at, else the data, else the first raster."""
    assets = [asset for asset in item["assets"].values() if isinstance(asset, dict) and asset.get("href")]
    for role in _ROLES:
        for asset in assets:
            if role in (asset.get("roles") or ()):
                return str(asset["href"])
    for asset in assets:
        if _is_raster(asset) and not _SMALL & set(asset.get("roles") or ()):
            return str(asset["href"])
    raise RsqiError(f"{path}: the item '{item.get('id', '')}' has no image; take it out of the list")


def _is_raster(asset: Mapping[str, Any]) -> bool:
    ending = Path(urlsplit(str(asset["href"])).path).suffix.lower()
    return str(asset.get("type") or "").startswith("image/") or ending in RASTER_ENDINGS


def _column(names: Sequence[str]) -> int | None:
    lower = [name.strip().lower() for name in names]
    return next((n for n, name in enumerate(lower) if name in FIELDS), None)


def _placed(name: str, beside: Path) -> str:
    """Return where a scene lies that a list names; an address, or a place in an archive, stays as it is."""
    if name.startswith("file://"):
        return url2pathname(urlsplit(name).path)
    return name if _NO_PATH.match(name) else str(beside.absolute().parent / name)


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RsqiError(f"{path}: cannot be read ({reason(error)})") from error
    for text in _decoded(data):
        return text
    raise RsqiError(f"{path}: is no text in UTF-8 or GB 18030; give images, or a list of them")


def _decoded(data: bytes) -> Iterator[str]:
    for encoding in _ENCODINGS:
        try:
            yield data.decode(encoding)
        except UnicodeDecodeError:
            continue
