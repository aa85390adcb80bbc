"""Blocks become one map of what is unusual: overlaps, nodata, and cuts between rows that change nothing."""

import numpy as np
import pytest

from rsqi_core.blocks import Block, Step
from rsqi_core.findings import Finding
from rsqi_core.frame import Frame
from rsqi_core.raster import open_raster
from rsqi_core.taxonomy import IGNORED
from rsqi_core.unusual import UnusualMap, enlarged


def finding(x, y, cells, size=128):
    block = Block(size, 0, 0, x, y, size, size)
    return Finding(Step(block, y + size, y + size, False), unusual=np.asarray(cells, np.uint8))


@pytest.mark.parametrize("rows", [7, 64, 200])
def test_the_lower_score_of_two_blocks_holds_wherever_the_rows_are_cut(write_raster, rows):
    high, low = np.full((16, 16), 200), np.full((16, 16), 200)
    low[:, :8] = 20  # where the first one looks unusual for what it does not see
    label = np.zeros((200, 192), np.uint8)
    label[:10, :10] = IGNORED
    with open_raster(str(write_raster(np.ones((200, 192, 3), np.uint8)))) as raster:
        unusual = UnusualMap(Frame(raster, (0, 0, 192, 200)), 128)
        for each in (finding(0, 0, high), finding(64, 0, low), finding(0, 72, high), finding(64, 72, low)):
            unusual.add(each)
        for top in range(0, 200, rows):
            unusual.take(label[top : top + rows])
        heat, places = np.concatenate([*unusual.heat()]), unusual.places()
    assert (heat[:10, :10] == IGNORED).all() and (heat[20:, :60] == 200).all() and (heat[:, 70:120] == 20).all()
    assert len(places) == 2 and [p.pixels for p in places] == sorted((p.pixels for p in places), reverse=True)
    assert sum(p.pixels for p in places) == (heat[heat < IGNORED] >= 127).sum()


def test_cells_of_a_small_raster_and_of_a_block_that_was_read_smaller_fit_their_pixels():
    cells = np.zeros((64, 64), np.uint8)
    cells[:, 32:] = 254
    small = enlarged(cells, Block(512, 0, 0, 0, 0, 300, 200))
    assert small.shape == (200, 300) and small[0, 200] == 0 and small[0, 299] == 254
    large = enlarged(cells, Block(1024, 0, 0, 0, 0, 1024, 1024))
    assert large.shape == (1024, 1024) and large[0, 400] == 0 and large[0, 700] == 254
