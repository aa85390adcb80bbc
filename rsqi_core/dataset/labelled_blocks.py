"""Samples of a dataset that `rsqi dataset` has cut: blocks with what people have drawn in them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import RsqiError
from ..imagery.picture_file import read_grey, read_rgb
from ..synthesis.compose import Sample, sample_of
from ..synthesis.defect import CLEAN, DEFECT, Defect
from ..taxonomy import IGNORED, TYPES
from .layout import TABLE, TRAIN


@dataclass(frozen=True)
class LabelledBlock:
    """One block of a dataset.

    Attributes
    ----------
    image, mask : pathlib.Path
        RGB picture; label map with 0 background, 1..10 types, 255 ignored.
    labels : tuple of int
        Types in the block.
    size : int
        Its side in pixels.
    """

    image: Path
    mask: Path
    labels: tuple[int, ...]
    size: int = 0


def read_part(folder: Path, part: str) -> list[LabelledBlock]:
    """Return the blocks of one part of a dataset, none if it has no such part.

    Raises
    ------
    RsqiError
        If there is no dataset in the folder or its table cannot be understood.
    """
    if not (folder / TRAIN / TABLE).is_file():
        raise RsqiError(f"{folder}: no dataset here; make one with `rsqi dataset`")
    table = folder / part / TABLE
    if not table.is_file():
        return []
    try:
        rows = [json.loads(line) for line in table.read_text(encoding="utf-8").splitlines()]
        return [
            LabelledBlock(
                table.parent / row["file_name"],
                table.parent / row["mask_file_name"],
                tuple(row["labels"]),
                row.get("size", 0),
            )
            for row in rows
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RsqiError(f"{table}: not the table of a dataset: {error!r}") from error


def draw_crop(block: LabelledBlock, rng: np.random.Generator, side: int, augment: bool = True) -> Sample:
    """Cut a square of `side` pixels out of a block.

    A block that is too small is continued by reflection, and what was added is ignored.

    Parameters
    ----------
    augment : bool
        Cut it anywhere and flip it at random (paper, section 4.1); else take the middle as it is.

    Raises
    ------
    RsqiError
        If a file cannot be read or the two do not belong together.
    """
    image, mask = read_rgb(block.image), read_grey(block.mask)
    if mask.shape != image.shape[:2]:
        raise RsqiError(f"{block.mask}: not as large as its image")
    lacking = [(0, max(0, side - n)) for n in mask.shape]
    if lacking != [(0, 0), (0, 0)]:
        image = np.pad(image, (*lacking, (0, 0)), mode="symmetric")
        mask = np.pad(mask, lacking, constant_values=IGNORED)
    y, x = (int(rng.integers(0, n - side + 1)) if augment else (n - side) // 2 for n in mask.shape)
    image, mask = image[y : y + side, x : x + side], mask[y : y + side, x : x + side]
    if augment and rng.random() < 0.5:
        image, mask = image[:, ::-1], mask[:, ::-1]
    if augment and rng.random() < 0.5:
        image, mask = image[::-1], mask[::-1]
    defects = [
        Defect(t.code, image, np.where(mask == t.id, DEFECT, CLEAN).astype(np.uint8), "") for t in TYPES if t.id in mask
    ]
    return sample_of(np.ascontiguousarray(image), defects, mask != IGNORED)
