"""Metrics on plain arrays; definitions as the paper's tables use them (domain facts, section 5.13)."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import ArrayLike

from .taxonomy import IGNORED, REGION_TYPES

CLASSES = len(REGION_TYPES) + 1  # of a segmentation: background and the region types


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


def mean(values: ArrayLike) -> float:
    """Mean as a Python float; NaN of nothing."""
    array = np.asarray(values)
    return float(array.mean()) if array.size else float("nan")


def rates(found: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """Return the false positive and the false negative rate of bool [N] against bool [N]; NaN where undefined."""
    negative, positive = int((~truth).sum()), int(truth.sum())
    false, missed = int((found & ~truth).sum()), int((~found & truth).sum())
    return (false / negative if negative else float("nan"), missed / positive if positive else float("nan"))


def f1_of_counts(counts: np.ndarray) -> np.ndarray:
    """F1 from true positives, false positives and false negatives, [..., 3] -> [...]; 0 where undefined."""
    hits, false, missed = np.moveaxis(np.asarray(counts, float), -1, 0)
    return 2 * hits / np.maximum(2 * hits + false + missed, 1)


def confusion(truth: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Count pixels int64 [7, 7] by truth and found, both uint8 [H, W]; 255 in the truth is left out."""
    known = truth != IGNORED
    pairs = truth[known].astype(np.int64) * CLASSES + found[known]
    return np.bincount(pairs, minlength=CLASSES**2).reshape(CLASSES, CLASSES)


def iou_of(matrices: np.ndarray) -> np.ndarray:
    """Intersection over union by class of confusion matrices [..., C, C] -> [..., C]; NaN where absent."""
    hits = np.diagonal(matrices, axis1=-2, axis2=-1).astype(float)
    union = matrices.sum(-1) + matrices.sum(-2) - hits
    return np.divide(hits, union, out=np.full(hits.shape, np.nan), where=union > 0)


def precision_of(matrices: np.ndarray) -> np.ndarray:
    """Correct foreground pixels over predicted foreground pixels of confusion matrices [..., C, C] -> [...]."""
    correct = np.diagonal(matrices, axis1=-2, axis2=-1)[..., 1:].sum(-1)
    return correct / np.maximum(matrices[..., 1:].sum((-2, -1)), 1)


def bootstrap(
    statistic: Callable[[np.ndarray], np.ndarray], values: np.ndarray, draws: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """95 % percentile interval of a statistic of summed counts, by resampling blocks.

    Parameters
    ----------
    statistic : callable
        Takes sums [draws, ...] and returns [draws].
    values : numpy.ndarray
        Counts a block, [N, ...]; they are summed over the blocks drawn.
    """
    n = len(values)
    if not n:
        return float("nan"), float("nan")
    weights = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), draws).astype(np.float64)
    sums = (weights @ values.reshape(n, -1).astype(np.float64)).reshape(draws, *values.shape[1:])
    low, high = np.nanpercentile(statistic(sums), (2.5, 97.5))
    return float(low), float(high)


def reliability(p: np.ndarray, truth: np.ndarray, bins: int = 10) -> np.ndarray:
    """How often what is said with some probability is so: float [bins, 3] of mean probability, share true and count.

    Parameters
    ----------
    p, truth : numpy.ndarray
        Probabilities 0-1 and bool, [N]. Bins without a probability have NaN for both.
    """
    which = np.minimum((p * bins).astype(int), bins - 1)
    count = np.bincount(which, minlength=bins).astype(float)
    sums = np.stack([np.bincount(which, weights=values, minlength=bins) for values in (p, truth.astype(float))], 1)
    means = np.divide(sums, count[:, None], out=np.full(sums.shape, np.nan), where=count[:, None] > 0)
    return np.column_stack([means, count])


def calibration_error(table: np.ndarray) -> float:
    """Mean distance between said and true of `reliability`, each bin by its count; NaN of nothing."""
    said, so, count = table.T
    return float(np.nansum(np.abs(said - so) * count) / count.sum()) if count.sum() else float("nan")


class PixelScores:
    """How well the pixel scores of one type separate error from background, filled block by block.

    Scores are binned, so that no pixel has to be kept.

    Parameters
    ----------
    low, high : float
        Scores outside are taken for the bounds.
    """

    BINS = 256

    def __init__(self, low: float = -16.0, high: float = 16.0):
        self.low, self.high = low, high
        self.counts = np.zeros((2, self.BINS), np.int64)  # background, error
        self._coverage: list[np.ndarray] = []

    def add(self, truth: np.ndarray, scores: np.ndarray, known: np.ndarray) -> None:
        """Count bool [H, W] error pixels with their float [H, W] scores where bool [H, W] `known`."""
        scaled = (scores - self.low) * (self.BINS / (self.high - self.low))
        bins = np.clip(scaled, 0, self.BINS - 1).astype(np.int64)
        for value, where in enumerate((known & ~truth, known & truth)):
            self.counts[value] += np.bincount(bins[where], minlength=self.BINS)
        count, parts = cv2.connectedComponents((truth & known).astype(np.uint8), connectivity=8)
        if count > 1:
            table = np.bincount(parts.ravel() * self.BINS + bins.ravel(), minlength=count * self.BINS)
            table = table.reshape(count, self.BINS)[1:]
            from_top = table[:, ::-1].cumsum(1)
            self._coverage.append(from_top / from_top[:, -1:])

    def auroc(self) -> float:
        """Area under the ROC curve over pixels; ties count half, NaN if one class is missing."""
        negative, positive = self.counts
        if not negative.sum() or not positive.sum():
            return float("nan")
        below = negative.cumsum() - negative
        return float((positive * (below + 0.5 * negative)).sum() / (positive.sum() * negative.sum()))

    def average_precision(self) -> float:
        """Area under the precision-recall curve over pixels as a step sum; NaN without error pixels."""
        negative, positive = self.counts[:, ::-1].cumsum(1)
        if not positive[-1]:
            return float("nan")
        steps = np.diff(positive, prepend=0) / positive[-1]
        return float((steps * positive / np.maximum(positive + negative, 1)).sum())

    def pro(self, limit: float = 0.3) -> float:
        """Per-region overlap, averaged over false positive rates up to `limit`; NaN without error pixels.

        Every connected error counts alike, whatever its size (survey, metrics of anomaly localisation).
        """
        if not self._coverage or not self.counts[0].sum():
            return float("nan")
        overlap = np.concatenate([[0.0], np.concatenate(self._coverage).mean(0)])
        rate = np.concatenate([[0.0], self.counts[0][::-1].cumsum() / self.counts[0].sum()])
        grid = np.linspace(0, limit, 3001)
        return float(np.interp(grid, rate, overlap).mean())


def region_quality(confusions: np.ndarray, region: int = 1) -> tuple[float, float, float]:
    """IoU, pixel precision and recall of a region type, cloud if not said otherwise, from int64 [N, 7, 7]."""
    total = confusions.sum(0)
    hits, real, found = total[region, region], total[region].sum(), total[:, region].sum()
    return float(hits / max(real + found - hits, 1)), float(hits / max(found, 1)), float(hits / max(real, 1))
