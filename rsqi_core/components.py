"""Outlines of errors as connected components, measured in pixels: what the sentences on an image need."""

from __future__ import annotations

import numpy as np
import shapely
from affine import Affine
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .describe import Component, TypeSummary, summarize
from .taxonomy import by_id


def summarize_outlines(
    geometries: np.ndarray, category_ids: np.ndarray, transform: Affine, valid_pixels: int, size: tuple[int, int]
) -> tuple[TypeSummary, ...]:
    """Return what there is to say of errors, by type.

    Polygons that touch are one component. A recorded error counts however small it is, unlike in a mask: it would be
    wrong to call an image qualified in which a technician has marked something.

    Parameters
    ----------
    geometries : numpy.ndarray
        Shapely polygons [N] in map units.
    category_ids : numpy.ndarray
        int [N], 1..10.
    transform : affine.Affine
        From pixels of the inspected window to map units.
    valid_pixels : int
    size : (int, int)
        Width and height of the window in pixels.
    """
    shapes = shapely.transform(geometries, lambda c: np.stack(~transform * c.T, -1))
    summaries = []
    for category_id in sorted(set(category_ids.tolist())):
        components = _components(shapes[category_ids == category_id])
        if components:
            summaries.append(summarize(by_id(category_id), components, valid_pixels, *size))
    return tuple(summaries)


def _components(shapes: np.ndarray) -> list[Component]:
    """Measure the polygons, in pixels, that touch none of the others."""
    shapes = shapes[shapely.area(shapes) > 0]
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    links = coo_array((np.ones(len(first)), (first, second)), (len(shapes), len(shapes)))
    count, group = connected_components(links, directed=False)
    joined = [shapely.union_all(shapes[group == n]) for n in range(count)]
    return [_measure(shape) for shape in joined]


def _measure(shape: shapely.Geometry) -> Component:
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))
    return Component.measured(shape.area, shape.centroid.x, shape.centroid.y, corners)
