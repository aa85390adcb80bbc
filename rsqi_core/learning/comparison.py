"""Compare two models on labelled blocks that neither was trained on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np

from ..classify import probabilities
from ..evaluation.calibration.thresholds import BY_NETWORK
from ..metrics import f1_of_counts, iou_of
from ..models.card import Card
from ..taxonomy import CODES, IGNORED, REGION_TYPES
from .predictions import Predictions

SURE = 0.8  # share of the resamples in which the new model has to be ahead
LOSS = 0.02  # largest loss of mean IoU, and rise of the share of clean blocks marked, beside a gain in F1
_DRAWS, _SEED = 1000, 0


@dataclass(frozen=True)
class TypeComparison:
    """One type: how many blocks show it, and F1 over blocks (0-1) before and after, None where nothing is to be found.

    `old_iou` and `new_iou` are over pixels, None for types that have no outline.
    """

    code: str
    blocks: int
    old_f1: float | None
    new_f1: float | None
    old_iou: float | None
    new_iou: float | None


@dataclass(frozen=True)
class Comparison:
    """An old and a new model on the same blocks.

    Attributes
    ----------
    blocks, clean : int
        Blocks compared, and those without errors among them.
    rows : tuple of TypeComparison
        The types that the networks decide.
    old_f1, new_f1, old_iou, new_iou : float
        Means over the types that occur, 0-1.
    old_alarms, new_alarms : float
        Share of the blocks without errors that were marked.
    sure : float
        Share of 1000 resamples of the blocks in which the new model has the higher mean F1 (or IoU, see `by`).
    by : str
        ``"f1"``, or ``"iou"`` where only the segmenter has changed.
    """

    blocks: int
    clean: int
    rows: tuple[TypeComparison, ...]
    old_f1: float
    new_f1: float
    old_iou: float
    new_iou: float
    old_alarms: float
    new_alarms: float
    sure: float
    by: str = "f1"

    @property
    def better(self) -> bool:
        """Is its F1 higher in enough of the resamples, without a loss in outlines or on clean blocks beyond `LOSS`?

        Where only the segmenter has changed, its IoU has to be higher in as many.
        """
        if self.by == "iou":
            return self.new_iou > self.old_iou and self.sure >= SURE
        worse = max(self.old_iou - self.new_iou, self.new_alarms - self.old_alarms)
        return self.new_f1 > self.old_f1 and self.sure >= SURE and worse <= LOSS

    @property
    def line(self) -> str:
        """The outcome in one line, for a log."""
        return (
            f"F1 {self.old_f1:.3f} -> {self.new_f1:.3f} (ahead in {self.sure:.0%} of the resamples), "
            f"IoU {self.old_iou:.3f} -> {self.new_iou:.3f}, "
            f"clean blocks marked {self.old_alarms:.1%} -> {self.new_alarms:.1%}"
        )

    def as_mapping(self) -> dict[str, Any]:
        """Return plain values for JSON, with ``better``."""
        return asdict(self) | {"rows": [asdict(row) for row in self.rows], "better": self.better}


def compare(old: Card, before: Predictions, new: Card, after: Predictions, by: str = "f1") -> Comparison:
    """Compare the predictions of two models on the same blocks, at the thresholds of their cards.

    Parameters
    ----------
    by : str
        As of `Comparison`.
    """
    marks = [_marked(card, predictions) for card, predictions in ((old, before), (new, after))]
    counts = [_counts(marked, before.truth) for marked in marks]
    clean = ~(before.truth[:, BY_NETWORK] == 1).any(1)
    occurring = (before.truth[:, BY_NETWORK] == 1).any(0)
    f1s = [f1_of_counts(count.sum(0)) for count in counts]
    ious = [iou_of(predictions.confusions.sum(0)) for predictions in (before, after)]
    present = [t.id for t in REGION_TYPES if before.confusions.sum(0)[t.id].sum()]
    rows = []
    for k, i in enumerate(BY_NETWORK):
        shown = bool(occurring[k]) or any(count.sum(0)[k, 1] for count in counts)
        outline = i + 1 if i + 1 in present else None
        rows.append(
            TypeComparison(
                CODES[i],
                int((before.truth[:, i] == 1).sum()),
                *(round(float(f1[k]), 4) if shown else None for f1 in f1s),
                *(None if outline is None else round(float(iou[outline]), 4) for iou in ious),
            )
        )
    old_f1, new_f1 = (_mean(f1[occurring]) for f1 in f1s)
    old_iou, new_iou = (_mean(iou[present]) for iou in ious)
    old_alarms, new_alarms = (_mean(marked[clean].any(1)) for marked in marks)
    return Comparison(
        blocks=len(before.truth),
        clean=int(clean.sum()),
        rows=tuple(rows),
        old_f1=old_f1,
        new_f1=new_f1,
        old_iou=old_iou,
        new_iou=new_iou,
        old_alarms=old_alarms,
        new_alarms=new_alarms,
        sure=round(_sure(*_means_by(by, counts, (before, after), occurring, present)), 3),
        by=by,
    )


def _mean(values: np.ndarray) -> float:
    return round(float(values.mean()), 4) if values.size else 0.0


def _marked(card: Card, predictions: Predictions) -> np.ndarray:
    """Return bool [N, 8]: the types of the network that the model marks in each block."""
    scale = np.array([card.temperatures[code] for code in CODES])
    limits = np.array([np.inf if card.thresholds[code] is None else card.thresholds[code] for code in CODES])
    return (probabilities(predictions.logits / scale) >= limits)[:, BY_NETWORK]


def _counts(marked: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return hits, false marks and misses, int64 [N, 8, 3]."""
    truth = truth[:, BY_NETWORK]
    known, real = truth != IGNORED, truth == 1
    return np.stack([marked & real, marked & ~real & known, ~marked & real], 2).astype(np.int64)


Means = Callable[[np.ndarray], np.ndarray]  # of weights of the blocks, [D, N], a mean each


def _means_by(
    by: str,
    counts: Sequence[np.ndarray],
    predictions: Sequence[Predictions],
    occurring: np.ndarray,
    present: Sequence[int],
) -> tuple[int, Means, Means]:
    """Return the number of blocks, 0 if there is nothing to compare, and the means of both models."""
    n = len(counts[0])
    if by == "iou":

        def mean_iou(weights: np.ndarray, found: Predictions) -> np.ndarray:
            iou = iou_of(np.einsum("dn,nab->dab", weights, found.confusions))[:, list(present)]
            return np.nan_to_num(iou).mean(1)

        old, new = (partial(mean_iou, found=found) for found in predictions)
        return n if present else 0, old, new

    def mean_f1(weights: np.ndarray, count: np.ndarray) -> np.ndarray:
        return f1_of_counts(np.einsum("dn,nkc->dkc", weights, count))[:, occurring].mean(1)

    old, new = (partial(mean_f1, count=count) for count in counts)
    return n if occurring.any() else 0, old, new


def _sure(n: int, old: Means, new: Means) -> float:
    """Share of the resamples of the blocks in which the mean is higher in `new`."""
    if not n:
        return 0.0
    weights = np.random.default_rng(_SEED).multinomial(n, np.full(n, 1 / n), _DRAWS)
    return float((new(weights) > old(weights)).mean())
