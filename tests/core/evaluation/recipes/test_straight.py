"""Straight edges that a displacement bends: what a person sees of it."""

import numpy as np
import pytest

from rsqi_core.evaluation.recipes.straight import bent_edges

SIDE = 200
ROWS, COLUMNS = np.indices((SIDE, SIDE), dtype=np.float64)
MASK = np.zeros((SIDE, SIDE), bool)
MASK[50:150, 50:150] = True
STILL = np.zeros((SIDE, SIDE))


def _road(contrast: int = 80) -> np.ndarray:
    image = np.full((SIDE, SIDE, 3), 90, np.uint8)
    image[95:105] += np.uint8(contrast)
    return image


@pytest.mark.parametrize(
    ("dy", "bent"),
    [
        (6 * np.sin(COLUMNS / 15), True),
        (6.0 * (COLUMNS > 100), True),  # broken by a seam
        (np.full((SIDE, SIDE), 6.0), False),
        (0.1 * COLUMNS, False),
        (0.5 * np.sin(COLUMNS / 15), False),
    ],
    ids=["wave", "break", "shift", "turn", "half a pixel"],
)
def test_an_edge_counts_that_leaves_its_line(dy, bent):
    assert (bent_edges(_road(), STILL, dy, MASK) >= 2) == bent  # both sides of the road


def test_a_displacement_along_an_edge_is_not_seen():
    assert bent_edges(_road(), 6 * np.sin(COLUMNS / 15), STILL, MASK) == 0


def test_edges_outside_of_the_error_do_not_count():
    assert bent_edges(_road(), STILL, 6 * np.sin(COLUMNS / 15), np.roll(MASK, 100, 0) & (ROWS < 60)) == 0


def test_open_ground_and_edges_of_next_to_no_contrast_show_nothing():
    dy = 6 * np.sin(COLUMNS / 15)
    assert bent_edges(_road(0), STILL, dy, MASK) == 0
    assert bent_edges(_road(6), STILL, dy, MASK) == 0
