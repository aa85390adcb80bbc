"""The real part of the benchmark in a few figures, by resolution and by type."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...metrics import auroc, mean, region_quality
from ...taxonomy import CODES, ErrorType, by_code
from . import real
from .marks import marks_of_classifier
from .real_results import RealResults
from .run_model import INSPECTION

RESOLUTIONS = {
    "up to 4 m": ("airbus", "building", "sbu_test_aerial"),
    "10 m": ("cloudsen12_fig",),
    "30 m": ("sparcs", "ukis", "s2_alberta"),
    "60 m": ("rice2_pairs",),
}
CLOUD, SHADOW, TRACE = by_code("cloud"), by_code("shadow"), by_code("stitching_trace")

Quality = tuple[float, float, float]  # IoU, pixel precision and recall


@dataclass(frozen=True)
class RealFigures:
    """The real part in a few figures, each 0-1 and NaN where there is nothing to measure it on.

    Attributes
    ----------
    cloud, shadow : float
        IoU with the model's constraint, mean of the resolutions.
    shadow_auroc, seam_auroc : float
        Of all pictures with a real shadow or seam, against those that are known to have none.
    veils, seams : float
        Share of the veiled pictures that are marked as cloudy, and of those with a seam that are marked with one.
    clean_worst, clean_any : float
        Share of the clean pictures marked with the type that marks most of them, and with anything.
    """

    cloud: float
    shadow: float
    shadow_auroc: float
    seam_auroc: float
    veils: float
    seams: float
    clean_worst: float
    clean_any: float


def real_figures(found: RealResults) -> RealFigures:
    """Sum up a run of the real part with a model."""
    cloud, shadow = (mean_quality(by_resolution(found, t, INSPECTION))[0] for t in (CLOUD, SHADOW))
    everywhere = np.ones(len(found.entries), bool)
    shares = clean_shares(found)
    return RealFigures(
        cloud,
        shadow,
        block_auroc(found, SHADOW, everywhere),
        block_auroc(found, TRACE, found.where(real.SEAM)),
        share_marked(found, CLOUD, found.where(real.WHOLE)),
        share_marked(found, TRACE, found.where(real.SEAM)),
        max(shares[1:], default=float("nan")),
        shares[0],
    )


def clean_shares(found: RealResults, *sets: str) -> list[float]:
    """Shares of the clean pictures (of these sets) marked with anything, and with each of the ten types."""
    here = found.where(real.UNSPOILT) & (found.of_sets(*sets) if sets else True)
    absent, false = found.absent[here], found.false[here]
    return [mean(false.any(1)), *(mean(false[absent[:, k], k]) for k in range(len(CODES)))]


def block_auroc(found: RealResults, error_type: ErrorType, where: np.ndarray) -> float:
    """AUROC of the pictures bool [N] that hold a type, against all that are known to have none of it."""
    label = found.labels[:, error_type.id - 1]
    used = (where & (label == 1)) | (label == 0)
    return auroc(found.of_networks.logits[used, error_type.id - 1], label[used] == 1)


def share_marked(found: RealResults, error_type: ErrorType, where: np.ndarray) -> float:
    """Share of the pictures bool [N] that the classifier marks with a type."""
    return mean(marks_of_classifier(found.of_networks)[where, error_type.id - 1])


def outlined_in(found: RealResults, error_type: ErrorType, resolution: str) -> np.ndarray:
    """bool [N]: which pictures of a resolution have outlines of a type."""
    return found.outlined[:, error_type.id - 1] & found.of_sets(*RESOLUTIONS[resolution])


def by_resolution(found: RealResults, error_type: ErrorType, mode: str) -> dict[str, Quality]:
    """Quality over the pixels of all pictures of a resolution in which a type is outlined, where there are any."""
    where = {resolution: outlined_in(found, error_type, resolution) for resolution in RESOLUTIONS}
    confusions = found.of_networks.confusions[mode]
    return {name: region_quality(confusions[inside], error_type.id) for name, inside in where.items() if inside.any()}


def mean_quality(qualities: dict[str, Quality]) -> Quality:
    """Mean of the qualities by resolution."""
    iou, precision, recall = (mean([quality[k] for quality in qualities.values()]) for k in range(3))
    return iou, precision, recall
