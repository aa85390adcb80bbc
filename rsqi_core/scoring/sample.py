"""Draw some of many by their names, the same ones on every computer.

Imported inside QGIS as well: standard library only, Python 3.9 syntax.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def draw_alike(names: Sequence[str], count: int, seed: str = "") -> tuple[str, ...]:
    """Draw `count` names, all if there are fewer; the same seed draws the same ones, whatever their order."""
    return tuple(sorted(sorted(names, key=lambda name: _rank(seed, name))[:count]))


def _rank(seed: str, name: str) -> bytes:
    return hashlib.sha256(f"{seed}\0{name}".encode()).digest()
