"""The figures of a model card: hits and false marks of an inspection with the model, by type and as a whole."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np

from ...classify import probabilities
from ...metrics import auroc, bootstrap, f1_of_counts, iou_of, mean, precision_of, region_quality
from ...models.card import Card
from ...taxonomy import CODES, IGNORED, REGION_TYPES, TYPES, ErrorType
from ..benchmark.marks import count_marks, marks_of_classifier, marks_of_inspection, rule_results_of_inspection
from ..benchmark.measure import MIXED, Measured
from ..benchmark.real_figures import real_figures
from ..benchmark.rule_results import RuleResult
from ..benchmark.run_model import INSPECTION, ONE_STEP
from ..benchmark.scenes import MATCHES, counts_as_found
from ..pages import tables


@dataclass(frozen=True)
class TypeFigures:
    """The figures of one type.

    Attributes
    ----------
    type : ErrorType
    threshold : float or None
        Of the classifier; None where it marks nothing.
    by_rule : bool
        A rule marks this type, whatever the classifier's threshold is.
    f1 : float
        Of the blocks that an inspection marks, for medium and strong errors; NaN for a type that it does not mark.
    shown_f1, auroc, iou : str
        With their 95 % intervals; the AUROC is the classifier's, for errors of every severity.
    clean, decoy : float
        Shares of clean blocks and of hard negatives that are marked, 0-1.
    """

    type: ErrorType
    threshold: float | None
    by_rule: bool
    f1: float
    shown_f1: str
    auroc: str
    iou: str
    clean: float
    decoy: float


def figures_by_type(m: Measured, card: Card) -> list[TypeFigures]:
    """Measure every type as an inspection marks it: region and boundary types by threshold, pixel types by rule.

    Parameters
    ----------
    card : Card
        Of the model that was measured.
    """
    model_result, mixed = m.model_results[0], m.where(*MIXED)
    p, every, seen = probabilities(model_result.logits)[mixed], m.truth()[mixed], m.truth(subtle=False)[mixed]
    found = marks_of_inspection(m)
    counts = count_marks(found, seen)
    clean, decoy = (found[m.where(part)[mixed]] for part in ("clean", "decoy"))
    rule_results = rule_results_of_inspection(m)
    rows = []
    for k, error_type in enumerate(TYPES):
        threshold, by_rule = card.thresholds[error_type.code], error_type.code in rule_results
        f1, known = math.nan, every[:, k] != IGNORED
        if by_rule or threshold is not None:
            f1 = float(f1_of_counts(counts[:, k].sum(0)))
        rows.append(
            TypeFigures(
                error_type,
                threshold,
                by_rule,
                f1,
                tables.interval(f1, bootstrap(f1_of_counts, counts[:, k])),
                _shown_auroc(p[known, k], every[known, k] == 1),
                "–" if math.isnan(f1) else _shown_iou(m, error_type, rule_results),
                mean(clean[:, k]),
                mean(decoy[:, k]),
            )
        )
    return rows


def figures_together(m: Measured) -> dict[str, object]:
    """Measure what concerns all types together, by the names that the card's texts use."""
    model_result, mixed = m.model_results[0], m.where(*MIXED)
    found = marks_of_inspection(m)
    table = count_marks(found, m.truth(subtle=False)[mixed])
    macro = bootstrap(lambda sums: f1_of_counts(sums).mean(-1), table)
    regions = model_result.confusions[INSPECTION][m.where("defect") & m.without_subtle()]
    one, two = (model_result.confusions[s][mixed & m.without_subtle()].sum(0) for s in (ONE_STEP, INSPECTION))
    objects = [item for f in m.scene_results for item in f.objects if item[1] != "subtle"]
    hits = sum(counts_as_found(code, value, MATCHES[0]) for code, _, value in objects)
    spotless = [f for f in m.scene_results if f.part == "spotless"]
    area = sum(f.megapixels for f in spotless)
    marked, seam = marks_of_classifier(model_result), CODES.index("stitching_trace")
    figures = {
        "macro_f1": tables.interval(float(f1_of_counts(table.sum(0)).mean()), macro),
        "miou": tables.interval(
            float(np.nanmean(iou_of(regions.sum(0)))), bootstrap(lambda sums: np.nanmean(iou_of(sums), -1), regions)
        ),
        "any_clean": mean(found[m.where("clean")[mixed]].any(1)),
        "any_decoy": mean(found[m.where("decoy")[mixed]].any(1)),
        "touched": sum(f.touched for f in spotless) / max(sum(f.blocks for f in spotless), 1),
        "false_objects": _tenths(100 * sum(sum(f.marked.values()) for f in spotless) / max(area, 1e-9)),
        "veil": f"{marked[m.where('veil'), 0].sum()} / {m.where('veil').sum()}",
        "dates": f"{marked[m.where('dates'), seam].sum()} / {m.where('dates').sum()}",
        "objects": hits / len(objects) if objects else math.nan,
        "lost": len(objects) - hits,
        "planted": len(objects),
        "score_error": _tenths(mean([abs(f.score - f.true_score) for f in m.scene_results])),
        "grade": mean([f.grade == f.true_grade for f in m.scene_results]),
        "two_steps": f"{np.nanmean(iou_of(two)) - np.nanmean(iou_of(one)):+.3f}",
        "two_steps_precision": f"{precision_of(two) - precision_of(one):+.3f}",
    }
    real = real_figures(m.real)
    figures |= {f"real_{name}": value for name, value in asdict(real).items()}
    for name, source in (("sentinel", "sen12"), ("landsat", "landsat8")):
        where = np.array([entry.part == "cloud" and entry.source.startswith(source) for entry, _ in m.blocks])
        figures[name] = region_quality(model_result.confusions[INSPECTION][where])[0] if where.any() else math.nan
        figures[f"{name}_tiles"] = int(where.sum())
    return figures


