"""Progress on its way from a loop to the events of the worker."""

import pytest

from rsqi_core.progress import Progress, as_event, to_events


@pytest.mark.parametrize("stage", ["write", "report", "dataset", "train", "thresholds", "compare"])
def test_an_event_says_how_far_a_stage_is(stage):
    assert as_event(Progress(stage, 2, 5)) == {"stage": stage, "done": 2, "total": 5, "eta_s": None}


def test_an_inspection_says_its_speed_as_well_known_or_not():
    known = as_event(Progress("inspect", 2, 5, 3.0, 1.5))
    assert known == {"stage": "inspect", "done": 2, "total": 5, "eta_s": 3.0, "mpx_per_s": 1.5}
    assert as_event(Progress("polygons", 0, 1))["mpx_per_s"] is None


def test_progress_becomes_an_event():
    seen = []
    to_events(lambda event, **values: seen.append((event, values)))(Progress("train", 3, 9, 12.5))
    assert seen == [("progress", {"stage": "train", "done": 3, "total": 9, "eta_s": 12.5})]
