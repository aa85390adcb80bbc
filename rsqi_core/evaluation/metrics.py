"""Metrics on plain arrays; definitions as the paper's tables use them (domain facts, section 5.13)."""

from __future__ import annotations

import numpy as np


def auroc(scores: np.ndarray, truth: np.ndarray) -> float:
    """Area under the ROC curve of scores [N] against bool [N]; ties count half, NaN if one class is missing."""
    positive = int(truth.sum())
    negative = truth.size - positive
    if not positive or not negative:
        return float("nan")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    return float((ranks[inverse][truth].sum() - positive * (positive + 1) / 2) / (positive * negative))


def average_precision(scores: np.ndarray, truth: np.ndarray) -> float:
    """Area under the precision-recall curve as a step sum; NaN without a positive."""
    if not truth.any():
        return float("nan")
    ordered = truth[np.argsort(-scores, kind="stable")]
    precision = np.cumsum(ordered) / np.arange(1, ordered.size + 1)
    return float(precision[ordered].mean())


def f1(found: np.ndarray, truth: np.ndarray) -> tuple[float, float, float]:
    """Return F1, precision and recall of bool [N] against bool [N]; 0 where undefined."""
    hits = int((found & truth).sum())
    precision = hits / max(int(found.sum()), 1)
    recall = hits / max(int(truth.sum()), 1)
    return 2 * hits / max(int(found.sum()) + int(truth.sum()), 1), precision, recall


class Confusion:
    """A confusion matrix of label maps, filled image by image."""

    def __init__(self, classes: int):
        self.matrix = np.zeros((classes, classes), np.int64)

    def add(self, truth: np.ndarray, found: np.ndarray, ignored: int = 255) -> None:
        """Count two uint8 [H, W] maps where `truth` is known."""
        known = truth != ignored
        n = len(self.matrix)
        pairs = truth[known].astype(np.int64) * n + found[known]
        self.matrix += np.bincount(pairs, minlength=n * n).reshape(n, n)

    def iou(self) -> np.ndarray:
        """Intersection over union of each class, float [classes]; NaN for a class that occurs nowhere."""
        hits = np.diag(self.matrix).astype(float)
        union = self.matrix.sum(0) + self.matrix.sum(1) - hits
        return np.divide(hits, union, out=np.full(len(hits), np.nan), where=union > 0)

    def pixel_precision(self) -> float:
        """Correct foreground pixels over all pixels predicted as foreground."""
        return float(np.diag(self.matrix)[1:].sum() / max(int(self.matrix[:, 1:].sum()), 1))
