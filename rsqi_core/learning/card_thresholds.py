"""Temperatures and thresholds of a fine-tuned model's card, set on blocks that its training has not seen."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from ..classify import probabilities
from ..evaluation.calibration.thresholds import BY_NETWORK, temperature, thresholds
from ..models.card import Card
from ..taxonomy import CODES, IGNORED
from .predictions import Predictions

ENOUGH = 5  # blocks with a type, under which its threshold stays as it was


def adjusted(
    card: Card, predictions: Predictions, false_alarms: float, lacking: Collection[str] = ()
) -> tuple[Card, tuple[str, ...]]:
    """Set temperatures and thresholds on predictions; return the card and the codes of the types that got new ones.

    A type with fewer than `ENOUGH` blocks keeps its values, as so few blocks would give a threshold by chance.

    Parameters
    ----------
    false_alarms : float
        Share of the blocks without errors that one type may mark, 0-1.
    lacking : collection of str, optional
        Codes of the types that the model has no output for.
    """
    decided = [i for i in BY_NETWORK if CODES[i] not in lacking]
    enough = [i for i in decided if (predictions.truth[:, i] == 1).sum() >= ENOUGH]
    clean = ~(predictions.truth == 1).any(1)
    if not enough or not clean.any():
        return card, ()
    scale = np.array([card.temperatures[code] for code in CODES])
    for i in enough:
        known = predictions.truth[:, i] != IGNORED
        scale[i] = round(temperature(predictions.logits[known, i], predictions.truth[known, i] == 1), 4)
    limits = thresholds(
        probabilities(predictions.logits / scale), predictions.truth, clean, np.zeros(len(clean), bool), false_alarms
    )
    enough = [i for i in enough if np.isfinite(limits[i])]
    fresh = {CODES[i]: round(float(limits[i]), 4) for i in enough}
    warm = {CODES[i]: float(scale[i]) for i in enough}
    return (
        replace(card, thresholds={**card.thresholds, **fresh}, temperatures={**card.temperatures, **warm}),
        tuple(fresh),
    )
