"""Run the rules of the two pixel types on the benchmark's blocks: each by itself, and behind the classifier's gate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...classify import probabilities
from ...metrics import mean
from ...models import Model
from ...rules import PIXEL_MISSING, STRIPE_NOISE, Rule, stripe_noise
from ...synthesis.compose import Sample
from ...synthesis.defect import AMBIGUOUS, DEFECT
from ...taxonomy import CODES
from .frozen import Entry


@dataclass(frozen=True)
class RuleResult:
    """The result of one rule on all blocks.

    Attributes
    ----------
    code, rule : str
    counts : numpy.ndarray
        int64 [N, 3] of the N blocks that hold the type: right, false and missed pixels.
    clean_area, clean_blocks, decoy_blocks : float
        Share of pixels marked in clean blocks, of clean blocks and of hard negatives with any mark.
    found : numpy.ndarray
        bool [all blocks]: is anything marked?
    """

    code: str
    rule: str
    counts: np.ndarray
    clean_area: float
    clean_blocks: float
    decoy_blocks: float
    found: np.ndarray

    def iou(self) -> float:
        """Intersection over union over all pixels of the blocks that hold the type; NaN if none does."""
        hits, false, missed = self.counts.sum(0)
        return float(hits / max(hits + false + missed, 1)) if len(self.counts) else float("nan")


def run_rules(
    blocks: Sequence[tuple[Entry, Sample]], logits: np.ndarray | None = None, model: Model | None = None
) -> list[RuleResult]:
    """Run every rule on every block; with block logits [N, 10] the default stripe rule also behind the model's gate."""
    stripe_rules = STRIPE_NOISE | {"otsu without saturation": _otsu_without_saturation}
    rule_results = [run_rule("stripe_noise", name, rule, blocks) for name, rule in stripe_rules.items()]
    if model is not None and logits is not None:
        gate = probabilities(logits[:, CODES.index("stripe_noise")]) >= model.card.stripe_gate
        rule_results.append(
            run_rule("stripe_noise", "oriented, classifier's gate", STRIPE_NOISE["oriented"], blocks, gate)
        )
    return rule_results + [run_rule("pixel_missing", name, rule, blocks) for name, rule in PIXEL_MISSING.items()]


def _otsu_without_saturation(rgb: np.ndarray, valid: np.ndarray) -> np.ndarray:
    return stripe_noise.otsu(rgb, saturation=0) & valid


def run_rule(
    code: str, name: str, rule: Rule, blocks: Sequence[tuple[Entry, Sample]], gate: np.ndarray | None = None
) -> RuleResult:
    """Run a rule of a type on every block, or on those where bool [N] `gate` lets it look; `name` is its title."""
    counts: list[list[int]] = []
    areas: dict[str, list[float]] = {"clean": [], "decoy": []}
    found = np.zeros(len(blocks), bool)
    for i, (entry, sample) in enumerate(blocks):
        looked_at = gate is None or gate[i]
        marked = rule(sample.image, sample.valid) if looked_at else np.zeros_like(sample.valid)
        found[i] = marked.any()
        truth = next((defect.mask for defect in sample.defects if defect.code == code), None)
        if truth is not None:
            known, real = (truth != AMBIGUOUS) & sample.valid, truth == DEFECT
            counts.append([int((a & known).sum()) for a in (marked & real, marked & ~real, ~marked & real)])
        elif entry.part in areas:
            areas[entry.part].append(float(marked.mean()))
    clean, decoys = (np.array(areas[part]) for part in ("clean", "decoy"))
    return RuleResult(
        code,
        name,
        np.array(counts, np.int64).reshape(-1, 3),
        mean(clean),
        mean(clean > 0),
        mean(decoys > 0),
        found,
    )
