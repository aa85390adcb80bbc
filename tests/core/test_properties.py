"""What must hold for every input: blocks, merging, polygons, equation 3 and the stretch of deep data."""

import cv2
import numpy as np
import shapely
from affine import Affine
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from rasterio.features import rasterize

from rsqi_core.blocks import grid, walk_order
from rsqi_core.constrain import alive, constrain
from rsqi_core.limits import CONSTRAINTS
from rsqi_core.merge import NODATA, LabelMap, Mosaic, claim, dilate, patch
from rsqi_core.polygons import polygonize
from rsqi_core.raster.stretch import Stretch
from rsqi_core.taxonomy import TYPES, ErrorClass

settings.register_profile("rsqi", deadline=None, max_examples=60)
settings.load_profile("rsqi")

IDENTITY = Affine.identity()
SIZES = (512, 1024, 2048, 4096)
RANK = {ErrorClass.BOUNDARY: 1, ErrorClass.REGION: 2, ErrorClass.PIXEL: 3}
PRIORITY = np.array([0, *(RANK[t.error_class] for t in TYPES)])
REGION = np.array([False, *(t.error_class is ErrorClass.REGION for t in TYPES)])

lengths = st.integers(1, 3000)
overlaps = st.floats(0, 0.5)
types = st.integers(0, 10)
probabilities = st.floats(0, 1, width=32)
small_labels = arrays(np.uint8, (9, 11), elements=types)
small_confidences = arrays(np.float32, (9, 11), elements=probabilities)


# ---- blocks


@given(lengths, lengths, st.integers(1, 700), overlaps)
def test_blocks_cover_every_pixel_without_slivers_in_row_major_order(width, height, size, overlap):
    assume(width * height <= 4000 * max(1, size) ** 2)
    blocks = grid(width, height, size, overlap)
    for length, spans in ((width, {(b.x, b.width) for b in blocks}), (height, {(b.y, b.height) for b in blocks})):
        spans = sorted(spans)
        assert {side for _, side in spans} == {min(size, length)}  # no slivers
        assert spans[0][0] == 0 and sum(spans[-1]) == length
        for (first, side), (second, _) in zip(spans, spans[1:]):
            assert first < second <= first + side - int(overlap * size)  # no gap, and at least the overlap shared
    columns = len({b.x for b in blocks})
    assert len(blocks) == columns * len({b.y for b in blocks})
    for n, block in enumerate(blocks):
        assert (block.row, block.col) == divmod(n, columns)
    assert list(blocks) == sorted(blocks, key=lambda b: (b.y, b.x))


@given(lengths, lengths, st.lists(st.integers(64, 900), min_size=1, max_size=3, unique=True), overlaps)
def test_a_walk_visits_each_block_when_its_rows_are_read_and_never_returns_to_final_rows(width, height, sides, overlap):
    grids = [grid(width, height, side, overlap) for side in sorted(sides)]
    steps = walk_order(grids)
    assert sorted(map(repr, (s.block for s in steps))) == sorted(repr(b) for blocks in grids for b in blocks)
    reached = height
    for step in reversed(steps):
        assert step.final <= reached and step.due >= step.block.bottom
        reached = min(reached, step.block.y)
    assert [s.due for s in steps] == sorted(s.due for s in steps) and steps[-1].final == height
    turn = {id(s.block): n for n, s in enumerate(steps)}
    for fine, coarse in zip(grids, grids[1:]):
        for block in coarse:
            assert all(turn[id(b)] < turn[id(block)] for b in fine if b.overlaps(block))


# ---- merge


@st.composite
def patches(draw):
    """Results of a few blocks in a map of 12 x 10: place, types, probabilities, grid."""
    found = []
    for _ in range(draw(st.integers(1, 5))):
        height, width = draw(array_shapes(min_dims=2, max_dims=2, max_side=8))
        x, y = draw(st.integers(0, 12 - width)), draw(st.integers(0, 10 - height))
        label = draw(arrays(np.uint8, (height, width), elements=types))
        confidence = draw(arrays(np.float32, (height, width), elements=probabilities))
        found.append((x, y, label, confidence, draw(st.integers(0, 3))))
    return found


def merged(found, rows=None):
    mosaic = Mosaic(12, SIZES, rows)
    for x, y, label, confidence, level in found:
        mosaic.add(patch(x, y, [claim(label, confidence, level)]))
    bands = list(mosaic.take(10))
    return [np.concatenate([getattr(b, name) for b in bands]) for name in ("label", "confidence", "block_size")]


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other))


@given(patches(), st.randoms(use_true_random=False), st.integers(1, 10))
def test_merging_knows_no_order_no_repetition_and_no_bands(found, random, rows):
    expected = merged(found)
    shuffled = found + found[:2]
    random.shuffle(shuffled)
    assert same(merged(shuffled, rows), expected)


