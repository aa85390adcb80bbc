"""The rows of a dataset's tables, as they stand in ``metadata.jsonl``.

Imported inside QGIS as well: standard library only, Python 3.9 syntax.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import RsqiError
from .layout import TABLE, TEST, TRAIN

SYNTHETIC = "synthetic"  # column: the picture that a generated one was painted into; empty for a real one


def read_rows(folder: Path, part: str) -> list[dict[str, Any]]:
    """Return the rows of the table of a part, none if there is no such part.

    Raises
    ------
    RsqiError
        If there is no dataset in the folder, its table cannot be understood, or a generated picture stands in the test
        part.
    """
    if not (folder / TRAIN / TABLE).is_file():
        raise RsqiError(f"{folder}: no dataset here; make one with `rsqi dataset`")
    table = folder / part / TABLE
    if not table.is_file():
        return []
    rows = []
    try:
        for n, line in enumerate(table.read_text(encoding="utf-8").splitlines(), 1):
            row = json.loads(line)
            if not isinstance(row, dict):
                raise RsqiError(f"{table}, row {n}: not the table of a dataset: no object")
            if part == TEST and is_synthetic(row):
                raise RsqiError(f"{table}, row {n}: a generated picture, which is not for the test; remove the row")
            rows.append(row)
    except (OSError, ValueError) as error:
        raise RsqiError(f"{table}: not the table of a dataset: {error!r}") from error
    return rows


def is_synthetic(row: Mapping[str, Any]) -> bool:
    """Was the picture of a row generated?"""
    return bool(row.get(SYNTHETIC))


def as_lines(rows: list[dict[str, Any]]) -> str:
    """Return rows as the text of a table."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
