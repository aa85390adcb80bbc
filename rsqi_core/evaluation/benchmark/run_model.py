"""Run a model on the benchmark's blocks: logits, confusions under every setting of equation 3, pixel scores."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ...classify import outlines, probabilities
from ...constrain import alive, constrain
from ...limits import CONSTRAINTS, INPUT_SIDE
from ...metrics import CLASSES, PixelScores, confusion
from ...models import Description, Model
from ...segment import labels
from ...synthesis.compose import Sample
from ...taxonomy import IGNORED, REGION_TYPES

ONE_STEP = "one step"
INSPECTION = "as inspected"  # two steps by the card, with what only the classifier's evidence outlines

# Settings of equation 3: our modes with the card's thresholds, and the rows of the paper's Table 7 with their own.
SETTINGS: dict[str, tuple[str, float, float | None]] = {
    **{mode: (mode, 1.0, None) for mode in CONSTRAINTS},
    "100, 0.5": ("intermediate", 100.0, 0.5),
    "1, 0.5": ("intermediate", 1.0, 0.5),
    "0.3, 0.9": ("intermediate", 0.3, 0.9),
    "0.1, 0.5": ("intermediate", 0.1, 0.5),
    "0.3, 0.01": ("intermediate", 0.3, 0.01),
}


@dataclass(frozen=True)
class ModelResult:
    """The result of a model on N blocks.

    Attributes
    ----------
    name : str
        Of the model.
    logits : numpy.ndarray
        float32 [N, 10].
    confusions : dict
        By setting (`ONE_STEP`, `INSPECTION`, `SETTINGS`, and `INPUT_SIDE` of a model that takes words): int64
        [N, 7, 7], truth by found.
    scores : dict
        By code of the region types: `PixelScores` of the segmenter's logit margin, without the constraint.
    thresholds : numpy.ndarray
        float32 [10].
    milliseconds : tuple of float
        Median time a block of classifier and segmenter.
    """

    name: str
    logits: np.ndarray
    confusions: dict[str, np.ndarray]
    scores: dict[str, PixelScores]
    thresholds: np.ndarray
    milliseconds: tuple[float, float]


Seen = Callable[[int, Sample, np.ndarray], None]


def run_model(
    model: Model,
    name: str,
    samples: Sequence[Sample],
    scored: np.ndarray | None = None,
    seen: Seen = lambda i, sample, found: None,
) -> ModelResult:
    """Run classifier and segmenter on every block, one at a time, so that memory does not grow with their number.

    Blocks without a known pixel are not segmented.

    Parameters
    ----------
    name : str
        Of the model in the tables.
    samples : sequence of Sample
        The blocks, N of them.
    scored : numpy.ndarray, optional
        bool [N]: blocks that go into the pixel scores; all if missing.
    seen : callable
        Gets each segmented block, by its number, with the label map of an inspection, uint8 [H, W].
    """
    logits, times = [], []
    settings = (ONE_STEP, INSPECTION, *SETTINGS, *([INPUT_SIDE] if model.prompted else []))
    confusions: dict[str, list[np.ndarray]] = {setting: [] for setting in settings}
    scores = {t.code: PixelScores() for t in REGION_TYPES}
    for i, sample in enumerate(samples):
        if (sample.segmentation == IGNORED).all():  # no pixel to compare
            logits.append(model.classify(sample.image[None])[0])
            for matrices in confusions.values():
                matrices.append(np.zeros((CLASSES, CLASSES), np.int64))
            continue
        start = time.perf_counter()
        described = model.describe(sample.image[None])
        block, middle = described.logits[0], time.perf_counter()
        pixels = model.segment(sample.image[None], described)[0]
        times.append((middle - start, time.perf_counter() - middle))
        logits.append(block)
        shape = sample.segmentation.shape
        for setting, found in by_setting(block, pixels, shape, model.thresholds).items():
            confusions[setting].append(confusion(sample.segmentation, found))
        if model.prompted:
            found = by_input_side(model, sample.image, described, shape)
            confusions[INPUT_SIDE].append(confusion(sample.segmentation, found))
        inspected = as_inspected(model, described, pixels, shape)
        confusions[INSPECTION].append(confusion(sample.segmentation, inspected))
        seen(i, sample, inspected)
        if scored is None or scored[i]:
            _score(scores, pixels, sample.segmentation)
    classify, segment = 1000 * np.median(np.array(times or [(np.nan, np.nan)]), 0)
    return ModelResult(
        name,
        np.stack(logits),
        {setting: np.stack(matrices) for setting, matrices in confusions.items()},
        scores,
        model.thresholds,
        (float(classify), float(segment)),
    )


def by_setting(
    block: np.ndarray, pixels: np.ndarray, shape: tuple[int, int], thresholds: np.ndarray
) -> dict[str, np.ndarray]:
    """Label maps uint8 [H, W] of one block without and with equation 3 under every setting."""
    found = {ONE_STEP: labels(pixels, shape)[0]}
    for setting, (mode, alpha, threshold) in SETTINGS.items():
        limit = thresholds if threshold is None else threshold
        found[setting] = labels(constrain(pixels, block, mode, alpha, limit), shape)[0]
    return found


def by_input_side(model: Model, image: np.ndarray, described: Description, shape: tuple[int, int]) -> np.ndarray:
    """Label map uint8 [H, W] of one block whose segmenter is given the words of the living types alone."""
    block, thresholds = described.logits[0], model.thresholds
    living = alive(block, INPUT_SIDE, thresholds)
    if not living.any():
        return np.zeros(shape, np.uint8)
    pixels = model.segment(image[None], described, living[None])[0]
    return labels(constrain(pixels, block, INPUT_SIDE, 1.0, thresholds), shape)[0]


def as_inspected(model: Model, described: Description, pixels: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Label map uint8 [H, W] of one block, as an inspection gives it."""
    block, thresholds = described.logits[0], model.thresholds
    found = labels(constrain(pixels, block, model.card.constraint, 1.0, thresholds), shape)[0]
    if described.evidence is not None:
        drawn = list(outlines(described.evidence[0], probabilities(block), thresholds, found, max(pixels.shape[1:])))
        for category_id, sure in drawn:
            found[(sure > 0) & (found == 0)] = category_id
    return found


def _score(scores: dict[str, PixelScores], pixels: np.ndarray, truth: np.ndarray) -> None:
    """Add how far each type's logit is above the best of the others."""
    known = truth != 255
    ordered = np.partition(pixels, -2, axis=0)
    best, second = ordered[-1], ordered[-2]
    for error_type in REGION_TYPES:
        mine = pixels[error_type.id]
        margin = mine - np.where(mine >= best, second, best)
        scores[error_type.code].add(truth == error_type.id, margin, known)
