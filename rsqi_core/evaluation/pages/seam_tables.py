"""The tables of the benchmark's seams as lines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...metrics import auroc
from ...seams.course import NEAR
from ..benchmark.seam_results import WITHOUT, SeamResult
from .tables import Goal, markdown

_NEGATIVE = {"real": ("real clean",)}  # what a kind is compared with, where that is not blocks of the benchmark
_BLOCKS = ("clean", "decoy")
_TRACE = "stitching_trace"
NOTE = (
    "Evidence: of the network of seams alone. Lines: traced, moved to the step and measured; those that show. Length: "
    f"of the true seams, within {NEAR} px of a line. AUROC against clean blocks and hard negatives, of real seams "
    "against clean real pictures.\n"
)


def seam_goals(found: Sequence[SeamResult]) -> list[Goal]:
    """What the embedded model is meant to reach."""
    lengths = _length(found, (f"{_TRACE} medium", f"{_TRACE} strong"))
    return [
        ("seams, block AUROC, strong", _auroc(found, f"{_TRACE} strong"), ">=", 0.93),
        ("seams, block AUROC, medium", _auroc(found, f"{_TRACE} medium"), ">=", 0.85),
        (f"length of medium and strong seams found within {NEAR} px", lengths, ">=", 0.70),
        ("clean blocks and hard negatives with a seam", _marked(found, _BLOCKS), "<=", 0.02),
    ]


def seam_section(found: Sequence[SeamResult]) -> str:
    """Return the table by kind of picture as Markdown."""
    rows: list[list[object]] = []
    for kind in dict.fromkeys(each.kind for each in found):
        seams = kind not in WITHOUT
        count = sum(each.kind == kind for each in found)
        rows.append(
            [
                kind,
                count,
                _auroc(found, kind) if seams else None,
                _marked(found, (kind,)),
                _length(found, (kind,)) if seams else None,
            ]
        )
    return markdown(["seams", "pictures", "AUROC of the evidence", "with a line", "length found"], rows) + "\n" + NOTE


def _auroc(found: Sequence[SeamResult], kind: str) -> float:
    kinds = (kind, *_NEGATIVE.get(kind, _BLOCKS))
    chosen = [each for each in found if each.kind in kinds]
    return auroc(np.array([each.evidence for each in chosen]), np.array([each.kind == kind for each in chosen]))


def _marked(found: Sequence[SeamResult], kinds: Sequence[str]) -> float:
    return float(np.mean([each.lines > 0 for each in found if each.kind in kinds]))


def _length(found: Sequence[SeamResult], kinds: Sequence[str]) -> float:
    chosen = [each for each in found if each.kind in kinds]
    return sum(each.found for each in chosen) / max(1, sum(each.length for each in chosen))
