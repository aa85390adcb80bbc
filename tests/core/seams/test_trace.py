"""Lines that are followed in a map of evidence, and moved to where the tone steps."""

import cv2
import numpy as np
import pytest
import shapely

from rsqi_core.seams.evidence import as_bytes
from rsqi_core.seams.profile import length_of
from rsqi_core.seams.refine import joined_ends, refine
from rsqi_core.seams.trace import trace
from rsqi_core.synthesis.landscape import landscape

LOW = 0.3


def drawn(*lines, shape=(60, 80), gaps=()):
    seen = np.zeros(shape, np.float32)
    for line in lines:
        cv2.polylines(seen, [np.array(line, np.int32)], False, 1, 2)
    for rows, columns in gaps:
        seen[rows, columns] = 0
    return as_bytes(cv2.GaussianBlur(seen, (0, 0), 0.8))


def followed(seen, least=6):
    """The lines that are longer than a few cells."""
    lines = [line.points for line in trace(seen, LOW)]
    return [line for line in lines if length_of(line) >= least]


def ends(lines):
    return {tuple(np.round(line[k]).astype(int)) for line in lines for k in (0, -1)}


def test_a_line_is_followed_from_end_to_end():
    (line,) = followed(drawn([(12, 14), (66, 45)]))
    course = shapely.LineString([(12.5, 14.5), (66.5, 45.5)])
    assert shapely.hausdorff_distance(shapely.LineString(line), course) < 2.5
    assert max(shapely.distance(course, shapely.points(line))) < 1


def test_a_line_that_ends_near_the_rim_goes_on_to_it_and_one_in_the_middle_does_not():
    (line,) = followed(drawn([(5, 20), (60, 20)]))
    first, last = sorted(line[[0, -1]].tolist())
    assert first[0] == 0 and abs(first[1] - 20) < 1.5 and last[0] < 63


def test_lines_of_a_net_share_their_forks():
    lines = followed(drawn([(12, 30), (68, 30)], [(40, 30), (40, 48)]))
    assert len(lines) == 3
    shared = [end for end in ends(lines) if sum(end in ends([line]) for line in lines) == 3]
    assert len(shared) == 1 and np.hypot(*np.subtract(shared[0], (40, 30))) < 3


def test_a_short_gap_is_bridged_and_a_long_one_is_not():
    course = [(5, 20), (75, 20)]
    short, long = (drawn(course, gaps=[(slice(15, 26), slice(30, 30 + gap))]) for gap in (5, 20))
    assert [len(followed(seen)) for seen in (short, long)] == [1, 2]


def test_ends_that_do_not_face_each_other_are_not_joined():
    assert len(followed(drawn([(12, 20), (40, 20)], [(46, 16), (46, 48)]))) == 2


def test_evidence_adds_up_along_a_line_and_a_gap_takes_of_it():
    whole, half, broken = (
        trace(as_bytes(0.6 * (drawn([(12, 20), (last, 20)], gaps=gaps) > 128)), LOW)
        for last, gaps in ((66, ()), (39, ()), (66, [(slice(15, 26), slice(36, 42))]))
    )
    assert whole[0].evidence == pytest.approx(2 * half[0].evidence, rel=0.1)
    assert broken[0].evidence < 0.85 * whole[0].evidence


def test_a_long_weak_line_is_surer_than_a_short_strong_one():
    seen = np.zeros((60, 80), np.uint8)
    seen[19:22, 12:68], seen[39:42, 30:36] = as_bytes(np.array([0.6, 0.9]))
    weak, strong = sorted(trace(seen, LOW), key=lambda line: line.points[0, 1])
    assert weak.evidence > 1.5 * strong.evidence > 0


def test_lines_that_meet_speak_for_each_other():
    alone, *_ = trace(drawn([(12, 30), (40, 30)]), LOW)
    net = trace(drawn([(12, 30), (68, 30)], [(40, 30), (40, 48)]), LOW)
    assert all(line.evidence > 1.7 * alone.evidence for line in net)


def test_an_empty_map_gives_nothing():
    assert trace(np.zeros((5, 7), np.uint8), LOW) == []


def test_a_ring_is_followed_once():
    seen = np.zeros((60, 80), np.float32)
    cv2.circle(seen, (40, 30), 18, 1, 2)
    (line,) = followed(as_bytes(seen))
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
