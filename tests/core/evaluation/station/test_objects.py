"""Objects are counted as a technician counts them."""

import numpy as np
import pytest

from rsqi_core.evaluation.station.objects import count_objects


def boxes(*places, side=64):
    mask = np.zeros((side, side), bool)
    for top, left, bottom, right in places:
        mask[top:bottom, left:right] = True
    return mask


NOTHING = boxes()


@pytest.mark.parametrize(
    ("truth", "found", "counts"),
    [
        (boxes((0, 0, 10, 10)), boxes((0, 0, 10, 10)), [1, 1, 1, 0]),
        (boxes((0, 0, 10, 10)), NOTHING, [1, 0, 0, 0]),
        (NOTHING, boxes((0, 0, 10, 10), (20, 20, 30, 30)), [0, 0, 0, 2]),
        (boxes((0, 0, 10, 10), (20, 20, 30, 30)), boxes((0, 0, 10, 10), (40, 40, 50, 50)), [2, 1, 1, 1]),
        (boxes((0, 0, 10, 10)), boxes((0, 0, 2, 10)), [1, 1, 0, 0]),  # an IoU of .2
        (boxes((0, 0, 10, 10)), boxes((0, 0, 1, 5)), [1, 0, 0, 0]),  # touches: neither found nor false
        (boxes((0, 0, 4, 40)), boxes((0, 0, 4, 15), (0, 20, 4, 40)), [1, 1, 1, 0]),  # in two pieces
    ],
)
def test_objects(truth, found, counts):
    assert count_objects(truth, found, NOTHING).tolist() == counts


def test_what_nobody_knows_is_no_false_object_and_specks_do_not_count():
    assert count_objects(NOTHING, boxes((0, 0, 10, 10)), boxes((5, 5, 20, 20))).tolist() == [0, 0, 0, 0]
    assert count_objects(NOTHING, boxes((0, 0, 2, 2)), NOTHING, least=5).tolist() == [0, 0, 0, 0]
    assert count_objects(boxes((0, 0, 2, 2)), boxes((0, 0, 2, 2)), NOTHING, least=5).tolist() == [1, 0, 0, 0]
