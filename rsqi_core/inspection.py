"""The record of a finished inspection, which files and reports are made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import shapely
from affine import Affine
from shapely.affinity import affine_transform

from .findings import BlockResult, ErrorPolygon
from .scoring import Score
from .seams.record import Seam
from .strips.label_file import LabelFile
from .taxonomy import BACKGROUND
from .unusual import UnusualMap


@dataclass(frozen=True)
class Inspection:
    """Everything found in one raster.

    Attributes
    ----------
    label_map : LabelFile
        Of the window, without the seams; `labels` has them.
    window : tuple of int
        Column, row, width and height inspected, in pixels.
    transform : affine.Affine
        Of the window.
    polygons : list of ErrorPolygon
        By type, then by falling size.
    blocks : list of BlockResult
        In pixels of the window.
    score : Score
    summary : dict
        The row of the ``summary`` table.
    warnings : tuple of (str, str)
        Codes and lines about what came out.
    seams : tuple of (Seam, int), optional
        Lines, each with the number of its polygon in `polygons`; None where nobody looked for them.
    unusual : UnusualMap or None
        What is unlike anything clean, apart from all the rest; None where no memory was asked.
    """

    label_map: LabelFile
    window: tuple[int, int, int, int]
    transform: Affine
    polygons: list[ErrorPolygon]
    blocks: list[BlockResult]
    score: Score
    summary: dict[str, Any]
    warnings: tuple[tuple[str, str], ...] = ()
    seams: tuple[tuple[Seam, int], ...] | None = None
    unusual: UnusualMap | None = None

    def labels(self) -> Iterator[np.ndarray]:
        """Yield the label map from the top, uint8 [N, width] each, with the bands of seams where nothing else is."""
        back = (~self.transform).to_shapely()
        polygons = [self.polygons[number] for _, number in self.seams or ()]
        bands = [(affine_transform(each.geometry, back), each.category_id) for each in polygons]
        top = 0
        for label in self.label_map.bands():
            for shape, category_id in bands:
                if shape.bounds[1] < top + len(label) and shape.bounds[3] > top:
                    label = _painted(label, shape, category_id, top)
            yield label
            top += len(label)


def _painted(label: np.ndarray, shape: shapely.MultiPolygon, category_id: int, top: int) -> np.ndarray:
    """Give the background pixels of some rows, from `top` on, that lie in a shape the label of a type."""
    inside = np.zeros(label.shape, np.uint8)
    for part in shapely.get_parts(shape):
        for number, ring in enumerate((part.exterior, *part.interiors)):
            points = np.round(np.array(ring.coords) - (0, top)).astype(np.int32)
            cv2.fillPoly(inside, [points], 0 if number else 1)
    return np.where((inside > 0) & (label == BACKGROUND), np.uint8(category_id), label)
