"""A large block made small while its rows pass by, as if the whole of it had been resized at once."""

from __future__ import annotations

import math

import cv2
import numpy as np

from ..blocks import Block

_ROWS = 16  # least rows resized at a time: few calls are needed, and few rows wait where many blocks lie side by side


def tile_shape(block: Block, side: int) -> tuple[int, int]:
    """Rows and columns of a block's picture for a network that takes `side` px: decimated, never enlarged."""
    scale = min(1.0, side / max(block.width, block.height))
    return max(1, round(block.height * scale)), max(1, round(block.width * scale))


def shrink(rgb: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Average uint8 [H, W, 3] down to `shape` (rows, columns); itself if it has that shape."""
    return rgb if rgb.shape[:2] == shape else cv2.resize(rgb, shape[::-1], interpolation=cv2.INTER_AREA)


class Decimator:
    """Average the pixels of one block down to a smaller picture.

    The block is cut into groups of rows that hold whole rows of the picture; each is resized as soon as it is
    complete. The groups depend on the two sizes alone, so it does not matter in which portions the rows arrive. Where
    the block is a whole number of times the picture, as it mostly is, the result is that of one `cv2.resize` by area.

    Parameters
    ----------
    shape : (int, int)
        Rows and columns of the block.
    target : (int, int)
        Rows and columns of the picture, none larger than the block's.

    Attributes
    ----------
    picture : numpy.ndarray
        uint8 [*target, 3].
    seen : bool
        Has any pixel been valid?
    """

    def __init__(self, shape: tuple[int, int], target: tuple[int, int]):
        self._width = shape[1]
        whole = math.gcd(shape[0], target[0])
        groups = max(1, min(whole, shape[0] // _ROWS))
        ends = [(k + 1) * whole // groups for k in range(groups)]
        self._ends = [(end * (shape[0] // whole), end * (target[0] // whole)) for end in ends]
        self._waiting: list[np.ndarray] = []
        self._rows = self._made = 0
        self.picture = np.zeros((*target, 3), np.uint8)
        self.seen = False

    def add(self, rgb: np.ndarray, valid: np.ndarray | None = None) -> None:
        """Take the next rows: uint8 [N, width, 3] and bool [N, width], or None if all pixels are valid."""
        self.seen = self.seen or valid is None or bool(valid.any())
        while len(rgb):
            end, _ = self._ends[0]
            part, rgb = rgb[: end - self._rows], rgb[end - self._rows :]
            complete = self._rows + len(part) == end
            self._put(part if complete else part.copy())  # the caller's rows may change after this call

    def skip(self, count: int) -> None:
        """Take rows in which nothing is."""
        while count:
            rows = min(count, self._ends[0][0] - self._rows)
            self._put(np.broadcast_to(np.uint8(0), (rows, self._width, 3)))
            count -= rows

    def _put(self, part: np.ndarray) -> None:
        self._waiting.append(part)
        self._rows += len(part)
        end, made = self._ends[0]
        if self._rows == end:
            if any(part.strides[0] for part in self._waiting):
                target = self.picture[self._made : made]
                target[:] = shrink(np.concatenate(self._waiting), target.shape[:2])
            self._waiting.clear()
            self._made = made
            self._ends.pop(0)
