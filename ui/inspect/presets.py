"""How thoroughly to inspect, in three steps: one table."""

from __future__ import annotations

from dataclasses import dataclass

from ...rsqi_core import limits


@dataclass(frozen=True)
class Preset:
    """Values of `rsqi:inspect` that go together; the thresholds are the model's own, one for each type.

    Attributes
    ----------
    name : str
    blocks : tuple of int
        Sides of the blocks in pixels.
    overlap : float
        Share of a block that its neighbour sees too.
    sensitivity : float
        What the odds of every threshold are divided by.
    """

    name: str
    blocks: tuple[int, ...]
    overlap: float
    sensitivity: float = limits.SENSITIVITY


PRESETS = (
    Preset("quick", limits.BLOCK_SIZES[:1], 0.0),
    Preset("standard", limits.BLOCK_SIZES, limits.OVERLAP),
    Preset("strict", limits.BLOCK_SIZES, 0.4, 4.0),
)
STANDARD = PRESETS[1]


def preset_of(blocks: tuple[int, ...], overlap: float, sensitivity: float) -> Preset | None:
    """Return the preset that has these values; None if no preset has them."""

    def near(one: float, other: float) -> bool:
        return abs(one - other) < 1e-6

    same = (p for p in PRESETS if set(p.blocks) == set(blocks))
    return next((p for p in same if near(p.overlap, overlap) and near(p.sensitivity, sensitivity)), None)
