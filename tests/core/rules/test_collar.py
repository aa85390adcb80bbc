"""What reaches the border is a gap where data lie on both sides of it, and the collar where they do not."""

import cv2
import numpy as np
import pytest

from rsqi_core.rules.collar import without_collar
from rsqi_core.rules.pixel_missing import isolated

HEIGHT, WIDTH = 180, 220


@pytest.fixture
def scene():
    """A textured image without black or white."""
    noise = np.random.default_rng(5).normal(0, 1, (HEIGHT, WIDTH, 3)).astype(np.float32)
    return np.clip(120 + 60 * cv2.GaussianBlur(noise, (0, 0), 1.0), 40, 215).astype(np.uint8)


def everywhere() -> np.ndarray:
    return np.ones((HEIGHT, WIDTH), bool)


def outside(angle: float) -> np.ndarray:
    """Return what lies around a footprint that is turned by so many degrees, bool [H, W]."""
    corners = cv2.boxPoints(((WIDTH / 2, HEIGHT / 2), (130, 100), angle)).round().astype(np.int32)
    return cv2.fillConvexPoly(np.ones((HEIGHT, WIDTH), np.uint8), corners, 0).astype(bool)


def wedges(slope: float = 0.15, period: int = 30, widest: float = 14) -> np.ndarray:
    """Return gaps that widen from the middle to the left and the right border, bool [H, W]."""
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(float)
    x -= WIDTH / 2
    aside = np.abs((y - slope * x) % period - period / 2)
    return aside < widest * np.abs(x) / WIDTH


@pytest.mark.parametrize("value", [0, 255])
@pytest.mark.parametrize("angle", [0, 8, 30, 45, 75])
def test_collar_is_no_loss_however_it_is_turned(scene, value, angle):
    scene[outside(angle)] = value
    assert not isolated(scene, everywhere()).any()


@pytest.mark.parametrize("value", [0, 255])
@pytest.mark.parametrize("angle", [8, 30])
def test_hole_within_the_footprint_is_a_loss_close_to_the_collar(scene, value, angle):
    hole = np.zeros((HEIGHT, WIDTH), bool)
    hole[85:97, 60:74] = True
    collar = outside(angle)
    assert not (hole & collar).any()
    scene[collar | hole] = value
    np.testing.assert_array_equal(isolated(scene, everywhere()), hole)


@pytest.mark.parametrize("value", [0, 255])
def test_collar_with_data_in_it_stays_a_collar(scene, value):
    """A scale bar or a stray frame makes a hole in the collar, and no loss of what is beyond it."""
    collar = outside(20)
    collar[4:9, 4:9] = False
    scene[collar] = value
    assert not isolated(scene, everywhere())[:, :4].any()
    assert not isolated(scene, everywhere())[-20:].any()


@pytest.mark.parametrize("value", [0, 255])
@pytest.mark.parametrize("slope", [0.0, 0.15, -0.15])
def test_wedges_that_reach_both_borders_are_found_whole(scene, value, slope):
    gaps = wedges(slope)
    scene[gaps] = value
    found = isolated(scene, everywhere())
    assert not (found & ~gaps).any()
    # In a corner of the image nothing tells the end of a gap from a collar.
    corners = np.zeros_like(gaps)
    for rows in (slice(0, 30), slice(-30, None)):
        corners[rows, :60] = corners[rows, -60:] = True
    np.testing.assert_array_equal(found[~corners], gaps[~corners])


@pytest.mark.parametrize("value", [0, 255])
def test_wedges_within_a_turned_footprint_are_found_and_the_collar_is_not(scene, value):
    collar = outside(8)
    gaps = wedges() & ~collar
    scene[gaps | collar] = value
    found = isolated(scene, everywhere())
    assert not (found & collar).any()
    assert (found & gaps).sum() > 0.9 * gaps.sum()


def test_declared_nodata_is_never_marked_and_hides_no_gap(scene):
    valid = everywhere()
    valid[:, -50:] = False
    gaps = wedges() & valid
    gaps[:40] = gaps[-40:] = False
    scene[gaps | ~valid] = 0
    found = isolated(scene, valid)
    assert not (found & ~valid).any()
    np.testing.assert_array_equal(found[:, :-50], gaps[:, :-50])


def test_what_is_in_the_middle_of_a_block_may_be_open_at_its_border():
    """Data above the block make a gap of what has data below it alone."""
    lost = np.zeros((20, 30), bool)
    lost[:6] = True
    data = ~lost
    assert not without_collar(lost, data).any()
    above = np.zeros(30, bool)
    above[10:] = True
    found = without_collar(lost, data, above)
    assert found[:6, 10:].all() and not found[:, :10].any() and not found[6:].any()


def test_what_lies_between_data_in_no_row_or_column_is_collar():
    """A footprint is convex, so that for any of them nothing outside is taken for a gap."""
    for seed in range(20):
        points = np.random.default_rng(seed).integers(8, 92, (6, 1, 2)).astype(np.int32)
        inside = cv2.fillConvexPoly(np.zeros((100, 100), np.uint8), cv2.convexHull(points), 1).astype(bool)
        assert not without_collar(~inside, inside).any()


def test_tile_in_a_corner_is_a_loss_and_a_strip_along_a_border_is_not():
    tile, strip = np.zeros((2, 60, 80), bool)
    tile[40:, 50:] = True
    strip[:, :20] = True
    np.testing.assert_array_equal(without_collar(tile, ~tile), tile)
    assert not without_collar(strip, ~strip).any()


def test_what_does_not_reach_the_border_stays_as_it_is():
    lost = np.zeros((40, 40), bool)
    lost[10:20, 5:30] = lost[15:30, 8] = True
    np.testing.assert_array_equal(without_collar(lost, np.zeros_like(lost)), lost)


@pytest.mark.parametrize("turns", range(4))
def test_gap_that_leaves_across_any_border_is_a_gap(turns):
    y, x = np.mgrid[:60, :60]
    wedge = np.rot90(np.abs(x - 30) < (50 - y) / 5, turns)  # widest at the border
    np.testing.assert_array_equal(without_collar(wedge, ~wedge), wedge)


def test_where_lost_lines_cross_at_a_border_nothing_is_left_out():
    """The corner between them has data on neither side, but lies between what lies between data."""
    lost = np.zeros((60, 60), bool)
    lost[:4] = lost[:, 28:32] = True
    above = np.ones(60, bool)
    above[28:32] = False
    np.testing.assert_array_equal(without_collar(lost, ~lost, above), lost)
