"""Set the thresholds of a model's prompts on the training part of a dataset, so that the test part stays unseen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...constrain import alive
from ...dataset.labelled_blocks import read_part
from ...dataset.layout import TRAIN
from ...errors import ModelError
from ...limits import INPUT_SIDE
from ...models import Model, load
from ...models.prompts import write_thresholds
from ...synthesis.compose import Sample
from ...taxonomy import IGNORED, REGION_TYPES
from .blocks import Tiles

_STEPS = np.linspace(0.02, 0.98, 49)  # thresholds that are tried
_FEWEST = 100  # true pixels of a type


@dataclass(frozen=True)
class Calibrated:
    """What was set: the file, and the threshold of each type that could be."""

    file: Path
    thresholds: dict[str, float]


def calibrate_prompts(dataset: Path, name: str, device: str = "cpu") -> Calibrated:
    """Write the thresholds with the best IoU into ``prompts.json`` of the model folder `name`.

    Raises
    ------
    ModelError
        The model takes no words.
    """
    model = load(name, device)
    prompts = model.prompts
    if prompts is None:
        raise ModelError(f"{name}: takes no words, so that there are no prompts to calibrate")
    blocks = [block for block in read_part(dataset, TRAIN) if block.mask]
    found = best_thresholds(model, Tiles(blocks, model.card.tile_size))
    if not found:
        return Calibrated(prompts.file, {})
    return Calibrated(write_thresholds(prompts, model.folder, {**prompts.thresholds, **found}), found)


def best_thresholds(model: Model, samples: Iterable[Sample]) -> dict[str, float]:
    """Return the threshold with the best IoU by code, of types with enough true pixels in blocks left alive.

    A pixel is of a type where its logit is over the background's by that of the threshold; so it is measured in the
    blocks in which the classifier lets the type be looked for, as nothing else is segmented.
    """
    prompts = model.prompts
    if prompts is None:
        return {}
    edges = np.concatenate([[-np.inf], np.log(_STEPS / (1 - _STEPS)), [np.inf]])
    true, false = np.zeros((2, len(REGION_TYPES), len(edges) - 1), np.int64)
    for sample in samples:
        known = sample.segmentation != IGNORED
        living = alive(model.classify(sample.image[None])[0], INPUT_SIDE, model.thresholds)
        if not living.any() or not known.any():
            continue
        pixels = model.segment(sample.image[None], None, living[None])[0]
        for t in REGION_TYPES:
            if not living[t.id - 1] or t.code not in prompts.texts:
                continue
            limit = prompts.threshold(t.code)
            margin = pixels[t.id] - pixels[0] + np.log(limit / (1 - limit))
            mine = sample.segmentation == t.id
            true[t.id - 1] += np.histogram(margin[known & mine], edges)[0]
            false[t.id - 1] += np.histogram(margin[known & ~mine], edges)[0]
    found = {}
    for t in REGION_TYPES:
        hits, wrong = (np.cumsum(each[t.id - 1][::-1])[::-1][1:] for each in (true, false))  # over each threshold
        if (total := int(true[t.id - 1].sum())) >= _FEWEST:
            iou = hits / (total + wrong)
            best = np.flatnonzero(iou >= iou.max() - 1e-9)  # of several the one in their middle
            found[t.code] = float(_STEPS[best[len(best) // 2]])
    return found
