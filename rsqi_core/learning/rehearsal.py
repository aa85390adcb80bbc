"""Backgrounds on which errors of all types are composed during fine-tuning.

A dataset of reviewed clouds labels every other type as absent: trained on nothing else, a network would unlearn them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..dataset.labelled_blocks import LabelledBlock, draw_crop
from ..imagery.picture import Picture, with_own_shadows
from ..synthesis.landscape import landscape
from ..training.pool import TILE, pack_pictures

SMALLEST = 256  # px; side of a background
_MOST = 200  # backgrounds taken from the dataset
_LANDSCAPES = 12  # procedural ones beside them
_SEED = 30_000  # of the landscapes; no other use has these seeds


def pack_rehearsal(blocks: Sequence[LabelledBlock], file: Path, landscapes: int = _LANDSCAPES) -> int:
    """Write a pool of the blocks without errors and without invalid pixels, and of some landscapes.

    Returns how many pictures went in; 0 if the pool is there already.

    Raises
    ------
    RsqiError
        If a block cannot be read, or the pool cannot be written.
    """
    if file.exists():
        return 0
    clean = [block for block in blocks if not block.labels and block.size >= SMALLEST]
    pictures = [with_own_shadows(landscape(TILE, seed=_SEED + k)) for k in range(landscapes)]
    step = max(1, len(clean) // _MOST)
    for block in clean[::step]:
        sample = draw_crop(block, np.random.default_rng(0), min(TILE, block.size // 8 * 8), augment=False)
        if sample.valid.all():
            pictures.append(Picture(sample.image))
    pack_pictures(pictures, file)
    return len(pictures)
