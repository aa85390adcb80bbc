"""A square cut out of a picture and of everything that lies on it alike."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class Cut:
    """A square to be cut out of arrays of one place, turned, flipped and brought to `side` pixels.

    Attributes
    ----------
    x, y, wanted : int
        Column, row and side of the square in pixels.
    turns : int
        Quarter turns.
    flipped : bool
    side : int
    """

    x: int
    y: int
    wanted: int
    turns: int
    flipped: bool
    side: int

    def image(self, image: np.ndarray) -> np.ndarray:
        """Cut uint8 [H, W, 3 n] -> [side, side, 3 n]."""
        return _resized(self._piece(image), self.side)

    def mask(self, mask: np.ndarray) -> np.ndarray:
        """Cut a label map uint8 [H, W] -> [side, side], without mixing its values."""
        piece = np.ascontiguousarray(self._piece(mask))
        return cv2.resize(piece, (self.side, self.side), interpolation=cv2.INTER_NEAREST)

    def _piece(self, array: np.ndarray) -> np.ndarray:
        piece = np.rot90(array[self.y : self.y + self.wanted, self.x : self.x + self.wanted], self.turns)
        return piece[:, ::-1] if self.flipped else piece


def draw_cut(shape: tuple[int, ...], rng: np.random.Generator, side: int, closest: float = 1.25) -> Cut:
    """Draw a square anywhere in an array of `shape`, at a scale of 0.5 to 1.25 (or `closest`).

    Magnifying more would pass soft ground off as sharp.
    """
    largest = min(shape[:2])
    wanted = int(np.clip(side / np.exp(rng.uniform(np.log(0.5), np.log(closest))), side / closest, largest))
    if rng.random() < 0.4:
        wanted = min(side, largest)
    y, x = (int(rng.integers(0, n - wanted + 1)) for n in shape[:2])
    return Cut(x, y, wanted, int(rng.integers(4)), bool(rng.random() < 0.5), side)


def middle(shape: tuple[int, ...], side: int) -> Cut:
    """Return the square in the middle of an array of `shape` as it is, for training without augmentation.

    Only an image that is smaller than that is enlarged.
    """
    wanted = min(side, *shape[:2])
    y, x = ((n - wanted) // 2 for n in shape[:2])
    return Cut(x, y, wanted, 0, False, side)


def _resized(piece: np.ndarray, side: int) -> np.ndarray:
    if piece.shape[0] == side:
        return np.ascontiguousarray(piece)
    kernel = cv2.INTER_AREA if piece.shape[0] > side else cv2.INTER_CUBIC
    bands = (np.ascontiguousarray(piece[..., k : k + 3]) for k in range(0, piece.shape[2], 3))
    resized = [cv2.resize(band, (side, side), interpolation=kernel) for band in bands]
    return resized[0] if len(resized) == 1 else np.concatenate(resized, 2)
