"""Networks of the `transformers` library behind the interface of our own: same inputs, same outputs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import ModelError
from ..taxonomy import REGION_TYPES, TYPES
from .checkpoints import CLASSIFIER, SEGMENTER, Checkpoint, find, find_within
from .headed_network import HeadedNetwork
from .preprocessing import PREPROCESSOR, Preprocessing, read_preprocessing
from .texture import MEAN, STD

try:
    from safetensors import SafetensorError
    from transformers import AutoConfig, AutoModelForImageClassification, AutoModelForSemanticSegmentation, logging
except ImportError:
    raise ModelError("this network needs transformers; install it with: pip install 'rsqi[train]'") from None

if TYPE_CHECKING:
    from transformers import PreTrainedModel

ABSENT = -20.0  # logit of a type that a network has no output for: certainly not
_MULTI_LABEL = "multi_label_classification"


class Entry(nn.Module):
    """Turn images normalised as our own networks take them in into what another network takes in.

    Parameters
    ----------
    size : (int, int), optional
        Rows and columns to resample to, smoothed where it shrinks; None leaves the images as they are.
    mode : str
        ``"bilinear"`` or ``"bicubic"``.
    mean, std : sequence of float
        The other network's normalisation of RGB scaled to 0-1.
    blue_first : bool
        The other network takes in blue, green, red.
    """

    gain: Tensor | None
    bias: Tensor | None

    def __init__(
        self,
        size: tuple[int, int] | None = None,
        mode: str = "bilinear",
        mean: Sequence[float] = MEAN,
        std: Sequence[float] = STD,
        blue_first: bool = False,
    ):
        super().__init__()
        self.size, self.mode, self.blue_first = size, mode, blue_first
        other = torch.tensor([mean, std], dtype=torch.float32).view(2, 1, 3, 1, 1)
        ours = torch.tensor([MEAN, STD]).view(2, 1, 3, 1, 1)
        same = np.allclose((mean, std), (MEAN, STD))
        self.register_buffer("gain", None if same else ours[1] / other[1], persistent=False)
        self.register_buffer("bias", None if same else (ours[0] - other[0]) / other[1], persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """Return float [N, 3, h, w] of float [N, 3, H, W]."""
        if self.gain is not None and self.bias is not None:
            images = images * self.gain + self.bias
        if self.blue_first:
            images = images.flip(1)
        if self.size is None or images.shape[2:] == self.size:
            return images
        # Two matrix products, because ONNX of the opset in use has no smoothed resampling.
        sides = zip(images.shape[2:], self.size)
        rows, columns = (_weights(int(old), new, self.mode).to(images) for old, new in sides)
        return rows @ images @ columns.T

    @property
    def fixed(self) -> bool:
        """Does the graph that is traced from it take images of one size only?"""
        return self.size is not None


class Classifier(HeadedNetwork):
    """An image classifier.

    Parameters
    ----------
    model : torch.nn.Module
        Gives an object with ``logits`` [N, C].
    entry : Entry
        Makes its input.
    outputs : sequence of int, optional
        Number of the model's output for each of the ten types, -1 where it has none; all in order by default.
    """

    heads = ("classify",)

    def __init__(self, model: nn.Module, entry: Entry, outputs: Sequence[int] | None = None):
        super().__init__()
        self.model, self.entry, self.outputs = model, entry, outputs

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Return the block logits as ``labels``."""
        return {"labels": self.classify(images)}

    def classify(self, images: Tensor) -> Tensor:
        """Return block logits [N, 10] of float images [N, 3, H, W], normalised."""
        return _chosen(self.model(pixel_values=self.entry(images)).logits, self.outputs)


