"""The new model is better if its F1 is higher by more than chance, and neither outlines nor clean blocks suffer."""

import numpy as np
from labelled_predictions import card, predictions

from rsqi_core.learning.comparison import compare

HALF = np.where(np.arange(20) < 5, 3.0, -3.0)
ALL = np.where(np.arange(20) < 10, 3.0, -3.0)


def test_finding_more_is_better():
    comparison = compare(card(), predictions(HALF, outline=5), card(), predictions(ALL, outline=6))
    assert (comparison.old_f1, comparison.new_f1) == (0.6667, 1.0)
    assert (comparison.old_iou, comparison.new_iou) == (0.5, 0.6)
    assert comparison.better and comparison.sure > 0.9 and (comparison.blocks, comparison.clean) == (20, 10)
    assert not compare(card(), predictions(ALL), card(), predictions(HALF)).better
    assert not compare(card(), predictions(ALL), card(), predictions(ALL)).better


def test_a_gain_by_luck_or_at_the_cost_of_clean_blocks_or_outlines_is_none():
    alarms = np.where(np.arange(20) >= 18, 3.0, -9.0)
    assert not compare(card(), predictions(HALF), card(), predictions(ALL, blur=alarms)).better
    assert not compare(card(), predictions(HALF, outline=6), card(), predictions(ALL, outline=4)).better
    one_more = np.where(np.arange(20) < 6, 3.0, -3.0)
    assert not compare(card(), predictions(HALF), card(), predictions(one_more)).better


def test_a_type_that_nobody_has_seen_has_no_row_figures():
    rows = {row.code: row for row in compare(card(), predictions(HALF), card(), predictions(ALL)).rows}
    assert rows["cloud"].blocks == 10 and rows["blur"].old_f1 is None and "stripe_noise" not in rows


def test_a_segmenter_alone_is_better_by_its_outlines():
    def better(before, after):
        return compare(card(), predictions(ALL, outline=before), card(), predictions(ALL, outline=after), "iou").better

    assert better(4, 6) and not better(5, 5) and not better(6, 4)
    assert not compare(card(), predictions(ALL, outline=4), card(), predictions(ALL, outline=6)).better
