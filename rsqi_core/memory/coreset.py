"""Few patches that stand for many: greedy k-centre selection."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def greedy_coreset(
    points: np.ndarray, count: int, seen: Callable[[int], None] = lambda chosen: None, first: int = 0
) -> np.ndarray:
    """Choose points so that no other is far from all of them: each time the one that is farthest so far.

    The largest distance that is left is at most twice the least possible (Gonzalez 1985; Sener and Savarese 2018).

    Parameters
    ----------
    points : numpy.ndarray
        float32 [N, D].
    count : int
        All points if there are no more.
    seen : callable
        Gets the number chosen so far, now and then; may raise to end it.
    first : int
        Number of the point to begin with.

    Returns
    -------
    numpy.ndarray
        int64 [count], numbers of points in the order in which they were chosen; fewer where the rest are doubles.
    """
    squares = np.einsum("nd,nd->n", points, points)
    apart = np.full(len(points), np.inf, np.float32)
    chosen: list[int] = []
    following = first
    for k in range(min(count, len(points))):
        if k % 100 == 0:
            seen(k)
        if k and apart[following] <= 1e-6 * (squares[following] + 1):
            break
        chosen.append(following)
        np.minimum(apart, squares - 2 * (points @ points[following]) + squares[following], out=apart)
        following = int(apart.argmax())
    return np.array(chosen, np.int64)