@given(patches())
def test_the_highest_class_wins_and_then_the_surest(found):
    label, confidence, block_size = merged(found)
    best = {}
    for x, y, labels, confidences, level in found:
        for (r, c), category_id in np.ndenumerate(labels):
            if category_id:
                sure = max(1, int(np.rint(np.float32(255) * confidences[r, c])))
                key = (PRIORITY[category_id], sure, -level, int(category_id))
                best[y + r, x + c] = max(best.get((y + r, x + c), key), key)
    for pixel in np.ndindex(label.shape):
        _, sure, level, category_id = best.get(pixel, (0, 0, None, 0))
        assert (label[pixel], confidence[pixel]) == (category_id, sure)
        assert block_size[pixel] == (SIZES[-level] if category_id else 0)


@given(patches(), arrays(bool, (10, 12)))
def test_nodata_is_above_all_and_has_neither_confidence_nor_size(found, nodata):
    mosaic = Mosaic(12, SIZES)
    mosaic.add(patch(0, 0, [np.where(nodata, np.uint16(NODATA), np.uint16(0))]))
    for x, y, label, confidence, level in found:
        mosaic.add(patch(x, y, [claim(label, confidence, level)]))
    (band,) = mosaic.take(10)
    assert np.array_equal(band.label == 255, nodata)
    assert not band.confidence[nodata].any() and not band.block_size[nodata].any()


@given(small_labels, small_confidences, st.integers(0, 3))
def test_dilation_takes_background_only_and_only_within_reach_of_its_own_type(label, confidence, radius):
    grown, sure = dilate(label, confidence, radius)
    assert np.array_equal(grown[label > 0], label[label > 0]) and np.array_equal(sure[label > 0], confidence[label > 0])
    kernel = np.ones((2 * radius + 1,) * 2, np.uint8)
    reach = np.zeros(label.shape, bool)
    for category_id in range(1, 11):
        near = cv2.dilate((label == category_id).view(np.uint8), kernel).view(bool)
        if REGION[category_id]:
            assert near[grown == category_id].all()
            reach |= near
        else:
            assert np.array_equal(grown == category_id, label == category_id)
    assert np.array_equal(grown > 0, (label > 0) | reach)
    assert sure.min() >= 0 and sure.max() <= 1


# ---- polygons


@st.composite
def label_maps(draw):
    """Maps with few types, so that errors get branches, holes and corners that touch."""
    height, width = draw(array_shapes(min_dims=2, max_dims=2, max_side=14))
    few = st.sampled_from([0, 0, 1, 1, 7, 10, 255])
    label_map = LabelMap(height, width)
    label_map.label[:] = draw(arrays(np.uint8, (height, width), elements=few, fill=st.nothing()))
    found = (label_map.label > 0) & (label_map.label < 255)
    label_map.confidence[found] = draw(st.integers(1, 255))
    label_map.block_size[found] = 512
    return label_map


@given(label_maps())
def test_polygons_are_valid_and_rasterise_to_the_map_they_came_from(label_map):
    label = label_map.label.copy()
    polygons = polygonize(label_map, IDENTITY, least=lambda size: 0)
    again = np.zeros(label.shape, np.uint8)
    for polygon in polygons:
        assert polygon.geometry.is_valid and not polygon.geometry.is_empty
        assert polygon.geometry.area == polygon.pixels == polygon.area_m2
        mask = rasterize([polygon.geometry], label.shape, dtype=np.uint8).astype(bool)
        assert mask.sum() == polygon.pixels and not again[mask].any()  # holes stay open, polygons apart
        again[mask] = polygon.category_id
        assert polygon.confidence == label_map.confidence[mask].mean() / 255
    assert np.array_equal(again, np.where(label == 255, 0, label))
    for category_id in (1, 7, 10):
        count = cv2.connectedComponents((label == category_id).view(np.uint8), connectivity=8)[0] - 1
        assert sum(p.category_id == category_id for p in polygons) == count


@given(label_maps(), st.floats(0, 1))
def test_only_small_regions_are_dropped_and_they_leave_the_map_too(label_map, fraction):
    before = label_map.label.copy()
    every = polygonize(label_map, IDENTITY, least=lambda size: 0)
    least = fraction * before.size
    kept = polygonize(label_map, IDENTITY, least=lambda size: least)
    expected = [p for p in every if not REGION[p.category_id] or p.pixels >= least]
    key = [(p.category_id, p.pixels, p.geometry.wkb) for p in expected]
    assert sorted((p.category_id, p.pixels, p.geometry.wkb) for p in kept) == sorted(key)
    outlines = [(p.geometry, p.category_id) for p in kept]
    left = rasterize(outlines, before.shape, dtype=np.uint8) if outlines else np.zeros_like(before)
    assert np.array_equal(label_map.label, np.where(before == 255, 255, left))


terms = st.floats(-50, 50).filter(lambda v: abs(v) > 0.05)


