"""The figures of a model on a station's dataset that a table of its models shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...metrics import f1_of_counts, iou_of, mean
from ..benchmark.marks import count_marks
from ..benchmark.run_model import INSPECTION
from .measure import Measured, ModelOnDataset


@dataclass(frozen=True)
class Figures:
    """One model on a test part; None where nothing can be said.

    Attributes
    ----------
    name : str
    f1 : float or None
        Mean over the types that occur, with the rules.
    iou : float or None
        Mean over the region types that occur, as inspected.
    clean_marked : float or None
        Share of the blocks without error in which something is marked.
    seconds : float or None
        Classifier and segmenter for 100 Mpx of blocks, on the device that it ran on.
    """

    name: str
    f1: float | None
    iou: float | None
    clean_marked: float | None
    seconds: float | None


def figures(m: Measured) -> list[Figures]:
    """Return the figures of each model."""
    return [_of(m, found) for found in m.models]


def _of(m: Measured, found: ModelOnDataset) -> Figures:
    occurring = (m.truth == 1).any(0)
    f1 = f1_of_counts(count_marks(found.marked, m.truth).sum(0))[occurring]
    total = found.result.confusions[INSPECTION].sum(0)
    present = total.sum(1) > 0
    iou = iou_of(total)[1:][present[1:]]
    clean = (m.truth == 0).all(1)
    seconds = sum(found.result.milliseconds) / 1000 / (found.model.card.tile_size**2 / 1e8)
    return Figures(found.result.name, _known(f1), _known(iou), _known(found.marked[clean].any(1)), _known([seconds]))


def _known(values: object) -> float | None:
    value = mean(np.asarray(values))
    return None if np.isnan(value) else round(value, 4)
