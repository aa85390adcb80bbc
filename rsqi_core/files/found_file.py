"""What words have found, as a GeoPackage: the layer ``found`` with a score for each place, and the table ``search``."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from ..findings import ErrorPolygon
from .atomic import whole_file
from .geopackage import release, write_layer
from .layer import OGR_ERRORS, column_of, values_of

LAYER, TABLE = "found", "search"


def write_found(path: Path, polygons: Sequence[ErrorPolygon], texts: str, search: Mapping[str, Any], crs: Any) -> None:
    """Write the places; the file appears whole or not at all.

    Parameters
    ----------
    polygons : sequence of ErrorPolygon
        The best score first in the file.
    texts : str
        What was looked for, a column of each place.
    search : mapping
        The row of the table: how it was looked for.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    ordered = sorted(polygons, key=lambda each: -each.confidence)
    table = {
        "phrase": values_of([texts] * len(ordered), object),
        "score": values_of([round(each.confidence, 4) for each in ordered], np.float64),
        "area_m2": values_of([each.area_m2 for each in ordered], np.float64),
        "pixels": values_of([each.pixels for each in ordered], np.int64),
    }
    wkt = None if crs is None else crs.to_wkt()
    with whole_file(path, "the GeoPackage", errors=(*OGR_ERRORS, sqlite3.Error)) as part:
        shapes = shapely.to_wkb(np.array([each.geometry for each in ordered], object))
        write_layer(part, LAYER, shapes, table, wkt, "MultiPolygon")
        write_layer(part, TABLE, None, {name: column_of(value) for name, value in search.items()}, None, None)
        release(path)


def is_found(path: Path) -> bool:
    """Tell whether a file is a GeoPackage of :func:`write_found`."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            names = {row[0] for row in database.execute("SELECT table_name FROM gpkg_contents")}
    except sqlite3.Error:
        return False
    return {LAYER, TABLE} <= names and "errors" not in names
