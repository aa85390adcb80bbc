"""The worst blocks of a model as pictures: those whose labels it gets wrong most surely, those it outlines worst."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ...classify import probabilities
from ...dataset.labelled_blocks import LabelledBlock, draw_tile
from ...metrics import iou_of
from ...synthesis.sheet import contact_sheet, outline
from ...taxonomy import CODES, IGNORED, TYPES, by_id
from ..benchmark.run_model import INSPECTION, as_inspected
from .blocks import true_map
from .measure import ModelOnDataset

EACH = 6  # blocks of a sheet
SIDE = 224  # px of a picture
_WELL = 0.9  # IoU above which an outline is no bad one


def worst_labels(found: ModelOnDataset, truth: np.ndarray) -> list[int]:
    """Return the blocks with a wrong label, those with the largest logarithmic loss first."""
    known, real = truth != IGNORED, truth == 1
    p = np.clip(probabilities(found.result.logits), 1e-6, 1 - 1e-6)
    decided = np.array([code not in found.model.lacking for code in CODES])
    loss = np.where(known & decided, -np.log(np.where(real, p, 1 - p)), 0).sum(1)
    wrong = ((found.marked != real) & known).any(1)
    return [int(n) for n in np.argsort(-loss, kind="stable") if wrong[n]][:EACH]


def worst_outlines(found: ModelOnDataset) -> list[int]:
    """Return the blocks with errors of region types, drawn or found, whose mean IoU is lowest."""
    iou = iou_of(found.result.confusions[INSPECTION])[:, 1:]
    with np.errstate(invalid="ignore"):
        drawn = ~np.isnan(iou).all(1)
    means = np.where(drawn, np.nansum(iou, 1) / np.maximum((~np.isnan(iou)).sum(1), 1), np.inf)
    return [int(n) for n in np.argsort(means, kind="stable") if means[n] < _WELL][:EACH]


def draw_worst(found: ModelOnDataset, blocks: Sequence[LabelledBlock], chosen: Sequence[int]) -> np.ndarray:
    """Draw blocks under one another: image, truth and what an inspection finds; uint8 [H, W, 3]."""
    rows, captions = [], []
    for n in chosen:
        sample = draw_tile(blocks[n], found.model.card.tile_size)
        described = found.model.describe(sample.image[None])
        pixels = found.model.segment(sample.image[None], described)[0]
        made = as_inspected(found.model, described, pixels, sample.segmentation.shape)
        rows.append([_shown(sample.image), _shown(sample.image, true_map(sample)), _shown(sample.image, made)])
        p = probabilities(found.result.logits[n])
        said = [f"{CODES[k]} {p[k]:.2f}" for k in np.flatnonzero(found.marked[n])]
        real = [by_id(category_id).code for category_id in blocks[n].labels]
        texts = (f"row {blocks[n].row}", f"true: {', '.join(real) or 'none'}", f"found: {', '.join(said) or 'none'}")
        captions.append(texts)
    return contact_sheet(rows, captions)


def _shown(image: np.ndarray, drawn: np.ndarray | None = None) -> np.ndarray:
    shown = cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    if drawn is not None:
        small = cv2.resize(drawn, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST)
        for t in TYPES:
            shown = outline(shown, small == t.id, t.color)
    return shown
