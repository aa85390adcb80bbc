import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rsqi_core.blocks import Block, grid, walk_order
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


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 900), st.integers(1, 900), st.floats(0, 0.5), st.sampled_from([(64,), (64, 200), (32, 100, 300)]))
def test_a_walk_meets_every_block_once_and_finer_ones_before_the_coarser_that_share_their_rows(w, h, overlap, sizes):
    grids = [grid(w, h, size, overlap) for size in sizes]
    steps = walk_order(grids)
    assert sorted(map(repr, (step.block for step in steps))) == sorted(repr(b) for blocks in grids for b in blocks)
    assert [step.due for step in steps] == sorted(step.due for step in steps)
    place = {step.block: n for n, step in enumerate(steps)}
    for n, step in enumerate(steps):
        assert step.block.bottom <= step.due <= h
        rows = [b for blocks in grids for b in blocks if b.size < step.block.size]
        assert all(place[b] < n for b in rows if b.y < step.block.bottom and step.block.y < b.bottom)
        following = [later.block.y for later in steps[n + 1 :]]
        assert step.final == min(following, default=h)
        assert step.last == (n + 1 == len(steps) or steps[n + 1].due > step.due)
