"""What a model predicts on the labelled blocks of a dataset, beside what people have drawn there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..constrain import constrain
from ..dataset.labelled_blocks import LabelledBlock, draw_tile
from ..metrics import CLASSES, confusion
from ..models import Model
from ..segment import labels
from ..taxonomy import CODES

NEVER = -100.0  # logit of what is not found
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
        tile = draw_tile(block, model.card.tile_size)
        described = model.describe(tile.image[None])
        logits, pixels = described.logits[0], model.segment(tile.image[None], described)[0]
        constrained = constrain(pixels, logits, model.card.constraint, 1.0, model.thresholds)
        found, _ = labels(constrained, tile.segmentation.shape)
        predicted.append(logits * scale)
        truth.append(tile.labels)
        confusions.append(confusion(tile.segmentation, found))
    progress(len(blocks), len(blocks))
    empty = np.zeros((0, CLASSES, CLASSES), np.int64)
    return Predictions(
        np.array(predicted, np.float32).reshape(-1, len(CODES)),
        np.array(truth, np.uint8).reshape(-1, len(CODES)),
        np.array(confusions) if confusions else empty,
    )


def nothing(blocks: Sequence[LabelledBlock]) -> Predictions:
    """Return the predictions of a model that finds no error anywhere."""
    tiles = [draw_tile(block) for block in blocks]
    return Predictions(
        np.full((len(tiles), len(CODES)), NEVER, np.float32),
        np.array([tile.labels for tile in tiles], np.uint8),
        np.array([confusion(tile.segmentation, np.zeros_like(tile.segmentation)) for tile in tiles]),
    )
