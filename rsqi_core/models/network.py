"""The default network: one encoder, an evidence head that classifies and a decoder that segments (torch)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..taxonomy import REGION_TYPES, TYPES

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of RGB scaled to 0-1
_FOLD = 4  # pixels a side that the stem folds into channels
_TOP_CELLS = 4  # cells that must agree before a block is marked


class _Conv(nn.Sequential):
    """3 x 3 (or 1 x 1) convolution, batch normalisation, ReLU."""

    def __init__(self, inputs: int, outputs: int, size: int = 3, stride: int = 1):
        super().__init__(
            nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        )


class _Residual(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.first = _Conv(channels, channels)
        self.second = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.second(self.first(x)))


class _Context(nn.Module):
    """Let every position know the mean of the whole block, as tone and blur are judged against the rest of it."""

    def __init__(self, channels: int):
        super().__init__()
        self.mix = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.mix(x.mean((2, 3), keepdim=True)))


class Network(nn.Module):
    """Classify and segment a block.

    The stem folds 4 x 4 pixels into channels, so that a one-pixel line is still whole when the first convolution sees
    it, and no convolution has to run at full resolution.

    Parameters
    ----------
    widths : tuple of int
        Channels at strides 4, 8, 16 and 32.
    depths : tuple of int
        Residual blocks at these strides.
    """

    def __init__(self, widths: tuple[int, ...] = (64, 96, 128, 192), depths: tuple[int, ...] = (1, 2, 2, 2)):
        super().__init__()
        self.widths, self.depths = tuple(widths), tuple(depths)
        w4, w8, w16, w32 = self.widths
        n4, n8, n16, n32 = self.depths
        self.stage4 = nn.Sequential(_Conv(5 * _FOLD**2, w4), *(_Residual(w4) for _ in range(n4)))
        self.stage8 = nn.Sequential(_Conv(w4, w8, stride=2), *(_Residual(w8) for _ in range(n8)))
        self.stage16 = nn.Sequential(_Conv(w8, w16, stride=2), *(_Residual(w16) for _ in range(n16)))
        self.stage32 = nn.Sequential(_Conv(w16, w32, stride=2), *(_Residual(w32) for _ in range(n32)), _Context(w32))
        self.up16 = _Conv(w16 + w32, w16, size=1)
        self.up8 = nn.Sequential(_Conv(w8 + w16, w8, size=1), _Conv(w8, w8))
        self.evidence = nn.Conv2d(w8, len(TYPES), 1)
        self.scale = nn.Parameter(torch.ones(len(TYPES)))
        self.offset = nn.Parameter(torch.zeros(len(TYPES)))
        self.up4 = nn.Sequential(_Conv(w4 + w8, w4, size=1), _Conv(w4, w4))
        self.segment = nn.Conv2d(w4, 4 * (len(REGION_TYPES) + 1), 1)  # four pixels of the doubled resolution each
        nn.init.constant_(self.evidence.bias, -3.0)  # most cells hold no error
        levels = torch.tensor([[0.5 / 255], [254.5 / 255]])
        bounds = (levels - torch.tensor(MEAN)) / torch.tensor(STD)
        self.register_buffer("bounds", bounds.view(2, 3, 1, 1), persistent=False)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return block logits [N, 10], evidence logits [N, 10, H/8, W/8] and segmentation logits [N, 7, H/2, W/2].

        `images` is float [N, 3, H, W], normalised, with sides a multiple of 32.
        """
        f4, f8 = self._features(images)
        evidence = self.evidence(f8)
        return self._pool(evidence), evidence, self._decode(f4, f8)

    def classify(self, images: Tensor) -> Tensor:
        """Return the block logits [N, 10] only."""
        return self._pool(self.evidence(self._features(images)[1]))

    def segmentation(self, images: Tensor) -> Tensor:
        """Return the segmentation logits [N, 7, H, W] only."""
        return _double(self._decode(*self._features(images)))

    def _features(self, images: Tensor) -> tuple[Tensor, Tensor]:
        f4 = self.stage4(F.pixel_unshuffle(torch.cat([images, self._extremes(images)], 1), _FOLD))
        f8 = self.stage8(f4)
        f16 = self.stage16(f8)
        f32 = self.stage32(f16)
        f16 = self.up16(torch.cat([f16, _double(f32)], 1))
        return f4, self.up8(torch.cat([f8, _double(f16)], 1))

    def _extremes(self, images: Tensor) -> Tensor:
        """Where a pixel is exactly (0, 0, 0) or (255, 255, 255): no smooth filter tells it from dark or bright."""
        black = (images < self.bounds[0]).all(1, keepdim=True)
        white = (images > self.bounds[1]).all(1, keepdim=True)
        return torch.cat([black, white], 1).to(images.dtype)

    def _pool(self, evidence: Tensor) -> Tensor:
        strongest = evidence.flatten(2).topk(_TOP_CELLS, dim=2).values.mean(2)
        return strongest * self.scale + self.offset

    def _decode(self, f4: Tensor, f8: Tensor) -> Tensor:
        return F.pixel_shuffle(self.segment(self.up4(torch.cat([f4, _double(f8)], 1))), 2)


def _double(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
