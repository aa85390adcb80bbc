"""The blocks of an image, worst first, and their seen marks."""

import pytest


def test_blocks_are_walked_worst_first_and_seen_marks_stay_in_the_file(path):
    from rsqi.ui.review.block_grid import BlockGrid, next_block

    grid = BlockGrid(path)
    order = grid.blocks(512)
    assert [(block.row, block.col) for block in order] == [(1, 1), (1, 0), (0, 1), (0, 0)]
    assert (order[0].worst, order[0].code) == (pytest.approx(0.7), "shadow")
    grid.mark(order[0], "Li")
    grid.mark(order[1], "Li")
    grid.unmark(order[1])
    again = BlockGrid(path)
    assert again.seen() == {order[0].key}
    assert next_block(order, again.seen(), None) == order[1]
    assert next_block(order, {block.key for block in order}, order[2]) is None
