"""evidence -> lines: where the network sees seams, their middle is followed from end to end and from fork to fork."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from scipy.spatial import cKDTree
from skimage.morphology import skeletonize

from ..disjoint_sets import DisjointSets

Cell = tuple[int, int]  # row and column
_Graph = dict[Cell, set[Cell]]
_End = tuple[int, bool]  # number of a line, and whether it is its last point

_SPUR = 3  # cells; a shorter branch is a bulge of the evidence, no seam
_GAP = 8.0  # cells over which a seam that goes on straight is believed to go on unseen
_COURSE = 8  # cells from which the direction of an end is taken
_STRAIGHT = float(np.cos(np.deg2rad(40)))  # of the bend at either end of a gap
_SMOOTH = 3  # cells over which the steps of the grid are evened out
_P = np.clip(np.arange(256) / 255, 0.5 / 255, 1 - 0.5 / 255)  # a byte is as sure as that at most
_LOG_ODDS = np.log(_P / (1 - _P))


@dataclass(frozen=True)
class Traced:
    """A line in a map of evidence.

    Attributes
    ----------
    points : numpy.ndarray
        float64 [N, 2], x and y in cells, the middle of the first cell at (0.5, 0.5).
    evidence : float
        What adds up along the line and those that it meets: log-odds over those down to which it was followed, cell by
        cell.
    """

    points: np.ndarray
    evidence: float


def trace(probability: np.ndarray, low: float) -> list[Traced]:
    """Follow what may be seams in a map of their probability.

    What tells a seam from the border of something is its length: evidence that says little at one place adds up along
    it. A net is parted into short lines where its seams meet, so those that meet speak for each other.

    Parameters
    ----------
    probability : numpy.ndarray
        uint8 [H, W], probability x 255.
    low : float
        Probability 0-1 down to which a line is followed.

    Returns
    -------
    list of Traced
        Lines end where a seam ends, at the rim of the map, and where seams meet; those that meet share that point.
    """
    graph = _graph(skeletonize(probability >= 255 * low))
    _prune(graph)
    lines = _bridge([_even(np.array(path, np.float64)) for path in _paths(graph)])
    surer = (_LOG_ODDS - np.log(low / (1 - low)))[probability]
    own = [_sum_along(surer, line) for line in lines]
    ends = [{_end(line, last) for last in (False, True)} for line in lines]
    meeting: dict[tuple[float, float], list[int]] = defaultdict(list)
    for number, both in enumerate(ends):
        for end in both:
            meeting[end].append(number)
    together = [{number for end in both for number in meeting[end]} for both in ends]
    forks = _shared(lines)
    return [
        Traced(_to_rim(line, probability.shape, forks)[:, ::-1] + 0.5, sum(own[number] for number in sorted(numbers)))
        for line, numbers in zip(lines, together)
    ]


def _graph(skeleton: np.ndarray) -> _Graph:
    """Cells of a skeleton and which of them touch; by a corner only where no side leads there."""
    cells = {(int(y), int(x)) for y, x in np.argwhere(skeleton)}
    graph: _Graph = {cell: set() for cell in cells}
    for y, x in cells:
        for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):
            other = (y + dy, x + dx)
            if other in cells and not (dy and dx and ((y, x + dx) in cells or (y + dy, x) in cells)):
                graph[y, x].add(other)
                graph[other].add((y, x))
    return graph


def _prune(graph: _Graph) -> None:
    """Take short branches away; a piece without forks stays, however short."""
    for end in sorted(cell for cell, near in graph.items() if len(near) == 1):
        branch = _walk(graph, end, next(iter(graph[end]))) if len(graph.get(end, ())) == 1 else []
        if branch and len(graph[branch[-1]]) > 2 and len(branch) <= _SPUR + 1:
            for cell in branch[:-1]:
                for other in graph.pop(cell):
                    graph[other].discard(cell)


def _paths(graph: _Graph) -> Iterator[list[Cell]]:
    """Yield every piece between two ends or forks, and each closed ring."""
    nodes = sorted(cell for cell, near in graph.items() if len(near) != 2)
    seen: set[frozenset[Cell]] = set()
    left = {cell for cell, near in graph.items() if len(near) == 2}
    for start, following in ((node, near) for node in nodes for near in sorted(graph[node])):
        if frozenset((start, following)) not in seen:
            path = _walk(graph, start, following)
            seen |= {frozenset(pair) for pair in itertools.pairwise(path)}
            left -= set(path)
            yield path
    while left:
        start = min(left)
        path = _walk(graph, start, min(graph[start]), start)
        left -= set(path)
        yield path


def _walk(graph: _Graph, start: Cell, following: Cell, stop: Cell | None = None) -> list[Cell]:
    """Go on from a cell until an end, a fork or `stop`."""
    path = [start, following]
    while path[-1] != stop and len(graph[path[-1]]) == 2:
        path.append(next(iter(graph[path[-1]] - {path[-2]})))
    return path


def _bridge(lines: list[np.ndarray]) -> list[np.ndarray]:
    """Join free ends that lie opposite to each other, the nearest first."""
    forks = _shared(lines)
    ends = [(k, last) for k, line in enumerate(lines) for last in (False, True) if _end(line, last) not in forks]
    if len(ends) < 2:
        return lines
    places = np.array([_end(lines[k], last) for k, last in ends])
    courses = np.array([_course(lines[k], last) for k, last in ends])
    pairs = cKDTree(places).query_pairs(_GAP, output_type="ndarray")
    across = places[pairs[:, 1]] - places[pairs[:, 0]]
    gaps = np.hypot(*across.T)
    ahead = np.minimum((courses[pairs[:, 0]] * across).sum(1), -(courses[pairs[:, 1]] * across).sum(1))
    chains, links = DisjointSets(len(lines)), {}
    for k in np.argsort(gaps, kind="stable"):
        a, b = (ends[int(end)] for end in pairs[k])
        free = a not in links and b not in links and not chains.joined(a[0], b[0])
        if free and ahead[k] >= _STRAIGHT * gaps[k]:
            links[a], links[b] = b, a
            chains.join(a[0], b[0])
    return _chained(lines, links)


def _chained(lines: list[np.ndarray], links: dict[_End, _End]) -> list[np.ndarray]:
    """Put lines together whose ends are linked."""
    found: list[np.ndarray] = []
    used: set[int] = set()
    for first in range(len(lines)):
        at = next(((first, last) for last in (False, True) if (first, last) not in links), None)
        if first in used or at is None:  # within a chain; it is met from its end
            continue
        parts = []
        while at is not None:
            number, last = at
            used.add(number)
            parts.append(lines[number][::-1] if last else lines[number])
            at = links.get((number, not last))
        found.append(np.concatenate(parts))
    return found


def _end(line: np.ndarray, last: bool) -> tuple[float, float]:
    y, x = line[-1 if last else 0]
    return float(y), float(x)


def _shared(lines: Sequence[np.ndarray]) -> set[tuple[float, float]]:
    """Ends that several lines have in common, or both ends of a ring."""
    counts = Counter(_end(line, last) for line in lines for last in (False, True))
    return {end for end, count in counts.items() if count > 1}


def _course(line: np.ndarray, last: bool) -> np.ndarray:
    """Direction, of length 1, in which a line leaves by one of its ends."""
    part = line[-_COURSE:] if last else line[:_COURSE][::-1]
    direction = part[-1] - part[0]
    return direction / max(float(np.hypot(*direction)), 1e-9)


def _even(line: np.ndarray) -> np.ndarray:
    """Even out the steps of the grid; the ends stay."""
    if len(line) < 3:
        return line
    window = min(2 * _SMOOTH + 1, len(line) - (len(line) + 1) % 2)
    inner = cv2.blur(line, (1, window), borderType=cv2.BORDER_REPLICATE)
    return np.concatenate([line[:1], inner[1:-1], line[-1:]])


def _to_rim(line: np.ndarray, shape: tuple[int, ...], forks: set[tuple[float, float]]) -> np.ndarray:
    """Let free ends go on straight to the rim of the map where it is near: the middle of evidence ends before it."""
    ends = []
    for last in (False, True):
        end, course = line[-1 if last else 0], _course(line, last)
        rims = ((n - 0.5 if c > 0 else -0.5, e, c) for n, e, c in zip(shape, end, course) if c)
        ahead = min(((rim - e) / c for rim, e, c in rims), default=np.inf)
        ends.append((end + ahead * course)[None] if ahead <= _GAP and _end(line, last) not in forks else line[:0])
    return np.concatenate([ends[0], line, ends[1]])


def _sum_along(values: np.ndarray, line: np.ndarray) -> float:
    """Sum of a map over the cells that a line passes."""
    course = np.r_[0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T))]
    at = np.arange(0.5, course[-1])
    rows, columns = (np.rint(np.interp(at, course, place)).astype(int) for place in line.T)
    return float(values[rows, columns].sum())