def _tenths(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.1f}"


def _shown_iou(m: Measured, error_type: ErrorType, rule_results: dict[str, RuleResult]) -> str:
    """IoU of a region type's pixels, or of a pixel type's by its rule; a seam is marked by blocks and has none."""
    if error_type.code in rule_results:
        counts = rule_results[error_type.code].counts
        bounds = bootstrap(lambda sums: sums[:, 0] / np.maximum(sums.sum(1), 1), counts)
        return tables.interval(rule_results[error_type.code].iou(), bounds)
    if error_type not in REGION_TYPES:
        return "–"
    confusions = m.model_results[0].confusions[INSPECTION][m.where("defect") & m.without_subtle()]
    value = float(iou_of(confusions.sum(0))[error_type.id])
    if math.isnan(value):
        return "–"
    return tables.interval(value, bootstrap(lambda sums: iou_of(sums)[:, error_type.id], confusions))


def _shown_auroc(scores: np.ndarray, truth: np.ndarray) -> str:
    """Area under the ROC curve of scores [N] against bool [N], with its interval."""
    value = auroc(scores, truth)
    if math.isnan(value):
        return "–"
    levels, level = np.unique(scores, return_inverse=True)
    counts = np.zeros((len(scores), 2, len(levels)), np.uint8)  # of each block: its class and its place in the order
    counts[np.arange(len(scores)), truth.astype(int), level] = 1
    return tables.interval(value, bootstrap(auroc_of_counts, counts))


def auroc_of_counts(counts: np.ndarray) -> np.ndarray:
    """Area under the ROC curve of counts [..., 2, L]: negatives and positives by ascending score; ties count half."""
    negative, positive = np.moveaxis(np.asarray(counts, float), -2, 0)
    below = negative.cumsum(-1) - negative / 2
    pairs = negative.sum(-1) * positive.sum(-1)
    return np.divide((positive * below).sum(-1), pairs, out=np.full(pairs.shape, np.nan), where=pairs > 0)
