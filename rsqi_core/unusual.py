"""blocks -> how unlike anything clean each pixel is -> heat map and places, which no score knows of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from .blocks import Block
from .findings import ErrorPolygon, Finding
from .frame import Frame
from .limits import UNUSUAL_LEAST, UNUSUAL_THRESHOLD
from .memory.bank import STRIDE
from .places import Places
from .strips.label_file import LabelFile
from .taxonomy import IGNORED
from .uniform import is_uniform, uniform


class UnusualMap:
    """Takes findings in the order of their steps, and the rows of the label map as they become final.

    A block is kept as its few cells until its rows are needed. Where blocks overlap the lower score holds: at its rim a
    block looks unusual for what it does not see.

    Parameters
    ----------
    frame : Frame
    block : int
        Side in pixels of the blocks that are looked at.
    folder : pathlib.Path, optional
        For the heat map, as of `LabelFile`.
    """

    def __init__(self, frame: Frame, block: int, folder: Path | None = None):
        self._heat = LabelFile(folder and folder / "unusual", frame.width)
        self._places = Places(frame, UNUSUAL_THRESHOLD, UNUSUAL_LEAST, block)
        self._waiting: list[tuple[Block, np.ndarray]] = []

    def add(self, finding: Finding) -> None:
        """Keep what was said of a block until its rows are final."""
        if finding.unusual is not None:
            self._waiting.append((finding.block, finding.unusual))

    def take(self, label: np.ndarray) -> None:
        """Take the next final rows of the label map, uint8 [N, width], which say where there is nodata."""
        top, bottom = self._heat.height, self._heat.height + len(label)
        if is_uniform(label):  # nothing but nodata
            heat = uniform(label.shape, IGNORED, np.uint8)
        else:
            heat = np.full(label.shape, IGNORED, np.uint8)
            for block, cells in self._waiting:
                if block.y < bottom:
                    rows = slice(max(block.y, top) - top, min(block.bottom, bottom) - top)
                    part = heat[rows, block.x : block.x + block.width]
                    first = max(top - block.y, 0)
                    np.minimum(part, enlarged(cells, block)[first : first + len(part)], out=part)
            heat[heat == IGNORED] = 0
            heat[label == IGNORED] = IGNORED
        self._waiting = [each for each in self._waiting if each[0].bottom > bottom]
        self._places.add(heat)
        self._heat.append(heat)

    def places(self) -> list[ErrorPolygon]:
        """Return the places, the most unusual first; their type has no meaning. Complete after the last rows."""
        return sorted(self._places.polygons, key=lambda place: (-place.confidence, -place.pixels))

    def heat(self) -> Iterator[np.ndarray]:
        """Yield the scores from the top, uint8 [N, width] each: 0 to 254, 255 for nodata."""
        return self._heat.bands()


def enlarged(cells: np.ndarray, block: Block) -> np.ndarray:
    """Return the scores of a block's pixels, uint8 [height, width], of its cells uint8 [h, w].

    The cells are of the model's input, whose top left part the block fills.
    """
    h, w = cells.shape
    if block.size <= h * STRIDE:
        full = cv2.resize(cells, (w * STRIDE, h * STRIDE), interpolation=cv2.INTER_LINEAR)
        return full[: block.height, : block.width]
    side = block.size  # a block that was read smaller than it is
    rows, columns = (max(1, round(length * n / side)) for length, n in ((block.height, h), (block.width, w)))
    return cv2.resize(cells[:rows, :columns], (block.width, block.height), interpolation=cv2.INTER_LINEAR)
