"""Look through a dataset before anything trains or is measured: rows that contradict their files are told."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..describe import summarize_mask
from ..errors import RsqiError
from ..imagery.picture_file import read_grey, read_rgb
from ..taxonomy import IGNORED, TYPES, by_id
from .duplicates import refuse_duplicates
from .labelled_blocks import LabelledBlock, read_part
from .layout import TABLE, TEST, TRAIN


class DatasetError(RsqiError):
    """Rows of a dataset do not fit their files."""

    code = "dataset"


def check_dataset(folder: Path) -> None:
    """Refuse a dataset whose rows contradict their files, or whose parts share a picture.

    Raises
    ------
    RsqiError
        Names the first row or pair that is wrong, and says how many more are.
    """
    parts = {part: read_part(folder, part) for part in (TRAIN, TEST)}
    wrong = [line for part, blocks in parts.items() for line in _wrong(folder / part / TABLE, blocks)]
    if wrong:
        more = f" (and {len(wrong) - 1} rows more)" if len(wrong) > 1 else ""
        raise DatasetError(f"{wrong[0]}{more}")
    refuse_duplicates(*({str(block.image): block.image for block in blocks} for blocks in parts.values()))


def _wrong(table: Path, blocks: list[LabelledBlock]) -> list[str]:
    found = ((block.row, _contradiction(block)) for block in blocks)
    return [f"{table}, row {row}: {line}" for row, line in found if line]


def _contradiction(block: LabelledBlock) -> str:
    """Say what is wrong with a row; empty if nothing is."""
    try:
        size = read_rgb(block.image).shape[:2]
        if block.mask is None:
            return ""
        mask = read_grey(block.mask)
    except RsqiError as error:
        return str(error)
    if mask.shape != size:
        return f"{block.mask.name} has {mask.shape[1]} x {mask.shape[0]} px, its image {size[1]} x {size[0]}"
    drawn = {int(n) for n in np.unique(mask)} - {0, IGNORED}
    if strange := sorted(drawn - {t.id for t in TYPES}):
        return f"{block.mask.name} holds {strange[0]}; a mask has 0, 1 to 10 and 255"
    if lacking := sorted(set(block.labels) - drawn):
        return f"its labels say {by_id(lacking[0]).code}, but {block.mask.name} has no pixel of it"
    plain = {summary.error_type.id for summary in summarize_mask(mask)}  # a speck of a region is no error
    if unsaid := sorted(plain - set(block.labels)):
        return f"{block.mask.name} shows {by_id(unsaid[0]).code}, which its labels do not say"
    return ""
