"""Fine detail of the image in plain figures, so that the network need not learn what a formula says (torch)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .texture import FLOOR, MEAN, STD, STRIDE, grain

_GREY = (0.299, 0.587, 0.114)
_AROUND = 3  # cells; what a pixel stands out of in colour


class Detail(nn.Module):
    """Planes at stride 4: energies of gradient and Laplacian, peaks of colour, tone, and lost pixels.

    Blur lowers the energy of fine detail, stretching that along one direction only, a thin line raises the peak over
    the mean. Convolutions learn such ratios, too, but slowly. No smooth filter tells a pixel that is exactly (0, 0, 0)
    or (255, 255, 255) from a dark or bright one, and it is they that lost pixels are made of.

    Little is computed at full resolution, as passes over whole planes cost a processor more than the arithmetic. Noise
    raises the energies; in training each image gets noise of its own, for them alone: else a network learns that clouds
    are what has no texture, and finds none in a grainy scene.
    """

    CHANNELS = 5 + 5 + 4 + 3 + 4
    mixed: Tensor
    offset: Tensor
    gradients: Tensor
    mean: Tensor
    std: Tensor

    def __init__(self) -> None:
        super().__init__()
        std = torch.tensor(STD)
        # Of RGB in 0-1: grey, two opponent colours, and the sum of the levels.
        mixed = torch.tensor([_GREY, (1.0, -1.0, 0.0), (0.0, 1.0, -1.0), (255.0, 255.0, 255.0)])
        self.register_buffer("mixed", (mixed * std)[:, :, None, None], persistent=False)
        self.register_buffer("offset", mixed @ torch.tensor(MEAN), persistent=False)
        self.register_buffer("gradients", _gradients(), persistent=False)
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", std.view(1, 3, 1, 1), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """Return float [N, CHANNELS, H/4, W/4] of normalised images [N, 3, H, W]; in single precision throughout."""
        with torch.autocast(images.device.type, enabled=False):
            images = images.float()
            noisy = images + grain(images) / self.std if self.training else images
            grey, opponents, level = F.conv2d(noisy, self.mixed, self.offset).split((1, 2, 1), 1)
            if self.training:
                level = F.conv2d(images, self.mixed[3:], self.offset[3:])
            planes = self._energies(grey, STRIDE) + self._energies(F.avg_pool2d(grey, 2), STRIDE // 2)
            around = F.avg_pool2d(F.avg_pool2d(opponents, STRIDE), _AROUND, 1, _AROUND // 2, count_include_pad=False)
            planes += [4 * (F.max_pool2d(opponents, STRIDE) - around), 4 * (F.max_pool2d(-opponents, STRIDE) + around)]
            tone = (F.avg_pool2d(noisy, STRIDE) * self.std + self.mean).clamp(min=0)
            planes.append(torch.log(tone + 0.02) / 2 + 1)  # a gain becomes a step
            return torch.cat(planes + self._lost(level), 1)

    def _energies(self, grey: Tensor, cell: int) -> list[Tensor]:
        """Of each cell: energies on a logarithmic scale, how far x and y go together, and the peak; [N, 5, h, w]."""
        gradients = F.conv2d(F.pad(grey, (1, 1, 1, 1), mode="replicate"), self.gradients)
        x, y, laplacian = gradients.split(1, 1)
        energies = F.avg_pool2d(gradients * gradients, cell)
        together = F.avg_pool2d(x * y, cell) / (energies[:, :1] + energies[:, 1:2] + FLOOR)
        peak = F.max_pool2d(laplacian.abs(), cell)
        return [torch.log(energies + FLOOR) / 4 + 1, together, torch.log(peak + FLOOR**0.5) / 3 + 1]

    @staticmethod
    def _lost(level: Tensor) -> list[Tensor]:
        """Of each cell, the share of black and of white pixels, and whether there is any.

        `level` [N, 1, H, W] is the sum of the three channels: 0 only if all are 0, and 765 only if all are 255.
        """
        lost = torch.cat([1 - level, level - 764], 1).clamp(0, 1)
        return [F.avg_pool2d(lost, STRIDE), F.max_pool2d(lost, STRIDE)]


def _gradients() -> Tensor:
    """Differences along x and y and the Laplacian, [3, 1, 3, 3]."""
    kernels = torch.zeros(3, 1, 3, 3)
    kernels[0, 0, 1, 0], kernels[0, 0, 1, 2] = -0.5, 0.5
    kernels[1, 0, 0, 1], kernels[1, 0, 2, 1] = -0.5, 0.5
    kernels[2, 0] = torch.tensor([[0, -0.25, 0], [-0.25, 1, -0.25], [0, -0.25, 0]])
    return kernels
