"""Merging of blocks: priority, confidence, nodata, dilation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rsqi_core.errors import ParameterError
from rsqi_core.findings import Patch
from rsqi_core.merge import NODATA, LabelMap, Mosaic, claim, decode, dilate, patch
from rsqi_core.taxonomy import BACKGROUND, IGNORED, TYPES, ErrorClass
from rsqi_core.uniform import is_uniform, uniform

CLOUD, SHADOW, TRACE, STRIPE, MISSING = 1, 2, 7, 9, 10
RANK = {ErrorClass.BOUNDARY: 1, ErrorClass.REGION: 2, ErrorClass.PIXEL: 3}
SIZES = (512, 2048)


def found(category_id, confidence, size=512, at=(0, 0), shape=(4, 4)):
    label = np.full(shape, category_id, np.uint8)
    return patch(*at, [claim(label, np.full(shape, confidence, np.float32), SIZES.index(size))])


def merged(*patches, width=4, height=4, rows=None):
    """Return the label map of patches, as one LabelMap."""
    mosaic = Mosaic(width, SIZES, rows)
    for each in patches:
        mosaic.add(each)
    bands = list(mosaic.take(height))
    whole = LabelMap(height, width)
    for name in ("label", "confidence", "block_size"):
        getattr(whole, name)[:] = np.concatenate([getattr(band, name) for band in bands])
    return whole


@pytest.mark.parametrize("first", [t.id for t in TYPES])
@pytest.mark.parametrize("second", [t.id for t in TYPES])
def test_priority_then_confidence(first, second):
    strong, weak = found(first, 0.9), found(second, 0.6)  # less confident: wins only by its class
    higher_class = RANK[TYPES[second - 1].error_class] > RANK[TYPES[first - 1].error_class]
    assert np.all(merged(strong, weak).label == (second if higher_class else first))
    assert np.all(merged(strong, weak, found(first, 0.95)).label == (second if higher_class else first))


def test_higher_confidence_wins_in_either_order_and_brings_its_block_size():
    fine, coarse = found(CLOUD, 0.7, 512), found(SHADOW, 0.8, 2048)
    for order in ([fine, coarse], [coarse, fine]):
        label_map = merged(*order)
        assert np.all(label_map.label == SHADOW)
        assert np.all(label_map.confidence == round(0.8 * 255))
        assert np.all(label_map.block_size == 2048)


def test_of_equal_confidence_the_finer_grid_wins():
    for order in ([(SHADOW, 2048), (CLOUD, 512)], [(CLOUD, 512), (SHADOW, 2048)]):
        label_map = merged(*(found(category_id, 0.7, size) for category_id, size in order))
        assert np.all(label_map.label == CLOUD) and np.all(label_map.block_size == 512)


def test_nothing_found_does_not_erase_what_another_block_found():
    label_map = merged(found(CLOUD, 0.5), found(0, 1.0, at=(2, 0)), width=8)
    assert label_map.label.tolist() == [[1, 1, 1, 1, 0, 0, 0, 0]] * 4
    assert np.all((label_map.confidence > 0) == (label_map.label > 0))
    assert np.all((label_map.block_size > 0) == (label_map.label > 0))
    assert found(0, 1.0) is None


def test_ignored_pixels_stay_ignored():
    nodata = Patch(0, 1, np.array([[NODATA, 0, 0, 0]] * 2, np.uint16))
    label_map = merged(found(CLOUD, 0.5), nodata, found(MISSING, 1.0))
    assert label_map.label[:, 0].tolist() == [MISSING, 255, 255, MISSING]
    assert np.all(label_map.label[:, 1:] == MISSING)
    assert label_map.confidence[1, 0] == 0 and label_map.block_size[1, 0] == 0


def test_tiny_confidence_is_still_an_error_and_quantisation_is_rounding():
    claims = claim(np.array([[CLOUD, CLOUD]], np.uint8), np.array([[0.0001, 0.998]], np.float32), 0)
    assert decode(claims, SIZES).confidence.tolist() == [[1, 254]]


def test_claims_tell_types_grids_and_confidences_apart():
    for grid in range(4):
        sizes = (128, 256, 512, 1024)
        labels = np.repeat(np.arange(1, 11, dtype=np.uint8), 255).reshape(10, 255)
        levels = np.tile(np.arange(1, 256), (10, 1))
        label_map = decode(claim(labels, levels / 255, grid), sizes)
        assert np.array_equal(label_map.label, labels) and np.array_equal(label_map.confidence, levels)
        assert np.all(label_map.block_size == sizes[grid])


def test_too_many_block_sizes_are_refused():
    with pytest.raises(ParameterError, match="at most 4 block sizes"):
        claim(np.ones((1, 1), np.uint8), 0.5, 4)


def test_empty_map_is_refused():
    with pytest.raises(ParameterError, match="empty"):
        LabelMap(0, 4)


def test_a_patch_keeps_only_the_rectangle_of_its_claims():
    layer = np.zeros((100, 100), np.uint16)
    layer[20:23, 30:40] = 7
    small = patch(5, 6, [layer])
    assert (small.x, small.y, small.claims.shape, small.bottom) == (35, 26, (3, 10), 29)
    assert small.claims.base is None  # the block itself can be let go of


def test_a_constant_layer_takes_no_memory_until_another_joins_it():
    nodata = patch(0, 0, [uniform((512, 512), NODATA, np.uint16)])
    assert is_uniform(nodata.claims) and nodata.claims.shape == (512, 512)
    layer = np.zeros((512, 512), np.uint16)
    layer[3, 4] = 9
    both = patch(0, 0, [uniform((512, 512), 5, np.uint16), layer])
    assert not is_uniform(both.claims) and both.claims[3, 4] == 9 and both.claims[0, 0] == 5


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.permutations(range(12)), st.integers(1, 9))
def test_neither_order_nor_bands_nor_repetition_matter(seed, order, rows):
    rng = np.random.default_rng(seed)
    patches = []
    for _ in range(12):
        height, width = rng.integers(1, 12, 2)
        x, y = int(rng.integers(0, 21 - width)), int(rng.integers(0, 31 - height))
        label = rng.choice([0, 0, 1, 2, 7, 8, 9, 10], (height, width)).astype(np.uint8)
        confidence = rng.integers(1, 4, (height, width)) / 3
        patches.append(patch(x, y, [claim(label, confidence, int(rng.integers(0, 2)))]))
    first = merged(*patches, width=20, height=30)
    second = merged(*(patches[i] for i in order), patches[0], width=20, height=30, rows=rows)
    for name in ("label", "confidence", "block_size"):
        assert np.array_equal(getattr(first, name), getattr(second, name))


@pytest.mark.parametrize("radius", [0, 1, 3])
def test_dilation_radius(radius):
    label = np.zeros((15, 15), np.uint8)
    label[7, 7] = CLOUD
    grown, confidence = dilate(label, np.where(label, 0.8, 0.1).astype(np.float32), radius)
    expected = np.zeros((15, 15), bool)
    expected[7 - radius : 8 + radius, 7 - radius : 8 + radius] = True
    assert np.array_equal(grown == CLOUD, expected)
    assert np.allclose(confidence[expected], 0.8)
    assert np.allclose(confidence[~expected], 0.1)
    assert label.sum() == CLOUD  # the input is left alone


def test_dilation_touches_region_types_only_and_takes_background_only():
    label = np.zeros((5, 9), np.uint8)
    label[2, 0], label[2, 1], label[2, 4], label[2, 8] = STRIPE, CLOUD, TRACE, MISSING
    grown, _ = dilate(label, np.full(label.shape, 0.5, np.float32), 1)
    assert np.array_equal(grown == STRIPE, label == STRIPE)
    assert np.array_equal(grown == TRACE, label == TRACE)
    assert np.array_equal(grown == MISSING, label == MISSING)
    assert (grown == CLOUD).sum() == 8  # 3 x 3 less the stripe's pixel


def test_the_more_confident_type_grows_where_two_meet():
    for strong, weak in ((CLOUD, SHADOW), (SHADOW, CLOUD)):
        label = np.zeros((3, 3), np.uint8)
        label[:, 0], label[:, 2] = strong, weak
        confidence = np.where(label == strong, 0.9, 0.6).astype(np.float32)
        grown, grown_confidence = dilate(label, confidence, 1)
        assert np.all(grown[:, 1] == strong)
        assert np.allclose(grown_confidence[:, 1], 0.9)


def test_negative_radius_is_refused():
    with pytest.raises(ParameterError, match="negative"):
        dilate(np.zeros((2, 2), np.uint8), np.zeros((2, 2), np.float32), -1)


def test_large_patches_wait_in_little_memory_and_come_out_as_they_were():
    label = np.zeros((400, 300), np.uint8)
    label[30:350, 100:] = 1
    label[200, 7] = 9
    found = patch(3, 5, [claim(label, 0.5, 0)])
    mosaic = Mosaic(310, SIZES, rows=33)
    mosaic.add(found)
    assert sum(len(each.data) for each in mosaic._patches) < found.claims.nbytes / 50
    whole = np.concatenate([band.label for band in mosaic.take(410)])
    assert np.array_equal(whole[5:405, 3:303], label) and np.count_nonzero(whole) == np.count_nonzero(label)


def test_rows_that_blocks_of_nodata_cover_are_ignored_without_merging():
    mosaic = Mosaic(100, (64,), rows=10)
    for x in (0, 36):
        mosaic.add(patch(x, 0, [uniform((64, 64), NODATA, np.uint16)]))
        mosaic.add(patch(x, 50, [uniform((64, 64), NODATA, np.uint16)]) if x else None)
    bands = list(mosaic.take(114))
    assert (np.concatenate([band.label for band in bands[:6]]) == IGNORED).all()
    assert all(is_uniform(band.label) for band in bands[:6]) and not is_uniform(bands[7].label)
    rest = np.concatenate([band.label for band in bands])[64:]
    assert (rest[:, :36] == BACKGROUND).all() and (rest[:, 36:] == IGNORED).all()


def test_evidence_beside_blocks_of_nodata_stays_evidence():
    mosaic = Mosaic(128, (64,), rows=64)
    mosaic.add(patch(0, 0, [uniform((64, 64), NODATA, np.uint16)]))
    mosaic.add(patch(64, 0, [claim(np.full((64, 64), CLOUD, np.uint8), 0.8, 0, evidence=True)]))
    (band,) = mosaic.take(64)
    assert (band.label[:, 64:] == CLOUD).all() and band.evidence[:, 64:].all() and not band.evidence[:, :64].any()
