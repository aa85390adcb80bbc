"""The benchmark's blocks, on procedural pictures."""

from dataclasses import replace

import numpy as np
import pytest
from benchmark_entries import CLEAN, DECOY, DEFECT, STRIPES, composed

from rsqi_core.errors import RsqiError
from rsqi_core.evaluation.benchmark import blocks
from rsqi_core.synthesis.compose import medium_and_strong
from rsqi_core.taxonomy import CODES


@pytest.mark.parametrize("entry", [DEFECT, STRIPES])
def test_an_entry_gives_the_same_block_every_time(entry, tmp_path):
    found, sample = composed(entry, tmp_path)
    again = blocks.compose(found, tmp_path)
    assert blocks.digest_of(again) == found.digest
    assert sample.labels[CODES.index(entry.codes[0])] == 1
    assert sample.image.shape == (256, 256, 3)
    other = blocks.compose(replace(found, source="landscape/50109"), tmp_path)
    assert other is None or blocks.digest_of(other) != found.digest


@pytest.mark.parametrize("entry", [CLEAN, DECOY])
def test_clean_blocks_and_hard_negatives_hold_no_error(entry, tmp_path):
    sample = blocks.compose(entry, tmp_path)
    assert not (sample.labels == 1).any() and not np.isin(sample.segmentation, range(1, 7)).any()


def test_subtle_errors_count_neither_way(tmp_path):
    _, sample = composed(replace(DEFECT, severity="subtle"), tmp_path)
    assert sample.labels[0] == 1
    assert medium_and_strong(sample)[0] == 255


def test_a_missing_picture_is_named(tmp_path):
    with pytest.raises(RsqiError, match=r"rsscn7.field_a000"):
        blocks.compose(replace(CLEAN, source="rsscn7/field_a000"), tmp_path)
