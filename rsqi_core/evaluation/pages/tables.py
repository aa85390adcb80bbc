"""The benchmark's tables, the paper's numbers and ours, as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ...classify import probabilities
from ...limits import INPUT_SIDE
from ...metrics import auroc, average_precision, bootstrap, f1_of_counts, iou_of, mean, precision_of, rates
from ...taxonomy import CODES, REGION_TYPES
from ..benchmark.marks import count_marks, marks_of_classifier
from ..benchmark.rule_results import RuleResult
from ..benchmark.run_model import INSPECTION, ONE_STEP, SETTINGS, ModelResult
from ..benchmark.scenes import MATCHES, PARTS, SceneResult, counts_as_found

SEVERITIES = ("subtle", "medium", "strong")
# The paper's figures.
_PAPER = {"macro F1": 0.9827, "accuracy": 0.9719, "mIoU": 0.71266, "stripe_noise": 0.4996, "pixel_missing": 0.9763}
_PAPER_F1 = (0.9824, 0.9934, 0.9743, 1.0, 0.8461, 1.0, 1.0, 0.9937, 1.0, 0.98)  # by type
_PAPER_IOU = (0.95451, 0.86814, 0.65336, 0.48435, 0.90058, 0.76419, 0.36348)  # by class
_PAPER_SETTINGS = {  # mIoU and pixel precision
    ONE_STEP: (0.6904, 0.7880),
    "100, 0.5": (0.7124, 0.8154),
    "1, 0.5": (0.7123, 0.7985),
    "0.3, 0.9": (0.7120, 0.7981),
    "0.1, 0.5": (0.6980, 0.7831),
    "0.3, 0.01": (0.7122, 0.7984),
}


def markdown(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Format a table; floats get three decimals, NaN and None a dash."""
    lines = [header, ["---"] * len(header), *[[_cell(value) for value in row] for row in rows]]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def interval(value: float, bounds: tuple[float, float]) -> str:
    """Write a figure with its 95 % interval."""
    return "–" if np.isnan(value) else f"{value:.3f} ({bounds[0]:.3f}–{bounds[1]:.3f})"


# Blocks ---------------------------------------------------------------------------------------------------------------


def classification(
    marked: Mapping[str, tuple[np.ndarray, np.ndarray]],
) -> str:
    """Table 3: (found bool [N, 10], truth uint8 [N, 10]) by name of the row; the mean is of the types that occur."""
    paper = [_PAPER["accuracy"], None, _PAPER["macro F1"], *_PAPER_F1]
    rows: list[list[object]] = [["the paper's SwinV2, its own data", *paper]]
    for name, (found, truth) in marked.items():
        table = count_marks(found, truth)
        known = truth != 255
        right = (found == (truth == 1)) | ~known
        occurring = (truth == 1).any(0)
        each = np.where(occurring, f1_of_counts(table.sum(0)), np.nan)
        resampled = bootstrap(lambda sums: f1_of_counts(sums).mean(-1), table[:, occurring])
        macro = interval(mean(each[occurring]), resampled)
        per_label = float((right & known).sum() / known.sum())
        rows.append([name, float(right.all(1).mean()), per_label, macro, *map(float, each)])
    header = ["", "accuracy (all ten right)", "accuracy per label", "macro F1 (95 %)", *CODES]
    return markdown(header, rows)


def detection(model_result: ModelResult, truth: np.ndarray, spotless: np.ndarray) -> str:
    """AUROC, AP, FPR and FNR of each type over blocks, and AUROC, AP and PRO over pixels for the region types."""
    found, p = marks_of_classifier(model_result), probabilities(model_result.logits)
    rows: list[list[object]] = []
    for i, code in enumerate(CODES):
        known = truth[:, i] != 255
        real = truth[known, i] == 1
        false, missed = rates(found[known, i], real)
        ranked = auroc(p[known, i], real), average_precision(p[known, i], real)
        row: list[object] = [code, int(real.sum()), *ranked, false, missed]
        clean = spotless & known
        row.append(float(found[clean, i].mean()) if clean.any() else None)
        scores = model_result.scores.get(code)
        rows.append(row + ([scores.auroc(), scores.average_precision(), scores.pro()] if scores else [None] * 3))
    header = ["type", "blocks", "AUROC", "AP", "FPR", "FNR", "clean marked", "pixel AUROC", "pixel AP", "PRO"]
    return markdown(header, rows)


def recall_by_severity(found: np.ndarray, codes: Sequence[str], severities: Sequence[str]) -> dict[str, list[float]]:
    """Recall of the first planted type by its severity: found bool [N, 10] with that type's code and severity."""
    first = np.array([CODES.index(code) for code in codes])
    hit = found[np.arange(len(found)), first]
    strength = np.array(severities)
    return {
        code: [float(hit[(first == i) & (strength == s)].mean()) if ((first == i) & (strength == s)).any() else np.nan
               for s in SEVERITIES]
        for i, code in enumerate(CODES)
    }  # fmt: skip


# Regions --------------------------------------------------------------------------------------------------------------


def segmentation(rows: Mapping[str, np.ndarray]) -> str:
    """Table 5: confusions int64 [N, 7, 7] of blocks with errors, by name of the row."""
    lines: list[list[object]] = [["the paper's SegFormer, its own data", _PAPER["mIoU"], *_PAPER_IOU]]
    for name, confusions in rows.items():
        iou = np.where(_occurring(confusions), iou_of(confusions.sum(0)), np.nan)
        lines.append([name, _mean_iou(confusions), *map(float, iou)])
    return markdown(["", "mIoU (95 %)", "background", *(t.code for t in REGION_TYPES)], lines)


