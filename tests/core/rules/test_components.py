"""Connected pixels, and how they end."""

import numpy as np
import pytest

from rsqi_core.rules.components import Parts, Rims, surroundings, where


def mask(*boxes: tuple[int, int, int, int], shape: tuple[int, int] = (60, 80)) -> np.ndarray:
    """Return uint8 [H, W] with boxes of row, column, height and width set."""
    found = np.zeros(shape, np.uint8)
    for y, x, h, w in boxes:
        found[y : y + h, x : x + w] = 1
    return found


def test_diagonal_neighbours_are_one_part_and_a_gap_of_a_pixel_parts():
    parts = Parts.of(mask((10, 10, 5, 5), (15, 15, 5, 5), (30, 10, 4, 4), (30, 15, 4, 4)))
    assert sorted(parts.area[1:]) == [16, 16, 50]


def test_where_is_as_nonzero():
    some = (np.random.default_rng(1).random((17, 23)) < 0.1).view(np.uint8)
    np.testing.assert_array_equal(where(some), np.nonzero(some))


def test_surroundings_hold_two_pixels_more_as_far_as_the_image_goes():
    rows, columns = surroundings(mask((11, 21, 3, 4)))
    assert (rows, columns) == (slice(8, 16), slice(18, 27))
    assert surroundings(mask((0, 1, 2, 2))) == (slice(0, 4), slice(0, 5))


@pytest.mark.parametrize(
    ("box", "is_open"),
    [
        ((20, 20, 10, 10), False),
        ((0, 20, 10, 10), False),  # a tile at the border
        ((0, 0, 60, 10), True),  # as high as the image
        ((20, 0, 2, 40), True),  # a line that breaks off
        ((20, 0, 2, 8), False),
    ],
)
def test_open_is_what_may_go_on_beyond_the_border(box, is_open):
    assert Parts.of(mask(box)).open[1] == is_open


def test_open_is_a_ragged_part_at_the_border():
    ragged = mask((0, 10, 12, 20))
    ragged[:6, 10:20] = 0
    assert Parts.of(ragged).open[1]
    assert not Parts.of(np.pad(ragged, 1)).open[1]


def test_straight_is_long_thin_and_full_at_any_angle():
    y, x = np.mgrid[:200, :200]
    slanting = (np.abs(y - 0.4 * x - 40) < 4).view(np.uint8)
    assert Parts.of(slanting).straight(100, 0.4)[1]
    assert not Parts.of(slanting).straight(220, 0.4)[1]
    assert not Parts.of(mask((20, 20, 120, 120), shape=(200, 200))).straight(100, 0.4)[1]
    bent = mask((20, 20, 4, 150), (20, 20, 150, 4), shape=(200, 200))
    assert not Parts.of(bent).straight(100, 0.4)[1]


def test_rims_tell_a_sudden_end_from_a_fading_one():
    some = mask((10, 10, 8, 8), (10, 50, 8, 8))
    depth = np.full(some.shape, 100, np.uint8)
    depth[9:19, 49:59] = 10
    depth[some > 0] = 0
    parts = Parts.of(some)
    rims = Rims.of(parts, depth, np.ones(some.shape, bool))
    sharp, soft = np.argsort(parts.left[1:]) + 1
    assert rims.mean[sharp] == 100 and rims.fading[sharp] == 0
    assert rims.mean[soft] == 10 and rims.fading[soft] == 1
    rings = rims.rings(np.ones(3, bool))
    assert rings.step[sharp] == 1 and rings.weak[sharp] == 0 and rings.evenness[sharp] == 0
    assert rings.step[soft] == pytest.approx(0.1) and rings.weak[soft] == 1


def test_a_rim_in_nodata_makes_a_part_of_the_collar():
    some = mask((10, 10, 8, 8))
    depth = np.full(some.shape, 100, np.uint8)
    valid = np.ones(some.shape, bool)
    valid[:, :10] = False  # one side of four
    assert not Rims.of(Parts.of(some), depth, valid).inside[1]
    valid[14:] = True
    assert Rims.of(Parts.of(some), depth, valid).inside[1]


def test_largest_and_inner_mean_look_into_each_part_alone():
    some = mask((10, 10, 9, 9), (10, 50, 9, 9))
    depth = np.full(some.shape, 200, np.uint8)
    depth[some > 0] = 5
    depth[10, 10] = 9  # at the edge
    depth[14, 54] = 14
    parts = Parts.of(some)
    left, right = np.argsort(parts.left[1:]) + 1
    assert parts.largest(depth, np.ones(3, bool))[[left, right]].tolist() == [9, 14]
    assert parts.inner_mean(depth)[[left, right]].tolist() == [5, 6]
