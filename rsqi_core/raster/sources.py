"""What the name of a dataset leads to: the file that holds it, and the sources that a mosaic (VRT) names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path

from ..errors import RasterError

# What a VRT, plain or warped, reads. Found as text: a parser of XML could be made to blow up by who wrote the file.
# As GDAL does, in any case of the letters.
_SOURCE = re.compile(r"<(SourceFilename|SourceDataset)\b([^>]*)>([^<]+)</\1\s*>", re.IGNORECASE)
_LITERAL = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_MOSAIC = b"<VRTDataset"
_HEAD = 1024  # bytes by which GDAL knows a format
LONGEST = 64 << 20  # bytes of a mosaic's text
_RELATIVE = re.compile(r"""\brelative[Tt]oVRT\s*=\s*["']1["']""")
_VSI = re.compile(r"^(/vsi[a-z0-9]+/)+\{?")


def container(name: str) -> Path | None:
    """Return the file or folder that the name of a dataset leads to; None if none is there."""
    if exists(name):
        return Path(name)
    text = name.removeprefix("vrt://").partition("?")[0]
    for part in _parts(text) if "<" not in text else ():
        if exists(part):
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


def exists(name: str) -> bool:
    """Tell whether something lies at a path; of a text that is none it does not."""
    try:
        return bool(Path(name).name) and Path(name).exists()
    except (OSError, ValueError):  # a VRT as text is too long for a name
        return False


def head_of(name: str) -> bytes:
    """Return the first bytes of a file, by which GDAL knows its format; of a mosaic as text its own, else none."""
    if name.lstrip().startswith("<"):
        return name[:_HEAD].encode(errors="replace")
    try:
        if exists(name) and Path(name).is_file():
            with Path(name).open("rb") as file:
                return file.read(_HEAD)
    except OSError:
        pass
    return b""


def is_mosaic(name: str) -> bool:
    """Tell whether a file, or a text, is a VRT, whatever its name ends in."""
    return _MOSAIC in head_of(name)


def sources_of(name: str) -> Iterator[str]:
    """Yield the sources that a VRT names; GDAL leaves out those that are no plain files.

    Raises
    ------
    RasterError
        Its text is longer than `LONGEST`.
    """
    path = None if name.lstrip().startswith("<") else Path(name)
    text = name
    if path is not None:
        try:
            if not (is_mosaic(name) or (exists(name) and path.suffix.lower() == ".vrt" and path.is_file())):
                return
            if path.stat().st_size > LONGEST:
                raise RasterError(f"cannot open {name}: a mosaic of more than {LONGEST >> 20} MiB of text; split it")
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return
    text = _LITERAL.sub(lambda found: escape(found[1]), _COMMENT.sub("", text))
    for _, attributes, named in _SOURCE.findall(text):
        source = unescape(named).strip()
        relative = path is not None and _RELATIVE.search(attributes)
        yield from _below(path.parent, source) if path and relative else (source,)


def _below(folder: Path, text: str) -> Iterator[str]:
    """Yield a source named relative to a folder; in the name of a subdataset the path is a part."""
    yield str(folder / text)
    yield from (str(folder / part) for part in _parts(text) if ":" in text and exists(str(folder / part)))


def missing_source(name: str) -> str | None:
    """Return the first file that a mosaic names, at any depth, and that is not there; None if all are."""
    seen, waiting = set(), [name]
    while waiting:
        seen.add(mosaic := waiting.pop())
        for source in dict.fromkeys(sources_of(mosaic)):  # each is named once a band
            if source in seen:
                continue
            is_file = not (_VSI.match(source) or "<" in source or ":" in source[2:])  # a drive letter may have one
            if is_file and container(source) is None:
                return source
            waiting.append(source)
    return None
