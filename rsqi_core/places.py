"""Scores of pixels become the places that reach a threshold, as far down as rows are final."""

from __future__ import annotations

import numpy as np

from .findings import ErrorPolygon
from .frame import Frame
from .merge import LabelMap
from .polygons import Outliner
from .taxonomy import IGNORED
from .tracer import Tracer

STEPS = 254  # that the score of 1 has; 255 is nodata
_SOME = 1  # any type: these polygons have none


class Places:
    """Follows what reaches a threshold down a frame.

    Parameters
    ----------
    frame : Frame
    threshold : float
        Score 0-1 from which a pixel belongs to a place.
    least_pixels : int
        Smaller places are left out.
    block : int
        Side in pixels of the blocks that the scores come from.

    Attributes
    ----------
    valid_pixels : int
        So far.
    """

    def __init__(self, frame: Frame, threshold: float, least_pixels: int, block: int):
        self._frame, self._block = frame, block
        self._least = np.float32(threshold * (STEPS + 1))  # of the confidence of a claim
        self._outliner = Outliner(frame.transform, frame.crs_of_areas)
        self._tracer = Tracer(lambda _: least_pixels)
        self.valid_pixels = self._row = 0

    @property
    def polygons(self) -> list[ErrorPolygon]:
        """The places so far, the largest first; their type has no meaning."""
        return self._outliner.polygons()

    def add(self, heat: np.ndarray) -> None:
        """Take the next rows, uint8 [N, width]: 0 to `STEPS`, `IGNORED` for nodata."""
        self._row += len(heat)
        nodata = heat == IGNORED
        self.valid_pixels += int(np.count_nonzero(~nodata))
        marked = LabelMap(*heat.shape)
        marked.confidence[:] = np.where(nodata, np.uint8(0), heat + np.uint8(1))
        inside = marked.confidence >= self._least
        marked.label[:] = np.where(nodata, np.uint8(IGNORED), np.where(inside, np.uint8(_SOME), np.uint8(0)))
        marked.block_size[:] = self._block
        for component in self._tracer.add(marked, last=self._row == self._frame.height):
            if not self._tracer.drops(component):
                self._outliner.add(component)
