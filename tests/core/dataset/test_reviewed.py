"""A reviewed GeoPackage: what counts in a dataset, and what is said of it."""

import math

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from shapely.affinity import affine_transform
from shapely.geometry import MultiPolygon

from rsqi_core.dataset import reviewed as module
from rsqi_core.dataset.records import UNKNOWN, RecordError, find_records, read_record
from rsqi_core.dataset.reviewed import read_reviewed
from rsqi_core.dataset.vocabulary import Vocabulary
from rsqi_core.describe import sentence
from rsqi_core.errors import OutputError, RasterError
from rsqi_core.files.geopackage import write_geopackage
from rsqi_core.findings import ErrorPolygon
from rsqi_core.taxonomy import by_code

SIDE = 300
CRS = rasterio.crs.CRS.from_epsg(4545)
TRANSFORM = Affine(0.5, 0, 500_000, 0, -0.5, 2_900_000)


def write_reviewed(path, errors, raster, corner=(0, 0), size=(SIDE, SIDE), inspected="cloud,blur"):
    """Write what inspect would for (code, status, shape in pixels of the inspected window)."""
    import pyogrio

    transform = TRANSFORM * Affine.translation(*corner)
    shapes = [affine_transform(shape, transform.to_shapely()) for _, _, shape in errors]
    polygons = [
        ErrorPolygon(by_code(code).id, MultiPolygon(shapely.get_parts(shape).tolist()), 1, 1.0, 0.9, 512, "model")
        for (code, _, _), shape in zip(errors, shapes)
    ]
    summary = {
        "raster": str(raster), "width": size[0], "height": size[1], "valid_pixels": size[0] * size[1],
        "valid_area_m2": size[0] * size[1] / 4, "diagonal_px": math.hypot(*size), "score": 100.0, "grade": "excellent",
        "inspected": inspected,
    }  # fmt: skip
    write_geopackage(path, polygons, [], summary, CRS, transform)
    # The technician's decisions, written as a desktop would.
    meta, _, geometries, columns = pyogrio.raw.read(path, layer="errors")
    columns[list(meta["fields"]).index("status")] = np.array([status for _, status, _ in errors], object)
    pyogrio.raw.write(
        path, geometries, columns, meta["fields"], layer="errors", driver="GPKG", geometry_type="MultiPolygon",
        crs=meta["crs"], append=False, layer_options={"OVERWRITE": "YES"},
    )  # fmt: skip
    return path


@pytest.fixture
def image(tmp_path):
    return write_image(tmp_path / "影像.tif")


def write_image(path, seed=0):
    pixels = np.random.default_rng(seed).integers(1, 255, (3, SIDE, SIDE), dtype=np.uint8)
    with rasterio.open(
        path, "w", driver="GTiff", width=SIDE, height=SIDE, count=3, dtype="uint8", crs=CRS, transform=TRANSFORM
    ) as target:
        target.write(pixels)
    return path


STATUSES = ("unreviewed", "accepted", "rejected", "corrected", "added")


def errors(code="cloud"):
    return [(code, status, shapely.box(20 * n, 20, 20 * n + 10, 40)) for n, status in enumerate(STATUSES)]


def test_statuses_decide_what_counts(tmp_path, image):
    path = write_reviewed(tmp_path / "a.gpkg", errors(), image)
    (found,) = find_records(path)
    record = read_record(found, Vocabulary())
    assert record.category_ids.tolist() == [UNKNOWN, 1, 1, 1]
    assert record.geometries[1].bounds == (20, 20, 30, 40) and "not used because unreviewed: 1 of 5" in record.notes[0]
    record = read_record(found, Vocabulary(), unreviewed=0.0)
    assert record.category_ids.tolist() == [1, 1, 1, 1] and record.notes == ()


def test_an_inspected_part_lies_where_it_was(tmp_path, image):
    path = write_reviewed(tmp_path / "a.gpkg", errors()[1:2], image, corner=(100, 50), size=(150, 200))
    record = read_record(path, Vocabulary())
    assert record.window == (100, 50, 150, 200) and record.geometries[0].bounds == (120, 70, 130, 90)
    path = write_reviewed(tmp_path / "b.gpkg", errors()[1:2], image, corner=(200, 0), size=(150, 200))
    with pytest.raises(RecordError, match="not the image that was inspected"):
        read_record(path, Vocabulary())


@pytest.mark.parametrize("named", ["影像.tif", "/gone/影像.tif", r"D:\质检\影像.tif"])
def test_a_raster_that_moved_with_its_result(tmp_path, image, named):
    path = write_reviewed(tmp_path / "a.gpkg", errors(), named)
    assert read_record(path, Vocabulary()).raster == str(image.resolve())
    image.unlink()
    with pytest.raises(RasterError, match=r"is gone; put 影像\.tif beside it"):
        read_record(path, Vocabulary())


