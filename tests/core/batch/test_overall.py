"""One progress for all scenes, by their weight, with the time left."""

import pytest

from rsqi_core.batch.overall import Overall


def test_share_and_time_left_go_by_weight_and_by_what_was_inspected():
    now = [100.0]
    overall = Overall([10, 10, 60, 20], lambda: now[0])
    assert (overall.share, overall.eta_s) == (0, None)
    overall.begin(0)
    overall.end(0, worked=False)  # done before: tells nothing of the speed
    assert (overall.share, overall.eta_s) == (pytest.approx(0.1), None)
    overall.begin(1)
    now[0] += 20
    overall.end(1, worked=True)
    assert overall.share == pytest.approx(0.2) and overall.eta_s == pytest.approx(160)
    overall.begin(2)
    overall.advance(2, "inspect", 50, 100)
    within = 0.425 * 60
    assert overall.share == pytest.approx((20 + within) / 100)
    assert overall.eta_s == pytest.approx(20 * (80 - within) / (10 + within))
    for stage in ("seams", "write"):
        before = overall.share
        overall.advance(2, stage, 1, 1)
        assert overall.share >= before
    overall.end(2, worked=True)
    overall.end(3, worked=True)
    assert overall.share == pytest.approx(1) and overall.eta_s == 0


def test_a_scene_that_is_tried_again_begins_anew():
    overall = Overall([10, 10])
    overall.begin(0)
    overall.advance(0, "inspect", 1, 1)
    high = overall.share
    overall.begin(0)
    assert overall.share == 0 < high