class Segmenter(HeadedNetwork):
    """A semantic segmenter; the parameters are those of `Classifier`, with background and six types as outputs."""

    heads = ("segmentation",)

    def __init__(self, model: nn.Module, entry: Entry, outputs: Sequence[int] | None = None):
        super().__init__()
        self.model, self.entry, self.outputs = model, entry, outputs

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Return the logits at full resolution as ``segmentation``."""
        return {"segmentation": self.segmentation(images)}

    def segmentation(self, images: Tensor) -> Tensor:
        """Return logits [N, 7, H, W] of float images [N, 3, H, W], normalised."""
        logits = _chosen(self.model(pixel_values=self.entry(images)).logits, self.outputs)
        return F.interpolate(logits, size=images.shape[2:], mode="bilinear", align_corners=False)


# Wrapper, what opens the model, and the category ids of the outputs.
_WRAPPERS = {
    CLASSIFIER: (Classifier, AutoModelForImageClassification, range(1, len(TYPES) + 1)),
    SEGMENTER: (Segmenter, AutoModelForSemanticSegmentation, range(len(REGION_TYPES) + 1)),
}


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
    model = _ready(AutoModelForImageClassification.from_config(config, attn_implementation="eager"))
    return Classifier(model, Entry((config.image_size,) * 2 if fixed else None))


def segmenter(kind: str, **values: Any) -> Segmenter:
    """Build a segmenter with random weights; the parameters are those of `classifier`."""
    labels = {0: "背景"} | {t.id: t.zh for t in REGION_TYPES}
    config = AutoConfig.for_model(kind, **values, **_named(labels))
    return Segmenter(_ready(AutoModelForSemanticSegmentation.from_config(config, attn_implementation="eager")), Entry())


def _ready(model: nn.Module) -> nn.Module:
    """Let a network with batch normalisation begin with scales of one, so that it can be trained from nothing.

    For some families the library draws them around nought, for weights from a file to replace: signal and gradient of
    an EfficientNet vanish with those.
    """
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.ones_(module.weight)
    return model


def from_folder(folder: Path, whole: bool = True) -> list[HeadedNetwork]:
    """Open the classifier and the segmenter of a folder with Hugging Face checkpoints, with all that they ask for.

    Parameters
    ----------
    whole : bool
        Both are wanted, and one may lie beside the other; else what the folder itself holds, if only one of them.

    Raises
    ------
    ModelError
        If a checkpoint is not complete or cannot be understood.
    """
    checkpoints = dict(zip((CLASSIFIER, SEGMENTER), find(folder) or ())) if whole else find_within(folder)
    networks: list[HeadedNetwork] = []
    for kind, checkpoint in checkpoints.items():
        values = dict(checkpoint.config)
        config = AutoConfig.for_model(values.pop("model_type"), **values)
        wrapper, auto, ids = _WRAPPERS[kind]
        model, lacking = load(auto.from_config(config), checkpoint.folder)
        if lacking:
            raise ModelError(f"{checkpoint.folder}: its weights do not fit its config.json ({lacking[0]})")
        outputs = tuple(checkpoint.outputs.get(k, -1) for k in ids)
        networks.append(wrapper(model, _entry(checkpoint, config), outputs))
    return networks


def load(model: PreTrainedModel, folder: Path) -> tuple[PreTrainedModel, list[str]]:
    """Return a model with the weights of a local folder, and the names of those that were not there or did not fit.

    Raises
    ------
    ModelError
        If `transformers` cannot read the folder.
    """
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        loaded: Any = type(model).from_pretrained(
            str(folder),
            config=model.config,
            revision="main",
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=torch.float32,
            attn_implementation="eager",
            ignore_mismatched_sizes=True,
            output_loading_info=True,  # it returns a pair then, which its types do not say
        )
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise ModelError(f"{folder}: transformers cannot open it: {str(error).strip().splitlines()[0]}") from error
    model, report = loaded
    return model, sorted({*report["missing_keys"], *(name for name, *_ in report["mismatched_keys"])})


def _entry(checkpoint: Checkpoint, config: Any) -> Entry:
    side = getattr(config, "image_size", None)
    size = (side, side) if isinstance(side, int) else None
    if not (checkpoint.folder / PREPROCESSOR).exists():
        return Entry(size)
    asked = read_preprocessing(checkpoint.folder, Preprocessing(size))
    scale = 255 * asked.factor  # values that are not scaled to 0-1 have a larger mean and deviation
    mean, std = ([value / scale for value in values] for values in (asked.mean, asked.std))
    return Entry(asked.size, asked.mode, mean, std, asked.blue_first)


@lru_cache(8)
def _weights(old: int, new: int, mode: str) -> Tensor:
    """Matrix [new, old] of the smoothed interpolation along one axis."""
    unit = torch.eye(old).view(1, 1, old, old)
    return F.interpolate(unit, size=(new, old), mode=mode, antialias=True, align_corners=False)[0, 0]


def _chosen(logits: Tensor, outputs: Sequence[int] | None) -> Tensor:
    """Put the outputs into our order, `ABSENT` where there is none."""
    if outputs is None:
        return logits
    planes = [logits[:, k] if k >= 0 else torch.full_like(logits[:, 0], ABSENT) for k in outputs]
    return torch.stack(planes, 1)


def _named(labels: dict[int, str]) -> dict[str, Any]:
    return {"num_labels": len(labels), "id2label": labels, "label2id": {name: k for k, name in labels.items()}}
