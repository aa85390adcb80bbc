"""Errors traced band by band against the same label map as one array, and against an independent labelling."""

import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from rsqi_core.merge import LabelMap
from rsqi_core.polygons import Outliner, polygonize
from rsqi_core.taxonomy import IGNORED
from rsqi_core.tracer import Tracer

PLACE = Affine(0.4, 0.3, 500_000, 0.3, -0.4, 2_950_000)


def random_map(seed, height, width, smooth):
    """Blobs, specks, thin diagonals and nodata, with confidences and block sizes of their own."""
    rng = np.random.default_rng(seed)
    noise = ndimage.gaussian_filter(rng.random((height, width)), smooth)
    ranks = noise.ravel().argsort().argsort().reshape(noise.shape) * 14 // noise.size
    label = np.array([0, 0, 0, 1, 2, 0, 6, 7, 0, 9, 10, 255, 0, 1], np.uint8)[ranks]
    step = np.arange(min(height, width))
    label[step, step] = 9
    result = LabelMap(height, width)
    found = (label > 0) & (label != IGNORED)
    result.label[:] = label
    result.confidence[found] = rng.integers(1, 256, found.sum())
    result.block_size[found] = rng.choice([512, 2048], found.sum())
    return result


def rows_of(label_map, top, bottom):
    part = LabelMap(bottom - top, label_map.width)
    for name in ("label", "confidence", "block_size"):
        getattr(part, name)[:] = getattr(label_map, name)[top:bottom]
    return part


def in_bands(label_map, cuts, least):
    """Return the polygons traced band by band, and the label map with what was dropped erased."""
    tracer, outliner, erased = Tracer(least), Outliner(PLACE), []
    edges = [0, *sorted(set(cuts) - {0, label_map.height}), label_map.height]
    dropped = []
    for top, bottom in zip(edges, edges[1:]):
        band = rows_of(label_map, top, bottom)
        for component in tracer.add(band, last=bottom == label_map.height):
            if tracer.drops(component):
                dropped.append(component.outline())
            else:
                outliner.add(component)
        erased.append(band.label)
    label = np.concatenate(erased)
    rows, columns = np.indices(label.shape) + 0.5
    for outline in dropped:
        label[shapely.contains_xy(outline, columns, rows)] = 0
    return outliner.polygons(), label


def same(first, second):
    assert len(first) == len(second)
    for a, b in zip(first, second):
        assert (a.category_id, a.pixels, a.block_size, a.source) == (b.category_id, b.pixels, b.block_size, b.source)
        assert a.confidence == b.confidence
        assert a.area_m2 == pytest.approx(b.area_m2, rel=1e-9)
        assert a.geometry.is_valid
        assert shapely.normalize(a.geometry).equals_exact(shapely.normalize(b.geometry), 1e-6)


@settings(max_examples=120, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.tuples(st.integers(1, 40), st.integers(1, 30)),
    st.sampled_from([0, 0.7, 2]),
    st.lists(st.integers(1, 40), max_size=40),
    st.sampled_from([{512: 0, 2048: 0}, {512: 4, 2048: 12}, {512: 12, 2048: 4}]),
)
def test_bands_give_what_the_whole_gives(seed, size, smooth, cuts, least):
    whole = random_map(seed, *size, smooth)
    polygons, label = in_bands(whole, [cut for cut in cuts if cut < size[0]], least.get)
    same(polygons, polygonize(whole, PLACE, least=least.get))
    assert np.array_equal(label, whole.label)


def test_one_band_a_row_of_a_large_map():
    whole = random_map(5, 300, 200, 3)
    polygons, label = in_bands(whole, range(300), lambda size: 20)
    same(polygons, polygonize(whole, PLACE, least=lambda size: 20))
    assert np.array_equal(label, whole.label)


def test_what_is_complete_is_let_go_of_at_once():
    label = np.zeros((30, 20), np.uint8)
    label[2:5, 2:5] = 1
    label[8:25, 10] = 9
    whole = LabelMap(30, 20)
    whole.label[:] = label
    whole.block_size[label > 0] = 512
    tracer = Tracer(lambda size: 0)
    ended = [len(tracer.add(rows_of(whole, top, top + 6), last=top == 24)) for top in range(0, 30, 6)]
    assert ended == [1, 0, 0, 0, 1]


def test_branches_that_meet_further_down_are_one_error():
    label = np.zeros((12, 12), np.uint8)
    label[0:10, 2] = label[0:10, 8] = label[9, 2:9] = 3
    whole = LabelMap(12, 12)
    whole.label[:] = label
    whole.block_size[label > 0] = 512
    (polygon,), _ = in_bands(whole, [3, 6, 9], lambda size: 0)
    (part,) = polygon.geometry.geoms
    assert polygon.pixels == 25 and len(part.exterior.coords) == 9  # a U has eight corners
