"""The network that finds seams: a pretrained encoder without its coarsest part, and evidence of two types (torch)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ..taxonomy import BOUNDARY_TYPES
from .efficientnet_lite import EfficientNetLite, load_pretrained
from .headed_network import HeadedNetwork
from .network import Context, Conv, Join, output_layer, strongest

_SURROUNDINGS = 9  # cells of 16 px of the halved image


class SeamNetwork(HeadedNetwork):
    """Say where seams of a mosaic are, in an image of half the raster's resolution.

    A seam is long and its step small: it shows in the tone to both sides of a line, farther from it than the detail
    that other errors need. So the image is halved, and shows more ground at the same cost. Tone passes by the encoder
    as well, as its first features were learnt on edges and stay as they are.

    Parameters
    ----------
    encoder : str
        Size of `EfficientNetLite`.
    frozen : int
        Its blocks that training leaves as they are.
    stem, widths : sequence of int
        Channels of the path for tone at strides 2 and 4, and of the joined features at strides 4, 8 and 16.
    pretrained : bool
        Take the encoder's weights from its package; else they are random, for a checkpoint to replace.
    """

    heads = ("seams",)

    def __init__(
        self,
        encoder: str = "0",
        frozen: int = 5,
        stem: Sequence[int] = (32, 48),
        widths: Sequence[int] = (48, 96, 128),
        pretrained: bool = True,
    ):
        super().__init__()
        self.encoder = EfficientNetLite(encoder, frozen, levels=3)
        if pretrained:
            load_pretrained(self.encoder)
        e4, e8, e16 = self.encoder.widths
        s2, s4 = stem
        w4, w8, w16 = widths
        self.stem = nn.Sequential(Conv(3, s2, size=5, stride=2), Conv(s2, s4, stride=2))
        self.top16 = nn.Sequential(Conv(e16, w16, size=1), Context(w16, _SURROUNDINGS), Conv(w16, w16))
        self.low8 = nn.Sequential(Conv(e4 + s4, w4), Conv(w4, w8, stride=2))
        self.mix8 = Conv(e8 + w8, w8, size=1)
        self.join8 = Join(w8, w16, w8)
        self.up8 = nn.Sequential(Conv(w8, w8), Conv(w8, w8))
        self.evidence = output_layer(w8, len(BOUNDARY_TYPES), -3.0)  # most cells hold no seam
        self.scale = nn.Parameter(torch.ones(len(BOUNDARY_TYPES)))
        self.offset = nn.Parameter(torch.zeros(len(BOUNDARY_TYPES)))

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Return the logits ``labels`` [N, 2] and ``evidence`` [N, 2, H/8, W/8] of normalised images [N, 3, H, W]."""
        evidence = self.evidence(self._features(images))
        return {"labels": strongest(self._scaled(evidence)), "evidence": evidence}

    def seams(self, images: Tensor) -> Tensor:
        """Return the evidence [N, 2, H/8, W/8] on the scale of the labels' logits."""
        return self._scaled(self.evidence(self._features(images)))

    def _features(self, images: Tensor) -> Tensor:
        e4, e8, e16 = self.encoder(images)
        low = self.low8(torch.cat([e4, self.stem(images)], 1))
        fine = self.mix8(torch.cat([e8, low], 1))
        return self.up8(self.join8(fine, self.top16(e16)))

    def _scaled(self, evidence: Tensor) -> Tensor:
        return evidence * self.scale[:, None, None] + self.offset[:, None, None]
