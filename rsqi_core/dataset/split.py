"""The split into a training and a test part, balanced and without common pixels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely import STRtree, box

WHOLE = 5  # scenes, from which none need be divided between the parts


class Placed(Protocol):
    """A block as `split` sees it: a square in the pixels of a raster, and the types that it shows."""

    @property
    def raster(self) -> str:
        """Path of the raster it comes from."""

    @property
    def x(self) -> int:
        """First column."""

    @property
    def y(self) -> int:
        """First row."""

    @property
    def size(self) -> int:
        """Its side in pixels."""

    @property
    def scene(self) -> str:
        """What it was cut from: a raster, or a scene or map sheet of several."""

    @property
    def labels(self) -> tuple[int, ...]:
        """Numbers of the types in it."""


def split(samples: Sequence[Placed], share: float, rng: np.random.Generator, whole: bool = False) -> np.ndarray:
    """Choose the test part.

    Blocks of a raster that share pixels go together. Of these groups one after the other moves to the test part, each
    time the one that brings the numbers of blocks, of each type and of each combination of types closest to `share`,
    until none does (a greedy stratification; paper, section 2.2: 9:1 with balanced proportions).

    Parameters
    ----------
    share : float
        Of the test part, 0..1.
    whole : bool
        Keep all blocks of a scene together.

    Returns
    -------
    numpy.ndarray
        bool [N], True for the test part.
    """
    if not samples or not share:
        return np.zeros(len(samples), bool)
    group = np.unique([s.scene for s in samples], return_inverse=True)[1] if whole else _groups(samples)
    features = _features(samples, share)
    counts = np.zeros((group.max() + 1, features.shape[1]))
    np.add.at(counts, group, features)
    wanted = share * counts.sum(0)
    weight = 1 / np.maximum(wanted, 1)
    # Chance decides between equals.
    order = rng.permutation(len(counts))
    counts, chosen = counts[order], np.zeros(len(counts), bool)
    missing = wanted.copy()
    while not chosen.all():
        gain = (missing**2 - (missing - counts) ** 2) @ weight
        gain[chosen] = -np.inf
        best = int(np.argmax(gain))
        # A single scene may be more than the share, and is still the least that can be tested with.
        if gain[best] <= 0 and (chosen.any() or not whole or len(counts) == 1):
            break
        chosen[best] = True
        missing -= counts[best]
    return np.isin(group, order[chosen])


def _features(samples: Sequence[Placed], share: float) -> np.ndarray:
    """Return bool [N, K]: any block; each type; each combination of which the test part can have one."""
    sets = [frozenset(sample.labels) for sample in samples]
    labels = sorted(set().union(*sets))
    combinations = sorted((c for c, count in Counter(sets).items() if share * count >= 0.5), key=sorted)
    columns = [[True] * len(sets)]
    columns += [[label in labels_of for labels_of in sets] for label in labels]
    columns += [[labels_of == combination for labels_of in sets] for combination in combinations]
    return np.array(columns).T


def _groups(samples: Sequence[Placed]) -> np.ndarray:
    """Return a number for each block, the same for those that are linked by common pixels, int [N]."""
    linked: list[np.ndarray] = []
    by_raster: dict[str, list[int]] = {}
    for n, sample in enumerate(samples):
        by_raster.setdefault(sample.raster, []).append(n)
    for members in by_raster.values():
        index = np.array(members)
        # Squares that only touch share no pixel.
        squares = [
            box(s.x + 0.25, s.y + 0.25, s.x + s.size - 0.25, s.y + s.size - 0.25) for s in (samples[n] for n in members)
        ]
        linked.append(index[STRtree(squares).query(squares, predicate="intersects")])
    first, second = np.concatenate(linked, axis=1)
    links = coo_array((np.ones(len(first)), (first, second)), (len(samples), len(samples)))
    return connected_components(links, directed=False)[1]