def integration(model_result: ModelResult, mixed: np.ndarray, default: str) -> str:
    """Table 7: mIoU and pixel precision of one step, of an inspection and of every setting of equation 3.

    Of a segmenter that takes words, also of the constraint on its input side.

    On blocks bool [N] `mixed`; `default` is the mode of the inspection.
    """
    lines = []
    given_words = [INPUT_SIDE] if INPUT_SIDE in model_result.confusions else []
    for setting in (ONE_STEP, INSPECTION, *SETTINGS, *given_words):
        confusions = model_result.confusions[setting][mixed]
        total = confusions.sum(0)
        iou = _mean_iou(confusions)
        precision = interval(float(precision_of(total)), bootstrap(precision_of, confusions))
        paper = _PAPER_SETTINGS.get(setting, (None, None))
        shown = f"**{setting}** ({default}, and evidence)" if setting == INSPECTION else setting
        lines.append([shown, iou, precision, *paper])
    return markdown(["α, t or mode", "mIoU (95 %)", "pixel precision (95 %)", "paper: mIoU", "paper: precision"], lines)


def _mean_iou(confusions: np.ndarray) -> str:
    """Mean IoU of the classes that occur in int64 [N, 7, 7], with its interval."""
    where = _occurring(confusions)
    if not where.any():
        return "–"
    value = float(np.nanmean(iou_of(confusions.sum(0))[where]))
    return interval(value, bootstrap(lambda sums: np.nanmean(iou_of(sums)[..., where], -1), confusions))


def _occurring(confusions: np.ndarray) -> np.ndarray:
    """bool [7]: classes with any true pixel."""
    return confusions.sum((0, 2)) > 0


# Pixels ---------------------------------------------------------------------------------------------------------------


def rules(rule_results: Sequence[RuleResult]) -> str:
    """Table 6: the two pixel types by rule."""
    rows: list[list[object]] = [
        ["stripe_noise", "the paper's, its own data", None, _PAPER["stripe_noise"], None, None, None, None, None],
        ["pixel_missing", "the paper's, its own data", None, _PAPER["pixel_missing"], None, None, None, None, None],
    ]
    for r in rule_results:
        iou = interval(r.iou(), bootstrap(lambda s: s[:, 0] / np.maximum(s.sum(1), 1), r.counts))
        hits, false, missed = r.counts.sum(0)
        shares = (hits / max(hits + false, 1), hits / max(hits + missed, 1)) if len(r.counts) else (np.nan, np.nan)
        precision, recall = map(float, shares)
        rows.append([r.code, r.rule, len(r.counts), iou, precision, recall, f"{100 * r.clean_area:.4f} %",
                     r.clean_blocks, r.decoy_blocks])  # fmt: skip
    header = ["type", "rule", "blocks", "IoU (95 %)", "pixel precision", "pixel recall", "clean area marked",
              "clean blocks marked", "hard negatives marked"]  # fmt: skip
    return markdown(header, rows)


# Scenes ---------------------------------------------------------------------------------------------------------------


def objects(scene_results: Sequence[SceneResult]) -> str:
    """Object recall by type and severity, and false objects by type per 100 Mpx of clean scenes."""
    planted = [item for result in scene_results for item in result.objects]
    spotless = [result for result in scene_results if result.part == "spotless"]
    area = sum(result.megapixels for result in spotless)
    rows = []
    for code in CODES:
        mine = [(severity, value) for c, severity, value in planted if c == code]
        row: list[object] = [code, len(mine)]
        row += [mean([counts_as_found(code, value, match) for _, value in mine]) for match in MATCHES]
        for severity in SEVERITIES:
            row.append(mean([counts_as_found(code, value, MATCHES[0]) for s, value in mine if s == severity]))
        row.append(f"{100 * sum(result.marked[code] for result in spotless) / max(area, 1e-9):.1f}")
        row.append(sum(f.false[code] for f in scene_results if f.part != "spotless"))
        rows.append(row)
    header = ["type", "planted", *(f"recall at IoU {match}" for match in MATCHES), *SEVERITIES,
              "false objects per 100 Mpx (clean scenes)", "false objects beside planted ones"]  # fmt: skip
    return markdown(header, rows)


def scores(scene_results: Sequence[SceneResult]) -> str:
    """Score error and grade agreement, for scenes with many errors, with one or two, and with none."""
    rows: list[list[object]] = []
    for part in PARTS:
        mine = [result for result in scene_results if result.part == part]
        error = np.array([result.score - result.true_score for result in mine])
        agree = mean([result.grade == result.true_grade for result in mine])
        touched = _share_of(sum(result.touched for result in mine), sum(result.blocks for result in mine))
        rows.append([part, len(mine), sum(f.megapixels for f in mine), float(np.abs(error).mean()),
                     float(error.mean()), agree, touched])  # fmt: skip
    header = ["scenes", "", "Mpx", "mean score error", "bias", "same grade", "512-px blocks touched by a mark"]
    return markdown(header, rows)


def _share_of(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


# Summary --------------------------------------------------------------------------------------------------------------

Goal = tuple[str, float, str, float]  # what, figure, sense, bar


def goals(lines: Sequence[Goal]) -> str:
    """What the embedded model is meant to reach, and where it stands."""
    senses: dict[str, Callable[[float, float], bool]] = {">=": np.greater_equal, "<=": np.less_equal}
    rows = []
    for what, value, sense, bar in lines:
        rows.append([what, value, f"{sense} {bar:g}", "yes" if senses[sense](value, bar) else "no"])
    return markdown(["", "measured", "bar", "reached"], rows)
