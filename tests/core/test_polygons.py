"""Polygons of the label map: shapes, areas, limits, validity."""

import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from rsqi_core.merge import LabelMap
from rsqi_core.polygons import measure, polygonize, records
from rsqi_core.taxonomy import TYPES, ErrorClass

NORTH_UP = Affine(0.5, 0, 500_000, 0, -0.5, 2_950_000)
ROTATED = Affine(0.4, 0.3, 500_000, 0.3, -0.4, 2_950_000)
SHEARED = Affine(0.5, 0.2, 36_500_000, -0.1, -0.7, 2_950_000)
CGCS2000 = "EPSG:4545"  # 3-degree zone, central meridian 108 E


def label_map_of(label, confidence=0.5, block_size=512):
    result = LabelMap(*label.shape)
    result.label[:] = label
    result.confidence[label > 0] = round(confidence * 255)
    result.block_size[label > 0] = block_size
    return result


def burn(polygons, shape, transform):
    """Rasterise by point-in-polygon tests at the pixel centres: independent of the code under test."""
    out = np.zeros(shape, np.uint8)
    rows, columns = np.indices(shape) + 0.5
    for polygon in polygons:
        x = transform.a * columns + transform.b * rows + transform.c
        y = transform.d * columns + transform.e * rows + transform.f
        out[shapely.contains_xy(polygon.geometry, x, y)] = polygon.category_id
    return out


@pytest.mark.parametrize("transform", [NORTH_UP, ROTATED, SHEARED])
def test_polygons_lie_exactly_on_the_mask(transform):
    rng = np.random.default_rng(1)
    label = rng.choice([0, 0, 0, 0, 1, 2, 7, 9, 255], (40, 50)).astype(np.uint8)
    found = polygonize(label_map_of(label), transform, None, least=lambda size: 0)
    assert np.array_equal(burn(found, label.shape, transform), np.where(label == 255, 0, label))
    assert all(polygon.geometry.is_valid for polygon in found)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 0.9))
def test_pixels_and_area_equal_the_mask_and_one_polygon_a_component(seed, density):
    mask = np.random.default_rng(seed).random((12, 17)) < density
    found = polygonize(label_map_of(np.where(mask, 3, 0).astype(np.uint8)), ROTATED, None, least=lambda size: 0)
    components, count = ndimage.label(mask, np.ones((3, 3)))
    assert len(found) == count
    assert [p.pixels for p in found] == sorted(np.bincount(components.ravel())[1:].tolist(), reverse=True)
    for polygon in found:
        assert polygon.geometry.is_valid
        assert polygon.geometry.area == pytest.approx(polygon.pixels * 0.25, rel=1e-6)
        assert polygon.area_m2 == pytest.approx(polygon.pixels * 0.25, rel=1e-6)


def test_holes_are_kept():
    label = np.zeros((20, 20), np.uint8)
    label[2:18, 2:18] = 1
    label[6:10, 6:10] = 0
    label[12:15, 12:15] = 2  # another error inside is a hole as well
    cloud, shadow = polygonize(label_map_of(label), NORTH_UP, None, least=lambda size: 0)
    (part,) = cloud.geometry.geoms
    assert len(part.interiors) == 2
    assert cloud.pixels == 256 - 16 - 9
    assert cloud.geometry.area == pytest.approx(cloud.pixels * 0.25)
    assert shadow.pixels == 9


def test_a_diagonal_line_is_one_error():
    label = np.zeros((30, 30), np.uint8)
    label[np.arange(5, 25), np.arange(5, 25)] = 9
    (stripe,) = polygonize(label_map_of(label), NORTH_UP, None)
    assert stripe.geometry.geom_type == "MultiPolygon" and len(stripe.geometry.geoms) == 20
    assert stripe.pixels == 20 and stripe.source == "rule"


@pytest.mark.parametrize("error_type", TYPES, ids=lambda t: t.code)
def test_the_area_limit_is_for_region_types_only(error_type):
    label = np.zeros((200, 200), np.uint8)
    label[10, 10:13] = error_type.id
    label[50:52, 50:52] = error_type.id
    label_map = label_map_of(label)
    found = polygonize(label_map, NORTH_UP, None, least=lambda size: 4)
    region = error_type.error_class is ErrorClass.REGION
    assert [p.pixels for p in found] == ([4] if region else [4, 3])
    expected = label.copy()
    if region:
        expected[10, 10:13] = 0
    assert np.array_equal(label_map.label, expected)  # dropped means erased
    assert np.array_equal(label_map.confidence > 0, expected > 0)


