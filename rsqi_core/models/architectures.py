"""Every network that can be trained, in one table: its task, name and sizes, and how it is built.

A network is a torch module that takes normalised float images [N, 3, H, W] and whose ``forward`` returns a dictionary
of logits for the loss: ``labels`` [N, 10], ``evidence`` [N, 10, H/8, W/8], ``segmentation`` [N, 7, h, w], ``pixels``
[N, 2, H, W], as far as it has them. Its ``heads`` name the methods that inspection needs, each with one output:
``classify`` [N, 10], ``segmentation`` [N, 7, H, W], ``mark`` [N, 2, H, W], ``seams`` [N, 2, H/8, W/8].

The network of the task ``seams`` sees images of half the resolution, and its ``labels`` and ``evidence`` are of the two
boundary types alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import ParameterError

if TYPE_CHECKING:
    from .headed_network import HeadedNetwork

JOINT, CLASSIFIER, SEGMENTER, PIXEL, SEAMS = TASKS = ("joint", "classifier", "segmenter", "pixel", "seams")
Sizes = Mapping[str, Mapping[str, Any]]  # size to values of the configuration


@dataclass(frozen=True)
class Architecture:
    """A family of networks for one task.

    Attributes
    ----------
    task, name : str
        What `rsqi train` calls it.
    sizes : mapping
        Size to values of the configuration.
    size : str
        The size that is built if none is named.
    kind : str
        ``model_type`` in `transformers`; empty for our own networks.
    fixed : bool
        It takes images of one size only.
    encoder : str
        Size of the EfficientNet-Lite encoder whose pretrained weights it starts from; empty for none.
    """

    task: str
    name: str
    sizes: Sizes
    size: str
    kind: str = ""
    fixed: bool = False
    encoder: str = ""

    @property
    def ours(self) -> bool:
        """Our own network, trained as we found best; the others are trained as the paper did."""
        return not self.kind

    def build(self, size: str = "", **values: Any) -> HeadedNetwork:
        """Build the network with random weights.

        Parameters
        ----------
        size : str
            One of `sizes`; empty for the usual one.
        **values
            Values of the configuration that replace the table's. Of a network with an `encoder`, ``pretrained`` asks
            for its weights, and ``frozen`` says how many of its blocks are left as they are.

        Raises
        ------
        ModelError
            If the package that holds pretrained weights is missing.
        """
        options = {**self.sizes[self.checked(size)], **values}
        if self.kind:
            from . import wrapped

            if self.task == SEGMENTER:
                return wrapped.segmenter(self.kind, **options)
            return wrapped.classifier(self.kind, self.fixed, **options)
        if self.task == PIXEL:
            from .pixel_network import PixelNetwork

            return PixelNetwork(**options)
        if self.task == SEAMS:
            from .seam_network import SeamNetwork

            return SeamNetwork(self.encoder, **{"pretrained": False, **options})
        if self.encoder:
            from .lite_network import LiteNetwork

            return LiteNetwork(self.encoder, heads=_HEADS[self.task], **{"pretrained": False, **options})
        from .network import Network

        return Network(heads=_HEADS[self.task], **options)

    def checked(self, size: str) -> str:
        """Return `size`, or the usual one if it is empty; refuse one that the family has not."""
        if size and size not in self.sizes:
            raise ParameterError(f"{self.name} has no size '{size}'; choose from {', '.join(self.sizes)}")
        return size or self.size


_HEADS = {JOINT: ("classify", "segmentation"), CLASSIFIER: ("classify",), SEGMENTER: ("segmentation",)}

_RSQI: Sizes = {
    "s": {"widths": (32, 48, 64, 96), "depths": (1, 1, 2, 2)},  # million weights: 0.7
    "m": {},  # 3.0, the default model
    "m-plain": {"texture": False},  # to see what the planes of texture are worth
    "l": {"widths": (96, 144, 192, 288), "depths": (2, 2, 4, 3)},  # 9.7
}
_LITE = {
    "m": {},  # million weights beside the encoder's 3.0: 0.25; the default model
    "s": {"stem": (16, 24), "widths": (32, 48, 64, 96)},
}
_PUBLISHED = {"image_size": 192, "window_size": 12}
_SWINV2 = {
    "tiny": {**_PUBLISHED, "embed_dim": 96, "depths": (2, 2, 6, 2), "num_heads": (3, 6, 12, 24)},
    "small": {**_PUBLISHED, "embed_dim": 96, "depths": (2, 2, 18, 2), "num_heads": (3, 6, 12, 24)},
    "base": {**_PUBLISHED, "embed_dim": 128, "depths": (2, 2, 18, 2), "num_heads": (4, 8, 16, 32)},
}
_RESNET = {
    "18": {"layer_type": "basic", "hidden_sizes": (64, 128, 256, 512), "depths": (2, 2, 2, 2)},
    "34": {"layer_type": "basic", "hidden_sizes": (64, 128, 256, 512), "depths": (3, 4, 6, 3)},
    "50": {"layer_type": "bottleneck", "hidden_sizes": (256, 512, 1024, 2048), "depths": (3, 4, 6, 3)},
}
_CONVNEXTV2 = {
    name: {"hidden_sizes": tuple(width * 2**k for k in range(4)), "depths": (2, 2, depth, 2)}
    for name, width, depth in (("atto", 40, 6), ("femto", 48, 6), ("pico", 64, 6), ("nano", 80, 8))
}
_MOBILENETV2 = {name: {"depth_multiplier": float(name)} for name in ("0.5", "0.75", "1.0", "1.4")}
_EFFICIENTNET = {
    name: {"width_coefficient": width, "depth_coefficient": depth, "hidden_dim": 1280, "dropout_rate": 0.2}
    for name, width, depth in (("b0", 1.0, 1.0), ("b1", 1.0, 1.1))
}
_MOBILEVIT: Sizes = {
    "xxs": {"hidden_sizes": (64, 80, 96), "neck_hidden_sizes": (16, 16, 24, 48, 64, 80, 320), "expand_ratio": 2.0},
    "xs": {"hidden_sizes": (96, 120, 144), "neck_hidden_sizes": (16, 32, 48, 64, 80, 96, 384)},
    "s": {"hidden_sizes": (144, 192, 240), "neck_hidden_sizes": (16, 32, 64, 96, 128, 160, 640)},
}
_WIDE = {"hidden_sizes": (64, 128, 320, 512), "decoder_hidden_size": 768}
_SEGFORMER = {
    "b0": {"hidden_sizes": (32, 64, 160, 256), "depths": (2, 2, 2, 2), "decoder_hidden_size": 256},
    "b1": {"hidden_sizes": (64, 128, 320, 512), "depths": (2, 2, 2, 2), "decoder_hidden_size": 256},
    "b2": {**_WIDE, "depths": (3, 4, 6, 3)},
    "b3": {**_WIDE, "depths": (3, 4, 18, 3)},
    "b4": {**_WIDE, "depths": (3, 8, 27, 3)},
    "b5": {**_WIDE, "depths": (3, 6, 40, 3)},
}

# The first of a task is what is trained if none is named.
ARCHITECTURES = (
    *(Architecture(JOINT, f"lite{size}", _LITE, "m", encoder=size) for size in "012"),
    Architecture(JOINT, "rsqi", _RSQI, "m"),
    Architecture(CLASSIFIER, "swinv2", _SWINV2, "base", "swinv2", fixed=True),
    Architecture(CLASSIFIER, "resnet", _RESNET, "50", "resnet"),
    Architecture(CLASSIFIER, "convnextv2", _CONVNEXTV2, "atto", "convnextv2"),
    Architecture(CLASSIFIER, "mobilenetv2", _MOBILENETV2, "1.0", "mobilenet_v2"),
    Architecture(CLASSIFIER, "efficientnet", _EFFICIENTNET, "b0", "efficientnet"),
    Architecture(CLASSIFIER, "mobilevit", _MOBILEVIT, "xxs", "mobilevit"),
    Architecture(CLASSIFIER, "rsqi", _RSQI, "m"),
    Architecture(SEGMENTER, "segformer", _SEGFORMER, "b0", "segformer"),
    Architecture(SEGMENTER, "mobilenetv2", _MOBILENETV2, "1.0", "mobilenet_v2"),
    Architecture(SEGMENTER, "mobilevit", _MOBILEVIT, "xxs", "mobilevit"),
    Architecture(SEGMENTER, "rsqi", _RSQI, "m"),
    Architecture(SEAMS, "lite0", {"m": {}}, "m", encoder="0"),
    Architecture(PIXEL, "unet", {"s": {}, "m": {"widths": (24, 48, 96)}}, "s"),
)


def architecture(task: str, name: str = "") -> Architecture:
    """Return the architecture called `name` for a task; the usual one if `name` is empty.

    Raises
    ------
    ParameterError
        If there is no such task, or no such architecture for it.
    """
    if task not in TASKS:
        raise ParameterError(f"unknown task '{task}'; choose from {', '.join(TASKS)}")
    choice = [a for a in ARCHITECTURES if a.task == task]
    for candidate in choice:
        if name in ("", candidate.name):
            return candidate
    raise ParameterError(f"no {task} is called '{name}'; choose from {', '.join(a.name for a in choice)}")
