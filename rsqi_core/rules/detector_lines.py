"""Lines of one detector: whole columns that are a little lighter or darker than those beside them.

A detector whose gain or offset is out of tune changes a line all along by a few grey levels. No piece of it stands out
of a forest, but the mean along it does: what the ground shows by chance averages out, the detector's offset does not.
The bars part planted lines from those of the ground on training pictures; `tools/measure_rules.py` shows what they do.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

SHORTEST = 256  # px of a line; less of it does not average out what lies on the ground
_SIDE = 4  # px to either side, among which a line is judged
_WIDEST = 3  # px
_PIECE = 64  # px along a line, over which it is averaged
_NOISE = 0.5  # grey levels
_NEAR, _MOST = 12, 65  # px to either side, and percentile
_RARE = 4.0  # times what most lines of a block, and most of those near, differ by from those around them
_MANY = 0.12  # share of the lines; where more stand out, the ground is striped
_DETAIL = 31  # px along a line; what is finer is detail of the ground, which goes on beneath a detector's offset


@dataclass(frozen=True)
class _Bar:
    """What a line must show.

    Attributes
    ----------
    offset : float
        Grey levels.
    shoulder, unevenness : float
        What is left of the offset beside the line, and how far it varies along it, as a share of it.
    detail : float
        How alike the ground's detail is on the line and to both sides, over how alike it is beside the line.
    """

    offset: float
    shoulder: float
    unevenness: float
    detail: float


_SURE = _Bar(6.0, 0.2, 0.3, 0.75)
_LIKELY = _Bar(5.0, 0.5, 0.6, 0.6)  # a detector array repeats its faults: with a sure line in the block, less will do


def find(rgb: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """Mark the columns that one detector has changed, bool [H, W].

    Parameters
    ----------
    rgb : numpy.ndarray
        uint8 [H, W, 3].
    valid : numpy.ndarray
        bool [H, W]; a column is looked at if it is valid all along, but for rows that are nowhere valid.
    """
    found = np.zeros(valid.shape, bool)
    rows = _extent(np.any(valid, axis=1, keepdims=True)[:, 0])
    whole = np.all(valid[rows], axis=0, keepdims=True)[0]
    place = rows, _extent(whole)
    if min(found[place].shape) >= SHORTEST:
        found[place] = _columns(rgb[place]) & whole[place[1]]
    return found


def _extent(marked: np.ndarray) -> slice:
    """From the first place where bool [N] holds to the last."""
    places = np.flatnonzero(marked)
    return slice(int(places[0]), int(places[-1]) + 1) if places.size else slice(0)


def _columns(rgb: np.ndarray) -> np.ndarray:
    """Which columns of uint8 [H, W, 3] stand out all along in any band, bool [W]."""
    height, width = rgb.shape[:2]
    pieces = (rgb[top : top + _PIECE] for top in range(0, height - _PIECE + 1, _PIECE))
    means = np.concatenate([cv2.reduce(piece, 0, cv2.REDUCE_AVG, dtype=cv2.CV_32F) for piece in pieces])
    padded = np.pad(means, ((0, 0), (_SIDE, _SIDE), (0, 0)), mode="reflect")
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * _SIDE + 1, axis=1)
    each = means - np.partition(around, _SIDE, -1)[..., _SIDE]
    offset = np.median(each, 0)
    marked = np.zeros(width, bool)
    for band in range(3):
        for start, end in _lines(rgb[..., band], each[..., band], offset[:, band]):
            marked[start:end] = True
    return marked


def _lines(plane: np.ndarray, each: np.ndarray, offset: np.ndarray) -> list[tuple[int, int]]:
    """Lines of a band, as half-open ranges of columns.

    Parameters
    ----------
    plane : numpy.ndarray
        uint8 [H, W].
    each, offset : numpy.ndarray
        float32 [pieces, W] and [W]: how far each piece, and each column, is from those around it.
    """
    size = np.abs(offset)
    near = np.lib.stride_tricks.sliding_window_view(np.pad(size, _NEAR, mode="reflect"), 2 * _NEAR + 1)
    usual = np.maximum(np.percentile(near, _MOST, -1), np.percentile(size, _MOST))
    strong = size >= np.maximum(_LIKELY.offset, _RARE * np.maximum(usual, _NOISE))
    if not strong.any() or strong.mean() > _MANY:
        return []
    inner = range(_SIDE + 1, len(offset) - 2 * _SIDE)
    lines = [(start, end) for start, end in _runs(strong) if end - start <= _WIDEST and start in inner]
    sure = any(_passes(_SURE, plane, each, offset, *line) for line in lines)
    return [line for line in lines if sure and _passes(_LIKELY, plane, each, offset, *line)]


def _runs(marked: np.ndarray) -> list[tuple[int, int]]:
    """Where bool [W] holds, as half-open ranges."""
    edges = np.flatnonzero(np.diff(np.pad(marked.astype(np.int8), 1)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2])]


def _passes(bar: _Bar, plane: np.ndarray, each: np.ndarray, offset: np.ndarray, start: int, end: int) -> bool:
    strength = float(np.abs(offset[start:end]).min())
    shoulder = max(abs(float(offset[start - 1])), abs(float(offset[end])))
    unevenness = float(each[:, start:end].std(0).mean())
    return (
        strength >= bar.offset
        and shoulder <= bar.shoulder * strength
        and unevenness <= bar.unevenness * strength
        and _alike(plane, start, start - 1, end) >= bar.detail * _alike(plane, start - 3, start - 4, start - 2)
    )


def _alike(plane: np.ndarray, column: int, left: int, right: int) -> float:
    """Correlation of a column's detail with the mean of two others."""
    both = np.stack([plane[:, column], (plane[:, left].astype(np.float32) + plane[:, right]) / 2], 1)
    detail = both - cv2.blur(both.astype(np.float32), (1, _DETAIL))
    detail -= detail.mean(0)
    a, b = detail.T
    return float((a * b).sum() / max(np.sqrt((a * a).sum() * (b * b).sum()), 1e-6))
