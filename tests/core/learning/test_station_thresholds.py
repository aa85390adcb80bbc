"""Thresholds fitted to verdicts: they follow what people say, within bounds, and can be undone."""

import numpy as np
import pytest
from labelled_predictions import BLUR, CLOUD, card

from rsqi_core.errors import RsqiError
from rsqi_core.learning.station_thresholds import (
    FARTHEST,
    FEW,
    MOVED,
    NO_GAIN,
    NOTE,
    Verdicts,
    fitted,
    refit,
    undo,
)


def verdicts(*parts):
    """Of (type's index, probabilities, real, drawn) each."""
    ids, p, real, drawn = zip(
        *(
            (np.full(len(p), index + 1), np.asarray(p, float), np.full(len(p), real), np.full(len(p), drawn))
            for index, p, real, drawn in parts
        )
    )
    return Verdicts(*map(np.concatenate, (ids, p, real, drawn)))


def odds(p):
    return p / (1 - p)


def test_rejected_marks_of_low_probability_raise_the_threshold_of_their_type_alone():
    judged = verdicts(
        (CLOUD, np.linspace(0.5, 0.62, 20), False, False),
        (CLOUD, np.linspace(0.75, 0.95, 20), True, False),
        (BLUR, np.linspace(0.5, 0.9, 6), False, False),
    )
    before = card()
    after, rows = refit(before, judged)
    cloud, blur = rows
    assert (cloud.code, cloud.verdicts, cloud.real, cloud.outcome) == ("cloud", 40, 20, MOVED)
    assert 0.55 < after.thresholds["cloud"] == cloud.after < 0.77
    assert cloud.spared >= 10 and cloud.lost <= 1
    assert blur.outcome == FEW and after.thresholds["blur"] == 0.5
    assert undo(after) == before


def test_errors_that_were_drawn_under_the_threshold_lower_it():
    judged = verdicts(
        (CLOUD, np.linspace(0.52, 0.95, 20), True, False),
        (CLOUD, np.linspace(0.3, 0.48, 20), True, True),
        (CLOUD, np.full(5, 0.9), True, True),  # the segmenter's fault
    )
    after, (row,) = refit(card(), judged)
    assert row.verdicts == 40 and row.outcome == MOVED and row.lost < -10
    assert 0.3 <= after.thresholds["cloud"] < 0.4


def test_what_gains_nothing_is_not_changed():
    rng = np.random.default_rng(0)
    judged = verdicts((CLOUD, rng.uniform(0.5, 0.99, 40), True, False))
    before = card()
    after, (row,) = refit(before, judged)
    assert row.outcome == NO_GAIN and row.after == row.before and after is before


@pytest.mark.parametrize("before", [0.05, 0.3, 0.5, 0.9])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_bounds_hold(before, share):
    rng = np.random.default_rng(1)
    for count in (8, 30, 300):
        p = rng.uniform(before, 1, count)
        real = rng.random(count) < share
        after = fitted(p, real, before)
        assert odds(before) / FARTHEST * 0.99 <= odds(after) <= odds(before) * FARTHEST * 1.01
        assert after >= min(before, p.min()) - 1e-4
        if real.any():
            assert (p[real] >= after).mean() >= 0.9 or after <= before


def test_a_fit_moves_more_with_more_verdicts():
    few, many = (fitted(np.full(n, 0.6), np.zeros(n, bool), 0.5) for n in (2, 200))
    assert 0.5 < few < many


def test_few_verdicts_and_nothing_to_undo_are_refused():
    with pytest.raises(RsqiError, match="only 29 verdicts; at least 30"):
        refit(card(), verdicts((CLOUD, np.full(29, 0.6), True, False)))
    with pytest.raises(RsqiError, match="nothing to undo"):
        undo(card())
    assert NOTE not in card().training


def test_types_without_a_threshold_and_those_of_rules_are_left_alone():
    judged = verdicts((CLOUD, np.full(40, 0.6), False, False), (9, np.full(40, 0.6), False, False))
    _, rows = refit(card(cloud=None), judged)
    assert rows == ()
