"""Outlines for images of which a person has named the types alone: seeds from a model's map of evidence.

Where the model is sure of a named type is that type, where it sees hardly any of them is background, and of the rest
nothing is learnt: the way of weakly supervised segmentation from class activation maps (survey, 3.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from ..classify import probabilities
from ..dataset.labelled_blocks import SEEDED, UNSURE, LabelledBlock, draw_tile, read_part
from ..dataset.layout import TABLE, TRAIN
from ..dataset.rows import as_lines, read_rows
from ..errors import ModelError, RsqiError
from ..files.atomic import write_whole
from ..imagery.picture_file import read_rgb
from ..models import Model
from ..taxonomy import REGION_TYPES

EMPTY = 0.1  # probability of each named type below which a place is background
_FOLDER = "seeds"
_REGIONS = {t.id for t in REGION_TYPES}


def sow(model: Model, folder: Path, test: Sequence[LabelledBlock]) -> int:
    """Give masks to the training rows of a dataset that have none and name region types; return how many.

    The masks lie in the folder itself, and its table names them; the same model and dataset give the same.

    Parameters
    ----------
    folder : pathlib.Path
        Of `rsqi_core.learning.holdout.hold_out`, whose rows name files elsewhere.
    test : sequence of LabelledBlock
        What old and new model will be compared on.

    Raises
    ------
    RsqiError
        There is nothing to sow, there are no outlines to compare with, or the model has no map of evidence.
    """
    rows, blocks = read_rows(folder, TRAIN), read_part(folder, TRAIN)
    bare = [k for k, block in enumerate(blocks) if block.mask is None and _REGIONS.intersection(block.labels)]
    if not bare:
        raise RsqiError("--seeds has nothing to do: no image for training names a region type without an outline")
    if not any(block.mask is not None and block.labels for block in test):
        raise RsqiError("--seeds needs outlines in the test part, on which old and new model are compared")
    (folder / _FOLDER).mkdir(exist_ok=True)
    for k in bare:
        file = folder.resolve() / _FOLDER / f"{blocks[k].row}.png"
        write_whole(file, cv2.imencode(".png", _mask(model, blocks[k]))[1].tobytes())
        rows[k] |= {"mask_file_name": str(file), SEEDED: True}
    write_whole(folder / TRAIN / TABLE, as_lines(rows).encode("utf-8"))
    return len(bare)


def _mask(model: Model, block: LabelledBlock) -> np.ndarray:
    """Show a block to a model as an inspection does; return `seeds` on its own grid."""
    tile = draw_tile(block, model.card.tile_size)
    evidence = model.describe(tile.image[None]).evidence
    if evidence is None:
        raise ModelError(f"{model.folder}: gives no map of its evidence; --seeds needs a model as the default one")
    rows, columns = (int(tile.valid.any(along).sum()) for along in (1, 0))  # the rest continues a smaller block
    side = tile.image.shape[0]
    shape = read_rgb(block.image).shape[:2]
    p = {}
    for k in sorted(_REGIONS.intersection(block.labels)):
        whole = cv2.resize(evidence[0, k - 1], (side, side), interpolation=cv2.INTER_LINEAR)[:rows, :columns]
        p[k] = probabilities(cv2.resize(whole, shape[::-1], interpolation=cv2.INTER_LINEAR))
    return seeds(p, {k: float(model.thresholds[k - 1]) for k in p})


def seeds(p: dict[int, np.ndarray], thresholds: dict[int, float]) -> np.ndarray:
    """Return a mask uint8 [H, W]: a type where the model is sure, 0 where it sees none, `UNSURE` between.

    A type that a person has named is somewhere: where the model is not sure of any place, its strongest is taken.

    Parameters
    ----------
    p : dict
        Probability, float [H, W], 0-1, by id of each named type.
    thresholds : dict
        From which the model marks it, by the same ids.
    """
    planes = np.stack(list(p.values()))
    limits = np.array([min(thresholds[k], float(plane.max())) for k, plane in p.items()])
    sure = planes >= limits[:, None, None]
    best = np.where(sure, planes, -1).argmax(0)
    ids = np.array(list(p), np.uint8)
    return np.where(sure.any(0), ids[best], np.where((planes < EMPTY).all(0), 0, UNSURE)).astype(np.uint8)
