"""The training loss: the paper's equations 1 and 2, corrected, and a loss of the evidence on a coarse grid."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional as F

from ..taxonomy import IGNORED

WEIGHTS = {"labels": 2.0, "evidence": 1.0, "segmentation": 1.0, "pixels": 1.0,
           "taught_labels": 2.0, "taught_segmentation": 1.0}  # the last two of a `Teacher`  # fmt: skip


def losses(outputs: Mapping[str, Tensor], targets: Mapping[str, Tensor], dice: float = 0.5) -> dict[str, Tensor]:
    """Return the loss of each output of a network; `WEIGHTS` says how they are added.

    Parameters
    ----------
    outputs : mapping
        Float logits by name (`rsqi_core.models.architectures`).
    targets : mapping
        uint8 by the same names. A finer segmentation target is looked at every n-th pixel only.
    dice : float
        Weight of the Dice loss of the segmentation.
    """
    kinds = {"labels": label_loss, "evidence": evidence_loss, "pixels": pixel_loss}
    found = {}
    for name, logits in outputs.items():
        target = targets[name]
        if name == "segmentation":
            found[name] = segmentation_loss(logits, coarse(target, logits).long(), dice)
        else:
            found[name] = kinds[name](logits, target)
    return found


def coarse(target: Tensor, logits: Tensor) -> Tensor:
    """Thin out a target [N, H, W] to the resolution of logits [N, C, h, w]: n times cheaper, with no worse result."""
    step = target.shape[1] // logits.shape[2]
    return target[:, ::step, ::step]


def label_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Binary cross-entropy with logits over those entries that are not 255 (equation 1).

    Parameters
    ----------
    logits : Tensor
        Float, any shape.
    target : Tensor
        uint8 of the same shape: 0, 1 or 255 (unknown).
    """
    known = (target != IGNORED).float()
    loss = F.binary_cross_entropy_with_logits(logits, (target == 1).float(), reduction="none")
    return (loss * known).sum() / known.sum().clamp(min=1)


def evidence_loss(logits: Tensor, target: Tensor, focus: float = 1.5) -> Tensor:
    """Focal binary cross-entropy on the grid [N, 10, h, w], a sum over cells divided by the number of positive ones.

    About one cell in a hundred holds an error: the focus keeps the empty cells from dominating the loss.
    """
    known = (target != IGNORED).float()
    positive = (target == 1).float()
    loss = F.binary_cross_entropy_with_logits(logits, positive, reduction="none")
    surprise = (torch.sigmoid(logits) - positive).abs() ** focus
    return (loss * surprise * known).sum() / positive.sum().clamp(min=1)


def segmentation_loss(logits: Tensor, target: Tensor, dice: float = 0.5) -> Tensor:
    """Cross-entropy over all known pixels (equation 2) plus soft Dice of the types present in the batch.

    Cross-entropy alone neglects small types; Dice weighs each type alike whatever its area.

    Parameters
    ----------
    logits : Tensor
        Float [N, 7, H, W].
    target : Tensor
        Long [N, H, W]: 0..6 or 255.
    dice : float
        Weight of the Dice loss; 0 leaves the paper's equation.
    """
    known = target != IGNORED
    # A sum over a count that is at least 1: a batch without known pixels gives 0, not an undefined mean.
    entropy = F.cross_entropy(logits, target, ignore_index=IGNORED, reduction="sum") / known.sum().clamp(min=1)
    if not dice:
        return entropy
    truth = F.one_hot(target.where(known, 0), logits.shape[1]).permute(0, 3, 1, 2)
    truth = truth * known[:, None]
    probability = torch.softmax(logits, 1) * known[:, None]
    return entropy + dice * _dice(probability, truth)


def pixel_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Binary cross-entropy over the known pixels plus soft Dice of the types present in the batch.

    Parameters
    ----------
    logits : Tensor
        Float [N, 2, H, W].
    target : Tensor
        uint8 of the same shape: 0, 1 or 255 (unknown).
    """
    known = target != IGNORED
    return label_loss(logits, target) + _dice(torch.sigmoid(logits) * known, (target == 1).float())


def _dice(probability: Tensor, truth: Tensor) -> Tensor:
    """Mean over those classes of [N, C, H, W] that occur of one minus Dice; 0 if none does."""
    overlap = (probability * truth).sum((0, 2, 3))
    size = (probability + truth).sum((0, 2, 3))
    present = (truth.sum((0, 2, 3)) > 0).float()
    dice = 1 - (2 * overlap + 1) / (size + 1)
    return (dice * present).sum() / present.sum().clamp(min=1)
