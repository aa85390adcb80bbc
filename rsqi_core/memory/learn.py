"""From clean blocks to a memory of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..classify import as_tile
from ..errors import ModelError, RasterError
from ..limits import MEMORY_PATCHES
from ..models import Model
from .bank import STRIDE, Memory, cells, nearest, smooth
from .coreset import greedy_coreset

DIMENSIONS = 96  # that are left of the features: random directions keep distances (Johnson and Lindenstrauss)
QUANTILE = 0.999  # of clean cells stay under the limit
HELD = 4  # of so many blocks one sets the limit and is not remembered
LEAST_BLOCKS = 4
_CELLS = 20_000  # that the patches are chosen from
_EACH = 512  # cells of a block that may be chosen: neighbours are much alike
_FLAT = 1e-3  # deviation below which a feature says nothing


@dataclass
class Learner:
    """Takes clean blocks one by one; its size does not depend on how many there are.

    Parameters
    ----------
    model : Model
        Whose classifier gives the features that its segmenter goes on from.
    seed : int
        The same blocks with the same seed make the same memory.

    Raises
    ------
    ModelError
        The model gives no features.
    """

    model: Model
    seed: int = 0
    blocks: int = 0
    _chosen: list[np.ndarray] = field(default_factory=list)
    _held: list[np.ndarray] = field(default_factory=list)

    def __post_init__(self) -> None:
        check_model(self.model)
        self._rng = np.random.default_rng(self.seed)

    def add(self, rgb: np.ndarray, valid: np.ndarray | None = None, held: bool = False) -> None:
        """Look at a clean block.

        Parameters
        ----------
        rgb : numpy.ndarray
            uint8 [h, w, 3], at most the side of the model's input.
        valid : numpy.ndarray, optional
            bool [h, w]; all by default.
        held : bool
            Keep it for the limit instead of remembering it.
        """
        joined = cells(self.model.describe(as_tile(rgb, self.model.card.tile_size)[None]).features)[0]
        h, w = rgb.shape[0] // STRIDE, rgb.shape[1] // STRIDE
        vectors = joined[:, :h, :w]
        known = np.ones(rgb.shape[:2], bool) if valid is None else valid
        inside = np.asarray(known[: h * STRIDE, : w * STRIDE].reshape(h, STRIDE, w, STRIDE).all((1, 3)))
        if not inside.any():
            return
        self.blocks += 1
        if held:
            self._held.append(np.where(inside, vectors, np.nan).astype(np.float16))
        else:
            found = vectors[:, inside].T
            picked = self._rng.permutation(len(found))[:_EACH]
            self._chosen.append(found[np.sort(picked)])
            if len(self._chosen) > 2 * (_CELLS // _EACH):
                self._thin()

    def memory(
        self,
        patches: int = MEMORY_PATCHES,
        seen: Callable[[int], None] = lambda chosen: None,
        notes: dict[str, Any] | None = None,
    ) -> Memory:
        """Return the memory of all blocks so far.

        Parameters
        ----------
        seen : callable
            Gets the number of patches chosen so far; may raise to end it.

        Raises
        ------
        RasterError
            There were too few blocks.
        """
        if self.blocks < LEAST_BLOCKS or not self._held or not self._chosen:
            side = self.model.card.tile_size
            raise RasterError(
                f"{self.blocks} clean blocks of {side} px are too few to know what is usual; "
                f"give images that hold {LEAST_BLOCKS} at least"
            )
        points = np.concatenate(self._chosen)
        points = points[np.sort(self._rng.permutation(len(points))[:_CELLS])]
        mean, deviation = points.mean(0), points.std(0)
        scale = np.where(deviation > _FLAT, 1 / np.maximum(deviation, _FLAT), 0).astype(np.float32)
        random = self._rng.standard_normal((points.shape[1], DIMENSIONS)).astype(np.float32)
        projection = scale[:, None] * random / np.float32(np.sqrt(DIMENSIONS * points.shape[1]))
        offset = mean @ projection
        small = points @ projection - offset
        prototypes = small[greedy_coreset(small, patches, seen)].astype(np.float16).astype(np.float32)
        found = Memory(self.model.hash, projection, offset, prototypes, 1.0)
        distances = np.concatenate([_distances(found, each) for each in self._held])
        limit = float(np.quantile(distances, QUANTILE))
        noted = {"blocks": self.blocks, "patches": len(prototypes), "quantile": QUANTILE, **(notes or {})}
        return Memory(self.model.hash, projection, offset, prototypes, max(limit, 1e-6), noted)

    def _thin(self) -> None:
        """Forget half of what was chosen, each cell with the same chance."""
        points = np.concatenate(self._chosen)
        self._chosen = [points[np.sort(self._rng.permutation(len(points))[: len(points) // 2])]]


def check_model(model: Model) -> None:
    """Refuse a model whose classifier gives no features.

    Raises
    ------
    ModelError
    """
    if not model.card.features:
        raise ModelError(
            f"{model.folder}: this model gives no features to remember; take the embedded one, or one of its kind"
        )


def _distances(memory: Memory, vectors: np.ndarray) -> np.ndarray:
    """Distances of the valid cells of a block, float32 [n], of its features [C, h, w] with NaN where not valid."""
    inside = np.isfinite(vectors[0])
    filled = np.nan_to_num(vectors.astype(np.float32))
    flat = nearest(memory.project(filled.reshape(len(filled), -1).T), memory.prototypes)
    return smooth(flat.reshape(inside.shape))[inside]
