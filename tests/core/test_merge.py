"""Merging of blocks: priority, confidence, nodata, dilation."""

import numpy as np
import pytest

from rsqi_core.errors import ParameterError
from rsqi_core.merge import LabelMap, dilate
from rsqi_core.taxonomy import TYPES, ErrorClass

CLOUD, SHADOW, TRACE, STRIPE, MISSING = 1, 2, 7, 9, 10
RANK = {ErrorClass.BOUNDARY: 1, ErrorClass.REGION: 2, ErrorClass.PIXEL: 3}


def put(label_map, category_id, confidence, size=512, at=(0, 0), shape=(4, 4)):
    label_map.add(*at, np.full(shape, category_id, np.uint8), np.full(shape, confidence, np.float32), size)


@pytest.mark.parametrize("first", [t.id for t in TYPES])
@pytest.mark.parametrize("second", [t.id for t in TYPES])
def test_priority_then_confidence(first, second):
    label_map = LabelMap(4, 4)
    put(label_map, first, 0.9)
    put(label_map, second, 0.6)  # less confident: wins only by its class
    higher_class = RANK[TYPES[second - 1].error_class] > RANK[TYPES[first - 1].error_class]
    assert np.all(label_map.label == (second if higher_class else first))
    put(label_map, first, 0.95)
    assert np.all(label_map.label == (second if higher_class else first))


def test_higher_confidence_wins_in_either_order_and_brings_its_block_size():
    for order in ([(CLOUD, 0.7, 512), (SHADOW, 0.8, 2048)], [(SHADOW, 0.8, 2048), (CLOUD, 0.7, 512)]):
        label_map = LabelMap(4, 4)
        for category_id, confidence, size in order:
            put(label_map, category_id, confidence, size)
        assert np.all(label_map.label == SHADOW)
        assert np.all(label_map.confidence == round(0.8 * 255))
        assert np.all(label_map.block_size == 2048)


def test_nothing_found_does_not_erase_what_another_block_found():
    label_map = LabelMap(4, 8)
    put(label_map, CLOUD, 0.5, at=(0, 0))
    put(label_map, 0, 1.0, at=(2, 0))
    assert label_map.label.tolist() == [[1, 1, 1, 1, 0, 0, 0, 0]] * 4
    assert np.all((label_map.confidence > 0) == (label_map.label > 0))
    assert np.all((label_map.block_size > 0) == (label_map.label > 0))


def test_ignored_pixels_stay_ignored():
    label_map = LabelMap(4, 4)
    put(label_map, CLOUD, 0.5)
    valid = np.ones((2, 4), bool)
    valid[:, 0] = False
    label_map.ignore(0, 1, valid)
    put(label_map, MISSING, 1.0)
    assert label_map.label[:, 0].tolist() == [MISSING, 255, 255, MISSING]
    assert np.all(label_map.label[:, 1:] == MISSING)
    assert label_map.confidence[1, 0] == 0 and label_map.block_size[1, 0] == 0


def test_tiny_confidence_is_still_an_error_and_quantisation_is_rounding():
    label_map = LabelMap(1, 2)
    label_map.add(0, 0, np.array([[CLOUD, CLOUD]], np.uint8), np.array([[0.0001, 0.998]], np.float32), 512)
    assert label_map.confidence.tolist() == [[1, 254]]


@pytest.mark.parametrize("at", [(-1, 0), (0, -1), (1, 0), (0, 1)])
def test_a_block_outside_the_map_is_refused(at):
    with pytest.raises(ParameterError, match="leaves the 4 x 4 label map"):
        put(LabelMap(4, 4), CLOUD, 0.5, at=at)


def test_empty_map_is_refused():
    with pytest.raises(ParameterError, match="empty"):
        LabelMap(0, 4)


def test_files_hold_the_same_as_memory(tmp_path):
    rng = np.random.default_rng(3)
    on_disk, in_memory = LabelMap(20, 30, tmp_path), LabelMap(20, 30)
    for _ in range(20):
        x, y = int(rng.integers(0, 20)), int(rng.integers(0, 10))
        label = rng.integers(0, 11, (10, 10)).astype(np.uint8)
        confidence = rng.random((10, 10), np.float32)
        for label_map in (on_disk, in_memory):
            label_map.add(x, y, label, confidence, 512)
    on_disk.flush()
    stored = np.fromfile(tmp_path / "label.raw", np.uint8).reshape(20, 30)
    assert np.array_equal(stored, in_memory.label)
    assert np.array_equal(on_disk.confidence, in_memory.confidence)
    on_disk.close()
    assert on_disk.label is None


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
