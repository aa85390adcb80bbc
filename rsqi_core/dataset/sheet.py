"""A contact sheet of a dataset: blocks of each type with their truth outlined, so that mistakes are seen in time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from ..imagery.picture_file import read_grey, read_rgb
from ..synthesis.defect import DEFECT
from ..synthesis.sheet import contact_sheet, outline
from ..taxonomy import TYPES
from .samples import Sample

SIDE = 192  # px of a picture
EACH = 4  # of a type and part


def write_sheet(
    path: Path,
    parts: Mapping[str, Sequence[Sample]],
    image_of: Callable[[Sample], Path],
    mask_of: Callable[[Sample], Path | None],
) -> None:
    """Write a PNG with a row for each type and one for blocks without error, examples of each part beside each other.

    The first, the last and some between are shown, none taken by hand.
    """
    rows, captions = [], []
    for category_id in (*(t.id for t in TYPES), 0):
        chosen = []
        for part, samples in parts.items():
            mine = [sample for sample in samples if category_id in (sample.labels or (0,))]
            chosen += [
                (part, mine[n]) for n in np.unique(np.linspace(0, len(mine) - 1, min(EACH, len(mine))).astype(int))
            ]
        if chosen:
            name = TYPES[category_id - 1].code if category_id else "no error"
            rows.append([_shown(image_of(sample), mask_of(sample)) for _, sample in chosen])
            captions.append([f"{name} ({part})" for part, _ in chosen])
    path.write_bytes(cv2.imencode(".png", contact_sheet(rows, captions)[..., ::-1])[1].tobytes())


def _shown(image: Path, mask: Path | None) -> np.ndarray:
    """Return a block of at most `SIDE` px with each of its errors outlined in the type's colour."""
    rgb = read_rgb(image)
    size = tuple(max(1, round(n * SIDE / max(rgb.shape[:2]))) for n in rgb.shape[1::-1])
    shown = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    if mask is not None:
        truth = cv2.resize(read_grey(mask), size, interpolation=cv2.INTER_NEAREST)
        for t in TYPES:
            shown = outline(shown, np.where(truth == t.id, DEFECT, 0), t.color)
    return shown
