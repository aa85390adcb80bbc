from dataclasses import replace

import numpy as np
import pytest
from benchmark_entries import DEFECT

from rsqi_core.evaluation.benchmark.blocks import as_seen
from rsqi_core.synthesis.compose import sample_of
from rsqi_core.synthesis.defect import Defect


@pytest.mark.parametrize(("contrast", "severity"), [(0.3, "subtle"), (0.9, "strong")])
def test_a_seam_whose_step_is_lost_in_the_tones_around_it_is_subtle(contrast, severity):
    image, everywhere = np.zeros((64, 64, 3), np.uint8), np.ones((64, 64), np.uint8)
    seam = Defect("stitching_trace", image, everywhere, "strong", {"contrast": contrast})
    sample = sample_of(image, [seam], everywhere.astype(bool))
    entry, seen = as_seen(replace(DEFECT, codes=("stitching_trace",), severity="strong"), sample)
    assert entry.severity == seen.defects[0].severity == severity
    assert (seen.labels == sample.labels).all()
