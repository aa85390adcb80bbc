"""Polygons to masks, and back."""

import cv2
import numpy as np
import pytest
import shapely
from affine import Affine
from skimage.draw import polygon

from rsqi_core.dataset.draw import draw, prepare
from rsqi_core.merge import LabelMap
from rsqi_core.polygons import polygonize
from rsqi_core.taxonomy import TYPES

ROTATED = Affine(0.4, 0.3, 500_000, 0.3, -0.4, 2_950_000)


def array(*shapes):
    return np.array(shapes, object)


def whole(geometries, ids, shape=(100, 100)):
    return draw(prepare(array(*geometries)), np.array(ids), 0, 0, shape[1], shape[0])


def truth(side=400):
    """A label map with everything that is hard: fractal borders, holes, islands in holes, diagonals, single pixels."""
    rng = np.random.default_rng(0)
    noise = cv2.GaussianBlur(rng.normal(size=(side, side)).astype(np.float32), (0, 0), 6)
    labels = np.zeros((side, side), np.uint8)
    labels[noise > 0.03], labels[noise < -0.05] = 1, 4
    labels[200:206, :] = 7
    labels[np.arange(100), np.arange(100)] = 9
    labels[rng.random(labels.shape) < 0.002] = 10
    labels[300:390, 300:390] = 5
    labels[320:370, 320:370] = 0
    labels[340:350, 340:350] = 5
    return labels


def polygons(labels):
    label_map = LabelMap(*labels.shape)
    label_map.label[:] = labels
    label_map.block_size[labels > 0] = 512
    return polygonize(label_map, ROTATED, least=lambda size: 0)


def test_the_round_trip_gives_every_pixel_and_area_back():
    labels = truth()
    found = polygons(labels)
    ids = np.array([p.category_id for p in found])
    in_pixels = shapely.transform(array(*(p.geometry for p in found)), lambda c: np.stack(~ROTATED * c.T, -1))
    drawn = draw(prepare(in_pixels), ids, 0, 0, *labels.shape[::-1])
    np.testing.assert_array_equal(drawn, labels)
    again = polygons(drawn)
    assert [(p.category_id, p.pixels) for p in again] == [(p.category_id, p.pixels) for p in found]
    assert sum(p.area_m2 for p in again) == pytest.approx(sum(p.area_m2 for p in found), rel=1e-12)
    window = draw(prepare(in_pixels), ids, 37, 101, 211, 64)
    np.testing.assert_array_equal(window, labels[101 : 101 + 64, 37 : 37 + 211])


def test_a_pixel_belongs_to_a_polygon_if_its_centre_does():
    mask = whole([shapely.box(10.4, 20.6, 12.6, 23.4)], [1])
    assert np.argwhere(mask).tolist() == [[row, column] for row in (21, 22) for column in (10, 11, 12)]


def test_pieces_of_a_shape_with_many_corners_are_what_the_library_draws_at_once():
    angle = np.linspace(0, 2 * np.pi, 700, endpoint=False)
    radius = 80 + 8 * np.sin(31 * angle)
    x, y = 100.3 + radius * np.cos(angle), 99.1 + radius * np.sin(angle)
    expected = np.zeros((200, 200), np.uint8)
    expected[polygon(y - 0.5, x - 0.5, expected.shape)] = 2
    np.testing.assert_array_equal(whole([shapely.Polygon(np.stack([x, y], -1))], [2], (200, 200)), expected)


def test_holes_and_several_parts():
    ring = shapely.box(10, 10, 60, 60) - shapely.box(20, 20, 50, 50)
    shape = shapely.MultiPolygon([*shapely.get_parts(ring), shapely.box(30, 30, 40, 40), shapely.box(80, 80, 90, 90)])
    mask = whole([shape], [3])
    assert mask.sum() / 3 == shape.area and mask[25, 25] == 0 and mask[35, 35] == mask[85, 85] == 3


def test_pixel_over_region_over_boundary_in_any_order():
    square = shapely.box(10, 10, 90, 90)
    rank = {"boundary": 0, "region": 1, "pixel": 2}
    for a in TYPES:
        for b in TYPES:
            drawn = whole([square, square.buffer(-20)], [a.id, b.id])[50, 50]
            above = rank[a.error_class.value] > rank[b.error_class.value]
            assert drawn == (a.id if above else b.id)


def test_of_one_class_the_smaller_covers_the_larger():
    large, small = shapely.box(0, 0, 90, 90), shapely.box(30, 30, 40, 40)
    for shapes, ids in (([large, small], [1, 4]), ([small, large], [4, 1])):
        mask = whole(shapes, ids)
        assert (mask == 4).sum() == 100 and (mask == 1).sum() == 8000


def test_crossed_outlines_count_as_they_look():
    bow = shapely.Polygon([(10, 10), (50, 50), (50, 10), (10, 50)])
    assert (whole([bow], [1]) > 0).sum() == pytest.approx(800, abs=45)


def test_what_is_thinner_than_a_pixel_is_not_lost():
    line = shapely.box(10.6, 20.6, 60.6, 20.9)
    drawn = whole([line], [9])
    assert (drawn[20, 11:60] == 9).all() and not np.delete(drawn, 20, axis=0).any()
    assert whole([shapely.box(5.8, 5.8, 5.9, 5.9)], [10]).sum() == 10


def test_height_values_do_not_matter():
    assert (whole([shapely.force_3d(shapely.box(0, 0, 9, 9), 1200.0)], [1]) == 1).sum() == 81
