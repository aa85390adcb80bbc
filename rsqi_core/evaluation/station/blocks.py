"""The blocks of a dataset's test part, drawn from their files when they are asked for, so that memory stays small."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np

from ...dataset.labelled_blocks import LabelledBlock, draw_tile
from ...synthesis.compose import Sample
from ...taxonomy import TYPES, by_id
from ..benchmark.frozen import Entry


def _silent() -> None:
    """Take no notice of a block."""


@dataclass(frozen=True)
class Tiles(Sequence[Sample]):
    """Blocks as a model takes them (`draw_tile`), each drawn anew whenever it is asked for; `drawn` is told of each."""

    blocks: Sequence[LabelledBlock]
    side: int | None = None
    drawn: Callable[[], None] = _silent

    def __len__(self) -> int:
        return len(self.blocks)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> Tiles: ...

    def __getitem__(self, index: int | slice) -> Sample | Tiles:
        if isinstance(index, slice):
            return Tiles(self.blocks[index], self.side, self.drawn)
        sample = draw_tile(self.blocks[index], self.side)
        self.drawn()
        return sample


@dataclass(frozen=True)
class RuleBlocks(Sequence[tuple[Entry, Sample]]):
    """Blocks at their own size with the entries that `run_rules` goes by."""

    tiles: Tiles

    def __len__(self) -> int:
        return len(self.tiles)

    @overload
    def __getitem__(self, index: int) -> tuple[Entry, Sample]: ...
    @overload
    def __getitem__(self, index: slice) -> RuleBlocks: ...

    def __getitem__(self, index: int | slice) -> tuple[Entry, Sample] | RuleBlocks:
        if isinstance(index, slice):
            return RuleBlocks(self.tiles[index])
        block = self.tiles.blocks[index]
        codes = tuple(by_id(n).code for n in block.labels)
        part = "defect" if codes else "clean"
        return Entry(block.image.stem, part, str(block.image), "", codes, "", 0, 0), self.tiles[index]


def true_map(sample: Sample) -> np.ndarray:
    """Return uint8 [H, W]: 0, 1..10, 255 where nobody could say."""
    truth = sample.segmentation.copy()
    for error_type in TYPES[6:]:
        for defect in sample.defects:
            if defect.code == error_type.code:
                truth[(defect.mask == 1) & sample.valid] = error_type.id
    return truth
