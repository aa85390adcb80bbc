"""The probability from which a type is marked."""

import numpy as np
import pytest

from rsqi_core.evaluation.calibration.thresholds import BY_NETWORK, Outlines, gate, temperature, threshold, thresholds
from rsqi_core.taxonomy import CODES


def test_a_threshold_keeps_clean_blocks_quiet():
    rng = np.random.default_rng(0)
    truth = np.arange(400) < 100
    p = np.clip(np.where(truth, 0.7, 0.3) + rng.normal(0, 0.1, 400), 0, 1)
    assert (p[~truth] >= threshold(p, truth, ~truth)).mean() <= 0.01
    assert threshold(p, truth, ~truth, 0.2) <= threshold(p, truth, ~truth, 0.001)
    assert threshold(np.ones(400), truth, ~truth) == np.inf  # whatever marks everything is of no use
    assert threshold(rng.random(400), truth, ~truth) == np.inf


def test_of_thresholds_that_are_as_good_the_lowest_is_taken():
    truth = np.arange(400) < 100
    p = np.where(truth, 0.8, 0.2)
    p[-3:] = 0.5  # three clean blocks: the share of one in a hundred allows them, and they cost an F1 of .015
    assert 0.2 < threshold(p, truth, ~truth) <= 0.5 < threshold(p, truth, ~truth, same=0) <= 0.8


def test_outlines_lower_a_threshold_that_would_leave_large_errors_out():
    truth = np.arange(400) < 100
    p = np.where(truth, np.where(np.arange(400) < 50, 0.9, 0.4), 0.1)
    p[-120:] = 0.5  # blocks without the type that a low threshold marks, of which the segmenter outlines nothing
    spotless = ~truth & (np.arange(400) < 280)
    large = np.where(np.arange(400) < 50, 1, 100)
    pixels = Outlines(large * truth, np.zeros(400, int), np.zeros(400, int))
    alone, both = threshold(p, truth, spotless, same=0), threshold(p, truth, spotless, same=0, outlines=pixels)
    assert both <= 0.4 < alone
    assert pixels.iou(p >= alone) < 0.02 and pixels.iou(p >= both) == 1


def test_outlines_are_counted_by_type():
    confusions = np.zeros((2, 7, 7), np.int64)
    confusions[0, 1, 1], confusions[0, 1, 0], confusions[0, 0, 2], confusions[1, 2, 1] = 5, 3, 7, 4
    found = Outlines.of(confusions)
    assert found.hits.tolist() == [[5, 0, 0, 0, 0, 0], [0] * 6]
    assert found.false[:, :2].tolist() == [[0, 7], [4, 0]] and found.missed[:, :2].tolist() == [[3, 0], [0, 4]]
    everywhere = np.ones(2, bool)
    assert found.type(0, everywhere).iou(everywhere) == 5 / 12
    assert found.type(0, everywhere).iou(np.array([True, False])) == 5 / 8


def test_a_sparing_type_marks_a_tenth_of_the_share():
    rng = np.random.default_rng(0)
    truth = np.zeros((2200, len(CODES)), np.uint8)
    truth[:200, 1] = 1
    kind = np.repeat(np.arange(3), (200, 1000, 1000))
    p = np.clip(np.where(truth == 1, 0.7, 0.4) + rng.normal(0, 0.1, truth.shape), 0, 1)
    usual, strict = (thresholds(p, truth, kind == 1, kind == 2, 0.01, codes) for codes in ((), (CODES[1],)))
    marked = [(p[kind > 0, 1] >= found[1]).mean() for found in (usual, strict)]
    assert marked[1] <= 0.001 < marked[0] <= 0.01


def test_a_type_left_out_spends_no_share():
    rng = np.random.default_rng(0)
    truth = np.zeros((600, len(CODES)), np.uint8)
    truth[:200, :2] = 1
    kind = np.repeat(np.arange(3), 200)
    p = np.clip(np.where(truth == 1, 0.7, 0.3) + rng.normal(0, 0.12, truth.shape), 0, 1)
    alone = p.copy()
    alone[:, 1] = 0
    both, one = (thresholds(each, truth, kind == 1, kind == 2, 0.01) for each in (p, alone))
    assert np.isinf(one[1]) and one[0] <= both[0]


def test_the_temperature_undoes_a_scale():
    rng = np.random.default_rng(0)
    truth = np.arange(400) < 100
    calm = np.where(truth, 2.0, -2.0) * np.where(rng.random(400) < 0.1, -1, 1)
    assert temperature(2 * calm, truth) == pytest.approx(2 * temperature(calm, truth), rel=0.1)


