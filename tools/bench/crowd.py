"""A result with very many errors, as an inspection writes it, and a small image below it."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import rasterio
import shapely
from affine import Affine
from rasterio.crs import CRS

from rsqi_core.files.geopackage import write_geopackage
from rsqi_core.findings import ErrorPolygon, ErrorRecord
from rsqi_core.scoring import Score, load_scheme, score
from rsqi_core.taxonomy import CODES

SIDE = 20_000  # px
PIXEL = 0.5  # m
STANDS = CRS.from_epsg(4547), (500_000.0, 3_400_000.0)
SHARES = (0.1, 0.08, 0.08, 0.1, 0.08, 0.08, 0.03, 0.03, 0.2, 0.22)  # of the types, most of them small marks
CROWDED = 0.3  # of the errors lie in dense places
REDUCED = 20  # px of the result to one of the image


def crowd(path: Path, count: int) -> Path:
    """Write a result of `count` errors, a third of them crowded, and ``<stem>.tif`` beside it; return its path."""
    rng = np.random.default_rng(count)
    transform = Affine(PIXEL, 0, STANDS[1][0], 0, -PIXEL, STANDS[1][1])
    places = rng.uniform(200, SIDE - 200, (count, 2))
    dense = rng.random(count) < CROWDED
    centers = rng.uniform(1000, SIDE - 1000, (40, 2))
    spread = rng.normal(0, 250, (count, 2)) + centers[rng.integers(0, 40, count)]
    places[dense] = np.clip(spread[dense], 200, SIDE - 200)
    types = rng.choice(10, count, p=SHARES) + 1
    radii = np.exp(rng.uniform(math.log(2), math.log(60), count))
    angles = np.linspace(0, 2 * math.pi, 24, endpoint=False)
    wobble = rng.uniform(0.7, 1.0, (count, 24))
    x = places[:, :1] + radii[:, None] * wobble * np.cos(angles)
    y = places[:, 1:] + radii[:, None] * wobble * np.sin(angles)
    rings = np.stack([transform.c + PIXEL * x, transform.f - PIXEL * y], axis=-1)
    outlines = shapely.multipolygons(shapely.polygons(rings)[:, None])
    areas = shapely.area(outlines)
    confidences = rng.uniform(0.3, 1.0, count)
    polygons = [
        ErrorPolygon(int(t), outline, round(area / PIXEL**2), float(area), float(confidence), 512, "model")
        for t, outline, area, confidence in zip(types, outlines, areas, confidences)
    ]
    judged = _judge(polygons)
    summary = {
        "raster": str(path.with_suffix(".tif").resolve()),
        "width": SIDE,
        "height": SIDE,
        "valid_pixels": SIDE * SIDE,
        "valid_area_m2": (SIDE * PIXEL) ** 2,
        "diagonal_px": math.hypot(SIDE, SIDE),
        "error_count": count,
        "score": judged.value,
        "grade": judged.grade,
        "score_mode": "count",
        "inspected": ",".join(CODES),
        **{f"count_{code}": int(np.count_nonzero(types == n)) for n, code in enumerate(CODES, 1)},
        **{f"area_{code}": float(areas[types == n].sum()) for n, code in enumerate(CODES, 1)},
    }
    write_geopackage(path, polygons, [], summary, STANDS[0], transform, judged)
    _write_image(path.with_suffix(".tif"), transform @ Affine.scale(REDUCED), rng)
    return path


def _judge(polygons: list[ErrorPolygon]) -> Score:
    """Score the errors as an inspection does, so that severities and points are in the file already."""
    records = []
    for polygon in polygons:
        corners = np.reshape(polygon.geometry.bounds, (2, 2))
        columns, rows = (corners[:, 0] - STANDS[1][0]) / PIXEL, (STANDS[1][1] - corners[:, 1]) / PIXEL
        box = columns[0], rows[1], columns[1], rows[0]
        length = max(box[2] - box[0], box[3] - box[1])
        records.append(ErrorRecord(polygon.category_id, polygon.area_m2, polygon.pixels, length, bounds=box))
    return score(records, load_scheme(), (SIDE * PIXEL) ** 2, SIDE * SIDE, math.hypot(SIDE, SIDE))


def _write_image(path: Path, transform: Affine, rng: np.random.Generator) -> None:
    side = SIDE // REDUCED
    profile = {"driver": "GTiff", "width": side, "height": side, "count": 3, "dtype": "uint8", "crs": STANDS[0]}
    with rasterio.open(path, "w", transform=transform, **profile) as dataset:
        dataset.write(rng.integers(60, 180, (3, side, side), dtype=np.uint8))
