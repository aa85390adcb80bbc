"""The training loss: paper equations 1 and 2 with the slips mended, plus evidence on a coarse grid."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ..taxonomy import IGNORED


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

    One cell in a hundred holds an error: without the focus the empty ones would drown it.
    """
    known = (target != IGNORED).float()
    positive = (target == 1).float()
    loss = F.binary_cross_entropy_with_logits(logits, positive, reduction="none")
    surprise = (torch.sigmoid(logits) - positive).abs() ** focus
    return (loss * surprise * known).sum() / positive.sum().clamp(min=1)


def segmentation_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy over all known pixels (equation 2) plus soft Dice of the types present in the batch.

    Cross-entropy alone starves the small types; Dice counts each type once whatever its area.

    Parameters
    ----------
    logits : Tensor
        Float [N, 7, H, W].
    target : Tensor
        Long [N, H, W]: 0..6 or 255.
    """
    entropy = F.cross_entropy(logits, target, ignore_index=IGNORED)
    known = target != IGNORED
    truth = F.one_hot(target.where(known, 0), logits.shape[1]).permute(0, 3, 1, 2)
    truth = truth * known[:, None]
    probability = torch.softmax(logits, 1) * known[:, None]
    overlap = (probability * truth).sum((0, 2, 3))
    size = (probability + truth).sum((0, 2, 3))
    present = truth.sum((0, 2, 3)) > 0
    dice = 1 - (2 * overlap + 1) / (size + 1)
    return entropy + 0.5 * dice[present].mean()
