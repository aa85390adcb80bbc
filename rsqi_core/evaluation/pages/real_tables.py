"""The tables of the benchmark's real part."""

from __future__ import annotations

import numpy as np

from ...taxonomy import BOUNDARY_TYPES, CODES, ErrorType
from ..benchmark import real
from ..benchmark.real_figures import (
    CLOUD,
    SHADOW,
    block_auroc,
    by_resolution,
    clean_shares,
    mean_quality,
    outlined_in,
    real_figures,
    share_marked,
)
from ..benchmark.real_results import RealResults
from ..benchmark.run_model import INSPECTION, ONE_STEP
from .tables import Goal, markdown

_MEAN = "mean of the resolutions"


def real_goals(found: RealResults) -> list[Goal]:
    """What the embedded model is meant to reach on real pictures."""
    figures = real_figures(found)
    return [
        ("real cloud IoU", figures.cloud, ">=", 0.80),
        ("real shadow IoU", figures.shadow, ">=", 0.45),
        ("clean real pictures marked, worst type", figures.clean_worst, "<=", 0.01),
        ("clean real pictures marked with anything", figures.clean_any, "<=", 0.02),
    ]


def real_section(found: RealResults) -> str:
    """Return the tables of the real part as Markdown; without a model only what the rules mark falsely."""
    clean = _clean(found)
    if found.model_result is None:
        return clean
    return "\n".join([_outlines(found, CLOUD), _outlines(found, SHADOW), _by_picture(found), clean])


def _outlines(found: RealResults, error_type: ErrorType) -> str:
    """IoU, precision and recall of the pixels of a type, and the AUROC of the pictures, by resolution."""
    rows: list[list[object]] = []
    for title in (ONE_STEP, INSPECTION):
        qualities = by_resolution(found, error_type, title)
        for resolution, quality in qualities.items():
            where = outlined_in(found, error_type, resolution)
            rows.append([resolution, title, int(where.sum()), *quality, block_auroc(found, error_type, where)])
        rows.append([_MEAN, title, None, *mean_quality(qualities), None])
    header = [f"real {error_type.en.lower()}s", "steps", "pictures", "IoU", "pixel precision", "pixel recall"]
    return markdown([*header, "block AUROC"], rows)


def _by_picture(found: RealResults) -> str:
    """How pictures with a veil or a seam are told from clean ones, by set."""
    rows: list[list[object]] = []
    for part, types in ((real.WHOLE, [CLOUD]), (real.SEAM, BOUNDARY_TYPES)):
        for error_type in types:
            here = found.where(part) & (found.labels[:, error_type.id - 1] == 1)
            sets = {entry.source.partition("/")[0]: None for entry, inside in zip(found.entries, here) if inside}
            for name in sets:
                rows.append(_row(found, error_type, name, here & found.of_sets(name)))
            if len(sets) > 1:
                rows.append(_row(found, error_type, "all", here))
    return markdown(["real", "set", "pictures", "block AUROC", "marked", "clean ones marked"], rows)


def _row(found: RealResults, error_type: ErrorType, name: str, where: np.ndarray) -> list[object]:
    clean = found.where(real.UNSPOILT) & (found.labels[:, error_type.id - 1] == 0)
    figures = (block_auroc(found, error_type, where), *(share_marked(found, error_type, w) for w in (where, clean)))
    return ["veil" if error_type is CLOUD else error_type.en.lower(), name, int(where.sum()), *figures]


def _clean(found: RealResults) -> str:
    """Shares of the clean pictures that a whole inspection marks, by set."""
    here = found.where(real.UNSPOILT)
    sets = sorted({entry.source.partition("/")[0] for entry, inside in zip(found.entries, here) if inside})
    rows = [[name, int((here & found.of_sets(name)).sum()), *clean_shares(found, name)] for name in sets]
    rows.append(["all", int(here.sum()), *clean_shares(found)])
    return markdown(["clean pictures marked", "pictures", "with anything", *CODES], rows)
