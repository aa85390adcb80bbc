"""Blocks from imagery that training never sees, defective and clean, the same ones every time."""

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
PARTS = (
    "calibrate",
    "test",
)  # two halves of the held-out pictures, so that thresholds are not tested on their own data
_LANDSCAPES = 16


@dataclass(frozen=True)
class HeldOut:
    """Backgrounds (uint8 [384, 384, 3]) and cloud mattes of one part."""

    part: str
    backgrounds: list[np.ndarray]
    mattes: list[np.ndarray]


def held_out(data: Path, part: str) -> HeldOut:
    """Read one part of the held-out pictures, plus procedural landscapes of seeds of their own."""
    half = PARTS.index(part)
    files = clean_files(data, validation=True)[half::2]
    if not files:
        raise RsqiError(f"{data}: none of the held-out pictures is here")
    pictures = [tile for file in files for tile in tiles(read_rgb(file))[:4]]
    pictures += [landscape(512, seed=50_000 + 100 * half + k) for k in range(_LANDSCAPES)]
    backgrounds = [
        np.ascontiguousarray(picture[:SIDE, :SIDE]) for picture in pictures if min(picture.shape[:2]) >= SIDE
    ]
    lifted = [matte_of(read_rgb(a), read_rgb(b)) for a, b, _ in cloud_pairs(data, validation=True)]
    return HeldOut(part, backgrounds, [(m * 255).astype(np.uint8) for m in lifted if m is not None])


def defective(source: HeldOut, count: int) -> list[Sample]:
    """Compose `count` blocks with errors: every type in turn, a fifth of them with a second type."""
    rng = np.random.default_rng([7, PARTS.index(source.part)])
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
    rng = np.random.default_rng([8, PARTS.index(source.part)])
    order = rng.permutation(max(count, len(source.backgrounds)))[:count] % len(source.backgrounds)
    return [compose(source.backgrounds[k], rng, ()) for k in order]
