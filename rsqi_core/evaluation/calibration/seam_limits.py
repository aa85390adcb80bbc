"""From which evidence on a line is a seam: set on held-out pictures without one, hard negatives among them."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ...models import Model
from ...seams.course import lengths
from ...seams.evidence import CELL, HALF, as_bytes, window_evidence
from ...seams.trace import Traced, trace
from ...synthesis.compose import Sample, medium_and_strong
from ...synthesis.defect import DEFECT
from ...taxonomy import BOUNDARY_TYPES, CODES, IGNORED, TYPES
from .calibration_blocks import CalibrationBlocks

CLEAN, DECOYS, DEFECTIVE = 450, 450, 800  # blocks that are looked at; of the last, those of the types of seams
_LOWS = (0.2, 0.3, 0.4, 0.5)  # probabilities down to which seams may be followed
_BOUNDARY = [TYPES.index(t) for t in BOUNDARY_TYPES]
_CODES = {t.code for t in BOUNDARY_TYPES}


def seam_limits(model: Model, source: CalibrationBlocks, false_alarms: float) -> dict[str, float]:
    """Return the entry ``seams`` of a card: the limits that find most where few enough blocks without a seam show one.

    Parameters
    ----------
    model : Model
        With a network of seams.
    false_alarms : float
        Share of the clean blocks, and of the hard negatives, 0-1, in which a line may be found.

    Returns
    -------
    dict
        ``low``, ``enough``, ``false_alarms``, and ``found``, the share of the length of seams that is found.
    """
    clean = [_seen(model, source.clean(k)) for k in range(CLEAN)]
    decoys = [_seen(model, source.decoy(k)) for k in range(DECOYS)]
    samples = (source.defective(k) for k in range(DEFECTIVE) if CODES[k % len(CODES)] in _CODES)
    right = [(_seen(model, sample), _band(sample)) for sample in samples if _holds_a_seam(sample)]
    options = []
    for low in _LOWS:
        enough = max(enough_for([trace(each, low) for each in kind], false_alarms) for kind in (clean, decoys))
        options.append(
            {"low": low, "enough": enough, "false_alarms": false_alarms, "found": _found(right, low, enough)}
        )
    best = max(options, key=lambda each: each["found"])
    return {name: round(float(value), 4) for name, value in best.items()}


def enough_for(traced: Sequence[Sequence[Traced]], share: float) -> float:
    """Return the least evidence that lines of at most a share, 0-1, of some pictures reach."""
    strongest = sorted((max((line.evidence for line in lines), default=0.0) for lines in traced), reverse=True)
    beyond = int(share * len(strongest))
    return strongest[beyond] + 0.01 if beyond < len(strongest) else 0.0


def _found(right: Sequence[tuple[np.ndarray, np.ndarray]], low: float, enough: float) -> float:
    """Share of the length of seams that lies near a line."""
    long = near = 0
    for seen, band in right:
        lines = [line.points * CELL for line in trace(seen, low) if line.evidence >= enough]
        length, found = lengths(band, lines)
        long, near = long + length, near + found
    return near / max(long, 1)


def _seen(model: Model, sample: Sample) -> np.ndarray:
    """What an inspection of the block alone would see, uint8 [h, w]."""
    shape = tuple(n // HALF for n in sample.image.shape[1::-1])
    rgb = cv2.resize(sample.image, shape, interpolation=cv2.INTER_AREA)
    valid = cv2.resize(sample.valid.astype(np.uint8), shape, interpolation=cv2.INTER_NEAREST) > 0
    return as_bytes(window_evidence(rgb, valid, model.seams))


def _holds_a_seam(sample: Sample) -> bool:
    labels = medium_and_strong(sample)[_BOUNDARY]
    return bool((labels == 1).any() and (labels != IGNORED).all())


def _band(sample: Sample) -> np.ndarray:
    """Where the seams of a block show, bool [H, W]."""
    return np.asarray(np.any([defect.mask == DEFECT for defect in sample.defects if defect.code in _CODES], 0))
