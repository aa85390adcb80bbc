"""What the pixels of a marked type gain: the most that costs next to nothing."""

import numpy as np
import pytest

from rsqi_core.evaluation.calibration.lifts import STEPS, lifts, outlined
from rsqi_core.taxonomy import CODES

CLOUD, SHADOW = CODES.index("cloud"), CODES.index("shadow")


def _block(margin, truth):
    """Segmentation logits in which cloud is `margin` above the background, and the truth of the same shape."""
    pixels = np.full((7, *margin.shape), -10.0, np.float32)
    pixels[0], pixels[CLOUD + 1] = 0, margin
    return pixels, truth


def test_each_lift_outlines_what_is_short_of_the_others_by_less():
    margin = np.array([[1.0, -0.3, -0.8, -9.0]], np.float32)
    counts = outlined(*_block(margin, np.array([[1, 1, 0, 1]], np.uint8)))
    assert counts.shape == (6, len(STEPS), 3)
    assert counts[CLOUD, 0].tolist() == [1, 0, 2]
    assert counts[CLOUD, 1].tolist() == [2, 0, 1]  # + 0.5
    assert counts[CLOUD, 2].tolist() == [2, 1, 1]  # + 1
    assert not counts[SHADOW].any(), "it is not there"


def test_unknown_pixels_do_not_count():
    counts = outlined(*_block(np.ones((1, 3), np.float32), np.array([[1, 255, 255]], np.uint8)))
    assert counts[CLOUD, 0].tolist() == [1, 0, 0]


def test_pixels_at_half_the_resolution_are_enlarged():
    counts = outlined(*_block(np.ones((2, 2), np.float32), np.ones((4, 4), np.uint8)))
    assert counts[CLOUD, 0].tolist() == [16, 0, 0]


@pytest.mark.parametrize(
    ("ious", "lift"),
    [
        ([0.70, 0.705, 0.70, 0.69, 0.6, 0.5, 0.4, 0.3, 0.2], 1.5),
        ([0.90, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1], 0.0),
        ([0.0] * 9, 0.0),
    ],
)
def test_the_largest_lift_that_is_about_the_best(ious, lift):
    counts = np.zeros((6, len(STEPS), 3), np.int64)
    counts[SHADOW] = [(1000 * iou, 1000 - 1000 * iou, 0) for iou in ious]
    found = lifts(counts)
    assert found["shadow"] == lift and found["cloud"] == 0 and set(found) == set(CODES[:6])
