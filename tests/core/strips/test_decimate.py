"""Pictures of large blocks, made from rows as they pass."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rsqi_core.strips.decimate import Decimator, shrink


def picture_of(rgb, target, cuts=(), valid=None):
    valid = np.ones(rgb.shape[:2], bool) if valid is None else valid
    decimator = Decimator(rgb.shape[:2], target)
    edges = [0, *sorted(set(cuts)), len(rgb)]
    buffer = np.empty_like(rgb)
    for top, bottom in zip(edges, edges[1:]):
        rows = buffer[: bottom - top]  # the same memory each time, as in the walk
        rows[:] = rgb[top:bottom]
        if valid[top:bottom].any():
            decimator.add(rows, valid[top:bottom])
        else:
            decimator.skip(bottom - top)
    return decimator


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([((512, 512), (128, 128)), ((400, 96), (100, 24)), ((250, 101), (63, 25)), ((90, 90), (90, 90))]),
    st.lists(st.integers(1, 89), max_size=8),
)
def test_the_portions_in_which_rows_come_do_not_matter(seed, sizes, cuts):
    shape, target = sizes
    rgb = np.random.default_rng(seed).integers(0, 256, (*shape, 3), np.uint8)
    assert np.array_equal(picture_of(rgb, target, cuts).picture, picture_of(rgb, target).picture)


@pytest.mark.parametrize(("shape", "target"), [((2048, 2048), (512, 512)), ((1001, 2048), (250, 512))])
def test_it_is_what_resizing_the_whole_block_by_area_gives(shape, target):
    rgb = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    expected = cv2.resize(rgb, target[::-1], interpolation=cv2.INTER_AREA)
    assert np.array_equal(picture_of(rgb, target, range(300, 900, 170)).picture, expected)
    assert np.array_equal(shrink(rgb, target), expected)


def test_odd_ratios_differ_by_rounding_at_most():
    rgb = np.random.default_rng(0).integers(0, 256, (1500, 1500, 3), np.uint8)
    expected = cv2.resize(rgb, (512, 512), interpolation=cv2.INTER_AREA).astype(int)
    assert np.abs(picture_of(rgb, (512, 512)).picture - expected).max() <= 1


def test_rows_of_nodata_are_black_whatever_the_buffer_holds_later():
    rgb = np.full((200, 80, 3), 90, np.uint8)
    valid = np.ones((200, 80), bool)
    valid[:128] = False
    rgb[:128] = 0
    decimator = picture_of(rgb, (50, 20), range(10, 200, 30), valid)
    assert decimator.seen
    assert (decimator.picture[:32] == 0).all() and (decimator.picture[32:] == 90).all()
    assert not picture_of(rgb, (50, 20), valid=np.zeros((200, 80), bool)).seen
