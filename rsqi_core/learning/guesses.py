"""Guesses: what a model is sure of in images that nobody has looked at (pseudo-labels, survey, 3.3)."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from ..batch.scenes import find_scenes
from ..blocks import grid
from ..classify import as_tile, probabilities
from ..constrain import constrain
from ..dataset.labelled_blocks import GUESSED, SEEDED, UNSURE, read_part
from ..dataset.layout import TABLE, TRAIN
from ..dataset.rows import as_lines, read_rows
from ..errors import RsqiError
from ..files.atomic import write_whole
from ..models import Model
from ..raster import open_raster
from ..taxonomy import REGION_TYPES, TYPES
from .seeds import EMPTY

SURE = 0.9  # probability of a pixel's class from which it is learnt
_FOLDER = "guesses"
_LOOKED_AT = 4  # blocks for each that is wanted


def guess(model: Model, images: Path, folder: Path) -> int:
    """Add blocks of images that nobody has labelled to the training rows of a dataset; return how many.

    A block is taken if the model is sure of every type: it marks it, or gives it less than `EMPTY`. Of its pixels those
    are learnt whose class is surer than `SURE`. There are at most as many of them as other rows.

    Parameters
    ----------
    images : pathlib.Path
        Folder of rasters, searched with all folders in it.
    folder : pathlib.Path
        Of `rsqi_core.learning.holdout.hold_out`, whose rows name files elsewhere.

    Raises
    ------
    RsqiError
        There is no image, one cannot be read, or the model is sure of no block.
    """
    rows = read_rows(folder, TRAIN)
    most = len(read_part(folder, TRAIN))
    (folder / _FOLDER).mkdir(exist_ok=True)
    scenes, side = find_scenes([str(images)]), model.card.tile_size
    taken: list[dict[str, object]] = []
    each = -(-_LOOKED_AT * most // len(scenes))
    for scene in scenes:
        with open_raster(scene) as raster:
            blocks = list(grid(raster.width, raster.height, side, 0.0))
            for block in blocks[:: -(-len(blocks) // each)]:
                rgb, valid = raster.read(block.x, block.y, block.width, block.height)
                found = _guessed(model, rgb) if valid.all() and len(taken) < most else None
                if found is None:
                    continue
                names = [folder.resolve() / _FOLDER / f"{len(taken)}_{kind}.png" for kind in ("image", "mask")]
                for name, pixels in zip(names, (rgb[..., ::-1], found[1])):
                    write_whole(name, cv2.imencode(".png", pixels)[1].tobytes())
                taken.append(
                    {"file_name": str(names[0]), "mask_file_name": str(names[1]), "labels": found[0], "size": side,
                     "raster": Path(scene).name, "x": block.x, "y": block.y, SEEDED: True, GUESSED: True}
                )  # fmt: skip
    if not taken:
        raise RsqiError(f"{images}: the model is sure of no block of {side} px there; label some, or leave them out")
    write_whole(folder / TRAIN / TABLE, as_lines([*rows, *taken]).encode("utf-8"))
    return len(taken)


def _guessed(model: Model, rgb: np.ndarray) -> tuple[list[int], np.ndarray] | None:
    """Return the types of a block, and a mask uint8 [H, W] of what is sure; None if a type is not, or has no place."""
    tile = as_tile(rgb, model.card.tile_size)[None]
    described = model.describe(tile)
    block = described.logits[0]
    p = probabilities(block)
    marked = p >= model.thresholds
    if not (marked | (p < EMPTY)).all():
        return None
    logits = constrain(model.segment(tile, described)[0], block, "absolute", 1.0, model.thresholds)
    logits = logits[:, : rgb.shape[0], : rgb.shape[1]]
    weights = np.exp(logits - logits.max(0))
    found = np.where(weights.sum(0) * SURE <= 1, logits.argmax(0), UNSURE).astype(np.uint8)
    types = [t.id for t, there in zip(TYPES, marked) if there]
    drawn = set(np.unique(found).tolist())
    agreed = all(t.id in drawn for t, there in zip(REGION_TYPES, marked) if there)
    return (types, found) if agreed else None
