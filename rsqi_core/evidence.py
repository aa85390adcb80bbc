"""Where in its block the model saw an error: the evidence that the block's verdict rests on, asked for one error."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from .blocks import Block, grid
from .classify import as_tile, describe, probabilities
from .errors import ModelError
from .models import Model
from .raster import Raster
from .seams.evidence import HALF, window_evidence
from .strips.decimate import shrink, tile_shape
from .taxonomy import BOUNDARY_TYPES

SEAM_SIDE = 1024  # px around a seam's middle, where the network of seams sees lines
_BOUNDARY = {t.id for t in BOUNDARY_TYPES}
_STOPS = (0.0, 0.35, 0.7, 1.0)  # of the probability, and the colours that it has there
_COLORS = ((70, 20, 110), (190, 45, 95), (245, 130, 35), (252, 240, 110))
_OPAQUE = 0.72  # where the probability is 1: the image shows through


@dataclass(frozen=True)
class EvidenceMap:
    """What the model sees in one block of one type.

    Attributes
    ----------
    category_id : int
        1..10.
    window : (int, int, int, int)
        The block: column, row, width and height in pixels of the raster.
    sure : numpy.ndarray
        float32 [h, w], 0-1: how probable the type would be in a block as suspicious as this cell.
    probability : float
        Of the type in the block, 0-1.
    """

    category_id: int
    window: tuple[int, int, int, int]
    sure: np.ndarray
    probability: float


def evidence_of(
    model: Model,
    raster: Raster,
    frame: tuple[int, int, int, int],
    category_id: int,
    place: tuple[float, float],
    size: int,
    overlap: float,
) -> EvidenceMap:
    """Ask the model what it sees in the block around a place.

    Parameters
    ----------
    frame : (int, int, int, int)
        The inspected window of the raster, over which the grid of blocks lies.
    category_id : int
    place : (float, float)
        Column and row of the raster, within the frame.
    size, overlap : int, float
        Of the grid that the error was found with.

    Raises
    ------
    ModelError
        The model has no evidence: it is a classifier without maps.
    RasterError
        The image cannot be read.
    """
    if category_id in _BOUNDARY and model.card.seams:
        return _of_seam(model, raster, frame, category_id, place)
    x, y, width, height = frame
    block = block_around(grid(width, height, size, overlap), (place[0] - x, place[1] - y))
    window = x + block.x, y + block.y, block.width, block.height
    rgb, _ = raster.read(*window)
    side = model.card.tile_size
    rows, columns = tile_shape(block, side)
    found = describe(model, as_tile(shrink(rgb, (rows, columns)), side)[None])
    if found.evidence is None:
        raise ModelError(f"{model.card.id}: this model does not say where in a block it sees an error")
    plane = found.evidence[0, category_id - 1]
    cell = side / plane.shape[0]
    sure = probabilities(plane[: math.ceil(rows / cell), : math.ceil(columns / cell)])
    return EvidenceMap(category_id, window, sure.astype(np.float32), _probability(found.logits, category_id))


def block_around(blocks: tuple[Block, ...], place: tuple[float, float]) -> Block:
    """Return the block in whose middle a place lies best."""

    def distance(block: Block) -> float:
        across, down = block.x + block.width / 2 - place[0], block.y + block.height / 2 - place[1]
        return max(abs(across) / block.width, abs(down) / block.height)

    return min(blocks, key=distance)


def heat(found: EvidenceMap, shape: tuple[int, int]) -> np.ndarray:
    """Return the map as a picture of rows and columns: uint8 RGBA [H, W, 4], clear where nothing is seen."""
    sure = np.clip(cv2.resize(found.sure, shape[::-1], interpolation=cv2.INTER_CUBIC), 0, 1)
    bands = [np.interp(sure, _STOPS, [color[band] for color in _COLORS]) for band in range(3)]
    opacity = 255 * _OPAQUE * np.sqrt(sure) * (sure > 0.02)
    return np.rint(np.stack([*bands, opacity], -1)).astype(np.uint8)


def _of_seam(
    model: Model, raster: Raster, frame: tuple[int, int, int, int], category_id: int, place: tuple[float, float]
) -> EvidenceMap:
    x, y, width, height = frame
    sides = min(SEAM_SIDE, width), min(SEAM_SIDE, height)
    corner = [
        round(min(max(middle - side / 2, start), start + length - side))
        for middle, side, start, length in zip(place, sides, (x, y), (width, height))
    ]
    window = corner[0], corner[1], sides[0], sides[1]
    rgb, valid = raster.read(*window, (math.ceil(sides[1] / HALF), math.ceil(sides[0] / HALF)))
    sure = window_evidence(rgb, valid, model.seams)
    return EvidenceMap(category_id, window, sure, float(sure.max()))


def _probability(logits: np.ndarray, category_id: int) -> float:
    return float(probabilities(logits[0, category_id - 1]))
