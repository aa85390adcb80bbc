"""Texture of the image in plain figures, so that the network need not learn what a formula says (torch)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of RGB scaled to 0-1
STRIDE = 4
_LEVELS = 2  # full resolution and half of it
FLOOR = 1.5e-4  # energy of noise of some three grey levels: it keeps the logarithm of an even patch finite
_GRAIN = (0.5, 10.0)  # grey levels: standard deviation of the noise that training adds


class Texture(nn.Module):
    """Local energies of gradient and Laplacian on a logarithmic scale, at stride 4.

    Blur lowers the energy of fine detail, stretching that along one direction only, a thin line raises the peak over
    the mean. Convolutions learn such ratios, too, but slowly.

    Noise raises all of them. In training each image gets noise of its own, for its texture alone: else a network learns
    that clouds are what has no texture, and finds none in a grainy scene.
    """

    CHANNELS = 5 * _LEVELS + 4 + 3
    kernels: Tensor
    mean: Tensor
    std: Tensor
    weights: Tensor

    def __init__(self) -> None:
        super().__init__()
        kernels = torch.zeros(3, 1, 3, 3)
        kernels[0, 0, 1, 0], kernels[0, 0, 1, 2] = -0.5, 0.5
        kernels[1, 0, 0, 1], kernels[1, 0, 2, 1] = -0.5, 0.5
        kernels[2, 0] = torch.tensor([[0, -0.25, 0], [-0.25, 1, -0.25], [0, -0.25, 0]])
        self.register_buffer("kernels", kernels, persistent=False)
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(STD).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("weights", torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """Return float [N, CHANNELS, H/4, W/4] of normalised images [N, 3, H, W]; in single precision throughout."""
        with torch.autocast(images.device.type, enabled=False):
            rgb = images.float() * self.std + self.mean
            if self.training:
                rgb = rgb + grain(rgb)
            grey = (rgb * self.weights).sum(1, keepdim=True)
            planes = []
            for level in range(_LEVELS):
                planes += self._energies(grey, STRIDE >> level)
                grey = F.avg_pool2d(grey, 2)
            planes += self._colour_peaks(rgb)
            planes.append(F.avg_pool2d(torch.log(rgb.clamp(min=0) + 0.02), STRIDE) / 2 + 1)  # a gain becomes a step
            return torch.cat(planes, 1)

    def _energies(self, grey: Tensor, cell: int) -> list[Tensor]:
        x, y, laplacian = F.conv2d(F.pad(grey, (1, 1, 1, 1), mode="replicate"), self.kernels).split(1, 1)
        xx, yy, xy, ll = F.avg_pool2d(torch.cat([x * x, y * y, x * y, laplacian * laplacian], 1), cell).split(1, 1)
        peak = F.max_pool2d(laplacian.abs(), cell)
        logarithms = torch.log(torch.cat([xx, yy, ll], 1) + FLOOR) / 4 + 1
        return [logarithms, xy / (xx + yy + FLOOR), torch.log(peak + FLOOR**0.5) / 3 + 1]

    @staticmethod
    def _colour_peaks(rgb: Tensor) -> list[Tensor]:
        """How far single pixels stand out of their surroundings in colour, to either side."""
        opponents = torch.cat([rgb[:, :1] - rgb[:, 1:2], rgb[:, 1:2] - rgb[:, 2:]], 1)
        rows = F.avg_pool2d(opponents, (1, 5), 1, (0, 2), count_include_pad=False)
        residual = opponents - F.avg_pool2d(rows, (5, 1), 1, (2, 0), count_include_pad=False)
        return [4 * F.max_pool2d(residual, STRIDE), 4 * F.max_pool2d(-residual, STRIDE)]


def grain(rgb: Tensor) -> Tensor:
    """Draw noise for images [N, 3, H, W] in 0-1: one field for all, of another strength in each."""
    low, high = (math.log(level / 255) for level in _GRAIN)
    strength = torch.exp(low + (high - low) * torch.rand(len(rgb), 1, 1, 1))
    return strength.to(rgb.device) * torch.randn(1, *rgb.shape[1:]).to(rgb.device)
