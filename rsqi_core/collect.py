"""merge -> polygons: what the blocks found becomes one label map and its polygons, as far down as rows are final."""

from __future__ import annotations

import cv2
import numpy as np

from .findings import BlockResult, ErrorPolygon, Finding
from .frame import Frame
from .limits import least_pixels
from .merge import LabelMap, Mosaic
from .polygons import Outliner
from .strips.label_file import LabelFile
from .taxonomy import IGNORED, REGION_TYPES
from .tracer import Component, Tracer
from .uniform import is_uniform
from .unusual import UnusualMap


class Collector:
    """Takes findings in the order of their steps.

    Parameters
    ----------
    frame : Frame
        What is inspected.
    sizes : tuple of int
        Block sizes, from the finest on.
    min_area : float or None
        Square metres that a region error has at least; None: a share of a block of the size that found it.
    labels : LabelFile
        Gets the label map.
    tolerance : float
        Pixels by which outlines of region errors may be smoothed in the end.
    unusual : UnusualMap, optional
        Gets what the findings say of it, and the rows of the label map.

    Attributes
    ----------
    blocks : list of BlockResult
    valid_pixels : int
        So far.
    shows : bool
        Whether there was anything to see so far.
    ground : Frame
        The part of the frame, so far, in which these lie: what surrounds the image has no say in its measures.
    """

    def __init__(
        self,
        frame: Frame,
        sizes: tuple[int, ...],
        min_area: float | None,
        labels: LabelFile,
        tolerance: float = 0.0,
        unusual: UnusualMap | None = None,
    ):
        self.blocks: list[BlockResult] = []
        self.valid_pixels, self.shows = 0, False
        self._frame, self._min_area, self._labels, self._unusual = frame, min_area, labels, unusual
        self._left, self._top, self._right, self._bottom = frame.width, frame.height, 0, 0
        self._mosaic = Mosaic(frame.width, sizes)
        self._tracer = Tracer(least_pixels if min_area is None else _any_size)
        self._outliner = Outliner(frame.transform, frame.crs_of_areas, tolerance)

    @property
    def ground(self) -> Frame:
        """The part of the frame that holds valid pixels; all of it where none does."""
        if not self.valid_pixels:
            return self._frame
        return self._frame.part(self._left, self._top, self._right - self._left, self._bottom - self._top)

    def add(self, finding: Finding) -> list[ErrorPolygon]:
        """Take the next finding, and turn the rows that no later one reaches into polygons.

        Returns
        -------
        list of ErrorPolygon
            Those that have become complete, along the edges of pixels.
        """
        if finding.probabilities is not None:
            self.blocks.append(BlockResult(finding.block, finding.probabilities))
        self.shows |= finding.shows
        self._mosaic.add(finding.patch)
        if self._unusual:
            self._unusual.add(finding)
        return [polygon for band in self._mosaic.take(finding.step.final) for polygon in self._trace(band)]

    def _trace(self, band: LabelMap) -> list[ErrorPolygon]:
        complete = []
        last = self._labels.height + band.height == self._frame.height
        for component in self._tracer.add(band, last):
            if self._tracer.drops(component) or self._is_too_small(component):
                self._labels.drop(component.outline())
            else:
                complete.append(self._outliner.add(component))
        if not is_uniform(band.label):  # else nothing but nodata
            self._count(band.label != IGNORED)
        self._labels.append(band.label)
        if self._unusual:
            self._unusual.take(band.label)
        return complete

    def _is_too_small(self, component: Component) -> bool:
        """Is this a region error of less than the area asked for?"""
        if self._min_area is None or component.category_id > REGION_TYPES[-1].id:
            return False
        return self._outliner.area(component) < self._min_area

    def _count(self, valid: np.ndarray) -> None:
        left, top, width, height = cv2.boundingRect(valid.view(np.uint8))
        if not width:
            return
        top += self._labels.height
        self.valid_pixels += int(np.count_nonzero(valid))
        self._left, self._right = min(self._left, left), max(self._right, left + width)
        self._top, self._bottom = min(self._top, top), max(self._bottom, top + height)

    def polygons(self) -> list[ErrorPolygon]:
        """Return the polygons by type, then by falling size; complete after the last finding."""
        return self._outliner.polygons()


def _any_size(_: int) -> float:
    return 0.0
