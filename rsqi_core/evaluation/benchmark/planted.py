"""Compare the mask of an inspection with a scene whose errors were planted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio

from ...errors import RsqiError
from ...taxonomy import TYPES, ErrorClass

MATCH_IOU = 0.1  # overlap from which a planted region counts as found
MATCH_COVER = 0.3  # share of a planted seam or line that must be covered; marked blocks are far wider than it


@dataclass(frozen=True)
class TypeMatches:
    """One type: planted objects, those found, polygons found, those that touch no planted object, and pixel IoU."""

    code: str
    planted: int
    recalled: int
    found: int
    false: int
    iou: float


def match_planted(truth: Path, planted: Path, mask: Path) -> list[TypeMatches]:
    """Compare the mask of an inspection with a scene's truth, type by type.

    Region types are matched by IoU within the planted object's box, boundary and pixel types by the share of the object
    that is covered.

    Raises
    ------
    RsqiError
        If the two rasters are not on one grid.
    """
    from skimage.measure import label, regionprops

    with rasterio.open(truth) as a, rasterio.open(mask) as b:
        if a.shape != b.shape:
            raise RsqiError(f"{mask}: {b.width} x {b.height} px, but {truth} has {a.width} x {a.height}")
        real, seen = a.read(1), b.read(1)
    objects = json.loads(planted.read_text(encoding="utf-8"))
    rows = []
    for error_type in TYPES:
        want, have = real == error_type.id, seen == error_type.id
        mine = [o for o in objects if o["code"] == error_type.code]
        recalled = sum(_recalled(o["bbox"], want, have, error_type.error_class) for o in mine)
        components = regionprops(label(have, connectivity=2))
        false = sum(not want[tuple(c.coords.T)].any() for c in components)
        known = real != 255
        union = ((want | have) & known).sum()
        iou = float((want & have & known).sum() / union) if union else float("nan")
        rows.append(TypeMatches(error_type.code, len(mine), recalled, len(components), false, iou))
    return rows


def _recalled(bbox: list[int], want: np.ndarray, have: np.ndarray, error_class: ErrorClass) -> bool:
    x, y, width, height = bbox
    box = (slice(y, y + height), slice(x, x + width))
    planted, found = want[box], have[box]
    both = (planted & found).sum()
    if error_class is ErrorClass.REGION:
        return bool(both >= MATCH_IOU * max((planted | found).sum(), 1))
    return bool(both >= MATCH_COVER * max(planted.sum(), 1))
