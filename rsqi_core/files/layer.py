"""Layers of a result as technicians leave them: read without a word of the libraries, and checked error by error."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from ..errors import OutputError
from ..notes import Note
from ..scoring import MODES, STATUSES
from ..taxonomy import TYPES

OGR_ERRORS = (DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError)


def read_layer(
    path: Path | str, layer: str, columns: list[str] | None = None
) -> tuple[dict[str, Any], np.ndarray, np.ndarray | None, list[np.ndarray]]:
    """Read a layer: what it is, and of its rows the numbers (fid), the shapes as WKB and the values by column.

    Raises
    ------
    OutputError
        Edits lie in a journal beside the file that cannot be read in a read-only folder.
    OSError, or one of `OGR_ERRORS`
        There is no such layer, or it is damaged.
    """
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = pyogrio.raw.read(path, layer=layer, columns=columns, return_fids=True)
    journal = Path(f"{path}-wal")
    if any("IMMUTABLE" in str(warning.message) for warning in said) and journal.exists() and journal.stat().st_size:
        text = "{path}: its last edits lie in {journal}, which cannot be read here; copy both to where you may write"
        raise OutputError(Note("edits_in_journal", text, path=str(path), journal=journal.name))
    return found


def refuse_no_area(path: Path | str, valid_area_m2: float) -> None:
    """Refuse a result whose summary notes no valid area: there is nothing to score.

    Raises
    ------
    OutputError
    """
    if not valid_area_m2 > 0:
        text = "{path}: notes no valid pixel, so there is nothing to score; inspect the raster again"
        raise OutputError(Note("no_valid_area", text, path=str(path)))


def checked_mode(path: Path | str, value: Any) -> str | None:
    """Return how a summary notes that errors were scored; None if it does not say.

    Raises
    ------
    OutputError
        There is no such way; names the file.
    """
    if value and value not in MODES:
        text = "{path}: its score mode is '{found}'; it must be one of {allowed}"
        raise OutputError(Note("odd_mode", text, path=str(path), found=str(value), allowed=", ".join(MODES)))
    return value or None


def checked_type(path: Path | str, number: int, value: Any) -> int:
    """Return the type of an error, 1..10.

    Raises
    ------
    OutputError
        It has none, or one that there is not; names the file and the error's number (fid).
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        text = "{path}: error {number} has no type; give it one, or delete it"
        raise OutputError(Note("error_no_type", text, path=str(path), number=number))
    if value not in range(1, len(TYPES) + 1):
        text = "{path}: the type (category_id) of error {number} is {found}; it must be 1 to {count}"
        raise OutputError(
            Note("error_odd_type", text, path=str(path), number=number, found=str(value), count=len(TYPES))
        )
    return int(value)


def checked_status(path: Path | str, number: int, value: Any) -> str:
    """Return the status of an error; of one without it is unreviewed.

    Raises
    ------
    OutputError
        There is no such status; names the file and the error's number (fid).
    """
    if value and value not in STATUSES:
        text = "{path}: the status of error {number} is '{found}'; it must be one of {allowed}"
        allowed = ", ".join(STATUSES)
        raise OutputError(
            Note("error_odd_status", text, path=str(path), number=number, found=str(value), allowed=allowed)
        )
    return str(value) if value else STATUSES[0]


def values_of(values: Any, dtype: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return (array, mask of nulls)."""
    array = np.array(values, dtype)
    null = np.array([v is None for v in array], bool) if array.dtype == object else np.isnan(array.astype(float))
    return array, null


def column_of(value: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the column of a table of one row, and its mask of nulls; mappings and lists become JSON."""
    if isinstance(value, (Mapping, list, tuple)):
        value = json.dumps(value, ensure_ascii=False)
    elif isinstance(value, Path):
        value = str(value)
    is_number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
    dtype = (np.float64 if isinstance(value, (float, np.floating)) else np.int64) if is_number else object
    if value is None:  # what may be missing is a number
        value, is_number, dtype = math.nan, True, np.float64
    return values_of([value if is_number else str(value)], dtype)
