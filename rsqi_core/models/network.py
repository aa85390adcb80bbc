"""The default network: one encoder, an evidence head that classifies and a decoder that segments (torch)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..taxonomy import REGION_TYPES, TYPES
from .headed_network import HeadedNetwork
from .texture import MEAN, STD, Texture

_STEM = 32  # channels at stride 2
_TOP_CELLS = 4


class Conv(nn.Sequential):
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
        self.first = Conv(channels, channels)
        self.second = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.second(self.first(x)))


class Join(nn.Module):
    """Mix fine features with coarse ones of half the resolution; the mixing comes first, on the smaller array."""

    def __init__(self, fine: int, coarse: int, outputs: int):
        super().__init__()
        self.fine = nn.Conv2d(fine, outputs, 1, bias=False)
        self.coarse = nn.Conv2d(coarse, outputs, 1, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, fine: Tensor, coarse: Tensor) -> Tensor:
        """Return features at the resolution of the fine ones."""
        return F.relu(self.norm(self.fine(fine) + double(self.coarse(coarse))))


class Context(nn.Module):
    """Let every position know the mean of what lies around it, as tone and blur are judged against the rest.

    Parameters
    ----------
    channels : int
    window : int, optional
        Side, in cells and odd, of what lies around; the whole block by default. A network that is trained on crops and
        used on larger blocks needs one: an error fills a smaller share of a block, whose mean is then none that the
        network has learnt what to make of.
    """

    def __init__(self, channels: int, window: int | None = None):
        super().__init__()
        self.mix = nn.Conv2d(channels, channels, 1)
        self.window = window

    def forward(self, x: Tensor) -> Tensor:
        """Add the mean to every position."""
        return F.relu(x + self.mix(self._mean(x)))

    def _mean(self, x: Tensor) -> Tensor:
        if self.window is None:
            return x.mean((2, 3), keepdim=True)
        return F.avg_pool2d(x, self.window, stride=1, padding=self.window // 2, count_include_pad=False)


class Extremes(nn.Module):
    """Add two planes: where a pixel is exactly (0, 0, 0) or (255, 255, 255).

    No smooth filter tells those from dark or bright, and it is they that lost pixels are made of.
    """

    bounds: Tensor

    def __init__(self) -> None:
        super().__init__()
        levels = torch.tensor([[0.5 / 255], [254.5 / 255]])
        bounds = (levels - torch.tensor(MEAN)) / torch.tensor(STD)
        self.register_buffer("bounds", bounds.view(2, 3, 1, 1), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """Return the images with two planes more: where all channels are black, and where white."""
        black = (images < self.bounds[0]).all(1, keepdim=True)
        white = (images > self.bounds[1]).all(1, keepdim=True)
        return torch.cat([images, black.to(images.dtype), white.to(images.dtype)], 1)


class Network(HeadedNetwork):
    """Classify and segment a block.

    The stem halves the resolution twice, with filters wide enough to see a one-pixel line whole; planes of texture
    (`Texture`) join it there.

    Parameters
    ----------
    widths : tuple of int
        Channels at strides 4, 8, 16 and 32.
    depths : tuple of int
        Residual blocks at these strides.
    heads : tuple of str
        ``"classify"``, ``"segmentation"`` or both; a network for one of them lacks the weights of the other.
    texture : bool
        Do the planes of texture join?
    """

    def __init__(
        self,
        widths: Sequence[int] = (64, 96, 128, 192),
        depths: Sequence[int] = (1, 2, 2, 2),
        heads: Sequence[str] = ("classify", "segmentation"),
        texture: bool = True,
    ):
        super().__init__()
        self.heads = tuple(heads)
        w4, w8, w16, w32 = widths
        n4, n8, n16, n32 = depths
        self.extremes = Extremes()
        self.stem = nn.Sequential(Conv(5, _STEM, size=5, stride=2), Conv(_STEM, w4, stride=2))
        self.texture = Texture() if texture else None
        planes = Texture.CHANNELS if texture else 0
        self.stage4 = nn.Sequential(Conv(w4 + planes, w4, size=1), *(_Residual(w4) for _ in range(n4)))
        self.stage8 = nn.Sequential(Conv(w4, w8, stride=2), *(_Residual(w8) for _ in range(n8)))
        self.stage16 = nn.Sequential(Conv(w8, w16, stride=2), *(_Residual(w16) for _ in range(n16)))
        self.stage32 = nn.Sequential(Conv(w16, w32, stride=2), *(_Residual(w32) for _ in range(n32)), Context(w32))
        self.join16 = Join(w16, w32, w16)
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
        """Return what the loss looks at, as far as the network has it.

        Parameters
        ----------
        images : Tensor
            float [N, 3, H, W], normalised, with sides a multiple of 32.

        Returns
        -------
        dict
            Logits: ``labels`` [N, 10], ``evidence`` [N, 10, H/8, W/8], ``segmentation`` [N, 7, H/2, W/2].
        """
        f4, f8 = self._features(images)
        outputs: dict[str, Tensor] = {}
        if "classify" in self.heads:
            evidence = self.evidence(f8)
            outputs |= {"labels": self._pool(evidence), "evidence": evidence}
        if "segmentation" in self.heads:
            outputs["segmentation"] = self._decode(f4, f8)
        return outputs

    def classify(self, images: Tensor) -> Tensor:
        """Return the block logits [N, 10] only."""
        return self._pool(self.evidence(self._features(images)[1]))

    def segmentation(self, images: Tensor) -> Tensor:
        """Return the segmentation logits [N, 7, H, W] only."""
        return double(self._decode(*self._features(images)))

    def _features(self, images: Tensor) -> tuple[Tensor, Tensor]:
        stem = self.stem(self.extremes(images))
        if self.texture is not None:
            stem = torch.cat([stem, self.texture(images).to(stem.dtype)], 1)
        f4 = self.stage4(stem)
        f8 = self.stage8(f4)
        f16 = self.stage16(f8)
        f32 = self.stage32(f16)
        return f4, self.up8(self.join8(f8, self.join16(f16, f32)))

    def _pool(self, evidence: Tensor) -> Tensor:
        return strongest(evidence) * self.scale + self.offset

    def _decode(self, f4: Tensor, f8: Tensor) -> Tensor:
        return F.pixel_shuffle(self.segment(self.up4(self.join4(f4, f8))), 2)


class Pair(HeadedNetwork):
    """A classifier and a segmenter of any architecture as one network."""

    heads = ("classify", "segmentation")

    def __init__(self, classifier: HeadedNetwork, segmenter: HeadedNetwork):
        super().__init__()
        self.classify, self.segmentation = classifier.classify, segmenter.segmentation
        self.parts = nn.ModuleList([classifier, segmenter])


def strongest(evidence: Tensor) -> Tensor:
    """Mean of the strongest cells of evidence [N, C, h, w] -> [N, C]: several must agree before a block is marked."""
    return evidence.flatten(2).topk(_TOP_CELLS, dim=2).values.mean(2)


def output_layer(inputs: int, outputs: int, level: float) -> nn.Conv2d:
    """1 x 1 convolution whose outputs lie about `level` before it has learned anything."""
    layer = nn.Conv2d(inputs, outputs, 1)
    if layer.bias is not None:
        nn.init.constant_(layer.bias, level)
    return layer


def double(x: Tensor) -> Tensor:
    """Enlarge [N, C, H, W] to twice its sides, smoothly."""
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
