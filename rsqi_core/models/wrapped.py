"""Networks of the `transformers` library behind the interface of our own: same inputs, same outputs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import ModelError
from ..taxonomy import REGION_TYPES, TYPES

try:
    from transformers import AutoConfig, AutoModelForImageClassification, AutoModelForSemanticSegmentation
except ImportError:
    raise ModelError("this network needs transformers; install it with: pip install 'rsqi[train]'") from None

ABSENT = -20.0  # logit of a type that a network has no output for: certainly not
_MULTI_LABEL = "multi_label_classification"


class Classifier(nn.Module):
    """An image classifier.

    Parameters
    ----------
    model : torch.nn.Module
        Gives an object with ``logits`` [N, C].
    side : int, optional
        The only side in pixels that the model takes; images of another size are resampled to it.
    outputs : sequence of int, optional
        Number of the model's output for each of the ten types, -1 where it has none; all in order by default.
    """

    heads = ("classify",)

    def __init__(self, model: nn.Module, side: int | None = None, outputs: Sequence[int] | None = None):
        super().__init__()
        self.model, self.side = model, side
        self.outputs = None if outputs is None else tuple(outputs)

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Return the block logits as ``labels``."""
        return {"labels": self.classify(images)}

    def classify(self, images: Tensor) -> Tensor:
        """Return block logits [N, 10] of float images [N, 3, H, W], normalised."""
        return _chosen(self.model(pixel_values=resampled(images, self.side)).logits, self.outputs)


class Segmenter(nn.Module):
    """A semantic segmenter; the parameters are those of `Classifier`, with background and six types as outputs."""

    heads = ("segmentation",)

    def __init__(self, model: nn.Module, side: int | None = None, outputs: Sequence[int] | None = None):
        super().__init__()
        self.model, self.side = model, side
        self.outputs = None if outputs is None else tuple(outputs)

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Return the logits at full resolution as ``segmentation``."""
        return {"segmentation": self.segmentation(images)}

    def segmentation(self, images: Tensor) -> Tensor:
        """Return logits [N, 7, H, W] of float images [N, 3, H, W], normalised."""
        logits = _chosen(self.model(pixel_values=resampled(images, self.side)).logits, self.outputs)
        return F.interpolate(logits, size=images.shape[2:], mode="bilinear", align_corners=False)


def classifier(kind: str, fixed: bool = False, **values: Any) -> Classifier:
    """Build a classifier with random weights.

    Parameters
    ----------
    kind : str
        ``model_type`` of its configuration, for example ``"swinv2"``.
    fixed : bool
        The network takes images of ``image_size`` only.
    **values
        Further values of the configuration.
    """
    labels = {k: t.zh for k, t in enumerate(TYPES)}
    config = AutoConfig.for_model(kind, **values, **_named(labels), problem_type=_MULTI_LABEL)
    model = AutoModelForImageClassification.from_config(config, attn_implementation="eager")
    return Classifier(model, config.image_size if fixed else None)


def segmenter(kind: str, **values: Any) -> Segmenter:
    """Build a segmenter with random weights; the parameters are those of `classifier`."""
    labels = {0: "背景"} | {t.id: t.zh for t in REGION_TYPES}
    config = AutoConfig.for_model(kind, **values, **_named(labels))
    return Segmenter(AutoModelForSemanticSegmentation.from_config(config, attn_implementation="eager"))


def resampled(images: Tensor, side: int | None) -> Tensor:
    """Resample [N, 3, H, W] to [N, 3, side, side], smoothed where it shrinks; None leaves it as it is.

    Written as two matrix products because ONNX of the opset in use has no smoothed resampling.
    """
    if side is None or images.shape[2:] == (side, side):
        return images
    rows, columns = (_weights(int(n), side).to(images) for n in images.shape[2:])
    return rows @ images @ columns.T


@lru_cache(8)
def _weights(old: int, new: int) -> Tensor:
    """Matrix [new, old] of the smoothed linear interpolation along one axis."""
    unit = torch.eye(old).view(1, 1, old, old)
    return F.interpolate(unit, size=(new, old), mode="bilinear", antialias=True, align_corners=False)[0, 0]


def _chosen(logits: Tensor, outputs: tuple[int, ...] | None) -> Tensor:
    """Put the outputs into our order, `ABSENT` where there is none."""
    if outputs is None:
        return logits
    planes = [logits[:, k] if k >= 0 else torch.full_like(logits[:, 0], ABSENT) for k in outputs]
    return torch.stack(planes, 1)


def _named(labels: dict[int, str]) -> dict[str, Any]:
    return {"num_labels": len(labels), "id2label": labels, "label2id": {name: k for k, name in labels.items()}}
