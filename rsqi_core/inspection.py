"""The record of a finished inspection, which files and reports are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from affine import Affine

from .findings import BlockResult, ErrorPolygon
from .scoring import Score
from .strips.label_file import LabelFile


@dataclass(frozen=True)
class Inspection:
    """Everything found in one raster.

    Attributes
    ----------
    label_map : LabelFile
        Of the window.
    window : tuple of int
        Column, row, width and height inspected, in pixels.
    transform : affine.Affine
        Of the window.
    polygons : list of ErrorPolygon
    blocks : list of BlockResult
        In pixels of the window.
    score : Score
    summary : dict
        The row of the ``summary`` table.
    warnings : tuple of (str, str)
        Codes and lines about what came out.
    """

    label_map: LabelFile
    window: tuple[int, int, int, int]
    transform: Affine
    polygons: list[ErrorPolygon]
    blocks: list[BlockResult]
    score: Score
    summary: dict[str, Any]
    warnings: tuple[tuple[str, str], ...] = ()
