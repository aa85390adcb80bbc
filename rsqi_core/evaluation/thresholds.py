"""From probabilities on blocks whose truth is known to the probability from which each type is marked."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from ..models.card import FALSE_ALARMS
from ..taxonomy import CODES, IGNORED, PIXEL_TYPES

TOGETHER = 2.0  # times as many clean blocks as one type may mark may all types together
SPARING = 0.1  # of the share that one type may mark: what is left to a type that cries wolf on real scenes
USEFUL = 0.2  # F1 under which a type is not marked at all: guesses cost the technician more than they find
SAME = 0.02  # F1; no more than chance sets two thresholds apart by, on some hundred blocks with a type
LOWEST = 0.02  # no probability below this is called a finding
BY_NETWORK = [i for i, code in enumerate(CODES) if code not in {t.code for t in PIXEL_TYPES}]

_TEMPERATURES = np.geomspace(0.3, 3.0, 40)


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
) -> np.ndarray:
    """The probability from which each type is marked.

    First each type's is the one of `threshold`. If all types together then mark more than `TOGETHER` times as many
    clean blocks as one may, all are raised together: the share that one type may mark falls, a block at a time, until
    they do not. A type that marks nothing by mistake keeps its threshold all the while. Hard negatives count for the
    single types only, and the types that a rule decides do not count together with the others.

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

    Returns
    -------
    numpy.ndarray
        float [10]; infinite for a type that is not seen well enough to be marked.
    """
    spotless = clean | decoy

    def one(i: int, share: float) -> float:
        known = truth[:, i] != IGNORED
        share *= SPARING if CODES[i] in sparing else 1
        return threshold(p[known, i], truth[known, i] == 1, spotless[known], share)

    found = np.array([one(i, false_alarms) for i in range(len(CODES))])
    count = int(spotless.sum())
    for allowed in range(int(false_alarms * count), -1, -1):
        found[BY_NETWORK] = [one(i, allowed / count) for i in BY_NETWORK]
        if (p[clean][:, BY_NETWORK] >= found[BY_NETWORK]).any(1).mean() <= TOGETHER * false_alarms:
            break
    return found


def threshold(
    p: np.ndarray,
    truth: np.ndarray,
    spotless: np.ndarray,
    false_alarms: float = FALSE_ALARMS,
    same: float = SAME,
) -> float:
    """The lowest probability with about the best F1 among those that mark at most a share of the spotless blocks.

    Where errors are told apart well, F1 is all but level over a wide range. Its very best then is chance, and the
    lowest finds most in pictures other than these, which make a network less sure.

    Infinite if even that F1 is under `USEFUL`.

    Parameters
    ----------
    p, truth, spotless : numpy.ndarray
        Probability 0-1, presence of the type, and absence of any error, each [N].
    same : float
        What an F1 may fall short of the best and still count as that.
    """
    candidates = np.unique(np.concatenate([np.geomspace(LOWEST, 0.99, 90), p[(p > LOWEST) & truth]]))
    candidates = candidates.round(4)  # as the card states them
    quiet = np.array([t for t in candidates if (p[spotless] >= t).mean() <= false_alarms])
    if not quiet.size:
        return np.inf
    hits = np.array([((p >= t) & truth).sum() for t in quiet])
    marked = np.array([(p >= t).sum() for t in quiet])
    scores = 2 * hits / np.maximum(marked + truth.sum(), 1)
    return float(quiet[scores >= scores.max() - same].min()) if scores.max() >= USEFUL else np.inf


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
