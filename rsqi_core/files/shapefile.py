"""The errors as a shapefile in the station's form: ``category_i``, Chinese ``labels``, GBK.

A dBASE field name has ten characters: ``category_id`` is cut as every GIS cuts it.
"""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path
from typing import Any, Mapping, Protocol, Sequence

import numpy as np
import pyogrio
import pyproj
import shapely

from ..errors import OutputError
from ..taxonomy import by_id
from .atomic import whole_files
from .clash import SHAPEFILE_INDEXES, SHAPEFILE_PARTS
from .layer import OGR_ERRORS

_MARK = slice(16, 28)  # bytes of a dBASE header that are reserved, and that nobody reads
_SIGN = b"RSQI"


class Outlined(Protocol):
    """An error of whatever class: its type and its shape."""

    @property
    def category_id(self) -> int:
        """Of its type."""

    @property
    def geometry(self) -> shapely.Geometry:
        """Polygon or multipolygon."""


def write_shapefile(
    path: Path | str, errors: Sequence[Outlined], crs: Any, columns: Mapping[str, Sequence[str]] | None = None
) -> tuple[Path, ...]:
    """Write ``.shp``, ``.shx``, ``.dbf``, ``.cpg`` and, with a CRS, ``.prj``; all of them or none.

    Parameters
    ----------
    path : Path
        Of the ``.shp``; older files of the name are replaced.
    errors : sequence of ErrorPolygon or the like
        Holes are kept.
    crs : CRS or text of one, or None
    columns : mapping of str to sequence of str, optional
        Further columns: names of at most ten bytes in GBK, and a text of at most 254 for each error.

    Returns
    -------
    tuple of Path
        The files, the ``.shp`` first.

    Raises
    ------
    OutputError
        A file cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() != ".shp":
        raise OutputError(f"{path}: a shapefile's name must end in .shp")
    older = [path.with_suffix(ending) for ending in SHAPEFILE_PARTS + SHAPEFILE_INDEXES]
    with whole_files(path, older, "the shapefile", errors=OGR_ERRORS) as folder:
        _write(folder / path.name, errors, crs, columns or {})
        # One spelling for every reader; GDAL itself would write "GBK" or a code page number by version.
        (folder / path.name).with_suffix(".cpg").write_text("GBK", encoding="ascii")
        _mark(folder / path.name)
    return tuple(file for file in older[: len(SHAPEFILE_PARTS)] if file.exists())


def is_as_written(path: Path) -> bool:
    """Tell whether a shapefile is one of :func:`write_shapefile` that nobody has changed since."""
    table = path.with_suffix(".dbf")
    try:
        return table.read_bytes()[_MARK] == _digest(path)
    except OSError:
        return False


def _mark(path: Path) -> None:
    with path.with_suffix(".dbf").open("r+b") as table:
        digest = _digest(path)
        table.seek(_MARK.start)
        table.write(digest)


def _digest(path: Path) -> bytes:
    """Return what the mark must be: a sign, and a sum over outlines and table."""
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    table[_MARK] = bytes(_MARK.stop - _MARK.start)
    summed = hashlib.sha256(path.read_bytes() + table).digest()
    return _SIGN + summed[: _MARK.stop - _MARK.start - len(_SIGN)]


def _write(path: Path, errors: Sequence[Outlined], crs: Any, columns: Mapping[str, Sequence[str]]) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="'crs' was not provided")
        pyogrio.raw.write(
            path,
            shapely.to_wkb(np.array([error.geometry for error in errors], object)),
            [
                np.array([error.category_id for error in errors], np.int32),
                np.array([by_id(error.category_id).zh for error in errors], object),
                *(np.array(list(texts), object) for texts in columns.values()),
            ],
            ["category_i", "labels", *columns],
            driver="ESRI Shapefile",
            # The format has one type for both; ring orientation tells holes from parts.
            geometry_type="MultiPolygon",
            crs=None if crs is None else pyproj.CRS.from_user_input(crs).to_wkt(),
            encoding="GBK",
        )
