"""Pictures that lie in both parts of a dataset, as copies or nearly so: a test would ask what was learnt by heart.

A perceptual hash finds candidates whatever their size and compression; a look at both pictures decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np

from ..errors import RsqiError
from ..imagery.picture_file import read_rgb

_NEAR = 6  # of the 64 bits of a hash that may differ
_ALIKE = 0.97  # correlation from which two pictures are one
_PLAIN = 4.0  # grey levels; pictures that vary less, such as open water, look alike without being copies
_SIDE = 32  # px, of what is compared
_CHUNK = 128  # pictures compared at once
_ONES = np.array([n.bit_count() for n in range(256)], np.uint8)


class DuplicateError(RsqiError):
    """Two parts of a dataset share a picture."""

    code = "duplicate"


def refuse_duplicates(train: Mapping[str, Path], test: Mapping[str, Path]) -> None:
    """Refuse parts that share a picture.

    Parameters
    ----------
    train, test : mapping
        Name to be told of each picture, and its file.

    Raises
    ------
    DuplicateError
        Names the first pair, and how many there are.
    """
    pairs = near_duplicates(train, test)
    if pairs:
        first, second = pairs[0]
        more = f" (and {len(pairs) - 1} pairs more)" if len(pairs) > 1 else ""
        raise DuplicateError(
            f"{first} (to train) and {second} (to test) show the same{more}; remove one of each, or have them belong "
            "to one scene (--scene)"
        )


def near_duplicates(train: Mapping[str, Path], test: Mapping[str, Path]) -> list[tuple[str, str]]:
    """Return the pairs of names of pictures that are nearly the same."""
    if not train or not test:
        return []
    names = list(train), list(test)
    small, hashes = zip(*(_looked_at(list(part.values())) for part in (train, test)))
    found = []
    for start in range(0, len(names[0]), _CHUNK):
        differing = _ONES[hashes[0][start : start + _CHUNK, None] ^ hashes[1][None]].sum(-1)
        for i, j in np.argwhere(differing <= _NEAR):
            if _same(small[0][start + i], small[1][j]):
                found.append((names[0][start + i], names[1][j]))
    return found


def _looked_at(files: list[Path]) -> tuple[np.ndarray, np.ndarray]:
    """Return small grey pictures, float32 [N, S, S], and hashes of differences along the rows, uint8 [N, 8]."""
    grey = [cv2.cvtColor(read_rgb(file), cv2.COLOR_RGB2GRAY) for file in files]
    small = np.stack([cv2.resize(g, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA) for g in grey]).astype(np.float32)
    coarse = np.stack([cv2.resize(s, (9, 8), interpolation=cv2.INTER_AREA) for s in small])
    bits = np.diff(coarse, axis=2) > 0
    return small, np.packbits(bits.reshape(len(bits), -1), axis=1)


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    if min(a.std(), b.std()) < _PLAIN:
        return bool(np.array_equal(a, b) and a.std() > 0)
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1]) >= _ALIKE
