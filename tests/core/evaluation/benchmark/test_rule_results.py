import numpy as np
from benchmark_entries import CLEAN, STRIPES, composed

from rsqi_core.evaluation.benchmark import blocks
from rsqi_core.evaluation.benchmark.rule_results import run_rules


def test_a_perfect_and_a_blind_rule_are_told_apart(tmp_path, monkeypatch):
    stripes, clean = composed(STRIPES, tmp_path), (CLEAN, blocks.compose(CLEAN, tmp_path))
    truth = next(d.mask for d in stripes[1].defects if d.code == "stripe_noise") == 1
    perfect = lambda rgb, valid: truth if np.array_equal(rgb, stripes[1].image) else np.zeros_like(valid)  # noqa: E731
    blind = lambda rgb, valid: np.zeros_like(valid)  # noqa: E731
    monkeypatch.setattr(
        "rsqi_core.evaluation.benchmark.rule_results.STRIPE_NOISE", {"perfect": perfect, "blind": blind}
    )
    rule_results = {result.rule: result for result in run_rules([stripes, clean])}
    assert rule_results["perfect"].iou() == 1 and rule_results["perfect"].clean_blocks == 0
    assert rule_results["blind"].iou() == 0
    assert rule_results["perfect"].found.tolist() == [True, False]
