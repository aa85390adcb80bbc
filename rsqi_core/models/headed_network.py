"""What every network of ours, or wrapped by us, has beside what any torch module has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn


class HeadedNetwork(nn.Module):
    """A network as `rsqi_core.models.architectures` describes it.

    Attributes
    ----------
    heads : tuple of str
        Names of the methods that inspection needs, each with one output.
    course : mapping
        What a trained network was trained with, for the card (`rsqi_core.training.checkpoint.load_network`).
    """

    heads: tuple[str, ...]
    course: Mapping[str, Any]
