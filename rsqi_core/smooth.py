"""Outlines that follow the edges of pixels become smooth and simple, and still fit their neighbours.

Two steps, both on the lines that neighbours share: each corner is cut between the middles of its pixel edges, and
vertices that lie within the tolerance of the line without them are left out (Douglas and Peucker, by GEOS, which keeps
lines from crossing). So outlines that did not overlap do not overlap afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely.geometry import MultiPolygon

AREA_SHARE = 0.01  # by which the area of an outline may change at most
_FINER = (1.0, 0.4, 0.0)  # shares of the tolerance, tried until areas fit; then an outline stays as it was
_TOUCH = 1e-6  # square pixels that two outlines may share for rounding


def smoothed(
    outlines: Sequence[MultiPolygon], tolerance: float, fixed: Sequence[bool] | None = None
) -> list[MultiPolygon]:
    """Return the outlines without their staircases.

    The area of each stays within `AREA_SHARE`; it stays the same, but for rounding, where an outline touches no other.
    What would be changed by more is made with a smaller tolerance or stays as it was.

    Parameters
    ----------
    outlines : sequence of MultiPolygon
        In pixel coordinates, along pixel edges; they do not overlap.
    tolerance : float
        In pixels, how far a vertex that is left out may lie from the line. 0 leaves everything as it is.
    fixed : sequence of bool, optional
        Which outlines stay as they are; the others give way to them.

    Returns
    -------
    list of MultiPolygon
        Valid, in the same order; they do not depend on where rings began.
    """
    if not tolerance or not len(outlines):
        return list(outlines)
    before = shapely.normalize(np.array(outlines, object))
    cluster = _clusters(before)
    alone = (np.bincount(cluster) == 1)[cluster]
    # A ring may keep its first vertex, and so must not begin just anywhere.
    rounded = shapely.normalize(_cut(before, alone))
    level, made = np.zeros(len(before), int), [_simplified(rounded, before, cluster, tolerance)]
    if fixed is not None:
        level[np.asarray(fixed, bool)] = len(_FINER)
    while True:
        after = before.copy()
        for number, shapes in enumerate(made):
            after[level == number] = shapes[level == number]
        _cut_overlaps(after, level, cluster)
        bad = ~_fits(after, before) & (level < len(_FINER))
        if not bad.any():
            return list(after)
        level[bad] += 1
        if len(made) < len(_FINER) and (level == len(made)).any():
            made.append(_simplified(rounded, before, cluster, tolerance * _FINER[len(made)]))


def _clusters(outlines: np.ndarray) -> np.ndarray:
    """Number the clusters of outlines that touch, int [n]."""
    one, other = shapely.STRtree(outlines).query(outlines, "intersects")
    touching = coo_array((np.ones(len(one), bool), (one, other)), shape=(len(outlines),) * 2)
    return np.asarray(connected_components(touching, directed=False)[1])


def _cut(outlines: np.ndarray, alone: np.ndarray) -> np.ndarray:
    """Lead the lines through the middles of pixel edges.

    Of an outline that touches others all of them become vertices, so that the others have the same; else the first and
    the last of each side.
    """
    parts, outline_of = shapely.get_parts(outlines, return_index=True)
    rings, part_of = shapely.get_rings(parts, return_index=True)
    points, ring_of = shapely.get_coordinates(rings, return_index=True)
    side = np.flatnonzero(ring_of[1:] == ring_of[:-1])  # each side of a ring, by its first vertex
    steps = points[side + 1] - points[side]
    lengths = np.rint(np.abs(steps).sum(1)).astype(int)
    few = alone[outline_of[part_of[ring_of[side]]]]
    counts = np.where(few, np.minimum(lengths, 2), lengths)
    which = np.repeat(np.arange(len(side)), counts)
    number = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    number = np.where(few[which] & (number == 1), lengths[which] - 1, number)
    middles = points[side][which] + ((number + 0.5) / lengths[which])[:, None] * steps[which]
    middles = np.rint(2 * middles) / 2  # from either end of a side the same vertices, to the last bit
    made = shapely.linearrings(middles, indices=ring_of[side][which])
    return shapely.multipolygons(shapely.polygons(made, indices=part_of), indices=outline_of)


def _simplified(rounded: np.ndarray, before: np.ndarray, cluster: np.ndarray, tolerance: float) -> np.ndarray:
    """Leave out vertices, and give outlines that are alone their former area back."""
    order = np.argsort(cluster, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(cluster[order])) + 1)
    alone = (np.bincount(cluster) == 1)[cluster]
    simple = np.empty(len(rounded), object)
    simple[alone] = shapely.simplify(rounded[alone], tolerance)
    for several in (each for each in members if len(each) > 1):  # GEOS takes far longer for all of them at once
        simple[several] = _together(rounded[several], tolerance)
    lengths = shapely.length(simple)
    gains = np.divide(
        shapely.area(before) - shapely.area(simple), lengths, out=np.zeros(len(simple)), where=lengths > 0
    )
    simple[alone] = shapely.buffer(simple[alone], gains[alone], join_style="mitre", mitre_limit=2.0)
    return np.array([_multi(shape) for shape in simple], object)


def _together(rounded: np.ndarray, tolerance: float) -> np.ndarray:
    """Leave out vertices of the lines that outlines share, once for both."""
    points, ring_of = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(rounded)), return_index=True)
    first = np.flatnonzero(ring_of[1:] == ring_of[:-1])
    one, other = points[first], points[first + 1]
    turned = (one[:, 0] > other[:, 0]) | ((one[:, 0] == other[:, 0]) & (one[:, 1] > other[:, 1]))
    one[turned], other[turned] = other[turned], one[turned]
    pieces = np.unique(np.concatenate([one, other], 1), axis=0).reshape(-1, 2, 2)
    lines = shapely.line_merge(shapely.multilinestrings(pieces))
    faces = shapely.get_parts(shapely.polygonize([shapely.simplify(lines, tolerance)]))
    face, owner = shapely.STRtree(rounded).query(shapely.point_on_surface(faces), "within")
    order = np.lexsort((face, owner))
    found = np.full(len(rounded), MultiPolygon(), object)
    if not order.size:
        return found
    return shapely.multipolygons(faces[face[order]], indices=owner[order], out=found)


def _multi(shape: shapely.Geometry) -> MultiPolygon:
    """Return the parts of a shape that have an area, in one order."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and part.area > 0]
    return shapely.normalize(MultiPolygon(parts))


def _fits(after: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Tell which outlines are valid and have kept their area, bool [n]."""
    areas = shapely.area(before)
    return shapely.is_valid(after) & (np.abs(shapely.area(after) - areas) <= AREA_SHARE * areas)


def _cut_overlaps(after: np.ndarray, level: np.ndarray, cluster: np.ndarray) -> None:
    """Cut what was made with a larger tolerance where it reaches into what was made with a smaller one.

    Outlines of a cluster that were made together do not overlap.
    """
    one, other = shapely.STRtree(after).query(after, "intersects")
    equal = (level[one] == level[other]) & (one < other) & (cluster[one] != cluster[other])
    yields = (level[one] < level[other]) | equal
    for i, j in zip(one[yields].tolist(), other[yields].tolist()):
        if shapely.area(shapely.intersection(after[i], after[j])) > _TOUCH:
            after[i] = _multi(shapely.difference(after[i], after[j]))
