"""Blocks of a raster become image and mask files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ..blocks import Block
from ..describe import TypeSummary, summarize_mask
from ..raster import Raster
from ..taxonomy import IGNORED, by_code, by_id
from .layout import IMAGE, MASK

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
        What there is to say of its mask; of a block without mask only the types are true.
    scene : str
        What it was cut from: a raster, or a scene or map sheet of several.
    has_mask : bool
        Whether anybody knows where its errors are.
    """

    name: str
    raster: str
    x: int
    y: int
    size: int
    summaries: tuple[TypeSummary, ...]
    scene: str
    has_mask: bool = True

    @property
    def place(self) -> str:
        """Where it was cut from, to be told to a person."""
        return f"{self.raster} at {self.x}, {self.y}" if self.has_mask else self.raster

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
        self._taken: set[str] = set()
        for kind in (IMAGE, MASK):
            (folder / kind).mkdir()

    def add(self, raster: Raster, block: Block, scene: str, drawn: np.ndarray | None = None) -> bool:
        """Write image and mask of a block, padded to its size.

        Parameters
        ----------
        scene : str
            That the raster belongs to; empty if it is one of its own.
        drawn : numpy.ndarray, optional
            uint8 [H, W] of the part of the block that lies in the raster: 0, 1..10 or 255; None for a clean block.

        Returns
        -------
        bool
            False if there is nothing to learn from it: hardly any valid pixel, or too little of the errors in it.
        """
        rgb, valid = raster.read(block.x, block.y, block.width, block.height)
        if np.count_nonzero(valid) < MIN_VALID * block.size**2:
            return False
        errors = np.zeros(valid.shape, np.uint8) if drawn is None else drawn
        # Where the image marks lost pixels as nodata, the inspector's word for them goes first.
        mask = _padded(np.where(valid | (errors == _MISSING), errors, IGNORED), block.size, IGNORED)
        summaries = summarize_mask(mask)
        if drawn is not None and not summaries:
            return False
        stem = self._stem(raster.path)
        name = f"{stem}-{block.size}-{block.x}-{block.y}.png"
        _write_png(self.folder / IMAGE / name, _padded(rgb[..., ::-1], block.size, 0))
        _write_png(self.folder / MASK / name, mask)
        self.items.append(Sample(name, raster.path, block.x, block.y, block.size, summaries, scene or stem))
        return True

    def add_whole(self, raster: Raster, labels: Sequence[int], scene: str) -> None:
        """Write a picture of which only the types are known, as it is."""
        rgb, _ = raster.read(0, 0, raster.width, raster.height)
        summaries = tuple(TypeSummary(by_id(n), 1, 1.0, 1, 1) for n in labels)
        name, size = f"{self._stem(raster.path)}.png", max(raster.width, raster.height)
        _write_png(self.folder / IMAGE / name, rgb[..., ::-1])
        self.items.append(Sample(name, raster.path, 0, 0, size, summaries, scene, has_mask=False))

    def move(self, sample: Sample, folder: Path) -> None:
        """Move the files of a sample to where they belong."""
        for kind in (IMAGE, MASK) if sample.has_mask else (IMAGE,):
            (self.folder / kind / sample.name).rename(folder / kind / sample.name)

    def _stem(self, raster: str) -> str:
        """Return the raster's own part of the names of its blocks, which no other raster has."""
        if raster not in self._stems:
            stem = wanted = re.sub(r"[^\w.]+", "_", Path(raster).stem)
            number = 1
            while stem in self._taken:
                number += 1
                stem = f"{wanted}_{number}"
            self._stems[raster] = stem
            self._taken.add(stem)
        return self._stems[raster]


def _padded(pixels: np.ndarray, size: int, value: int) -> np.ndarray:
    """Return uint8 [size, size, ...] with `pixels` in its upper left corner."""
    square = np.full((size, size, *pixels.shape[2:]), value, np.uint8)
    square[: pixels.shape[0], : pixels.shape[1]] = pixels
    return square


def _write_png(path: Path, pixels: np.ndarray) -> None:
    # The encoder's own writing fails on names that are not ASCII on some systems.
    path.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
