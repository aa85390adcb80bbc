import numpy as np
import pytest

from rsqi_core.blocks import Block, grid
from rsqi_core.errors import ParameterError


@pytest.mark.parametrize(
    ("width", "height", "size", "overlap"),
    [
        (4096, 4096, 512, 0.2),
        (1000, 513, 512, 0.2),
        (512, 512, 512, 0.2),
        (700, 2, 64, 0.0),
        (65, 64, 64, 0.99),
        (5, 3, 1, 0.9),
    ],
)
def test_covers_every_pixel_and_stays_inside(width, height, size, overlap):
    seen = np.zeros((height, width), int)
    for b in grid(width, height, size, overlap):
        assert b.x >= 0 and b.y >= 0 and b.x + b.width <= width and b.y + b.height <= height
        assert (b.width, b.height) == (min(size, width), min(size, height))
        seen[b.y : b.y + b.height, b.x : b.x + b.width] += 1
    assert seen.min() >= 1


def test_neighbours_share_the_overlap_and_the_last_block_shifts_inwards():
    blocks = grid(1000, 512, 512, 0.2)
    assert [b.x for b in blocks] == [0, 409, 488]
    assert {(b.row, b.y) for b in blocks} == {(0, 0)}
    assert all(b.width == 512 for b in blocks)


def test_row_major_order_and_indices():
    blocks = grid(1000, 1000, 512, 0.2)
    assert [(b.row, b.col) for b in blocks] == [(r, c) for r in range(3) for c in range(3)]


def test_small_raster_is_one_clipped_block():
    assert grid(300, 200, 512) == (Block(512, 0, 0, 0, 0, 300, 200),)


def test_exact_multiple_has_no_double_block():
    assert [b.x for b in grid(1024, 512, 512, 0.0)] == [0, 512]


@pytest.mark.parametrize("arguments", [(0, 10, 512), (10, 10, 0), (10, 10, 5, 1.0), (10, 10, 5, -0.1)])
def test_refuses_nonsense(arguments):
    with pytest.raises(ParameterError):
        grid(*arguments)
