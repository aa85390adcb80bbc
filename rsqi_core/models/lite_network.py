"""The default network: a pretrained encoder beside a path for fine detail, an evidence head and a decoder (torch)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..taxonomy import REGION_TYPES, TYPES
from .detail import Detail
from .efficientnet_lite import EfficientNetLite, load_pretrained
from .headed_network import HeadedNetwork
from .network import Context, Conv, Join, double, output_layer, strongest

_SURROUNDINGS = 7  # cells of 32 px: about a crop of training


class LiteNetwork(HeadedNetwork):
    """Classify and segment a block by features that were learnt on photographs and by fine detail.

    Photographs teach shapes and surfaces, but their features begin at a quarter of the resolution and have never seen a
    lost pixel or a line of one pixel: a narrow path of its own sees those (`Detail`). Both join at strides 4 and 8.

    The features that `describe` returns are all that `decode` needs: an inspection computes them once for both heads.

    Parameters
    ----------
    encoder : str
        Size of `EfficientNetLite`.
    frozen : int
        Its blocks that training leaves as they are.
    stem, widths : sequence of int
        Channels of the path for detail at strides 2 and 4, and of the joined features at strides 4, 8, 16 and 32.
    heads : sequence of str
        ``"classify"``, ``"segmentation"`` or both.
    pretrained : bool
        Take the encoder's weights from its package; else they are random, for a checkpoint to replace.
    """

    def __init__(
        self,
        encoder: str = "0",
        frozen: int = 5,
        stem: Sequence[int] = (32, 48),
        widths: Sequence[int] = (64, 96, 128, 192),
        heads: Sequence[str] = ("classify", "segmentation"),
        pretrained: bool = True,
    ):
        super().__init__()
        self.heads = tuple(heads)
        self.encoder = EfficientNetLite(encoder, frozen)
        if pretrained:
            load_pretrained(self.encoder)
        e4, e8, e16, e32 = self.encoder.widths
        s2, s4 = stem
        w4, w8, w16, w32 = widths
        self.detail = Detail()
        self.stem = nn.Sequential(Conv(3, s2, size=5, stride=2), Conv(s2, s4, stride=2))
        self.low4 = nn.Sequential(Conv(s4 + Detail.CHANNELS, w4, size=1), Conv(w4, w4))
        self.low8 = Conv(w4, w8, stride=2)
        self.mix4 = Conv(e4 + w4, w4, size=1)
        self.mix8 = Conv(e8 + w8, w8, size=1)
        self.top32 = nn.Sequential(Conv(e32, w32, size=1), Context(w32, _SURROUNDINGS))
        self.join16 = Join(e16, w32, w16)
        self.up16 = Conv(w16, w16)
        self.join8 = Join(w8, w16, w8)
        self.up8 = Conv(w8, w8)
        if "classify" in self.heads:
            self.evidence = output_layer(w8, len(TYPES), -3.0)  # most cells hold no error
            self.scale = nn.Parameter(torch.ones(len(TYPES)))
            self.offset = nn.Parameter(torch.zeros(len(TYPES)))
        if "segmentation" in self.heads:
            self.join4 = Join(w4, w8, w4)
            self.up4 = Conv(w4, w4)
            self.segment = nn.Conv2d(w4, 4 * (len(REGION_TYPES) + 1), 1)  # four pixels of the doubled resolution each

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Return what the loss looks at, as `rsqi_core.models.network.Network` does."""
        f4, f8 = self._features(images)
        outputs: dict[str, Tensor] = {}
        if "classify" in self.heads:
            evidence = self.evidence(f8)
            outputs |= {"labels": strongest(self._scaled(evidence)), "evidence": evidence}
        if "segmentation" in self.heads:
            outputs["segmentation"] = self._decoded(f4, f8)
        return outputs

    def classify(self, images: Tensor) -> Tensor:
        """Return the block logits [N, 10] only."""
        return strongest(self._scaled(self.evidence(self._features(images)[1])))

    def segmentation(self, images: Tensor) -> Tensor:
        """Return the segmentation logits [N, 7, H, W] only."""
        return self.decode(*self._features(images))

    def describe(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return block logits [N, 10], evidence on their scale [N, 10, H/8, W/8], and the features for `decode`."""
        f4, f8 = self._features(images)
        evidence = self._scaled(self.evidence(f8))
        return strongest(evidence), evidence, f4, f8

    def decode(self, f4: Tensor, f8: Tensor) -> Tensor:
        """Return the segmentation logits [N, 7, H, W] of features at strides 4 and 8."""
        return double(self._decoded(f4, f8))

    def _features(self, images: Tensor) -> tuple[Tensor, Tensor]:
        detail = self.detail(images)
        stem = self.stem(images)
        low4 = self.low4(torch.cat([stem, detail.to(stem.dtype)], 1))
        e4, e8, e16, e32 = self.encoder(images)
        f4 = self.mix4(torch.cat([e4, low4], 1))
        f8 = self.mix8(torch.cat([e8, self.low8(low4)], 1))
        f16 = self.up16(self.join16(e16, self.top32(e32)))
        return f4, self.up8(self.join8(f8, f16))

    def _scaled(self, evidence: Tensor) -> Tensor:
        """Evidence on the scale of the block logits, which is positive, so that the strongest cells remain those."""
        return evidence * self.scale[:, None, None] + self.offset[:, None, None]

    def _decoded(self, f4: Tensor, f8: Tensor) -> Tensor:
        return F.pixel_shuffle(self.segment(self.up4(self.join4(f4, f8))), 2)
