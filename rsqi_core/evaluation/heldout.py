"""Blocks that thresholds are set on: held-out pictures that the frozen benchmark leaves alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import RsqiError
from ..synthesis.cloud import matte_of
from ..synthesis.compose import Sample, compose
from ..synthesis.landscape import landscape
from ..taxonomy import CODES
from ..training.pool import clean_files, cloud_pairs, read_rgb, tiles

SIDE = 384  # px; the largest multiple of 32 that all held-out pictures hold
_LANDSCAPES = 16
_SEED = 50_000  # of the landscapes; training and benchmark have others


@dataclass(frozen=True)
class HeldOut:
    """Backgrounds (uint8 [384, 384, 3]) and cloud mattes."""

    backgrounds: list[np.ndarray]
    mattes: list[np.ndarray]


def held_out(data: Path) -> HeldOut:
    """Read every other held-out picture, plus procedural landscapes; the benchmark has the other pictures."""
    files = clean_files(data, validation=True)[::2]
    if not files:
        raise RsqiError(f"{data}: none of the held-out pictures is here")
    pictures = [tile for file in files for tile in tiles(read_rgb(file))[:4]]
    pictures += [landscape(512, seed=_SEED + k) for k in range(_LANDSCAPES)]
    backgrounds = [
        np.ascontiguousarray(picture[:SIDE, :SIDE]) for picture in pictures if min(picture.shape[:2]) >= SIDE
    ]
    lifted = [matte_of(read_rgb(a), read_rgb(b)) for a, b, _ in cloud_pairs(data, validation=True)]
    return HeldOut(backgrounds, [(m * 255).astype(np.uint8) for m in lifted if m is not None])


def defective(source: HeldOut, count: int) -> list[Sample]:
    """Compose `count` blocks with errors: every type in turn, a fifth of them with a second type."""
    rng = np.random.default_rng(7)
    samples = []
    for k in range(count):
        codes = {CODES[k % len(CODES)]}
        if rng.random() < 0.2:
            codes.add(str(rng.choice(CODES)))
        background = source.backgrounds[int(rng.integers(len(source.backgrounds)))]
        samples.append(compose(background, rng, sorted(codes), source.mattes))
    return samples


def clean(source: HeldOut, count: int) -> list[Sample]:
    """Compose `count` blocks without errors that went through the same nuisance."""
    rng = np.random.default_rng(8)
    order = rng.permutation(max(count, len(source.backgrounds)))[:count] % len(source.backgrounds)
    return [compose(source.backgrounds[k], rng, ()) for k in order]