@pytest.mark.parametrize("size, least", [(512, 26), (2048, 419)])
def test_the_limit_is_a_share_of_the_block_that_found_the_error(size, least):
    label = np.zeros((40, 40), np.uint8)
    label.flat[: least - 1] = 1
    assert polygonize(label_map_of(label, block_size=size), NORTH_UP) == []
    label.flat[:least] = 1
    assert [p.pixels for p in polygonize(label_map_of(label, block_size=size), NORTH_UP)] == [least]


def test_of_two_block_sizes_that_found_an_error_the_one_with_more_pixels_sets_the_limit():
    label = np.zeros((40, 40), np.uint8)
    label[:10, :10] = 1
    label_map = label_map_of(label, block_size=512)
    label_map.block_size[:5, :10] = 2048  # one half each: the finer one
    assert len(polygonize(label_map, NORTH_UP)) == 1
    label_map.block_size[5, 0] = 2048
    assert polygonize(label_map, NORTH_UP) == [] and not label_map.label.any()


def test_dropping_spares_neighbours_inside_the_same_rectangle():
    label = np.zeros((40, 40), np.uint8)
    label[5:35, 5], label[5, 5:35], label[34, 5:35] = 1, 1, 1  # a C-shaped cloud of 88 pixels
    label[20, 20] = 1  # a speck within its rectangle
    label_map = label_map_of(label)
    (cloud,) = polygonize(label_map, NORTH_UP, None, least=lambda size: 2)
    assert cloud.pixels == 88
    assert label_map.label[20, 20] == 0 and (label_map.label == 1).sum() == 88


def test_confidence_and_block_size_belong_to_the_own_pixels():
    label = np.zeros((20, 20), np.uint8)
    label[2:12, 2] = label[2, 2:12] = 1
    label[8:11, 8:11] = 1  # a second cloud in the rectangle of the first
    label_map = label_map_of(label)
    label_map.confidence[label == 1] = 51
    label_map.confidence[8:11, 8:11] = 255
    label_map.block_size[2:6, 2] = 2048
    label_map.block_size[8:11, 8:11] = 2048
    large, small = polygonize(label_map, NORTH_UP, None, least=lambda size: 0)
    assert (large.pixels, large.block_size, small.pixels, small.block_size) == (19, 512, 9, 2048)
    assert large.confidence == pytest.approx(0.2) and small.confidence == pytest.approx(1.0)


def test_sources_and_order():
    label = np.zeros((20, 20), np.uint8)
    label[0, 0], label[5, 5:8], label[9, 9:14], label[15, 0:2] = 10, 7, 9, 7
    found = polygonize(label_map_of(label), NORTH_UP, None)
    assert [(p.category_id, p.pixels, p.source) for p in found] == [
        (7, 3, "model"),
        (7, 2, "model"),
        (9, 5, "rule"),
        (10, 1, "rule"),
    ]


def test_nothing_found():
    assert polygonize(LabelMap(10, 10), NORTH_UP, None) == []
    assert polygonize(label_map_of(np.full((10, 10), 255, np.uint8)), NORTH_UP, None) == []


@pytest.mark.parametrize("transform", [Affine.identity(), NORTH_UP, ROTATED])
def test_records_measure_in_pixels(transform):
    label = np.zeros((60, 60), np.uint8)
    label[10:13, 5:45] = 9
    polygon = polygonize(label_map_of(label), transform, None)
    (record,) = records(polygon, transform)
    assert (record.category_id, record.pixels, record.status) == (9, 120, "unreviewed")
    assert record.length_px == pytest.approx(40, abs=1e-3)
    assert record.bounds == pytest.approx((5, 10, 45, 13), abs=1e-3)
    assert record.area_m2 == pytest.approx(120 * abs(transform.determinant))


def test_the_length_of_a_diagonal_line():
    label = np.zeros((60, 60), np.uint8)
    label[np.arange(10, 50), np.arange(10, 50)] = 9
    (record,) = records(polygonize(label_map_of(label), NORTH_UP, None), NORTH_UP)
    assert record.length_px == pytest.approx(40 * 2**0.5, rel=0.01)


def test_measuring_an_empty_geometry():
    record = measure(shapely.Polygon(), 1, NORTH_UP, 0.0, "added")
    assert (record.pixels, record.length_px, record.bounds, record.status) == (0, 0.0, None, "added")
