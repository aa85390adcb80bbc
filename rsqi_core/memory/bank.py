"""What a clean image looks like to a model: prototypes of its features, and how far from them a clean patch may be.

The way of PatchCore (Roth et al., *Towards total recall in industrial anomaly detection*, 2022; survey, section 3.2):
a patch is as unusual as its features are far from the nearest patch of the memory.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

STRIDE = 8  # px of a block that one cell of the scores stands for
TOP = 254  # of a score as a byte; 255 is nodata
_SMOOTHED = 0.75  # cells; standard deviation of the filter that joins neighbouring distances


@dataclass(frozen=True)
class Memory:
    """Clean patches in few numbers.

    Attributes
    ----------
    model : str
        Hash of the model whose features they are.
    projection : numpy.ndarray
        float32 [C, D]: from the features of a cell to a few numbers, normalisation included.
    offset : numpy.ndarray
        float32 [D], taken off afterwards.
    prototypes : numpy.ndarray
        float32 [M, D]: the patches that are remembered.
    limit : float
        Distance that a clean cell hardly ever reaches; there the score is 0.5.
    notes : mapping
        Where it comes from: images, cells and settings, JSON-ready.
    hash : str
        Short hash of the file, hexadecimal; empty for one that has none.
    """

    model: str
    projection: np.ndarray
    offset: np.ndarray
    prototypes: np.ndarray
    limit: float
    notes: Mapping[str, Any] = field(default_factory=dict)
    hash: str = ""

    def distances(self, features: Sequence[np.ndarray]) -> np.ndarray:
        """Return how far each cell is from the nearest clean patch, float32 [N, h, w] at stride `STRIDE`.

        Parameters
        ----------
        features : sequence of numpy.ndarray
            float32 [N, C, H, W] each, of `rsqi_core.models.Description`.
        """
        joined = cells(features)
        n, _, h, w = joined.shape
        found = [
            smooth(nearest(self.project(each.reshape(len(each), -1).T), self.prototypes).reshape(h, w))
            for each in joined
        ]
        return np.stack(found) if n else np.zeros((0, h, w), np.float32)

    def scores(self, features: Sequence[np.ndarray]) -> np.ndarray:
        """Return how unusual each cell is, uint8 [N, h, w]: 0 to `TOP`, half of it where the limit is."""
        return as_bytes(self.distances(features), self.limit)

    def project(self, vectors: np.ndarray) -> np.ndarray:
        """Return float32 [N, D] of feature vectors [N, C]."""
        return vectors @ self.projection - self.offset


def cells(features: Sequence[np.ndarray]) -> np.ndarray:
    """Return the features of one cell each, float32 [N, C, h, w]: finer planes by their mean."""
    side = features[-1].shape[2:]
    planes: list[np.ndarray] = []
    for each in features:
        n, c, h, w = each.shape
        step = h // side[0]
        if step == 1:
            planes.append(each)
            continue
        planes.append(each.reshape(n, c, h // step, step, w // step, step).mean((3, 5), dtype=np.float32))
    return np.concatenate(planes, 1)


def nearest(points: np.ndarray, prototypes: np.ndarray) -> np.ndarray:
    """Return the distance of each of points [N, D] to the nearest of prototypes [M, D], float32 [N].

    One product of matrices: |p - q|^2 = |p|^2 - 2 p q + |q|^2.
    """
    products = points @ (-2 * prototypes.T)
    products += np.einsum("md,md->m", prototypes, prototypes)
    least = products.min(1) + np.einsum("nd,nd->n", points, points)
    return np.sqrt(np.maximum(least, 0, out=least), out=least)


def smooth(distances: np.ndarray) -> np.ndarray:
    """Return float32 [h, w], each cell with its neighbours: what is unusual seldom ends with a cell."""
    return cv2.GaussianBlur(distances.astype(np.float32, copy=False), (0, 0), _SMOOTHED, borderType=cv2.BORDER_REFLECT)


def as_bytes(distances: np.ndarray, limit: float) -> np.ndarray:
    """Return distances as uint8 scores of 0 to `TOP`: one half at the limit, 0.94 at twice of it."""
    scores = 1 - np.exp(np.square(distances / np.float32(limit)) * np.float32(-math.log(2)))
    return np.rint(scores * TOP).astype(np.uint8)
