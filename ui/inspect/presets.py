"""How thoroughly to inspect, in three steps: one table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Preset:
    """Values of `rsqi:inspect` that go together.

    Attributes
    ----------
    name : str
    blocks : tuple of int
        Sides of the blocks in pixels.
    overlap : float
        Share of a block that its neighbour sees too.
    threshold : float or None
        Probability from which a block holds a type; None is the model's own of each type.
    """

    name: str
    blocks: tuple[int, ...]
    overlap: float
    threshold: float | None = None


PRESETS = (
    Preset("quick", (1024, 2048), 0.0),
    Preset("standard", (512, 2048), 0.2),
    Preset("strict", (512, 1024, 2048), 0.4),
)
STANDARD = PRESETS[1]


def preset_of(blocks: tuple[int, ...], overlap: float, threshold: float | None) -> Preset | None:
    """Return the preset that has these values; None if they are somebody's own."""
    same = (p for p in PRESETS if (set(p.blocks), p.threshold) == (set(blocks), threshold))
    return next((p for p in same if abs(p.overlap - overlap) < 1e-6), None)
