"""Smooth outlines: no staircase, areas kept, valid, no overlaps, and the same whatever the strips."""

import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from rsqi_core.limits import TOLERANCE
from rsqi_core.merge import LabelMap
from rsqi_core.polygons import Outliner, polygonize
from rsqi_core.smooth import AREA_SHARE, smoothed
from rsqi_core.tracer import Tracer

PLACE = Affine(0.4, 0.3, 500_000, 0.3, -0.4, 2_950_000)


def map_of(label):
    result = LabelMap(*label.shape)
    result.label[:] = label
    result.confidence[label > 0] = 128
    result.block_size[label > 0] = 512
    return result


def outlines_of(label):
    return [polygon.geometry for polygon in polygonize(map_of(label), Affine.identity(), least=lambda size: 0)]


def disc(radius):
    rows, columns = np.indices((2 * radius + 9,) * 2) - (radius + 4)
    return (rows**2 + columns**2 <= radius**2).astype(np.uint8)


def random_label(seed, shape=(60, 50), smooth=2.5):
    """Clouds and shadows that touch, with stripes through them."""
    rng = np.random.default_rng(seed)
    first, second = (ndimage.gaussian_filter(rng.random(shape), smooth) for _ in range(2))
    label = np.where(first > np.quantile(first, 0.6), 1, np.where(second > np.quantile(second, 0.6), 2, 0))
    label[shape[0] // 3, 5:30] = 9
    return label.astype(np.uint8)


def right_angles(outline):
    """How many corners of pixels an outline still has: sides along rows and columns that meet."""
    count = 0
    for ring in shapely.get_rings(shapely.get_parts(outline)):
        points = shapely.get_coordinates(ring)[:-1]
        before, after = points - np.roll(points, 1, 0), np.roll(points, -1, 0) - points
        straight = (np.abs(before).min(1) < 1e-9) & (np.abs(after).min(1) < 1e-9)
        count += int(straight.sum())
    return count


@pytest.mark.parametrize("radius, most", [(10, 20), (50, 40), (200, 110)])
def test_a_disc_has_few_vertices_no_staircase_and_its_area(radius, most):
    before = outlines_of(disc(radius))
    (after,) = smoothed(before, TOLERANCE)
    assert shapely.get_num_coordinates(after) <= most < shapely.get_num_coordinates(before[0])
    assert right_angles(after) == 0 < right_angles(before[0])
    assert after.area == pytest.approx(before[0].area, rel=1e-3)
    assert shapely.hausdorff_distance(after, before[0]) < 2 * TOLERANCE


def test_a_straight_side_stays_within_the_tolerance():
    label = np.zeros((60, 90), np.uint8)
    label[10:50, 10:80] = 1
    (after,) = smoothed(outlines_of(label), TOLERANCE)
    assert after.area == pytest.approx(40 * 70, rel=1e-4)
    assert shapely.get_num_coordinates(after) <= 9
    assert shapely.hausdorff_distance(after, shapely.box(10, 10, 80, 50)) <= TOLERANCE


def test_a_tolerance_of_0_changes_nothing():
    before = outlines_of(random_label(1))
    assert all(one.equals_exact(other, 0) for one, other in zip(before, smoothed(before, 0.0)))
    assert smoothed([], 1.0) == []


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.4, TOLERANCE, 2.0]))
def test_outlines_are_valid_keep_their_area_and_do_not_overlap(seed, tolerance):
    before = outlines_of(random_label(seed))
    after = np.array(smoothed(before, tolerance), object)
    assert shapely.is_valid(after).all() and (shapely.get_type_id(after) == 6).all()
    assert np.abs(shapely.area(after) / shapely.area(before) - 1).max() <= AREA_SHARE + 1e-9
    one, other = shapely.STRtree(after).query(after, "intersects")
    shared = shapely.area(shapely.intersection(after[one[one < other]], after[other[one < other]]))
    assert shared.max(initial=0) < 1e-5


def test_neighbours_share_their_line():
    label = np.zeros((80, 80), np.uint8)
    label[:, :40] = 1
    label[:, 40:] = 2
    rows = np.arange(80)
    for row in rows:
        label[row, : 30 + row // 4] = 1
        label[row, 30 + row // 4 :] = 2
    after = smoothed(outlines_of(label), TOLERANCE)
    assert shapely.intersection(*after).length > 75  # the whole of it
    assert shapely.union_all(after).area > 0.995 * 80 * 80  # without gaps but at the corners


def test_what_is_fixed_stays_and_the_others_give_way():
    label = random_label(4)
    found = polygonize(map_of(label), PLACE, least=lambda size: 0, tolerance=2.0)
    raw = polygonize(map_of(label), PLACE, least=lambda size: 0)
    assert [p.geometry for p in found if p.code == "stripe_noise"] == [
        p.geometry for p in raw if p.code == "stripe_noise"
    ]
    (stripe,) = (p.geometry for p in found if p.code == "stripe_noise")
    assert all(p.geometry.intersection(stripe).area < 1e-5 for p in found if p.code != "stripe_noise")
    assert [(p.category_id, p.pixels, p.confidence) for p in found] == [
        (p.category_id, p.pixels, p.confidence) for p in raw
    ]
    assert all(p.area_m2 == pytest.approx(p.geometry.area) for p in found)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 59), max_size=12))
def test_strips_give_the_same_bytes(seed, cuts):
    whole = map_of(random_label(seed))
    tracer, outliner = Tracer(lambda size: 0), Outliner(PLACE, tolerance=TOLERANCE)
    edges = [0, *sorted(set(cuts)), 60]
    for top, bottom in zip(edges, edges[1:]):
        band = LabelMap(bottom - top, whole.width)
        for name in ("label", "confidence", "block_size"):
            getattr(band, name)[:] = getattr(whole, name)[top:bottom]
        for component in tracer.add(band, last=bottom == 60):
            outliner.add(component)
    expected = polygonize(whole, PLACE, least=lambda size: 0, tolerance=TOLERANCE)
    assert [p.geometry.wkb for p in outliner.polygons() if p.category_id < 7] == [
        p.geometry.wkb for p in expected if p.category_id < 7
    ]


def test_neighbours_keep_one_line_between_them():
    label = np.zeros((60, 110), np.uint8)
    label[5:55, 5:55], label[5:55, 55:105] = 1, 2
    one, other = smoothed(outlines_of(label), TOLERANCE)
    shared = shapely.intersection(one, other)
    assert shared.length == pytest.approx(49, abs=1) and shared.area == 0
    assert shapely.get_num_coordinates(shared) == 2  # from whichever side its vertices were counted
