"""Every file that a raster consists of: sidecars, sources of a mosaic at any depth, the container of a subdataset."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import rasterio

from ..locate import is_pipe_or_device
from ..raster.gdal import OPTIONS, hushed, quiet
from .clash import sidecars

_SOURCES = {"SourceFilename", "SourceDataset"}  # of a VRT, plain or warped
_PLAIN = {".tif", ".tiff", ".jpg", ".jpeg", ".png", ".jp2"}  # what lies beside them tells by its name
_VSI = re.compile(r"^(/vsi[a-z0-9]+/)+\{?")


def files_of(raster: str | Path) -> list[Path]:
    """Return all files of a raster that are there, each once; of one that cannot be opened what its name tells.

    Parameters
    ----------
    raster : str or path
        What GDAL can open: a file, a subdataset (``GPKG:file:table``), a place in an archive, a VRT as text.
    """
    found: dict[Path, Path] = {}  # as they are named, by their absolute path
    seen, waiting = set(), [str(raster)]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        path = container(name)
        if path is not None:
            found.update({file.absolute(): file for file in [path, *sidecars(path)] if file.absolute() not in found})
            if is_pipe_or_device(path):
                continue  # to open it could wait for ever
        elif not name.lstrip().startswith("<"):
            continue  # an address, or gone
        if name == str(raster) or path is None or path.suffix.lower() not in _PLAIN:
            waiting += _listed(name)
        waiting += _sources(name)
    return list(found.values())


def container(name: str) -> Path | None:
    """Return the file or folder that the name of a dataset leads to; None if none is there."""
    if _exists(name):
        return Path(name)
    text = name.removeprefix("vrt://").partition("?")[0]
    for part in _parts(text) if "<" not in text else ():
        if _exists(part):
            return Path(part)
        inner, archived = _VSI.subn("", part)
        place = Path(inner.replace("}", ""))
        if archived and (archive := next((each for each in place.parents if each.is_file()), None)):
            return archive
    return None


def _parts(text: str) -> Iterator[str]:
    """Yield what may be the path in ``DRIVER:"path":part``, where a drive letter has a colon too."""
    parts = text.split(":")
    for first in range(len(parts)):
        for last in range(len(parts), first, -1):
            if part := ":".join(parts[first:last]).strip('"'):
                yield part


def _exists(name: str) -> bool:
    try:
        return bool(Path(name).name) and Path(name).exists()
    except (OSError, ValueError):  # a VRT as text is too long for a name
        return False


def _listed(name: str) -> list[str]:
    """Return the files that GDAL names."""
    source = Path(name) if _exists(name) else name
    try:
        with rasterio.Env(**OPTIONS), quiet(), hushed(), rasterio.open(source) as dataset:
            return list(dataset.files)
    except Exception:  # whoever reads it says what is wrong
        return []


def _sources(name: str) -> Iterator[str]:
    """Yield the sources that a VRT names; GDAL leaves out those that are no plain files."""
    path = None if name.lstrip().startswith("<") else Path(name)
    try:
        if path is None:
            tree = ElementTree.fromstring(name)
        elif path.suffix.lower() == ".vrt" and path.is_file():
            tree = ElementTree.parse(path).getroot()
        else:
            return
    except (OSError, ElementTree.ParseError):
        return
    for element in tree.iter():
        text = (element.text or "").strip()
        if element.tag not in _SOURCES or not text:
            continue
        relative = "1" in (element.get("relativeToVRT"), element.get("relativetoVRT"))
        yield from _below(path.parent, text) if path and relative else (text,)


def _below(folder: Path, text: str) -> Iterator[str]:
    """Yield a source named relative to a folder; in the name of a subdataset the path is a part."""
    yield str(folder / text)
    yield from (str(folder / part) for part in _parts(text) if ":" in text and _exists(str(folder / part)))
