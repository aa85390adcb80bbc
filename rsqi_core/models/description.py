"""What a classifier says of some blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Description:
    """Block logits and, where the network has them, what they rest on.

    Attributes
    ----------
    logits : numpy.ndarray
        float32 [N, 10], one for each type.
    evidence : numpy.ndarray or None
        float32 [N, 10, H/8, W/8] on the scale of `logits`: what a block as suspicious as this cell would get.
    features : tuple of numpy.ndarray
        float32 [N, ...] that the segmenter goes on from; none for one that takes images.
    """

    logits: np.ndarray
    evidence: np.ndarray | None = None
    features: tuple[np.ndarray, ...] = ()

    def of(self, numbers: Sequence[int]) -> Description:
        """Return what is said of some of the blocks."""
        chosen = list(numbers)
        evidence = None if self.evidence is None else self.evidence[chosen]
        return Description(self.logits[chosen], evidence, tuple(each[chosen] for each in self.features))
