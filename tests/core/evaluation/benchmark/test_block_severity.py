from dataclasses import replace

import numpy as np
import pytest
from benchmark_entries import DEFECT

from rsqi_core.evaluation.benchmark.blocks import as_seen
from rsqi_core.synthesis.compose import sample_of
from rsqi_core.synthesis.defect import Defect


@pytest.mark.parametrize(
    ("code", "parameters", "severity"),
    [
        ("stitching_trace", {"contrast": 0.3}, "subtle"),
        ("stitching_trace", {"contrast": 0.9}, "strong"),
        ("stitching_misalignment", {"bent_edges": 1}, "subtle"),
        ("stitching_misalignment", {"bent_edges": 2}, "strong"),
        ("distortion", {"bent_edges": 0}, "subtle"),
        ("distortion", {"bent_edges": 9}, "strong"),
        ("cloud", {}, "strong"),
    ],
)
def test_what_is_hardly_seen_on_its_ground_is_subtle(code, parameters, severity):
    image, everywhere = np.zeros((64, 64, 3), np.uint8), np.ones((64, 64), np.uint8)
    planted = Defect(code, image, everywhere, "strong", parameters)
    sample = sample_of(image, [planted], everywhere.astype(bool))
    entry, seen = as_seen(replace(DEFECT, codes=(code,), severity="strong"), sample)
    assert entry.severity == seen.defects[0].severity == severity
    assert (seen.labels == sample.labels).all()
