"""Blocks of a raster become image and mask files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ..blocks import Block
from ..describe import TypeSummary, summarize_mask
from ..raster import Raster
from ..taxonomy import IGNORED, by_code
from .draw import draw

IMAGE, MASK = "image", "mask"
MIN_VALID = 0.1  # share of a block that must be image
_MISSING = by_code("pixel_missing").id


@dataclass(frozen=True)
class Sample:
    """One block of the dataset.

    Attributes
    ----------
    name : str
        Of its image and of its mask.
    raster : str
        Path of the raster it comes from.
    x, y, size : int
        Square in the raster's pixels; it may reach beyond a small raster.
    summaries : tuple of TypeSummary
        What there is to say of its mask.
    """

    name: str
    raster: str
    x: int
    y: int
    size: int
    summaries: tuple[TypeSummary, ...]

    @property
    def labels(self) -> tuple[int, ...]:
        """Types in the block, rising."""
        return tuple(summary.error_type.id for summary in self.summaries)


class Samples:
    """The blocks written so far into a folder, all images and all masks together.

    Attributes
    ----------
    folder : Path
    items : list of Sample
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.items: list[Sample] = []
        self._stems: dict[str, str] = {}
        for kind in (IMAGE, MASK):
            (folder / kind).mkdir()

    def add(
        self, raster: Raster, block: Block, geometries: np.ndarray | None = None, category_ids: np.ndarray | None = None
    ) -> bool:
        """Write image and mask of a block, padded to its size.

        Parameters
        ----------
        geometries, category_ids : numpy.ndarray, optional
            Polygons [N] in pixels of the raster that touch the block, and their types; None for a clean block.

        Returns
        -------
        bool
            False if there is nothing to learn from it: hardly any valid pixel, or too little of the errors in it.
        """
        box = block.x, block.y, block.width, block.height
        rgb, valid = raster.read(*box)
        if np.count_nonzero(valid) < MIN_VALID * block.size**2:
            return False
        drawn = np.zeros(valid.shape, np.uint8)
        if geometries is not None and category_ids is not None:
            drawn = draw(geometries, category_ids, *box)
        # Where the image marks lost pixels as nodata, the inspector's word for them goes first.
        mask = _padded(np.where(valid | (drawn == _MISSING), drawn, IGNORED), block.size, IGNORED)
        summaries = summarize_mask(mask)
        if geometries is not None and not summaries:
            return False
        sample = Sample(self._name(raster.path, block), raster.path, block.x, block.y, block.size, summaries)
        _write_png(self.folder / IMAGE / sample.name, _padded(rgb[..., ::-1], block.size, 0))
        _write_png(self.folder / MASK / sample.name, mask)
        self.items.append(sample)
        return True

    def move(self, sample: Sample, folder: Path) -> None:
        """Move the files of a sample to where they belong."""
        for kind in (IMAGE, MASK):
            (self.folder / kind / sample.name).rename(folder / kind / sample.name)

    def _name(self, raster: str, block: Block) -> str:
        """Return a file name that no block of another raster has."""
        if raster not in self._stems:
            stem = wanted = re.sub(r"[^\w.]+", "_", Path(raster).stem)
            number = 1
            while stem in self._stems.values():
                number += 1
                stem = f"{wanted}_{number}"
            self._stems[raster] = stem
        return f"{self._stems[raster]}-{block.size}-{block.x}-{block.y}.png"


def _padded(pixels: np.ndarray, size: int, value: int) -> np.ndarray:
    """Return uint8 [size, size, ...] with `pixels` in its upper left corner."""
    square = np.full((size, size, *pixels.shape[2:]), value, np.uint8)
    square[: pixels.shape[0], : pixels.shape[1]] = pixels
    return square


def _write_png(path: Path, pixels: np.ndarray) -> None:
    # The encoder's own writing fails on names that are not ASCII on some systems.
    path.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
