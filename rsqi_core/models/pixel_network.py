"""The network for stripe noise and missing pixels: a small U-Net at full resolution (torch)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ..taxonomy import PIXEL_TYPES
from .headed_network import HeadedNetwork
from .network import Conv, Extremes, double, output_layer


class PixelNetwork(HeadedNetwork):
    """Mark the pixels of the two pixel types.

    A stripe is one to three pixels wide, so nothing is lost before the first convolution and the finest features reach
    the output unhalved (domain facts, 4).

    Parameters
    ----------
    widths : tuple of int
        Channels at strides 1, 2 and 4.
    """

    heads = ("mark",)

    def __init__(self, widths: Sequence[int] = (16, 24, 48)):
        super().__init__()
        w1, w2, w4 = widths
        self.extremes = Extremes()
        self.stage1 = nn.Sequential(Conv(5, w1), Conv(w1, w1))
        self.stage2 = nn.Sequential(Conv(w1, w2, stride=2), Conv(w2, w2))
        self.stage4 = nn.Sequential(Conv(w2, w4, stride=2), Conv(w4, w4))
        self.up2 = Conv(w4 + w2, w2)
        self.up1 = nn.Sequential(Conv(w2 + w1, w1), Conv(w1, w1))
        self.output = output_layer(w1, len(PIXEL_TYPES), -4.0)  # nearly all pixels are sound

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Return the logits as ``pixels``."""
        return {"pixels": self.mark(images)}

    def mark(self, images: Tensor) -> Tensor:
        """Return logits [N, 2, H, W] of stripe noise and missing pixels; sides are multiples of 4."""
        f1 = self.stage1(self.extremes(images))
        f2 = self.stage2(f1)
        f2 = self.up2(torch.cat([f2, double(self.stage4(f2))], 1))
        return self.output(self.up1(torch.cat([f1, double(f2)], 1)))
