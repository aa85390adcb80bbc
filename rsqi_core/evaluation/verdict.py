"""Two models on blocks that both have never seen: which of them finds more of what people have marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import cv2
import numpy as np

from ..classify import as_tile, probabilities
from ..constrain import constrain
from ..dataset.labelled_blocks import LabelledBlock, draw_crop
from ..metrics import CLASSES, confusion, f1_of_counts, iou_of
from ..models import Model
from ..models.card import Card
from ..segment import labels
from ..synthesis.compose import CELL
from ..taxonomy import CODES, IGNORED, REGION_TYPES
from .thresholds import BY_NETWORK, temperature, thresholds

SURE = 0.8  # share of the resamples in which the new model is ahead, from which it is not called luck
LOSS = 0.02  # of mean IoU, and share of clean blocks marked, that a gain may cost
ENOUGH = 5  # blocks with a type, under which its threshold stays as it was
_DRAWS, _SEED = 1000, 0

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Seen:
    """What a model says of N blocks, and what people say.

    Attributes
    ----------
    logits : numpy.ndarray
        float32 [N, 10], as the networks gave them, without the card's temperatures.
    truth : numpy.ndarray
        uint8 [N, 10]: 1 the block shows the type, 0 it does not, 255 nobody could say.
    confusions : numpy.ndarray
        int64 [N, 7, 7] of the constrained segmentation, truth by found.
    """

    logits: np.ndarray
    truth: np.ndarray
    confusions: np.ndarray


@dataclass(frozen=True)
class Row:
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
class Verdict:
    """The comparison.

    Attributes
    ----------
    blocks, clean : int
        Blocks compared, and those without errors among them.
    rows : tuple of Row
        The types that the networks decide.
    old_f1, new_f1, old_iou, new_iou : float
        Means over the types that occur, 0-1.
    old_alarms, new_alarms : float
        Share of the blocks without errors that were marked.
    sure : float
        Share of 1000 resamples of the blocks in which the new model has the higher mean F1.
    """

    blocks: int
    clean: int
    rows: tuple[Row, ...]
    old_f1: float
    new_f1: float
    old_iou: float
    new_iou: float
    old_alarms: float
    new_alarms: float
    sure: float

    @property
    def better(self) -> bool:
        """Is the new model ahead, and not by luck, nor at the cost of outlines or of clean blocks?"""
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
        """Return it as plain values, with ``better``."""
        return asdict(self) | {"rows": [asdict(row) for row in self.rows], "better": self.better}


def look(model: Model, blocks: Sequence[LabelledBlock], progress: Progress = lambda done, total: None) -> Seen:
    """Have a model classify and segment the blocks of a dataset as an inspection would.

    Raises
    ------
    RsqiError
        If a file of the dataset cannot be read.
    """
    scale = np.array([model.card.temperatures[code] for code in CODES], np.float32)
    said, truth, confusions = [], [], []
    for n, block in enumerate(blocks):
        progress(n, len(blocks))
        tile, known, segmentation = _tile(block, model.card.tile_size)
        h, w = segmentation.shape
        described = model.describe(tile[None])
        logits, pixels = described.logits[0], model.segment(tile[None], described)[0][:, :h, :w]
        found, _ = labels(constrain(pixels, logits, model.card.constraint, 1.0, model.thresholds), (h, w))
        said.append(logits * scale)
        truth.append(known)
        confusions.append(confusion(segmentation, found))
    progress(len(blocks), len(blocks))
    empty = np.zeros((0, CLASSES, CLASSES), np.int64)
    return Seen(
        np.array(said, np.float32).reshape(-1, len(CODES)),
        np.array(truth, np.uint8).reshape(-1, len(CODES)),
        np.array(confusions) if confusions else empty,
    )


def adjusted(card: Card, seen: Seen, false_alarms: float) -> tuple[Card, tuple[str, ...]]:
    """Set temperatures and thresholds on blocks that training has not seen; say for which types.

    A type of which there are too few blocks keeps what it had: a threshold from a handful of blocks would be chance.

    Parameters
    ----------
    false_alarms : float
        Share of the blocks without errors that one type may mark, 0-1.
    """
    enough = [i for i in BY_NETWORK if (seen.truth[:, i] == 1).sum() >= ENOUGH]
    clean = ~(seen.truth == 1).any(1)
    if not enough or not clean.any():
        return card, ()
    scale = np.array([card.temperatures[code] for code in CODES])
    for i in enough:
        known = seen.truth[:, i] != IGNORED
        scale[i] = round(temperature(seen.logits[known, i], seen.truth[known, i] == 1), 4)
    limits = thresholds(probabilities(seen.logits / scale), seen.truth, clean, np.zeros(len(clean), bool), false_alarms)
    enough = [i for i in enough if np.isfinite(limits[i])]
    fresh = {CODES[i]: round(float(limits[i]), 4) for i in enough}
    warm = {CODES[i]: float(scale[i]) for i in enough}
    return (
        replace(card, thresholds={**card.thresholds, **fresh}, temperatures={**card.temperatures, **warm}),
        tuple(fresh),
    )


def compare(old: Card, before: Seen, new: Card, after: Seen) -> Verdict:
    """Compare what two models, with the thresholds of their cards, said of the same blocks."""
    marks = [_marked(card, seen) for card, seen in ((old, before), (new, after))]
    counts = [_counts(marked, before.truth) for marked in marks]
    clean = ~(before.truth[:, BY_NETWORK] == 1).any(1)
    occurring = (before.truth[:, BY_NETWORK] == 1).any(0)
    f1s = [f1_of_counts(count.sum(0)) for count in counts]
    ious = [iou_of(seen.confusions.sum(0)) for seen in (before, after)]
    present = [t.id for t in REGION_TYPES if before.confusions.sum(0)[t.id].sum()]
    rows = []
    for k, i in enumerate(BY_NETWORK):
        shown = bool(occurring[k]) or any(count.sum(0)[k, 1] for count in counts)
        outline = i + 1 if i + 1 in present else None
        rows.append(
            Row(
                CODES[i],
                int((before.truth[:, i] == 1).sum()),
                *(round(float(f1[k]), 4) if shown else None for f1 in f1s),
                *(None if outline is None else round(float(iou[outline]), 4) for iou in ious),
            )
        )
    means = [float(f1[occurring].mean()) if occurring.any() else 0.0 for f1 in f1s]
    outlines = [float(iou[present].mean()) if present else 0.0 for iou in ious]
    alarms = [float(marked[clean].any(1).mean()) if clean.any() else 0.0 for marked in marks]
    return Verdict(
        len(before.truth),
        int(clean.sum()),
        tuple(rows),
        *(round(value, 4) for value in (*means, *outlines, *alarms)),
        round(_sure(*counts, occurring), 3),
    )


def _marked(card: Card, seen: Seen) -> np.ndarray:
    """Return bool [N, 8]: the types of the network that the model marks in each block."""
    scale = np.array([card.temperatures[code] for code in CODES])
    limits = np.array([np.inf if card.thresholds[code] is None else card.thresholds[code] for code in CODES])
    return (probabilities(seen.logits / scale) >= limits)[:, BY_NETWORK]


def _counts(marked: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return hits, false marks and misses, int64 [N, 8, 3]."""
    truth = truth[:, BY_NETWORK]
    known, real = truth != IGNORED, truth == 1
    return np.stack([marked & real, marked & ~real & known, ~marked & real], 2).astype(np.int64)


def _sure(old: np.ndarray, new: np.ndarray, occurring: np.ndarray) -> float:
    """Share of the resamples of the blocks in which the mean F1 of the types that occur is higher in `new`."""
    n = len(old)
    if not n or not occurring.any():
        return 0.0
    weights = np.random.default_rng(_SEED).multinomial(n, np.full(n, 1 / n), _DRAWS)
    means = [f1_of_counts(np.einsum("dn,nkc->dkc", weights, count))[:, occurring].mean(1) for count in (old, new)]
    return float((means[1] > means[0]).mean())


def _tile(block: LabelledBlock, side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a block as a model is shown it (uint8 [S, S, 3]), its labels uint8 [10] and its truth uint8 [h, w]."""
    sample = draw_crop(block, np.random.default_rng(0), -(-block.size // CELL) * CELL, augment=False)
    image, truth = sample.image, sample.segmentation
    if image.shape[0] > side:
        image = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
        truth = cv2.resize(truth, (side, side), interpolation=cv2.INTER_NEAREST)
    return as_tile(image, side), sample.labels, truth
