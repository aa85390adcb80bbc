"""The tables of the benchmark's real part, and the few figures that sum it up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..metrics import auroc, mean, region_quality
from ..taxonomy import BOUNDARY_TYPES, CODES, ErrorType, by_code
from . import real
from .observe import INSPECTION, ONE_STEP
from .real_findings import RealFindings
from .tables import Goal, markdown, marks

RESOLUTIONS = {
    "up to 4 m": ("airbus", "building", "sbu_test_aerial"),
    "10 m": ("cloudsen12_fig",),
    "30 m": ("sparcs", "ukis", "s2_alberta"),
    "60 m": ("rice2_pairs",),
}
_MEAN = "mean of the resolutions"
_CLOUD, _SHADOW = by_code("cloud"), by_code("shadow")
_TRACE = by_code("stitching_trace")

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


def real_figures(found: RealFindings) -> RealFigures:
    """Sum up a run of the real part with a model."""
    cloud, shadow = (_mean_quality(_by_resolution(found, t, INSPECTION))[0] for t in (_CLOUD, _SHADOW))
    everywhere = np.ones(len(found.entries), bool)
    shares = clean_shares(found)
    return RealFigures(
        cloud,
        shadow,
        block_auroc(found, _SHADOW, everywhere),
        block_auroc(found, _TRACE, found.where(real.SEAM)),
        _share_marked(found, _CLOUD, found.where(real.WHOLE)),
        _share_marked(found, _TRACE, found.where(real.SEAM)),
        max(shares[1:], default=float("nan")),
        shares[0],
    )


def real_goals(found: RealFindings) -> list[Goal]:
    """What the embedded model is meant to reach on real pictures."""
    figures = real_figures(found)
    return [
        ("real cloud IoU", figures.cloud, ">=", 0.80),
        ("real shadow IoU", figures.shadow, ">=", 0.45),
        ("clean real pictures marked, worst type", figures.clean_worst, "<=", 0.01),
        ("clean real pictures marked with anything", figures.clean_any, "<=", 0.02),
    ]


def real_section(found: RealFindings) -> str:
    """Return the tables of the real part as Markdown; without a model only what the rules mark falsely."""
    clean = _clean(found)
    if found.observation is None:
        return clean
    return "\n".join([_outlines(found, _CLOUD), _outlines(found, _SHADOW), _by_picture(found), clean])


def _outlines(found: RealFindings, error_type: ErrorType) -> str:
    """IoU, precision and recall of the pixels of a type, and the AUROC of the pictures, by resolution."""
    rows: list[list[object]] = []
    for title in (ONE_STEP, INSPECTION):
        qualities = _by_resolution(found, error_type, title)
        for resolution, quality in qualities.items():
            where = _outlined(found, error_type, resolution)
            rows.append([resolution, title, int(where.sum()), *quality, block_auroc(found, error_type, where)])
        rows.append([_MEAN, title, None, *_mean_quality(qualities), None])
    header = [f"real {error_type.en.lower()}s", "steps", "pictures", "IoU", "pixel precision", "pixel recall"]
    return markdown([*header, "block AUROC"], rows)


def _by_picture(found: RealFindings) -> str:
    """How pictures with a veil or a seam are told from clean ones, by set."""
    rows: list[list[object]] = []
    for part, types in ((real.WHOLE, [_CLOUD]), (real.SEAM, BOUNDARY_TYPES)):
        for error_type in types:
            here = found.where(part) & (found.labels[:, error_type.id - 1] == 1)
            sets = {entry.source.partition("/")[0]: None for entry, inside in zip(found.entries, here) if inside}
            for name in sets:
                rows.append(_row(found, error_type, name, here & found.of_sets(name)))
            if len(sets) > 1:
                rows.append(_row(found, error_type, "all", here))
    return markdown(["real", "set", "pictures", "block AUROC", "marked", "clean ones marked"], rows)


def _row(found: RealFindings, error_type: ErrorType, name: str, where: np.ndarray) -> list[object]:
    clean = found.where(real.UNSPOILT) & (found.labels[:, error_type.id - 1] == 0)
    figures = (block_auroc(found, error_type, where), *(_share_marked(found, error_type, w) for w in (where, clean)))
    return ["veil" if error_type is _CLOUD else error_type.en.lower(), name, int(where.sum()), *figures]


def _clean(found: RealFindings) -> str:
    """Shares of the clean pictures that a whole inspection marks, by set."""
    here = found.where(real.UNSPOILT)
    sets = sorted({entry.source.partition("/")[0] for entry, inside in zip(found.entries, here) if inside})
    rows = [[name, int((here & found.of_sets(name)).sum()), *clean_shares(found, name)] for name in sets]
    rows.append(["all", int(here.sum()), *clean_shares(found)])
    return markdown(["clean pictures marked", "pictures", "with anything", *CODES], rows)


def clean_shares(found: RealFindings, *sets: str) -> list[float]:
    """Shares of the clean pictures (of these sets) marked with anything, and with each of the ten types."""
    here = found.where(real.UNSPOILT) & (found.of_sets(*sets) if sets else True)
    judged, false = found.judged[here], found.false[here]
    return [mean(false.any(1)), *(mean(false[judged[:, k], k]) for k in range(len(CODES)))]


def block_auroc(found: RealFindings, error_type: ErrorType, where: np.ndarray) -> float:
    """AUROC of the pictures bool [N] that hold a type, against all that are known to have none of it."""
    label = found.labels[:, error_type.id - 1]
    used = (where & (label == 1)) | (label == 0)
    return auroc(found.observation.logits[used, error_type.id - 1], label[used] == 1)


def _share_marked(found: RealFindings, error_type: ErrorType, where: np.ndarray) -> float:
    return mean(marks(found.observation)[where, error_type.id - 1])


def _outlined(found: RealFindings, error_type: ErrorType, resolution: str) -> np.ndarray:
    return found.outlined[:, error_type.id - 1] & found.of_sets(*RESOLUTIONS[resolution])


def _by_resolution(found: RealFindings, error_type: ErrorType, mode: str) -> dict[str, Quality]:
    """Quality over the pixels of all pictures of a resolution in which a type is outlined, where there are any."""
    where = {resolution: _outlined(found, error_type, resolution) for resolution in RESOLUTIONS}
    confusions = found.observation.confusions[mode]
    return {name: region_quality(confusions[inside], error_type.id) for name, inside in where.items() if inside.any()}


def _mean_quality(qualities: dict[str, Quality]) -> Quality:
    return tuple(mean([quality[k] for quality in qualities.values()]) for k in range(3))
