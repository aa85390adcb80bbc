"""Samples of a dataset: blocks with what people have drawn in them, or with the names of their errors alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..classify import as_tile
from ..errors import RsqiError
from ..imagery.picture_file import read_grey, read_rgb
from ..synthesis.compose import Sample, sample_of
from ..synthesis.defect import AMBIGUOUS, CLEAN, DEFECT, Defect
from ..taxonomy import CODES, IGNORED, REGION_TYPES, TYPES
from .class_names import category_ids
from .layout import TABLE
from .rows import is_synthetic, read_rows
from .scenes import scene_of

SEEDED = "seeded"  # column of a row, true where a model has drawn its mask
GUESSED = "guessed"  # column of a row, true where a model has named its types, too
UNSURE = 254  # in a mask that was seeded: any type of the block may be here, or none
VIEW = 0.75  # least share of a block's sides that a view at random keeps
_STEP = 32  # px: networks take multiples of it


@dataclass(frozen=True)
class LabelledBlock:
    """One block of a dataset.

    Attributes
    ----------
    image : pathlib.Path
        RGB picture.
    mask : pathlib.Path or None
        Label map with 0 background, 1..10 types, 255 ignored; None where only `labels` are known.
    labels : tuple of int
        Types in the block.
    size : int
        Its side in pixels; 0 where the table does not say.
    scene : str
        What it was cut from; blocks of one scene belong into one part.
    row : int
        Line of the table, from 1.
    synthetic : bool
        Was it generated?
    seeded : bool
        Has a model drawn the mask, where it was sure (`UNSURE` elsewhere)?
    guessed : bool
        Has it named `labels` as well, which nobody has seen?
    """

    image: Path
    mask: Path | None
    labels: tuple[int, ...]
    size: int = 0
    scene: str = ""
    row: int = 0
    synthetic: bool = False
    seeded: bool = False
    guessed: bool = False


def read_part(folder: Path, part: str) -> list[LabelledBlock]:
    """Return the blocks of one part of a dataset, none if it has no such part.

    A row needs ``file_name`` and ``labels`` (ids, codes or names of types); what `rsqi dataset` writes has more.

    Raises
    ------
    RsqiError
        If there is no dataset in the folder or its table cannot be understood; the row is named.
    """
    return [_block(folder / part / TABLE, n, row) for n, row in enumerate(read_rows(folder, part), 1)]


def scene_of_row(row: Mapping[str, Any]) -> str:
    """Return the scene that a row of a table belongs to: as it says, or by the name of its raster or picture."""
    return str(row.get("scene") or row.get("raster") or scene_of(str(row["file_name"])))


def _block(table: Path, n: int, row: Mapping[str, Any]) -> LabelledBlock:
    try:
        mask = row.get("mask_file_name")
        return LabelledBlock(
            table.parent / row["file_name"],
            table.parent / mask if mask else None,
            category_ids(row["labels"]),
            int(row.get("size") or 0),
            scene_of_row(row),
            n,
            is_synthetic(row),
            bool(row.get(SEEDED)),
            bool(row.get(GUESSED)),
        )
    except RsqiError as error:
        raise RsqiError(f"{table}, row {n}: {error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise RsqiError(f"{table}, row {n}: not the table of a dataset: {error!r}") from error


def draw_crop(block: LabelledBlock, rng: np.random.Generator, side: int, augment: bool = True) -> Sample:
    """Cut a square of `side` pixels out of a block.

    A block that is too small is continued by reflection, and what was added is ignored. Of a block without mask nobody
    knows where its errors are: it is shrunk until all of it is seen.

    Parameters
    ----------
    augment : bool
        Cut it anywhere and flip it at random (paper, section 4.1); else take the middle as it is.

    Raises
    ------
    RsqiError
        If a file cannot be read or the two do not belong together.
    """
    image, mask = _read(block)
    if mask is None:
        image = _within(image, side)
        mask = np.zeros(image.shape[:2], np.uint8)
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
    return _sample(block, image, mask, 0)


def draw_view(block: LabelledBlock, rng: np.random.Generator, side: int, augment: bool = True) -> Sample:
    """Return a block as an inspection shows it to a network (`draw_tile`), but cut and flipped at random.

    A cut keeps at least `VIEW` of the block's sides. Of a block without mask nobody knows where its errors are: it is
    only flipped.

    Parameters
    ----------
    side : int
        Of the square, in pixels, a multiple of 8; a larger cut is shrunk to it.
    augment : bool
        Cut and flip (paper, section 4.1); else all of the block as it is.
    """
    if not augment:
        return draw_tile(block, side)
    image, mask = _read(block)
    unknown = mask is None
    if mask is None:
        mask = np.zeros(image.shape[:2], np.uint8)
    share = 1.0 if unknown else float(rng.uniform(VIEW, 1))
    height, width = (max(1, round(share * n)) for n in mask.shape)
    y, x = (int(rng.integers(0, n - kept + 1)) for n, kept in zip(mask.shape, (height, width)))
    image, mask = image[y : y + height, x : x + width], mask[y : y + height, x : x + width]
    for axis in (0, 1):
        if rng.random() < 0.5:
            image, mask = np.flip(image, axis), np.flip(mask, axis)
    return _tile(block, np.ascontiguousarray(image), np.ascontiguousarray(mask), side)


def draw_tile(block: LabelledBlock, side: int | None = None) -> Sample:
    """Return a block as an inspection shows it to a network: all of it, a square of `side` pixels.

    A larger block is shrunk, a smaller one continued by reflection, and what was added is ignored.

    Parameters
    ----------
    side : int, optional
        A multiple of 8; by default the block keeps its own size.
    """
    image, mask = _read(block)
    if mask is None:
        mask = np.zeros(image.shape[:2], np.uint8)
    return _tile(block, image, mask, side or -(-max(mask.shape) // _STEP) * _STEP)


def _tile(block: LabelledBlock, image: np.ndarray, mask: np.ndarray, side: int) -> Sample:
    """Make a square of an image and its mask; a larger one is shrunk, a smaller one continued by reflection."""
    if max(mask.shape) > side:
        image = _within(image, side)
        mask = cv2.resize(mask, image.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    lacking = [(0, side - n) for n in mask.shape]
    return _sample(block, as_tile(image, side), np.pad(mask, lacking, constant_values=IGNORED), None)


def _read(block: LabelledBlock) -> tuple[np.ndarray, np.ndarray | None]:
    image = read_rgb(block.image)
    if block.mask is None:
        return image, None
    mask = read_grey(block.mask)
    if mask.shape != image.shape[:2]:
        raise RsqiError(f"{block.mask}: not as large as its image")
    return image, mask


def _within(image: np.ndarray, side: int) -> np.ndarray:
    """Shrink an image so that no side is longer than `side`."""
    scale = side / max(image.shape[:2])
    if scale >= 1:
        return image
    height, width = (max(1, round(n * scale)) for n in image.shape[:2])
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)


def _sample(block: LabelledBlock, image: np.ndarray, mask: np.ndarray, fill: int | None) -> Sample:
    image, valid = np.ascontiguousarray(image), mask != IGNORED
    if block.seeded:
        return _seeded(block, image, mask, fill)
    defects = [
        Defect(t.code, image, np.where(mask == t.id, DEFECT, CLEAN).astype(np.uint8), "") for t in TYPES if t.id in mask
    ]
    sample = sample_of(image, defects, valid, fill=fill)
    if block.mask is not None:
        return sample
    # All is known of which types are in the block, and nothing of where.
    labels = np.array([t.id in block.labels for t in TYPES], np.uint8)
    segmentation = np.full_like(sample.segmentation, IGNORED) if block.labels else sample.segmentation
    # The loss of the evidence is divided by its positive cells, of which there would be none.
    evidence = np.full_like(sample.evidence, IGNORED)
    unknown = tuple(CODES[n - 1] for n in block.labels)
    return replace(sample, labels=labels, segmentation=segmentation, evidence=evidence, unknown=unknown)


def _seeded(block: LabelledBlock, image: np.ndarray, mask: np.ndarray, fill: int | None) -> Sample:
    """Make a sample of a mask that says where a model is sure: the types that it has not found anywhere are unknown."""
    sown = [t for t in TYPES if t.id in block.labels and t in REGION_TYPES]
    rest = np.where(mask == UNSURE, AMBIGUOUS, CLEAN)
    defects = [Defect(t.code, image, np.where(mask == t.id, DEFECT, rest).astype(np.uint8), "") for t in sown]
    others = [t.code for t in TYPES if t.id in block.labels and t not in sown]
    return sample_of(image, defects, mask != IGNORED, others, fill=fill)
