"""Where the files of a result lie: noted so that they can be found again, and found where all have been moved.

Imported inside QGIS as well: standard library only, Python 3.9 syntax.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

_UP, _DOWN = 3, 3  # folders above the result that are looked in, and parts of the noted path that are looked for


def absolute_path(path: str) -> str:
    """Return the absolute path of a file; an address, or a place inside an archive, stays as it is."""
    return str(Path(path).absolute()) if Path(path).exists() else path


def find_file(noted: str, result: Path | str | None) -> str | None:
    """Return where a file is that a result has noted; None if no file is there any more.

    It is looked for where it was, then at the same place seen from the result, as whole projects are moved to other
    disks and systems, and so beside the result too.

    Parameters
    ----------
    noted : str
        Such as the column ``raster`` of the table ``summary``.
    result : path or None
        The GeoPackage.
    """
    places = [Path(noted)] if noted else []
    if noted and result is not None:
        places += _seen_from(Path(result), noted)
    return next((str(place) for place in places if place.is_file()), None)


def _seen_from(result: Path, noted: str) -> Iterator[Path]:
    folders = list(result.absolute().parents)[:_UP]
    parts = noted.replace("\\", "/").rstrip("/").split("/")  # a path of another system is one long name here
    for folder in folders:
        for count in range(1, min(_DOWN, len(parts)) + 1):
            yield folder.joinpath(*parts[-count:])


def is_pipe_or_device(path: Path | str) -> bool:
    """Tell whether something lies at `path` that is neither file nor folder: to open it could wait for ever."""
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError):  # gone, or no path at all, such as a mosaic as text
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
