"""Stand-ins for the real pictures of the benchmark, so that no test needs the imagery."""

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
import shapely
from affine import Affine
from rasterio.crs import CRS

from rsqi_core.evaluation.benchmark import real
from rsqi_core.evaluation.benchmark.frozen import Entry
from rsqi_core.files.geopackage import write_geopackage
from rsqi_core.findings import ErrorPolygon
from rsqi_core.polygons import records
from rsqi_core.scoring import load_scheme, score
from rsqi_core.synthesis.landscape import landscape
from rsqi_core.taxonomy import CODES

SIDE = 96


def _entry(part, source, code="", side=0):
    name = f"{part}-{source.replace('/', '-').replace('@', '-').replace(',', '-')}"
    return Entry(name, part, source, "", (code,) if code else (), "", side, 0)


def _square(side=SIDE):
    """A mask whose middle is an error."""
    mask = np.zeros((side, side), np.uint8)
    mask[side // 4 : side // 2, side // 4 : side // 2] = 255
    return mask


@pytest.fixture(scope="session")
def real_pictures(tmp_path_factory):
    """Return a folder of imagery sets and the entries of its pictures, one of each kind, with their hashes."""
    data = tmp_path_factory.mktemp("imagery")
    masks = {
        "shadow/sparcs/scene": ("shadow",),
        "cloud/airbus/sea": ("cloud",),
        "cloud/airbus/grey_overcast": (),
        "seam/xiation_drone_mosaic/field": ("seam",),
        "clean/rsscn7/grass_a": (),
        "clean/dubai/t1_wide": (),
    }
    for k, (file, kinds) in enumerate(masks.items()):
        ground = landscape(128, seed=k)[:SIDE, : 128 if "wide" in file else SIDE]
        (data / file).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(data / f"{file}.webp"), ground, [cv2.IMWRITE_WEBP_QUALITY, 101])
        for kind in kinds:
            cv2.imwrite(str(data / f"{file}_{kind}.png"), _square())
    entries = [
        _entry(real.OUTLINED, "sparcs/scene", "shadow"),
        _entry(real.OUTLINED, "airbus/sea", "cloud"),
        _entry(real.WHOLE, "airbus/grey_overcast", "cloud"),
        _entry(real.SEAM, "xiation_drone_mosaic/field", "stitching_trace"),
        _entry(real.UNSPOILT, "rsscn7/grass_a"),
        _entry(real.UNSPOILT, "dubai/t1_wide@0,0", side=SIDE),
        _entry(real.UNSPOILT, "dubai/t1_wide@32,0", side=SIDE),
    ]
    return data, [replace(e, digest=real.digest_of(real.compose(e, data))) for e in entries]


@pytest.fixture
def small_result(write_raster, tmp_path):
    """A result with a bright cloud, a blur and a missing block, 300 x 260 px, and its raster."""
    rgb = np.random.default_rng(0).integers(60, 110, (260, 300, 3)).astype(np.uint8)
    rgb[60:100, 50:110] = 240
    raster, path = write_raster(rgb), tmp_path / "result.gpkg"
    transform = Affine(0.5, 0, 500_000, 0, -0.5, 2_900_000)
    polygons = []
    for category_id, x, y, width, height in ((1, 50, 60, 60, 40), (4, 180, 150, 40, 40), (10, 220, 20, 20, 10)):
        left, top = transform * (x, y)
        shape = shapely.MultiPolygon([shapely.box(left, top - height * 0.5, left + width * 0.5, top)])
        polygons.append(ErrorPolygon(category_id, shape, width * height, shape.area, 0.75, 128, "model"))
    image = 300 * 260 / 4, 300 * 260, float(np.hypot(300, 260))
    summary = {
        "raster": str(raster), "width": 300, "height": 260, "valid_pixels": image[1], "valid_area_m2": image[0],
        "diagonal_px": image[2], "score": 0.0, "grade": "rejected", "score_mode": "count",
        "inspected": ",".join(CODES), "source": json.dumps({"crs": "EPSG:4545", "bands": [1, 2, 3]}),
    }  # fmt: skip
    judged = score(records(polygons, transform), load_scheme(), *image)
    write_geopackage(path, polygons, [], summary, CRS.from_epsg(4545), transform, judged)
    return path, raster
