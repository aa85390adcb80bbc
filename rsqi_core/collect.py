"""merge -> polygons: what the blocks found becomes one label map and its polygons, as far down as rows are final."""

from __future__ import annotations

from typing import Any

import numpy as np
from affine import Affine

from .findings import BlockResult, ErrorPolygon, Finding
from .merge import LabelMap, Mosaic
from .polygons import MIN_FRACTION, Outliner
from .strips.label_file import LabelFile
from .taxonomy import IGNORED
from .tracer import Tracer
from .uniform import is_uniform


class Collector:
    """Takes findings in the order of their steps.

    Parameters
    ----------
    width, height : int
        Of the inspected window in pixels.
    sizes : tuple of int
        Block sizes, from the finest on.
    transform : Affine
        Of the window.
    crs : rasterio or pyproj CRS, or None
    labels : LabelFile
        Gets the label map.

    Attributes
    ----------
    blocks : list of BlockResult
    valid_pixels : int
        So far.
    """

    def __init__(self, width: int, height: int, sizes: tuple[int, ...], transform: Affine, crs: Any, labels: LabelFile):
        self.blocks: list[BlockResult] = []
        self.valid_pixels = 0
        self._height, self._labels = height, labels
        self._mosaic = Mosaic(width, sizes)
        self._tracer = Tracer(MIN_FRACTION * width * height)
        self._outliner = Outliner(transform, crs)

    def add(self, finding: Finding) -> list[ErrorPolygon]:
        """Take the next finding, and turn the rows that no later one reaches into polygons.

        Returns
        -------
        list of ErrorPolygon
            Those that have become complete.
        """
        if finding.probabilities is not None:
            self.blocks.append(BlockResult(finding.block, finding.probabilities))
        self._mosaic.add(finding.patch)
        return [polygon for band in self._mosaic.take(finding.step.final) for polygon in self._trace(band)]

    def _trace(self, band: LabelMap) -> list[ErrorPolygon]:
        complete = []
        last = self._labels.height + band.height == self._height
        for component in self._tracer.add(band, last):
            if self._tracer.drops(component):
                self._labels.drop(component.outline())
            else:
                complete.append(self._outliner.add(component))
        self._labels.append(band.label)
        if not is_uniform(band.label):  # else nothing but nodata
            self.valid_pixels += int(np.count_nonzero(band.label != IGNORED))
        return complete

    def polygons(self) -> list[ErrorPolygon]:
        """Return the polygons by type, then by falling size; complete after the last finding."""
        return self._outliner.polygons()
