"""The blocks that thresholds are set on, composed from held-out pictures that the frozen benchmark does not use."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...errors import RsqiError
from ...imagery import CLEAN, MATTES, Picture, clean_files, read_picture, read_rgb, twins, with_own_shadows
from ...imagery.cut import Cut
from ...synthesis import negatives, nuisance
from ...synthesis.cloud import matte_of
from ...synthesis.compose import Sample, compose, held_by, sample_of
from ...synthesis.landscape import landscape
from ...taxonomy import CODES

SIDE, SMALL = 512, 384  # px of a block, and of one from a picture that is smaller than that
COARSEST = 4  # times the side of a block that it may show of the ground, as a block of 2048 px does
# Seeds and sides of the landscapes; training, contact sheets and benchmark have other seeds.
LANDSCAPES = {**dict.fromkeys(range(70_000, 70_040), SIDE), **dict.fromkeys(range(70_040, 70_044), COARSEST * SIDE)}
_COLLAR = 0.1  # share of the blocks that the edge of the footprint crosses
_SECOND_TYPE = 0.2  # share of the blocks with errors that get another one
# Random numbers of the blocks of a kind begin with these.
_DEFECTIVE, _CLEAN, _DECOY = 7, 8, 9


@dataclass(frozen=True)
class CalibrationBlocks:
    """Backgrounds (those that large blocks fit in come several times) and cloud mattes (uint8 [H, W]).

    A block is a function of its kind and number, so that none has to be kept. It is 512 px wide where the background
    is. Half of the blocks show it as it is, the others more of it, up to four times, as far as there is more: the
    blocks of an inspection are seen at both scales.
    """

    backgrounds: list[Picture]
    mattes: list[np.ndarray]

    def defective(self, k: int) -> Sample:
        """Block `k` with errors: every type in turn, a fifth of the blocks with a second one."""
        rng = np.random.default_rng([_DEFECTIVE, k])
        codes = {CODES[k % len(CODES)]}
        if rng.random() < _SECOND_TYPE:
            codes.add(str(rng.choice(CODES)))
        return compose(self._window(rng), rng, sorted(codes), self.mattes)

    def clean(self, k: int) -> Sample:
        """Block `k` without errors, which went through the same nuisance; the backgrounds take turns."""
        rng = np.random.default_rng([_CLEAN, k])
        return _without_errors(self._window(rng, k), rng)

    def decoy(self, k: int) -> Sample:
        """Hard negative `k`: a block without errors that holds a look-alike, of each type in turn."""
        rng = np.random.default_rng([_DECOY, k])
        window = self._window(rng)
        return _without_errors(replace(window, image=negatives.decoy(window.image, rng, CODES[k % len(CODES)])), rng)

    def _window(self, rng: np.random.Generator, k: int | None = None) -> Picture:
        background = self.backgrounds[(int(rng.integers(1 << 31)) if k is None else k) % len(self.backgrounds)]
        shape = background.image.shape
        room = min(shape[:2])
        side = SIDE if room >= SIDE else SMALL
        wanted = side
        if rng.random() < 0.5:
            wanted = round(side * np.exp(rng.uniform(0, np.log(min(COARSEST, room / side)))))
        y, x = (int(rng.integers(0, n - wanted + 1)) for n in shape[:2])
        return background.cut(Cut(x, y, wanted, int(rng.integers(4)), False, side))


def read_calibration_blocks(data: Path) -> CalibrationBlocks:
    """Read the pictures that thresholds are set on, procedural landscapes, and clouds.

    The benchmark tests on every held-out cloud, so that these are the clouds that training lifted; bent and turned
    anew they are no longer the same.
    """
    files = pictures(data)
    if not files:
        raise RsqiError(f"{data}: none of the held-out pictures is here")
    kinds = {kind.name: kind for kind in CLEAN}
    whole = [read_picture(file, kinds[file.parent.name]) for file in files]
    whole += [with_own_shadows(landscape(side, seed)) for seed, side in LANDSCAPES.items()]
    backgrounds = [picture for picture in whole for _ in range(_times(picture.image))]
    lifted = [matte_of(read_rgb(cloudy), read_rgb(clear)) for cloudy, clear in twins(data, MATTES[0], validation=False)]
    return CalibrationBlocks(backgrounds, [(m * 255).astype(np.uint8) for m in lifted if m is not None])


def pictures(data: Path) -> list[Path]:
    """Every other held-out picture; the benchmark has the others."""
    return clean_files(data, validation=True)[::2]


def _times(picture: np.ndarray) -> int:
    """How often a picture comes: once for each square of twice a block's side, not at all if it is too small."""
    if min(picture.shape[:2]) < SMALL:
        return 0
    rows, columns = (-(-n // (2 * SIDE)) for n in picture.shape[:2])
    return rows * columns


def _without_errors(picture: Picture, rng: np.random.Generator) -> Sample:
    image = nuisance.delivery(nuisance.ground(picture.image, rng), rng)
    shape = image.shape[:2]
    valid = nuisance.collar(shape, rng) if rng.random() < _COLLAR else np.ones(shape, bool)
    return sample_of(image, held_by(picture), valid, picture.unknown)