@given(label_maps(), terms, st.floats(-3, 3), st.floats(-3, 3), terms)
def test_a_transform_moves_the_outlines_and_scales_the_areas(label_map, a, b, d, e):
    assume(abs(a * e - b * d) > 0.01)
    transform = Affine(a, b, 500_000, d, e, 3_000_000)
    in_pixels = polygonize(label_map, IDENTITY, least=lambda size: 0)
    for moved, plain in zip(polygonize(label_map, transform, least=lambda size: 0), in_pixels):
        assert (moved.category_id, moved.pixels) == (plain.category_id, plain.pixels)
        assert np.isclose(moved.area_m2, plain.pixels * abs(transform.determinant), rtol=1e-6, atol=1e-3)
        back = shapely.transform(moved.geometry, lambda xy: np.stack((~transform) * xy.T, -1))
        assert back.symmetric_difference(plain.geometry).area < 1e-3 * plain.pixels


# ---- equation 3

segmentations = arrays(np.float32, (7, 2, 3), elements=st.floats(-9, 9, width=32))
classifications = arrays(np.float32, 10, elements=st.floats(-30, 30, width=32))
shares = st.just(0.0) | st.floats(1e-6, 1)
thresholds = shares | arrays(np.float64, 10, elements=shares)


def below(y, threshold):
    return 1 / (1 + np.exp(-y[:6].astype(np.float64))) < np.broadcast_to(threshold, 10)[:6]


@given(segmentations, classifications, st.sampled_from(CONSTRAINTS), st.floats(0, 100), thresholds)
def test_the_background_and_what_reaches_the_threshold_are_never_touched(logits, y, mode, alpha, threshold):
    out = constrain(logits, y, mode, alpha, threshold)
    assert out.dtype == np.float32 and np.array_equal(out[0], logits[0])
    if mode != "relative":
        kept = ~below(y, threshold)
        assert np.array_equal(out[1:][kept], logits[1:][kept])
    added = out[1:, 0, 0] - logits[1:, 0, 0]
    assert mode in ("relative", "intermediate") or (added <= 0).all()


@given(segmentations, classifications, st.floats(0, 100))
def test_threshold_zero_and_alpha_zero_change_nothing(logits, y, alpha):
    for mode in ("absolute", "intermediate", "lowering"):
        assert np.array_equal(constrain(logits, y, mode, alpha, 0.0), logits)
    for mode in ("intermediate", "lowering"):
        assert np.array_equal(constrain(logits, y, mode, 0.0, 0.5), logits)


@given(segmentations, classifications)
def test_relative_is_intermediate_at_alpha_one_with_a_threshold_that_nothing_reaches(logits, y):
    expected = constrain(logits, y, "relative", 3.0, 0.2)
    assert np.array_equal(constrain(logits, y, "intermediate", 1.0, 1.1), expected)


@given(segmentations, classifications)
def test_lowering_and_intermediate_tend_to_absolute(logits, y):
    y = np.where(np.abs(y) < 1e-3, np.float32(-1), y)
    absolute = constrain(logits, y, "absolute", 1.0, 0.5).argmax(0)
    for mode in ("lowering", "intermediate"):  # up to one half, both only lower
        assert np.array_equal(constrain(logits, y, mode, 1e6, 0.5).argmax(0), absolute)


@given(segmentations, classifications, thresholds, st.floats(0, 50), st.floats(0, 50))
def test_lowering_lowers_the_more_the_larger_alpha(logits, y, threshold, one, other):
    less, more = (constrain(logits, y, "lowering", alpha, threshold) for alpha in sorted((one, other)))
    assert (more <= less).all()


@given(segmentations, classifications, st.sampled_from(CONSTRAINTS), st.floats(0, 100), thresholds)
def test_what_is_not_alive_wins_nowhere(logits, y, mode, alpha, threshold):
    hopeless = ~alive(y, mode, threshold, alpha)
    winner = constrain(logits, y, mode, alpha, threshold).argmax(0)
    assert not np.isin(winner, np.flatnonzero(hopeless) + 1).any()


# ---- stretch


@given(
    arrays(np.uint16, (3, 4, 5)),
    st.floats(1, 60_000),
    st.floats(0.5, 60_000),
    st.booleans(),
)
def test_a_stretch_keeps_the_order_and_the_extremes_for_extremes(values, low, span, integer):
    stretch = Stretch(low, low + span, 0.0, 65535.0 if integer else None)
    out = stretch.apply(values.astype(np.float32))
    order = np.argsort(values, axis=None, kind="stable")
    assert (np.diff(out.ravel()[order].astype(int)) >= 0).all()
    assert np.array_equal(out == 0, values == 0)
    assert np.array_equal(out == 255, (values == 65535) & integer)
    inside = (values >= low) & (values <= low + span) & (out > 0) & (out < 255)
    assert ((out[inside] >= 20) & (out[inside] <= 235)).all()
    part = stretch.apply(values[:, 1:3, 2:].astype(np.float32))
    assert np.array_equal(part, out[:, 1:3, 2:])
