"""Every file that a raster consists of: sidecars, sources of a mosaic at any depth, the container of a subdataset."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import rasterio

from ..locate import is_pipe_or_device
from ..raster.gdal import OPTIONS, hushed, quiet
from .clash import sidecars

# What a VRT, plain or warped, reads. Found as text: a parser of XML could be made to blow up by who wrote the file.
_SOURCE = re.compile(r"<(SourceFilename|SourceDataset)\b([^>]*)>([^<]+)</\1\s*>")
_RELATIVE = re.compile(r"""\brelative[Tt]oVRT\s*=\s*["']1["']""")
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
    text = name
    if path is not None:
        if path.suffix.lower() != ".vrt" or not path.is_file():
            return
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return
    for _, attributes, named in _SOURCE.findall(text):
        source = unescape(named).strip()
        relative = path is not None and _RELATIVE.search(attributes)
        yield from _below(path.parent, source) if path and relative else (source,)


def _below(folder: Path, text: str) -> Iterator[str]:
    """Yield a source named relative to a folder; in the name of a subdataset the path is a part."""
    yield str(folder / text)
    yield from (str(folder / part) for part in _parts(text) if ":" in text and _exists(str(folder / part)))
