"""Thresholds and temperatures of the types, from probabilities on blocks whose truth is known."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from ...models.card import FALSE_ALARMS
from ...taxonomy import BOUNDARY_TYPES, CODES, IGNORED, PIXEL_TYPES, REGION_TYPES

TOGETHER = 2.0  # times as many clean blocks as one type may mark may all types together
SPARING = 0.1  # of the share that one type may mark: what is left to a type that cries wolf on real scenes
USEFUL = 0.2  # F1 under which a type is not marked at all: guesses cost the technician more than they find
SAME = 0.02  # F1; no more than chance sets two thresholds apart by, on some hundred blocks with a type
LOWEST = 0.02  # no probability below this is called a finding
BY_NETWORK = [i for i, code in enumerate(CODES) if code not in {t.code for t in PIXEL_TYPES}]
# Where a network of their own finds seams as lines, the classifier's word on them marks nothing.
BUT_SEAMS = [i for i in BY_NETWORK if CODES[i] not in {t.code for t in BOUNDARY_TYPES}]

_TEMPERATURES = np.geomspace(0.3, 3.0, 40)


@dataclass(frozen=True)
class Outlines:
    """What the segmenter would bring in each block if the classifier let it, in pixels.

    Attributes
    ----------
    hits, false, missed : numpy.ndarray
        int64 [N] or [N, 6]: of the type where it is, where it is not, and of the truth that is not found.
    """

    hits: np.ndarray
    false: np.ndarray
    missed: np.ndarray

    @classmethod
    def of(cls, confusions: np.ndarray) -> Outlines:
        """Count them in confusion matrices int64 [N, 7, 7], truth by found."""
        diagonal = confusions.diagonal(axis1=1, axis2=2)
        return cls(*(each[:, 1:] for each in (diagonal, confusions.sum(1) - diagonal, confusions.sum(2) - diagonal)))

    def type(self, i: int, known: np.ndarray) -> Outlines:
        """Return those of one region type in the blocks that bool [N] `known` picks."""
        return Outlines(*(each[known, i] for each in (self.hits, self.false, self.missed)))

    def iou(self, marked: np.ndarray) -> float:
        """IoU of a type whose outlines count in the blocks `marked`, bool [N]; what lies in others is missed."""
        united = (self.hits + self.missed).sum() + self.false[marked].sum()
        return float(self.hits[marked].sum() / max(united, 1))


def temperature(logits: np.ndarray, truth: np.ndarray) -> float:
    """The divisor of the logits [N] under which they predict bool [N] with the least cross-entropy."""
    scaled = logits[None] / _TEMPERATURES[:, None]
    loss = np.logaddexp(0, np.where(truth, -scaled, scaled)).mean(1)
    return float(_TEMPERATURES[loss.argmin()])


def thresholds(
    p: np.ndarray,
    truth: np.ndarray,
    clean: np.ndarray,
    decoy: np.ndarray,
    false_alarms: float = FALSE_ALARMS,
    sparing: Collection[str] = (),
    outlines: Outlines | None = None,
    together: Sequence[int] = BY_NETWORK,
) -> np.ndarray:
    """The probability from which each type is marked.

    Every type begins at the threshold at which it marks no spotless block. Then those are lowered, a step at a time,
    that gain most for each spotless block that they mark more, until one type would mark more than its share, or all
    together more than `TOGETHER` times as many clean blocks as one may. So the share goes where it finds most, not to
    all types alike. What is left of it lowers all types in turn, a block at a time, that lose next to nothing by it: a
    lower threshold finds more in pictures other than these. Hard negatives count for the single types only, and the
    types that the network does not decide alone do not count together with the others.

    Parameters
    ----------
    p, truth : numpy.ndarray
        Probabilities 0-1 and truth (uint8: 1, 0, 255 for unknown), each [N, 10].
    clean, decoy : numpy.ndarray
        Which blocks are clean, and which are hard negatives, bool [N].
    false_alarms : float
        Share of both together that one type may mark.
    sparing : collection of str
        Codes of types that may mark only `SPARING` times as much.
    outlines : Outlines, optional
        Of the region types, [N, 6]: their thresholds then serve the outlines as well as the blocks.
    together : sequence of int
        Indices of the types that count together.

    Returns
    -------
    numpy.ndarray
        float [10]; infinite for a type that is not seen well enough to be marked.
    """
    spotless = clean | decoy

    def steps(i: int) -> list[_Step]:
        known = truth[:, i] != IGNORED
        drawn = outlines.type(i, known) if outlines and i < len(REGION_TYPES) else None
        each = _Candidates.of(p[known, i], truth[known, i] == 1, spotless[known], drawn)
        most = int(false_alarms * (SPARING if CODES[i] in sparing else 1) * spotless[known].sum())
        return [each.lowest(count) for count in range(most + 1)]

    shared = list(together)
    seen = np.where(truth[clean] == IGNORED, 0, p[clean])[:, shared]
    by_type = [steps(i) for i in range(len(CODES))]
    found = np.array([steps[-1].threshold for steps in by_type])
    found[shared] = [by_type[i][0].threshold for i in shared]

    def fits(i: int, limit: float) -> bool:
        trial = found.copy()
        trial[i] = limit
        return bool((seen >= trial[shared]).any(1).mean() <= TOGETHER * false_alarms)

    standing = dict.fromkeys(shared, 0)  # number of the step of each type
    while True:
        gains = [
            ((step.score - by_type[i][at].score) / (further - at), i, further)
            for i, at in standing.items()
            for further, step in enumerate(by_type[i][at + 1 :], at + 1)
            if step.score > by_type[i][at].score and fits(i, step.threshold)
        ]
        if not gains:
            break
        _, i, standing[i] = max(gains)
        found[i] = by_type[i][standing[i]].threshold

    def goes_on(i: int) -> bool:
        further = standing[i] + 1
        return further < len(by_type[i]) and fits(i, by_type[i][further].threshold)

    while moving := [i for i in shared if goes_on(i)]:
        for i in filter(goes_on, moving):
            standing[i] += 1
            found[i] = by_type[i][standing[i]].threshold
    return found


def threshold(
    p: np.ndarray,
    truth: np.ndarray,
    spotless: np.ndarray,
    false_alarms: float = FALSE_ALARMS,
    same: float = SAME,
    outlines: Outlines | None = None,
) -> float:
    """The lowest probability with about the best F1 among those that mark at most a share of the spotless blocks.

    With outlines it is the mean of F1 and IoU that counts: a block that the classifier leaves out costs all that the
    segmenter would have outlined there, and a small error as much as a large one where blocks alone are counted.

    Where errors are told apart well, these scores are all but level over a wide range. Their very best then is chance,
    and the lowest threshold finds most in pictures other than these, which make a network less sure.

    Infinite if even that F1 is under `USEFUL`.

    Parameters
    ----------
    p, truth, spotless : numpy.ndarray
        Probability 0-1, presence of the type, and absence of any error, each [N].
    same : float
        What an F1 may fall short of the best and still count as that.
    outlines : Outlines, optional
        Of the type, [N].
    """
    candidates = _Candidates.of(p, truth, spotless, outlines)
    return candidates.lowest(int(false_alarms * spotless.sum() + 1e-9), same).threshold


@dataclass(frozen=True)
class _Step:
    """A threshold that keeps to a number of marked spotless blocks, and what it is worth, 0-1."""

    threshold: float
    score: float


@dataclass(frozen=True)
class _Candidates:
    """Thresholds of a type [M], rising, with how many spotless blocks each marks, its F1 and what it is worth."""

    limits: np.ndarray
    false: np.ndarray
    f1: np.ndarray
    scores: np.ndarray

    @classmethod
    def of(cls, p: np.ndarray, truth: np.ndarray, spotless: np.ndarray, outlines: Outlines | None) -> _Candidates:
        """Judge them by the blocks [N] of `threshold`."""
        limits = np.unique(np.concatenate([np.geomspace(LOWEST, 0.99, 90), p[(p > LOWEST) & truth]]).round(4))
        marked = p >= limits[:, None]  # rounded, as the card states them
        f1 = 2 * (marked & truth).sum(1) / np.maximum(marked.sum(1) + truth.sum(), 1)
        scores = (f1 + [outlines.iou(each) for each in marked]) / 2 if outlines else f1
        return cls(limits, (marked & spotless).sum(1), f1, scores)

    def lowest(self, count: int, same: float = SAME) -> _Step:
        """Return the lowest threshold of about the best score among those that mark at most `count` spotless blocks."""
        quiet = self.false <= count
        if not quiet.any() or self.f1[quiet].max() < USEFUL:
            return _Step(np.inf, 0.0)
        best = self.scores[quiet].max()
        return _Step(float(self.limits[quiet & (self.scores >= best - same)].min()), float(best))


def gate(
    p: np.ndarray, ruled: np.ndarray, truth: np.ndarray, spotless: np.ndarray, false_alarms: float = FALSE_ALARMS
) -> float:
    """The probability from which the stripe rule looks at a block: where both together have the best F1.

    1 if they are of no use together, so that the rule looks nowhere.

    Parameters
    ----------
    ruled : numpy.ndarray
        Does the rule find anything, bool [N]?
    p, truth, spotless, false_alarms
        As of `threshold`.
    """
    return min(threshold(np.where(ruled, p, 0), truth, spotless, false_alarms, same=0), 1.0)
