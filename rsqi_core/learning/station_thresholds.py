"""Thresholds re-fitted to a station: which marks of the model its people have accepted, and which they have rejected.

Per type the chance that a mark is real is fitted to the verdicts by Platt's scaling (Platt 1999), drawn towards the
card as it is, so that few verdicts move little. The new threshold is where a mark is just worth looking at. It is
bounded, and kept only where it costs less on verdicts that it was not fitted to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit

from ..errors import RsqiError
from ..evaluation.calibration.thresholds import LOWEST
from ..models.card import Card
from ..notes import Note
from ..taxonomy import BOUNDARY_TYPES, PIXEL_TYPES, TYPES

LEAST = 30  # verdicts over all types, under which nothing is fitted
ENOUGH = 8  # verdicts of a type, under which its threshold stays
WORTH = 0.4  # least chance of being real; F1 is best at half of what it then is (Lipton et al. 2014), which is 0.8 here
FARTHEST = 4.0  # times the odds of a threshold may rise or fall, as much as `--sensitivity` 4 lowers them
LOST = 0.1  # share of the real errors that a threshold may leave out at most
HIGHEST = 0.998
NOTE = "station_thresholds"  # of the card's training
FEW, NO_GAIN, MOVED = "few", "no_gain", "moved"
_FOLDS = 5
_FINE = 10_000  # steps of a threshold from 0 to 1
_SURE = 1e-4  # what probabilities are kept from 0 and 1 by


@dataclass(frozen=True)
class Verdicts:
    """N errors that a person has judged.

    Attributes
    ----------
    category_ids : numpy.ndarray
        int [N], 1..10.
    p : numpy.ndarray
        float [N], 0-1: the highest probability of the type among the blocks that touch the error.
    real : numpy.ndarray
        bool [N]: accepted, corrected or drawn; else rejected.
    drawn : numpy.ndarray
        bool [N]: drawn by a person, as the model had not found it.
    """

    category_ids: np.ndarray
    p: np.ndarray
    real: np.ndarray
    drawn: np.ndarray

    def __len__(self) -> int:
        return len(self.p)


@dataclass(frozen=True)
class Refit:
    """One type: its verdicts, and its threshold before and after.

    Attributes
    ----------
    code : str
    verdicts, real : int
        Judged, and real ones among them.
    before, after : float
        Thresholds, 0-1; equal if `outcome` is not `MOVED`.
    spared, lost : int
        Of the verdicts, rejected ones that are no longer marked and real ones that are not either, less those that are
        marked anew: each at a threshold that was fitted without it.
    outcome : str
        `MOVED`, or why the threshold stays: `FEW` verdicts, or `NO_GAIN`.
    """

    code: str
    verdicts: int
    real: int
    before: float
    after: float
    spared: int = 0
    lost: int = 0
    outcome: str = MOVED

    def as_mapping(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return dict(self.__dict__)


def refit(card: Card, verdicts: Verdicts, worth: float = WORTH) -> tuple[Card, tuple[Refit, ...]]:
    """Fit the thresholds of a card to verdicts.

    Types that a rule or the network of seams decides are left out, and those that have no threshold.

    Parameters
    ----------
    worth : float
        Chance of being real, 0-1, from which a mark is worth a person's look.

    Returns
    -------
    card, refits
        With new thresholds, and the old ones under `NOTE` of its training; the same card if none has moved. The types
        that were judged, in their order.

    Raises
    ------
    RsqiError
        There are fewer than `LEAST` verdicts.
    """
    if len(verdicts) < LEAST:
        text = "only {count} verdicts; at least {least} are needed to fit thresholds: review more"
        raise RsqiError(Note("few_verdicts", text, count=len(verdicts), least=LEAST))
    rows, fresh = [], {}
    by_rule = {t.id for t in (*PIXEL_TYPES, *(BOUNDARY_TYPES if card.seams else ()))}
    for each in TYPES:
        before = card.thresholds[each.code]
        of_type = verdicts.category_ids == each.id
        if before is None or each.id in by_rule or not of_type.any():
            continue
        # What a person drew in a block that was marked was lost by the segmenter, not by the threshold.
        told = of_type & ~(verdicts.drawn & (verdicts.p >= before))
        row = _refit(each.code, verdicts.p[told], verdicts.real[told], before, worth)
        rows.append(row)
        if row.outcome == MOVED:
            fresh[each.code] = row.after
    if not fresh:
        return card, tuple(rows)
    note = {"before": {code: card.thresholds[code] for code in fresh}, "verdicts": len(verdicts), "worth": worth}
    training = {**card.training, NOTE: note}
    return replace(card, thresholds={**card.thresholds, **fresh}, training=training), tuple(rows)


def undo(card: Card) -> Card:
    """Return a card with the thresholds that `refit` has changed as they were.

    Raises
    ------
    RsqiError
        It has changed none.
    """
    note = card.training.get(NOTE)
    if not isinstance(note, Mapping) or not isinstance(note.get("before"), Mapping):
        raise RsqiError(f"{card.id}: its thresholds were not fitted to a station; there is nothing to undo")
    training = {name: value for name, value in card.training.items() if name != NOTE}
    return replace(card, thresholds={**card.thresholds, **note["before"]}, training=training)


def fitted(p: np.ndarray, real: np.ndarray, before: float, worth: float = WORTH) -> float:
    """Return the threshold for one type, within its bounds.

    The chance of being real is sigmoid(a x + b + logit(worth)) with x the log-odds of `p` over those of `before`, and a
    Gaussian prior of a = 1, b = 0, by which nothing moves.

    Parameters
    ----------
    p, real : numpy.ndarray
        Probability 0-1 and verdict of each judged error, [N].
    before : float
        Threshold so far, 0-1.
    """
    x = _logit(p) - _logit(before)
    count = real.sum(), (~real).sum()
    target = np.where(real, (count[0] + 1) / (count[0] + 2), 1 / (count[1] + 2))  # Platt's, against overfitting

    def loss(line: np.ndarray) -> tuple[float, np.ndarray]:
        a, b = line
        y = a * x + b + logit(worth)
        prior = ((a - 1) ** 2 + b**2) / 2
        slope = expit(y) - target
        return float((np.logaddexp(0, y) - target * y).sum() + prior), np.array([slope @ x + a - 1, slope.sum() + b])

    a, b = minimize(loss, (1.0, 0.0), jac=True, method="BFGS").x
    wide = np.log(FARTHEST)
    # Where surer marks are not more often real, only the level tells: then all of the bound is taken.
    moved = -b / a if a > 0.05 else -np.sign(b) * wide
    after = float(expit(_logit(before) + np.clip(moved, -wide, wide)))
    keeping = np.quantile(p[real], LOST, method="lower") if real.any() else HIGHEST
    low, high = min(before, float(p.min())), max(before, float(keeping))
    bounded = np.clip(np.clip(after, low, high), LOWEST, max(HIGHEST, before))
    return float(np.floor(bounded * _FINE) / _FINE)  # rounded up, it could leave out an error that is to stay


def _refit(code: str, p: np.ndarray, real: np.ndarray, before: float, worth: float) -> Refit:
    row = Refit(code, len(p), int(real.sum()), before, before)
    if len(p) < ENOUGH:
        return replace(row, outcome=FEW)
    unseen = np.empty(len(p))
    fold = np.empty(len(p), int)
    fold[np.lexsort((p, real))] = np.arange(len(p)) % _FOLDS  # alike in sureness and verdict
    for n in range(_FOLDS):
        unseen[fold == n] = fitted(p[fold != n], real[fold != n], before, worth)
    was, now = p >= before, p >= unseen
    spared = int((was & ~real).sum() - (now & ~real).sum())
    lost = int((was & real).sum() - (now & real).sum())
    after = fitted(p, real, before, worth)
    gained = worth * spared - (1 - worth) * lost
    if gained <= 0 or after == before:
        return replace(row, outcome=NO_GAIN)
    return replace(row, after=after, spared=spared, lost=lost)


def _logit(p: Any) -> Any:
    return logit(np.clip(p, _SURE, 1 - _SURE))
