"""What a model answers on composed blocks, and what the constraint modes make of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Sequence

import numpy as np

from ..constrain import MODES, constrain
from ..models import Model
from ..segment import labels
from ..synthesis.compose import Sample
from ..taxonomy import REGION_TYPES
from .metrics import Confusion

ONE_STEP = "none"  # the segmenter alone, without the classifier's constraint


@dataclass(frozen=True)
class Answers:
    """Logits of one model on N blocks of side S.

    Attributes
    ----------
    blocks : numpy.ndarray
        float32 [N, 10].
    pixels : numpy.ndarray
        float16 [N, 7, S, S]; half precision, as hundreds of blocks are kept.
    milliseconds : tuple of float
        Median time a block of the classifier and of the segmenter.
    """

    blocks: np.ndarray
    pixels: np.ndarray
    milliseconds: tuple[float, float]


def ask(model: Model, samples: Sequence[Sample]) -> Answers:
    """Run both networks on every sample, one at a time."""
    blocks, pixels, times = [], [], []
    for sample in samples:
        start = time.perf_counter()
        blocks.append(model.classify(sample.image[None])[0])
        middle = time.perf_counter()
        pixels.append(model.segment(sample.image[None])[0].astype(np.float16))
        times.append((middle - start, time.perf_counter() - middle))
    classify, segment = 1000 * np.median(np.array(times), 0)
    return Answers(np.stack(blocks), np.stack(pixels), (float(classify), float(segment)))


def by_constraint(
    answers: Answers, samples: Sequence[Sample], thresholds: np.ndarray, temperatures: np.ndarray | float = 1.0
) -> dict[str, Confusion]:
    """Confusion of the seven segmentation classes under each mode of equation 3, and without it.

    `temperatures` divide the block logits, for a model whose card has none yet.
    """
    confusions = {mode: Confusion(len(REGION_TYPES) + 1) for mode in (ONE_STEP, *MODES)}
    for y, logits, sample in zip(answers.blocks / temperatures, answers.pixels, samples):
        for mode, confusion in confusions.items():
            values = logits.astype(np.float32)
            if mode != ONE_STEP:
                values = constrain(values, y, mode, 1.0, thresholds)
            confusion.add(sample.segmentation, labels(values, sample.segmentation.shape)[0])
    return confusions
