"""Validation of a network on a fixed set of crops: one score to stop by, and its parts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from ..metrics import iou_of
from ..taxonomy import IGNORED
from .loss import coarse

_LEVELS = torch.linspace(0.1, 0.9, 17)  # probabilities among which the best one for a pixel type is looked for


class Validation:
    """Collects the outputs of a network for the batches of a fixed set.

    After all batches were added, `result` gives, as far as the network has the outputs, ``f1`` (macro F1 of the types
    at their best thresholds), ``miou`` (of background and the region types present) and ``iou`` (mean of the pixel
    types at their best thresholds), and their mean as ``score``; all 0-1.
    """

    def __init__(self) -> None:
        self._logits: list[Tensor] = []
        self._labels: list[Tensor] = []
        self._confusion: Tensor | int = 0
        self._pixels: Tensor | int = 0

    def add(self, outputs: Mapping[str, Tensor], targets: Mapping[str, Tensor]) -> None:
        """Count one batch of logits against uint8 targets of the same names."""
        if "labels" in outputs:
            self._logits.append(outputs["labels"].float().cpu())
            self._labels.append(targets["labels"].cpu())
        if "segmentation" in outputs:
            logits = outputs["segmentation"]
            truth = coarse(targets["segmentation"], logits).long()
            known, classes = truth != IGNORED, logits.shape[1]
            pairs = truth[known] * classes + logits.argmax(1)[known]
            self._confusion = self._confusion + torch.bincount(pairs, minlength=classes**2).cpu()
        if "pixels" in outputs:
            self._pixels = self._pixels + _pixel_counts(outputs["pixels"].float(), targets["pixels"]).cpu()

    def macro_f1(self, logits: np.ndarray, labels: np.ndarray) -> float:
        """Return `macro_f1`; a network that decides at other thresholds counts otherwise."""
        return macro_f1(logits, labels)

    def result(self) -> dict[str, float]:
        """Return the scores."""
        found = {}
        if self._logits:
            found["f1"] = self.macro_f1(torch.cat(self._logits).numpy(), torch.cat(self._labels).numpy())
        if isinstance(self._confusion, Tensor) and self._confusion.any():  # rows without masks have no pixel to compare
            classes = round(self._confusion.numel() ** 0.5)
            found["miou"] = float(np.nanmean(iou_of(self._confusion.numpy().reshape(classes, classes))))
        if isinstance(self._pixels, Tensor):
            both, marked, real = self._pixels.double().unbind(2)
            found["iou"] = float((both / (marked + real - both).clamp(min=1)).max(1).values.mean())
        return found | {"score": float(np.nan_to_num(np.mean(list(found.values()))))}


def macro_f1(logits: np.ndarray, labels: np.ndarray) -> float:
    """Mean over the types that occur of the best F1 that any threshold gives.

    Parameters
    ----------
    logits : numpy.ndarray
        float [N, C].
    labels : numpy.ndarray
        uint8 [N, C]: 0, 1 or 255 (unknown).
    """
    best = []
    for score, label in zip(logits.T, labels.T):
        known = label != IGNORED
        truth = (label[known] == 1)[np.argsort(-score[known], kind="stable")]
        if truth.any():
            best.append((2 * truth.cumsum() / (np.arange(1, truth.size + 1) + truth.sum())).max())
    return float(np.mean(best)) if best else 0.0


def _pixel_counts(logits: Tensor, target: Tensor) -> Tensor:
    """Return pixels both found and real, found, and real for each type and level, [C, levels, 3]."""
    known = (target != IGNORED).transpose(0, 1).flatten(1)
    real = (target == 1).transpose(0, 1).flatten(1)
    probability = torch.sigmoid(logits).transpose(0, 1).flatten(1)
    counts = []
    for level in _LEVELS.tolist():
        found = (probability >= level) & known
        counts.append(torch.stack([(found & real).sum(1), found.sum(1), real.sum(1)], 1))
    return torch.stack(counts, 1)
