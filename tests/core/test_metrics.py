import numpy as np
import pytest

from rsqi_core.metrics import (
    PixelScores,
    auroc,
    average_precision,
    bootstrap,
    confusion,
    f1_of_counts,
    iou_of,
    precision_of,
    rates,
    region_quality,
)


def test_auroc_of_perfect_reversed_and_tied_scores():
    truth = np.array([False, False, True, True])
    assert auroc(np.array([0.1, 0.2, 0.8, 0.9]), truth) == 1
    assert auroc(np.array([0.9, 0.8, 0.2, 0.1]), truth) == 0
    assert auroc(np.full(4, 0.5), truth) == 0.5
    assert np.isnan(auroc(np.ones(2), np.array([True, True])))


def test_average_precision_by_hand():
    truth = np.array([True, False, True])
    assert average_precision(np.array([0.9, 0.8, 0.7]), truth) == pytest.approx((1 + 2 / 3) / 2)


def test_rates_by_hand():
    found, truth = np.array([True, True, False, False]), np.array([True, False, False, True])
    assert rates(found, truth) == (0.5, 0.5)
    assert np.isnan(rates(found, np.ones(4, bool))[0])


def test_f1_iou_and_precision_from_counts():
    assert f1_of_counts(np.array([[2, 1, 1], [0, 0, 0]])).tolist() == [pytest.approx(2 / 3), 0]
    matrix = np.array([[5, 1, 0], [2, 4, 0], [0, 0, 0]])  # truth by found; the third class occurs nowhere
    assert iou_of(matrix)[:2].tolist() == [pytest.approx(5 / 8), pytest.approx(4 / 7)]
    assert np.isnan(iou_of(matrix)[2])
    assert precision_of(matrix) == pytest.approx(4 / 5)


def test_bootstrap_holds_the_figure_and_narrows_with_more_blocks():
    rng = np.random.default_rng(0)
    few = rng.integers(0, 2, (20, 3))
    many = np.tile(few, (20, 1))
    intervals = [bootstrap(f1_of_counts, values) for values in (few, many)]
    for (low, high), values in zip(intervals, (few, many)):
        assert low <= f1_of_counts(values.sum(0)) <= high
    assert intervals[1][1] - intervals[1][0] < intervals[0][1] - intervals[0][0]


def test_pixel_scores_agree_with_the_exact_figures():
    rng = np.random.default_rng(1)
    truth = np.zeros((64, 64), bool)
    truth[10:20, 10:30] = truth[40:44, 50:54] = True
    margins = np.where(truth, 1.5, -1.5) + rng.normal(0, 1.5, truth.shape)
    scores = PixelScores()
    scores.add(truth, margins, np.ones_like(truth))
    assert scores.auroc() == pytest.approx(auroc(margins.ravel(), truth.ravel()), abs=0.01)
    assert scores.average_precision() == pytest.approx(average_precision(margins.ravel(), truth.ravel()), abs=0.02)


def test_per_region_overlap_counts_small_errors_like_large_ones():
    truth = np.zeros((40, 40), bool)
    truth[:20, :20] = truth[30:32, 30:32] = True
    large_only = np.where(truth, 5.0, -5.0)
    large_only[30:32, 30:32] = -8.0  # the small one is ranked below all background
    both, one = PixelScores(), PixelScores()
    both.add(truth, np.where(truth, 5.0, -5.0), np.ones_like(truth))
    one.add(truth, large_only, np.ones_like(truth))
    assert both.pro() == pytest.approx(1, abs=0.01)
    assert one.pro() == pytest.approx(0.5, abs=0.01)
    assert np.isnan(PixelScores().pro())


def test_unknown_pixels_count_nothing():
    truth, found = np.array([[1, 1, 0, 255]], np.uint8), np.array([[1, 2, 2, 2]], np.uint8)
    matrix = confusion(truth, found)
    assert matrix.sum() == 3 and matrix[1, 1] == 1 and matrix[1, 2] == 1 and matrix[0, 2] == 1


def test_region_quality_by_hand():
    matrix = np.zeros((1, 7, 7), np.int64)
    matrix[0, 2, 2], matrix[0, 2, 0], matrix[0, 0, 2], matrix[0, 1, 2] = 6, 2, 1, 1
    assert region_quality(matrix, 2) == (0.6, 0.75, 0.75)
