"""Between which rows each column of a raster holds data."""

import numpy as np
import pytest

from rsqi_core.blocks import Block
from rsqi_core.raster import open_raster
from rsqi_core.strips.footprint import footprint

HEIGHT, WIDTH = 700, 90  # several strips


@pytest.fixture
def find(write_raster):
    def run(rgb, window=None, **options):
        with open_raster(str(write_raster(rgb, **options))) as raster:
            return footprint(raster, window or (0, 0, raster.width, raster.height))

    return run


def expected(data):
    """Return first and last set row of each column of bool [H, W], or what stands for none."""
    some = data.any(0)
    first = np.where(some, data.argmax(0), len(data))
    return first, np.where(some, len(data) - 1 - data[::-1].argmax(0), -1)


def collared(value: int) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    data = (np.abs(y - 350) + 3 * np.abs(x - 45) < 320) & (x > 5)
    rgb = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
    rgb[~data] = value
    return rgb, data


@pytest.mark.parametrize(("value", "end"), [(0, 0), (255, 1), (12, 0), (243, 1)])
def test_rows_of_the_data_in_each_column(find, value, end):
    """The other extreme is data to what seeks this one; what compression makes of a collar is one still."""
    rgb, data = collared(value)
    found = find(rgb)
    for k in range(2):
        first, last = expected(data if k == end else np.ones_like(data))
        np.testing.assert_array_equal(found.first[k], first)
        np.testing.assert_array_equal(found.last[k], last)


def test_gap_within_the_data_changes_nothing(find):
    rgb, data = collared(0)
    rgb[330:345] = 0
    found = find(rgb)
    np.testing.assert_array_equal(found.first[0], expected(data & (rgb > 0).any(-1))[0])


def test_nodata_ends_the_search(find):
    rgb, _ = collared(0)
    valid = np.ones((HEIGHT, WIDTH), bool)
    valid[:10] = False
    assert (find(rgb, valid=valid).first[0] == 0).all()


def test_rows_are_those_of_the_window(find):
    rgb, data = collared(0)
    found = find(rgb, (20, 100, 50, 400))
    first, last = expected(data[100:500, 20:70])
    np.testing.assert_array_equal(found.first[0], first)
    np.testing.assert_array_equal(found.last[0], last)


def test_beyond_a_block_is_what_lies_above_and_below_it(find):
    rgb, data = collared(0)
    found = find(rgb)
    for y in (0, 100, 300, 500, 600):
        block = Block(64, 0, 0, 20, y, 64, 100)
        above, below = found.beyond(block)
        np.testing.assert_array_equal(above[0], data[:y, 20:84].any(0))
        np.testing.assert_array_equal(below[0], data[y + 100 :, 20:84].any(0))
