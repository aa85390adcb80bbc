"""Thresholds of two Hugging Face checkpoints that were not trained here, such as converted ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..dataset.labelled_blocks import LabelledBlock, read_part
from ..dataset.layout import TRAIN
from ..errors import ModelError, RsqiError
from ..models import Model, load
from ..models.card import CARD, FALSE_ALARMS
from ..models.checkpoints import find
from ..models.pair_thresholds import THRESHOLDS, write_thresholds
from .card_thresholds import adjusted
from .predictions import Progress, predict


@dataclass(frozen=True)
class Calibrated:
    """What was set: the file, and the threshold of each type that could be."""

    file: Path
    thresholds: dict[str, float]


def calibrate_pair(dataset: Path, name: str, device: str = "cpu") -> Calibrated:
    """Set the thresholds of a folder of two checkpoints on the training part of a dataset, which it has not seen.

    Raises
    ------
    RsqiError
        The folder holds no two checkpoints, or cannot be written, or the part shows no type often enough.
    """
    model = load(name, device)
    checkpoints = None if (model.folder / CARD).exists() else find(model.folder)
    if checkpoints is None:
        raise ModelError(
            f"{name}: neither takes words nor is two Hugging Face checkpoints: its card has its thresholds"
        )
    blocks = read_part(dataset, TRAIN)
    found = set_thresholds(model, checkpoints[0].folder, blocks)
    if not found:
        raise RsqiError(
            f"{dataset}: its training part shows no type often enough beside blocks without errors, so that no "
            "threshold was set; review more images"
        )
    return Calibrated(checkpoints[0].folder / THRESHOLDS, found)


def set_thresholds(
    model: Model, folder: Path, blocks: list[LabelledBlock], progress: Progress = lambda done, total: None
) -> dict[str, float]:
    """Set thresholds on blocks that a model has not learned from, and write them into the classifier's folder.

    Returns
    -------
    dict
        Threshold by code of the types that got one; nothing is written where that is none.
    """
    card, codes = adjusted(model.card, predict(model, blocks, progress), FALSE_ALARMS, model.lacking)
    if codes:
        write_thresholds(card, folder, codes, len(blocks), FALSE_ALARMS)
    return {code: limit for code in codes if (limit := card.thresholds[code]) is not None}
