"""The image that a result is of: where it lies now, how it was read, and which part of it was inspected."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from affine import Affine

from ..errors import RasterError
from ..locate import find_file
from ..raster import Raster
from .conditions import mapping

_MOVED = 0.01  # px that the grid of another image may lie apart


def noted_image(summary: Mapping[str, Any], result: Path | str | None) -> str:
    """Return where the image of a summary lies, as it was noted if it is gone; empty if none was noted."""
    noted = str(summary.get("raster") or "")
    return find_file(noted, result) or noted


def as_inspected(summary: Mapping[str, Any]) -> tuple[tuple[int, ...] | None, float | None]:
    """Return bands and nodata that the image was inspected with; None where that is not noted."""
    source = mapping(summary.get("source"))
    bands, nodata = source.get("bands"), source.get("nodata")
    return tuple(bands) if bands else None, None if nodata is None else float(nodata)


def frame_in(raster: Raster, summary: Mapping[str, Any]) -> tuple[int, int, int, int]:
    """Return the window of a raster that a summary describes.

    Raises
    ------
    RasterError
        It is not the image that was inspected.
    """
    transform = Affine(*json.loads(summary["transform"]))
    column, row = ~raster.transform * (transform.c, transform.f)
    window = round(column), round(row), int(summary["width"]), int(summary["height"])
    inside = min(window[:2]) >= 0 and window[0] + window[2] <= raster.width and window[1] + window[3] <= raster.height
    if not inside or abs(column - window[0]) > _MOVED or abs(row - window[1]) > _MOVED:
        raise RasterError(f"{raster.path}: this is not the image that was inspected; give that one")
    return window
