"""The types that are marked in the benchmark's blocks: by the classifier, and by an inspection with its rules."""

from __future__ import annotations

import numpy as np

from ...classify import probabilities
from ...parameters import Parameters
from ...taxonomy import BOUNDARY_TYPES, CODES
from .measure import MIXED, Measured
from .rule_results import RuleResult
from .run_model import ModelResult


def marks_of_classifier(model_result: ModelResult) -> np.ndarray:
    """Bool [N, 10]: which types the classifier's thresholds mark in each block."""
    return probabilities(model_result.logits) >= model_result.thresholds


def count_marks(found: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Hits, false alarms and misses of each block and type, int64 [N, 10, 3]; unknown labels (255) count nothing."""
    known, real = truth != 255, truth == 1
    return np.stack([found & real & known, found & ~real & known, ~found & real & known], -1).astype(np.int64)


def marks_of_inspection(m: Measured) -> np.ndarray:
    """Which types an inspection marks in the defective, clean and hard negative blocks, bool [N, 10]."""
    found = marks_of_classifier(m.model_results[0])[m.where(*MIXED)]
    for code, result in rule_results_of_inspection(m).items():
        found[:, CODES.index(code)] = result.found
    lines = {each.name: each.codes for each in m.seams}
    if lines:
        names = [entry.name for entry, _ in m.blocks if entry.part in MIXED]
        for code in (t.code for t in BOUNDARY_TYPES):
            found[:, CODES.index(code)] = [code in lines[name] for name in names]
    return found


def rule_results_of_inspection(m: Measured) -> dict[str, RuleResult]:
    """The rule of each pixel type that an inspection runs, by code: that of stripes behind the classifier's gate."""
    usual = {"stripe_noise": "oriented, classifier's gate", "pixel_missing": Parameters().missing_rule}
    return {result.code: result for result in m.rule_results if result.rule == usual[result.code]}
