"""What a model predicts on the labelled blocks of a dataset, beside what people have drawn there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ..classify import as_tile
from ..constrain import constrain
from ..dataset.labelled_blocks import LabelledBlock, draw_crop
from ..metrics import CLASSES, confusion
from ..models import Model
from ..segment import labels
from ..synthesis.compose import CELL
from ..taxonomy import CODES

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Predictions:
    """A model's predictions on N labelled blocks, and the labels.

    Attributes
    ----------
    logits : numpy.ndarray
        float32 [N, 10], as the networks return them, not divided by the card's temperatures.
    truth : numpy.ndarray
        uint8 [N, 10]: 1 the block shows the type, 0 it does not, 255 unknown.
    confusions : numpy.ndarray
        int64 [N, 7, 7] of the constrained segmentation, truth by found.
    """

    logits: np.ndarray
    truth: np.ndarray
    confusions: np.ndarray


def predict(
    model: Model, blocks: Sequence[LabelledBlock], progress: Progress = lambda done, total: None
) -> Predictions:
    """Classify and segment the blocks of a dataset as an inspection does.

    Parameters
    ----------
    progress : callable
        Gets the number of blocks done and of all.

    Raises
    ------
    RsqiError
        If a file of the dataset cannot be read.
    """
    scale = np.array([model.card.temperatures[code] for code in CODES], np.float32)
    predicted, truth, confusions = [], [], []
    for n, block in enumerate(blocks):
        progress(n, len(blocks))
        tile, known, segmentation = _tile(block, model.card.tile_size)
        h, w = segmentation.shape
        described = model.describe(tile[None])
        logits, pixels = described.logits[0], model.segment(tile[None], described)[0][:, :h, :w]
        found, _ = labels(constrain(pixels, logits, model.card.constraint, 1.0, model.thresholds), (h, w))
        predicted.append(logits * scale)
        truth.append(known)
        confusions.append(confusion(segmentation, found))
    progress(len(blocks), len(blocks))
    empty = np.zeros((0, CLASSES, CLASSES), np.int64)
    return Predictions(
        np.array(predicted, np.float32).reshape(-1, len(CODES)),
        np.array(truth, np.uint8).reshape(-1, len(CODES)),
        np.array(confusions) if confusions else empty,
    )


def _tile(block: LabelledBlock, side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a block as the model's input (uint8 [S, S, 3]), its labels uint8 [10] and its truth uint8 [h, w]."""
    sample = draw_crop(block, np.random.default_rng(0), -(-block.size // CELL) * CELL, augment=False)
    image, truth = sample.image, sample.segmentation
    if image.shape[0] > side:
        image = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
        truth = cv2.resize(truth, (side, side), interpolation=cv2.INTER_NEAREST)
    return as_tile(image, side), sample.labels, truth
