"""A GeoPackage that `rsqi inspect` wrote and a technician may have corrected, as polygons."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from affine import Affine
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ..describe import Component, TypeSummary, summarize
from ..files.geopackage import StoredErrors, read_errors
from ..files.layer import read_layer
from ..taxonomy import CODES, by_id

REJECTED, UNREVIEWED = "rejected", "unreviewed"


@dataclass(frozen=True)
class Reviewed:
    """The errors of one raster.

    Attributes
    ----------
    stored : StoredErrors
        The file's records and summary.
    geometries : numpy.ndarray
        Shapely polygons [N] in map units, in the order of the records.
    confidences : numpy.ndarray
        float [N], 0-1; 1 where nothing is stored, as of what a person has drawn.
    crs : str or None
    transform : affine.Affine
        From pixels of the inspected window to map units.
    width, height : int
        Of the inspected window, in pixels.
    """

    stored: StoredErrors
    geometries: np.ndarray
    confidences: np.ndarray
    crs: str | None
    transform: Affine
    width: int
    height: int

    @property
    def category_ids(self) -> np.ndarray:
        """Type of each error, int [N]."""
        return np.array([record.category_id for record in self.stored.records], int)

    @property
    def statuses(self) -> np.ndarray:
        """Status of each error, str [N]."""
        return np.array([record.status for record in self.stored.records], str)

    @property
    def not_inspected(self) -> tuple[str, ...]:
        """Codes of the types nobody looked for: neither the inspection did, nor has a technician drawn one."""
        seen = {*self.stored.inspected, *(by_id(int(n)).code for n in self.category_ids)}
        return tuple(code for code in CODES if code not in seen)


def read_reviewed(path: Path) -> Reviewed:
    """Read the errors of a GeoPackage with their geometry.

    Raises
    ------
    OutputError
        The file is missing or no result of RSQI.
    """
    stored = read_errors(path)
    meta, fids, geometries, columns = read_layer(path, "errors", columns=["confidence"])
    shapes = dict(zip(fids.tolist(), shapely.from_wkb(geometries)))
    stated = columns[0].astype(float) if columns else np.ones(len(fids))
    sure = dict(zip(fids.tolist(), np.where(np.isnan(stated), 1.0, stated).tolist()))
    return Reviewed(
        stored=stored,
        geometries=shapely.make_valid(np.array([shapes[fid] for fid in stored.fids], object)),
        confidences=np.array([sure[fid] for fid in stored.fids], float),
        crs=meta["crs"],
        transform=Affine(*json.loads(stored.summary["transform"])),
        width=int(stored.summary["width"]),
        height=int(stored.summary["height"]),
    )


def summarize_reviewed(reviewed: Reviewed) -> tuple[TypeSummary, ...]:
    """Return what there is to say of the errors that nobody rejected, by type.

    Polygons that touch are one component. A recorded error counts however small it is, unlike in a mask: it would be
    wrong to call an image qualified in which a technician has marked something.
    """
    kept = reviewed.statuses != REJECTED
    shapes = shapely.transform(reviewed.geometries, lambda c: np.stack(~reviewed.transform * c.T, -1))
    summaries = []
    for category_id in sorted(set(reviewed.category_ids[kept].tolist())):
        components = _components(shapes[kept & (reviewed.category_ids == category_id)])
        if components:
            size = reviewed.width, reviewed.height
            summaries.append(summarize(by_id(category_id), components, reviewed.stored.valid_pixels, *size))
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
