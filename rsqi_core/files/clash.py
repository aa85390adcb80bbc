"""No output may replace what is read: both are compared as files, whatever their names, before any work.

Imported inside QGIS as well: standard library only, Python 3.9 syntax.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..errors import OutputError
from ..notes import Note

SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".cpg", ".prj")
# Of an older shapefile of the name; they would contradict the new one.
SHAPEFILE_INDEXES = (".sbn", ".sbx", ".qix", ".qpj", ".shp.xml")

_BESIDE_STEM = (
    ".aux.xml",
    ".aux",
    ".ovr",
    ".msk",
    ".hdr",
    ".rrd",
    ".rpb",
    ".rpc",
    ".imd",
    ".tab",
    ".clr",
    ".stx",
    ".wld",
)
_BESIDE_NAME = (".aux.xml", ".ovr", ".msk", ".msk.ovr", ".ovr.msk")


def refuse_clashes(outputs: Iterable[Path | str], inputs: Iterable[Path | str]) -> None:
    """Refuse outputs that would replace a file of the input, or one another.

    Links and hard links count as what they lead to. An output stands for all files that are written with it, such as
    the parts of a shapefile.

    Parameters
    ----------
    outputs : iterable of path
        Those of one run; they need not exist.
    inputs : iterable of path
        Files, and folders that are read as a whole.

    Raises
    ------
    OutputError
        Names the output and what lies there.
    """
    read = {_identity(Path(path)): Path(path) for path in inputs}
    folders = [Path(path).resolve() for path in read.values() if path.is_dir()]
    taken: dict[object, Path] = {}
    for output in map(Path, outputs):
        for file in written_with(output):
            identity = _identity(file)
            found = read.get(identity)
            if found is None and file.exists():
                found = next((folder for folder in folders if folder in file.resolve().parents), None)
            if found is not None:
                text = "{output}: would overwrite {input}, which is read; choose another output"
                raise OutputError(Note("clash_input", text, output=str(file), input=str(found)))
            if identity in taken:
                text = "{output}: {other} would be written to the same place; give one of them another name"
                raise OutputError(Note("clash_output", text, output=str(file), other=str(taken[identity])))
            taken[identity] = output


def written_with(output: Path) -> Iterator[Path]:
    """Yield an output and the files that are written, or removed as outdated, together with it."""
    if output.suffix.lower() == ".shp":
        yield from (output.with_suffix(ending) for ending in SHAPEFILE_PARTS + SHAPEFILE_INDEXES)
    else:
        yield output


def sidecars(path: Path) -> list[Path]:
    """Return the files beside a raster that programs take for a part of it, by their names.

    A ``.prj`` beside a shapefile of the same name belongs to that.
    """
    kind = path.suffix[1:]
    endings = [*_BESIDE_STEM, f".{kind}w", f".{kind[:1]}{kind[-1:]}w"]
    if not path.with_suffix(".shp").exists():
        endings.append(".prj")
    places = [path.with_suffix(spelt) for ending in endings for spelt in (ending, ending.upper())]
    places += [path.with_name(path.name + ending) for ending in _BESIDE_NAME]
    return [place for place in dict.fromkeys(places) if place != path and place.is_file()]


def _identity(path: Path) -> object:
    """Return what two names of one file have in common."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return os.path.normcase(os.path.realpath(path))
    return status.st_dev, status.st_ino
