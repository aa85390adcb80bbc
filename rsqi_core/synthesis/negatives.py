"""Hard negatives: things on the ground that look like an error and are none (domain facts, section 3)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from . import lookalike_built as built
from . import lookalike_ground as ground

Decoy = Callable[[np.ndarray, np.random.Generator], np.ndarray]

DECOYS: dict[str, tuple[Decoy, ...]] = {
    "cloud": (
        ground.snow,
        ground.sand,
        ground.dry_soil,
        ground.glint,
        built.white_roofs,
        built.concrete,
        built.white_sheets,
    ),
    "shadow": (ground.dark_water, ground.black_water, ground.ponds, ground.burnt, ground.forest, built.asphalt),
    "stretching_blur": (ground.furrows, ground.terraces, ground.tree_rows),
    "blur": (ground.even_ground,),
    "spectral_overflow": (built.colored_roofs, built.greenhouses, built.sports_field),
    "distortion": (ground.meander, ground.contour_roads, ground.curved_borders, ground.ponds),
    "stitching_trace": (ground.crop_edge, ground.shoreline),
    "stitching_misalignment": (built.roads, built.staggered_blocks),
    "stripe_noise": (
        built.roads,
        built.lane_lines,
        built.parking_lot,
        built.rails,
        built.solar_panels,
        built.power_lines,
        ground.furrows,
    ),
    "pixel_missing": (ground.black_water, built.saturated_roofs, built.white_sheets),
}

# Water, snow and roofs are what clouds and shadows are taken for most often, and few images are without them.
_WEIGHTS = np.array([{"cloud": 2.0, "shadow": 3.5, "stripe_noise": 1.5}.get(code, 1.0) for code in DECOYS])
_SHARES = _WEIGHTS / _WEIGHTS.sum()


def decoy(image: np.ndarray, rng: np.random.Generator, code: str | None = None) -> np.ndarray:
    """Put something into an image that looks like an error and is none.

    Parameters
    ----------
    image : numpy.ndarray
        uint8 [H, W, 3].
    code : str, optional
        Type that it shall be mistaken for; drawn when missing.

    Returns
    -------
    numpy.ndarray
        uint8 [H, W, 3]; what was put in needs no label.
    """
    choices = DECOYS[code or str(rng.choice(list(DECOYS), p=_SHARES))]
    return choices[int(rng.integers(len(choices)))](image, rng)
