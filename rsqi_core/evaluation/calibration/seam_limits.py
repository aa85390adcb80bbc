"""From which evidence on a seam is traced: set on held-out pictures without one, hard negatives among them."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ...models import Model
from ...seams.evidence import HALF, window_evidence
from ...seams.find import LEAST
from ...seams.trace import trace
from ...synthesis.compose import Sample, medium_and_strong
from ...taxonomy import BOUNDARY_TYPES, IGNORED, TYPES
from .calibration_blocks import CalibrationBlocks

CLEAN, DECOYS, DEFECTIVE = 450, 450, 600  # blocks that are looked at; of the last, those with a seam
_HIGHS = np.linspace(0.3, 0.98, 35)
_ODDS = 4.0  # of `high` over those of `low`
_SIDE = 256  # px of a block at half the resolution
_BOUNDARY = [TYPES.index(t) for t in BOUNDARY_TYPES]


def seam_limits(model: Model, source: CalibrationBlocks, false_alarms: float) -> dict[str, float]:
    """Return the entry ``seams`` of a card: the lowest limits at which few enough blocks without a seam show one.

    Parameters
    ----------
    model : Model
        With a network of seams.
    false_alarms : float
        Share of the clean blocks and of the hard negatives, 0-1, in which a line may be traced.

    Returns
    -------
    dict
        ``high``, ``low``, ``false_alarms``, and ``found``, the share of blocks with a seam in which one is traced.
    """
    wrong = [_seen(model, source.clean(k)) for k in range(CLEAN)]
    wrong += [_seen(model, source.decoy(k)) for k in range(DECOYS)]
    samples = (source.defective(k) for k in range(DEFECTIVE))
    right = [_seen(model, sample) for sample in samples if _holds_a_seam(sample)]
    high = next((each for each in _HIGHS if _share(wrong, each) <= false_alarms), _HIGHS[-1])
    limits = {"high": high, "low": low_of(high), "false_alarms": false_alarms, "found": _share(right, high)}
    return {name: round(float(value), 4) for name, value in limits.items()}


def low_of(high: float) -> float:
    """The probability down to which a seam that reaches `high` is followed."""
    return high / (high + _ODDS * (1 - high))


def _share(seen: Sequence[np.ndarray], high: float) -> float:
    """Share of the maps in which a line is traced."""
    return float(np.mean([bool(trace(each, high, low_of(high), LEAST)) for each in seen])) if seen else 0.0


def _seen(model: Model, sample: Sample) -> np.ndarray:
    shape = tuple(n // HALF for n in sample.image.shape[1::-1])
    rgb = cv2.resize(sample.image, shape, interpolation=cv2.INTER_AREA)
    valid = cv2.resize(sample.valid.astype(np.uint8), shape, interpolation=cv2.INTER_NEAREST) > 0
    return window_evidence(rgb, valid, model.seams, _SIDE)


def _holds_a_seam(sample: Sample) -> bool:
    labels = medium_and_strong(sample)[_BOUNDARY]
    return bool((labels == 1).any() and (labels != IGNORED).all())
