"""Logits become labels at the size of the block."""

import cv2
import numpy as np
import pytest

from rsqi_core.segment import labels


def plainly(logits, shape):
    """All planes at once."""
    planes = np.stack([cv2.resize(plane, shape[::-1], interpolation=cv2.INTER_LINEAR) for plane in logits])
    return planes.argmax(0), 1 / np.exp(planes - planes.max(0)).sum(0)


@pytest.mark.parametrize("shape", [(30, 40), (120, 160), (77, 131)])
def test_planes_one_by_one_give_what_all_of_them_give(shape):
    coarse = np.random.default_rng(3).normal(0, 3, (7, 30, 40)).astype(np.float32)
    label, confidence = labels(coarse, shape)
    expected, sure = plainly(coarse, shape)
    assert label.dtype == np.uint8 and np.array_equal(label, expected)
    assert confidence.dtype == np.float32 and np.array_equal(confidence, sure)


def test_types_that_win_nowhere_take_no_part():
    coarse = np.full((7, 8, 8), -5, np.float32)
    coarse[0], coarse[3, :, 4:], coarse[5] = 0, 2, -0.5
    label, confidence = labels(coarse, (16, 16))
    expected, sure = plainly(coarse[[0, 3]], (16, 16))
    assert np.array_equal(label, 3 * expected) and np.array_equal(confidence, sure)


def test_background_alone_is_sure_of_nothing():
    label, confidence = labels(np.stack([np.ones((4, 4), np.float32), *np.zeros((6, 4, 4), np.float32)]), (9, 9))
    assert not label.any() and not confidence.any()
