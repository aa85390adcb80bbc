"""A GeoPackage that `rsqi inspect` wrote and a technician may have corrected, as polygons."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from affine import Affine

from ..components import summarize_outlines
from ..describe import TypeSummary
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
    """Return what there is to say of the errors that nobody rejected, by type."""
    kept = reviewed.statuses != REJECTED
    size = reviewed.width, reviewed.height
    return summarize_outlines(
        reviewed.geometries[kept], reviewed.category_ids[kept], reviewed.transform, reviewed.stored.valid_pixels, size
    )
