"""Views of labelled blocks as `transformers` takes them; each is a function of its number, so that a run can go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from ..dataset.labelled_blocks import LabelledBlock, draw_view
from ..models.preprocessing import Preprocessing
from .pretrained import target

_ORDER, _VIEW = 1, 2  # streams of random numbers


class Views(Dataset[dict[str, Tensor]]):
    """`count` views, one of each block after the other, in another order each time round.

    Parameters
    ----------
    kind, outputs
        Of the checkpoint, as in `rsqi_core.models.checkpoints.Checkpoint`.
    side : int
        Of the square that a block is shown in, in pixels, before the checkpoint's own preprocessing.
    augment : bool
        Cut and flip at random.
    """

    def __init__(
        self,
        blocks: Sequence[LabelledBlock],
        kind: str,
        outputs: Mapping[int, int],
        preprocessing: Preprocessing,
        side: int,
        count: int | None = None,
        augment: bool = False,
        seed: int = 0,
    ):
        self.blocks, self.kind, self.outputs, self.preprocessing = blocks, kind, outputs, preprocessing
        self.side, self.augment, self.seed = side, augment, seed
        self.count = len(blocks) if count is None else count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, number: int) -> dict[str, Tensor]:
        """Return ``pixel_values``, float32 [3, h, w], and ``labels``, uint8 of `target`."""
        turn, place = divmod(number, len(self.blocks))
        if self.augment or self.count > len(self.blocks):
            place = int(order(self.seed, turn, len(self.blocks))[place])
        rng = np.random.default_rng([self.seed, _VIEW, number])
        sample = draw_view(self.blocks[place], rng, self.side, self.augment)
        pixels = self.preprocessing.normalize(self.preprocessing.resize(torch.from_numpy(sample.image[None])))[0]
        return {"pixel_values": pixels, "labels": target(sample, self.kind, self.outputs)}


@lru_cache(4)
def order(seed: int, turn: int, count: int) -> np.ndarray:
    """Return in which order `count` things are shown the `turn`-th time round."""
    return np.random.default_rng([seed, _ORDER, turn]).permutation(count)
