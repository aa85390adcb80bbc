"""Lines that are followed in a map of evidence, and moved to where the tone steps."""

import cv2
import numpy as np
import pytest
import shapely

from rsqi_core.seams.refine import joined_ends, refine
from rsqi_core.seams.trace import trace
from rsqi_core.synthesis.landscape import landscape


def drawn(*lines, shape=(60, 80), gaps=()):
    seen = np.zeros(shape, np.float32)
    for line in lines:
        cv2.polylines(seen, [np.array(line, np.int32)], False, 1, 2)
    for rows, columns in gaps:
        seen[rows, columns] = 0
    return cv2.GaussianBlur(seen, (0, 0), 0.8)


def ends(lines):
    return {tuple(np.round(line[k]).astype(int)) for line in lines for k in (0, -1)}


def test_a_line_is_followed_from_end_to_end():
    (line,) = trace(drawn([(5, 10), (70, 50)]), 0.6, 0.3, 10)
    course = shapely.LineString([(5.5, 10.5), (70.5, 50.5)])
    assert shapely.hausdorff_distance(shapely.LineString(line), course) < 2.5
    assert max(shapely.distance(course, shapely.points(line))) < 1


def test_lines_of_a_net_share_their_forks():
    lines = trace(drawn([(5, 30), (75, 30)], [(40, 30), (40, 58)]), 0.6, 0.3, 6)
    assert len(lines) == 3
    shared = [end for end in ends(lines) if sum(end in ends([line]) for line in lines) == 3]
    assert len(shared) == 1 and np.hypot(*np.subtract(shared[0], (40, 30))) < 3


def test_a_short_gap_is_bridged_and_a_long_one_is_not():
    course = [(5, 20), (75, 20)]
    short, long = (drawn(course, gaps=[(slice(15, 26), slice(30, 30 + gap))]) for gap in (5, 20))
    assert [len(trace(seen, 0.6, 0.3, 6)) for seen in (short, long)] == [1, 2]


def test_ends_that_do_not_face_each_other_are_not_joined():
    assert len(trace(drawn([(5, 20), (40, 20)], [(46, 16), (46, 50)]), 0.6, 0.3, 6)) == 2


def test_what_is_weak_goes_on_from_what_is_strong_and_not_by_itself():
    seen = 0.5 * drawn([(5, 20), (75, 20)], [(5, 45), (75, 45)])
    seen[18:23, :30] *= 2
    (line,) = trace(seen, 0.6, 0.3, 10)
    assert line[:, 1].max() < 25 and np.ptp(line[:, 0]) > 60


def test_short_pieces_and_an_empty_map_give_nothing():
    assert trace(drawn([(5, 20), (12, 20)]), 0.6, 0.3, 12) == []
    assert trace(np.zeros((5, 7), np.float32), 0.6, 0.3, 2) == []


def test_a_ring_is_followed_once():
    seen = np.zeros((60, 80), np.float32)
    cv2.circle(seen, (40, 30), 18, 1, 2)
    (line,) = trace(seen, 0.6, 0.3, 10)
    assert np.allclose(line[0], line[-1], atol=1.5)
    assert np.abs(np.hypot(*(line - (40.5, 30.5)).T) - 18).max() < 2


@pytest.mark.parametrize("step", [14, 25])
def test_a_line_moves_to_the_step_within_three_pixels(step):
    side = 600
    image = landscape(side, 31)
    x = np.arange(side)
    course = 300 + 25 * np.sin(x / 90.0)
    below = np.arange(side)[:, None] + 0.5 > course[None]
    mosaic = np.where(below[..., None], cv2.add(image, (step, step, step, 0)), image)
    coarse = np.stack([x[::48], course[::48] + np.random.default_rng(0).normal(0, 6, len(x[::48]))], 1)

    def read(left, top, width, height):
        return mosaic[top : top + height, left : left + width], np.ones((height, width), bool)

    found = shapely.LineString(refine(read, (side, side), coarse))
    true = shapely.LineString(np.stack([x, course], 1))
    away = [true.distance(found.interpolate(share, normalized=True)) for share in np.linspace(0.02, 0.98, 100)]
    before = [true.distance(shapely.points(*point)) for point in coarse]
    assert np.median(away) < 1.5 and np.median(away) < 0.5 * np.median(before)


def test_ends_that_were_one_point_stay_one_when_their_lines_move():
    lines = [np.array([[0.0, 0], [10, 10]]), np.array([[10.0, 10], [20, 0]])]
    moved = joined_ends(lines, [line + shift for line, shift in zip(lines, ([0, 2], [0, -2]))])
    assert np.array_equal(moved[0][-1], moved[1][0]) and np.array_equal(moved[0][-1], [10, 10])
    assert np.array_equal(moved[0][0], [0, 2])