def test_shapefiles_beside_a_result_go_first(tmp_path, image):
    write_reviewed(tmp_path / "a.gpkg", errors(), image)
    assert list(find_records(tmp_path)) == [tmp_path / "a.gpkg"]
    (tmp_path / "a.shp").write_bytes(b"")
    assert [record.shapefiles for record in find_records(tmp_path)] == [(tmp_path / "a.shp",)]


def test_a_file_that_is_no_result(tmp_path):
    (tmp_path / "a.gpkg").write_bytes(b"nothing")
    with pytest.raises(OutputError, match=r"a\.gpkg: not a result of RSQI"):
        read_record(tmp_path / "a.gpkg", Vocabulary())


def said(path, *shapes):
    return [
        sentence(summary)
        for summary in module.summarize_reviewed(read_reviewed(write_reviewed(path, shapes, "none.tif")))
    ]


def test_what_is_said_of_a_result(tmp_path):
    assert said(
        tmp_path / "a.gpkg",
        ("cloud", "accepted", shapely.box(0, 0, 100, 100)),
        ("cloud", "added", shapely.box(200, 200, 210, 210)),
        ("shadow", "rejected", shapely.box(0, 0, 300, 300)),
        ("blur", "added", shapely.box(250, 250, 251, 251)),
        ("stitching_trace", "accepted", affine_transform(shapely.box(-90, -3, 90, 3), (0.7, 0.7, -0.7, 0.7, 150, 150))),
        ("stripe_noise", "corrected", shapely.box(140, 280, 160, 281)),
    ) == [
        "这张卫星图像中存在多处中等面积的云，主要位于图像的左上角。",
        # A mask of so few pixels would be called qualified; a technician's mark is not.
        "这张卫星图像中存在一处微小面积的模糊，主要位于图像的右下角。",
        "这张卫星图像中存在一条拼接痕迹的痕迹，位于图像的中央，大致是斜线。",
        "这张卫星图像中存在一处条状噪声，主要位于图像的下方。",
    ]


def test_polygons_that_touch_or_overlap_are_one_place_and_no_pixel_counts_twice(tmp_path):
    shapes = [shapely.box(0, 0, 100, 90), shapely.box(100, 90, 150, 100), shapely.box(50, 0, 100, 90)]
    path = write_reviewed(tmp_path / "a.gpkg", [("cloud", "accepted", s) for s in shapes], "none.tif")
    (summary,) = module.summarize_reviewed(read_reviewed(path))
    assert summary.count == 1 and summary.share == pytest.approx(9500 / SIDE**2)


def test_types_that_nobody_looked_for(tmp_path):
    path = write_reviewed(tmp_path / "a.gpkg", [("shadow", "added", shapely.box(0, 0, 9, 9))], "none.tif")
    left_out = read_reviewed(path).not_inspected
    assert {"cloud", "blur", "shadow"}.isdisjoint(left_out) and len(left_out) == 7


def test_a_result_without_errors(tmp_path):
    reviewed = read_reviewed(write_reviewed(tmp_path / "a.gpkg", [], "none.tif"))
    assert module.summarize_reviewed(reviewed) == () and reviewed.geometries.shape == (0,)


def test_blocks_with_rejected_errors_are_the_first_without_error(tmp_path, image):
    from rsqi_core.dataset.build import Settings, build

    found = [("cloud", "accepted", shapely.box(0, 0, 20, 20)), ("cloud", "rejected", shapely.box(210, 210, 240, 240))]
    built = build([write_reviewed(tmp_path / "a.gpkg", found, image)], tmp_path / "out", Settings((50,), test=0))
    assert built.rejected == 1 and built.totals["train"] == 2
    assert (tmp_path / "out" / "train" / "image" / "影像-50-200-200.png").exists()


def test_no_image_is_divided_where_there_are_enough(tmp_path):
    from rsqi_core.dataset.build import Settings, build

    sources = []
    for n in range(6):
        copy = write_image(tmp_path / f"{n}.tif", n)
        shapes = [("cloud", "accepted", shapely.box(50 * k, 0, 50 * k + 20, 20)) for k in range(6)]
        sources.append(write_reviewed(tmp_path / f"{n}.gpkg", shapes, copy))
    build(sources, tmp_path / "out", Settings((50,), test=0.3, negatives=0))
    parts = [
        {file.name.split("-")[0] for file in (tmp_path / "out" / part / "image").iterdir()}
        for part in ("train", "test")
    ]
    assert len(parts[0]) == 4 and len(parts[1]) == 2 and not parts[0] & parts[1]
