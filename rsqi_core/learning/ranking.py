"""How good generated pictures are: what a classifier says of them, and how near they are to real ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from ..classify import as_tile, probabilities
from ..models import Description

_STEP = 32  # px: networks take multiples of it
_LEAST = 1e-6


class Classifier(Protocol):
    """What `look` asks: a `Model`, or what stands in for one."""

    def describe(self, images: np.ndarray) -> Description:
        """Return what it says of uint8 RGB [N, H, W, 3]."""


@dataclass(frozen=True)
class Look:
    """What a classifier says of a block: float32 [10] probabilities, and float32 [F] features where the error is."""

    probabilities: np.ndarray
    features: np.ndarray


def look(model: Classifier, image: np.ndarray, where: np.ndarray) -> Look:
    """Look at a block.

    The features are those of the encoder that the segmenter goes on from, the coarsest, in their mean over the error;
    of a model that has none the logits.

    Parameters
    ----------
    image : numpy.ndarray
        uint8 [H, W, 3].
    where : numpy.ndarray
        bool [H, W]; where it is nowhere, the whole block counts.
    """
    side = -(-max(image.shape[:2]) // _STEP) * _STEP
    found = model.describe(as_tile(image, side)[None])
    logits = found.logits[0]
    if not found.features:
        return Look(probabilities(logits), logits.astype(np.float32))
    coarsest = min((each[0] for each in found.features), key=lambda each: each[0].size)
    padded = np.zeros((side, side), np.float32)
    padded[: where.shape[0], : where.shape[1]] = where if where.any() else 1
    weights = cv2.resize(padded, coarsest.shape[:0:-1], interpolation=cv2.INTER_AREA)
    mean = (coarsest * weights).sum((1, 2)) / max(float(weights.sum()), _LEAST)
    return Look(probabilities(logits), mean.astype(np.float32))


def distances(found: np.ndarray, real: np.ndarray) -> np.ndarray:
    """Return the distance of each to the nearest real one, float [N].

    Each feature is divided by its deviation among the real ones, one that hardly varies there by the mean deviation.
    The unit is the median distance of real ones from their nearest, where there are two or more.

    Parameters
    ----------
    found, real : numpy.ndarray
        float [N, F] and float [M, F], M of 1 or more.
    """
    spread = real.std(0)
    scale = np.maximum(spread, spread.mean()) if spread.any() else 1.0
    found, real = found / scale, real / scale
    unit = 1.0
    if len(real) > 1:
        between = np.sqrt(((real[:, None] - real) ** 2).sum(2))
        np.fill_diagonal(between, np.inf)
        unit = max(float(np.median(between.min(1))), _LEAST)
    return np.array([np.sqrt(((real - one) ** 2).sum(1)).min() for one in found]) / unit


def best_first(p: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """Return the order, int [N], by the mean of two ranks: of the probability, falling, and of the distance, rising."""
    ranks = [np.unique(values, return_inverse=True)[1].reshape(-1) for values in (-p, distance)]
    return np.argsort(ranks[0] + ranks[1], kind="stable")