def test_the_stripe_rule_looks_where_it_and_the_classifier_agree():
    rng = np.random.default_rng(0)
    truth = np.arange(400) < 100
    p = np.clip(np.where(truth, 0.6, 0.4) + rng.normal(0, 0.06, 400), 0, 1)
    right, useless = truth | (rng.random(400) < 0.05), rng.random(400) < 0.5
    lax = gate(p, right, truth, ~truth)
    assert ((p >= lax) & right & ~truth).sum() <= 3 and ((p >= lax) & truth).sum() >= 90
    assert lax < threshold(p, truth, ~truth)  # what the rule rules out need not be kept out by the classifier
    assert gate(np.zeros(400), useless, truth, ~truth) == 1


@pytest.fixture
def noisy():
    """100 blocks of each type, which is seen at .5 to 1; 500 clean ones, four of them mistaken for it; 100 decoys."""
    n = len(CODES)
    truth = np.zeros((100 * n + 600, n), np.uint8)
    p = np.full(truth.shape, 0.05)
    for i in range(n):
        truth[100 * i : 100 * (i + 1), i] = 1
        p[100 * i : 100 * (i + 1), i] = np.linspace(0.5, 1, 100)
        p[100 * n + 4 * i : 100 * n + 4 * (i + 1), i] = (0.6, 0.7, 0.8, 0.9)
    clean = np.arange(len(p)) // 500 == 2
    decoy = np.arange(len(p)) >= 100 * n + 500
    return p, truth, clean, decoy


def test_all_types_together_mark_twice_as_many_clean_blocks_as_one_may(noisy):
    p, truth, clean, decoy = noisy
    alone = np.array([threshold(p[:, i], truth[:, i] == 1, clean | decoy) for i in range(len(CODES))])
    assert (p[clean][:, BY_NETWORK] >= alone[BY_NETWORK]).any(1).mean() == pytest.approx(8 * 4 / 500)
    found = thresholds(p, truth, clean, decoy)
    assert 0 < (p[clean][:, BY_NETWORK] >= found[BY_NETWORK]).any(1).mean() <= 0.02
    assert (found[BY_NETWORK] > alone[BY_NETWORK]).all()
    assert np.array_equal(found[8:], alone[8:])  # a rule decides there


def test_a_type_that_marks_nothing_by_mistake_is_not_raised_with_the_others(noisy):
    p, truth, clean, decoy = noisy
    p[clean, 2] = 0.05
    before = threshold(p[:, 2], truth[:, 2] == 1, clean | decoy)
    assert thresholds(p, truth, clean, decoy)[2] == before


def test_what_is_left_of_the_share_lowers_a_type_that_loses_next_to_nothing(noisy):
    p, truth, clean, decoy = noisy
    p[clean] = 0.05
    p[:100, 0] = np.linspace(0.8, 1, 100)
    p[np.flatnonzero(clean)[:3], 0] = (0.4, 0.5, 0.6)
    assert thresholds(p, truth, clean, decoy)[0] <= 0.4
    p[np.flatnonzero(clean)[3:30], 0] = 0.55  # more than its share
    assert 0.55 < thresholds(p, truth, clean, decoy)[0] <= 0.6


def test_the_share_goes_where_it_finds_most(noisy):
    p, truth, clean, decoy = noisy
    p[clean] = 0.05
    marked = np.flatnonzero(clean)
    p[marked[:6], 0], p[marked[6:12], 1] = 0.7, 0.7
    p[:100, 0] = np.linspace(0.5, 1, 100)  # 60 of its blocks lie under what its false alarms have
    p[100:200, 1] = np.linspace(0.65, 1, 100)
    found = thresholds(p, truth, clean, decoy)
    assert found[0] < 0.7 < found[1]


def test_hard_negatives_do_not_count_together(noisy):
    p, truth, clean, decoy = noisy
    p[decoy] = p[clean][:100]
    p[clean] = 0.05
    alone = [threshold(p[:, i], truth[:, i] == 1, clean | decoy) for i in range(len(CODES))]
    assert thresholds(p, truth, clean, decoy).tolist() == alone


def test_unknown_truth_counts_neither_for_nor_against(noisy):
    p, truth, clean, decoy = noisy
    expected = thresholds(p, truth, clean, decoy)
    more = np.vstack([p, np.full((300, len(CODES)), 0.99)])
    unknown = np.vstack([truth, np.full((300, len(CODES)), 255, np.uint8)])
    longer = [np.append(kind, np.zeros(300, bool)) for kind in (clean, decoy)]
    assert np.array_equal(thresholds(more, unknown, *longer), expected)
