"""The records that the stages pass on to one another, from the tile of a block to an error that is scored.

They stand below all stages: no stage imports a later one for what it takes or returns. Imported inside QGIS as well:
standard library only, Python 3.9 syntax; what else they hold is imported for type checkers alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .taxonomy import by_id

if TYPE_CHECKING:
    import numpy as np
    from shapely.geometry import MultiPolygon

    from .blocks import Block, Step


@dataclass(frozen=True)
class Tile:
    """raster -> blocks: what the networks and the rules see of a block.

    Attributes
    ----------
    step : Step
    rgb : numpy.ndarray or None
        uint8 [h, w, 3]: the block at full resolution on the finest grid, at most the side of the networks' input on the
        others; 0 where not valid. None if no pixel is valid.
    valid : numpy.ndarray or None
        bool [h, w] on the finest grid; None if all pixels are valid and on the other grids.
    """

    step: Step
    rgb: np.ndarray | None
    valid: np.ndarray | None = None

    @property
    def block(self) -> Block:
        """The block of the step."""
        return self.step.block


@dataclass(frozen=True)
class Judged:
    """classify -> segment: what the networks say of a tile.

    Attributes
    ----------
    tile : Tile
    class_logits : numpy.ndarray or None
        Block logits, float32 [10].
    logits : numpy.ndarray or None
        Segmentation logits, float32 [7, h, w].
    evidence : numpy.ndarray or None
        What the classifier rests on, float32 [6, h / 8, w / 8], on the scale of the block logits.
    unusual : numpy.ndarray or None
        How unlike anything clean each cell is, uint8 [h / 8, w / 8], 0 to 254; None where no memory was asked.
    """

    tile: Tile
    class_logits: np.ndarray | None = None
    logits: np.ndarray | None = None
    evidence: np.ndarray | None = None
    unusual: np.ndarray | None = None


@dataclass(frozen=True)
class Patch:
    """Claims uint16 [h, w] of one block, the first of them at column `x` and row `y`; 0 claims nothing.

    :mod:`rsqi_core.merge` says what a claim is.
    """

    x: int
    y: int
    claims: np.ndarray

    @property
    def bottom(self) -> int:
        """First row below the patch."""
        return self.y + self.claims.shape[0]


@dataclass(frozen=True)
class Finding:
    """constrain -> merge: everything found in one block.

    Attributes
    ----------
    step : Step
    probabilities : numpy.ndarray or None
        float32 [10]; None where the classifier was not asked.
    seam : int
        Boundary type that marks the whole block, 0 for none.
    patch : Patch or None
        What the block claims of its pixels.
    shows : bool
        Whether there is anything to see: valid pixels of more than one colour, in a block of the finest grid.
    unusual : numpy.ndarray or None
        As of `Judged`; in blocks of the finest grid only.
    """

    step: Step
    probabilities: np.ndarray | None = None
    seam: int = 0
    patch: Patch | None = None
    shows: bool = False
    unusual: np.ndarray | None = None

    @property
    def block(self) -> Block:
        """The block of the step."""
        return self.step.block


@dataclass(frozen=True)
class BlockResult:
    """What the classifier said of one block; `probabilities` is float32 [10]."""

    block: Block
    probabilities: np.ndarray


@dataclass(frozen=True)
class ErrorPolygon:
    """merge -> polygons: one error found in the image.

    Attributes
    ----------
    category_id : int
        1..10.
    geometry : MultiPolygon
        Valid, with holes, in the units of the raster's CRS (pixels without georeference). Its parts touch at corners.
    pixels : int
    area_m2 : float
        On the ellipsoid if the CRS is known, else in square map units.
    confidence : float
        Mean probability 0..1 over the pixels.
    block_size : int
        Block size in pixels that gave most of the pixels.
    source : {"model", "evidence", "rule"}
        The segmenter, the evidence of the classifier where the segmenter left its block empty, or a rule.
    """

    category_id: int
    geometry: MultiPolygon
    pixels: int
    area_m2: float
    confidence: float
    block_size: int
    source: str

    @property
    def code(self) -> str:
        """Of the type, such as ``"cloud"``."""
        return by_id(self.category_id).code


@dataclass(frozen=True)
class ErrorRecord:
    """polygons -> score: what scoring needs to know of one error.

    Attributes
    ----------
    category_id : int
        1..10.
    area_m2 : float
        In the unit of the valid area.
    pixels : int
    length_px : float
        Longer side of the smallest rectangle around it, in pixels.
    offset_px : float, optional
        Displacement of a stitching misalignment; None if nobody measured it.
    step_dn : float, optional
        Step of tone along a seam in grey levels, of the band where it is largest; None if nobody measured it.
    status : str
        One of `rsqi_core.scoring.STATUSES`; ``"rejected"`` does not count.
    bounds : (xmin, ymin, xmax, ymax), optional
        In pixels; without it the error is never joined to a neighbour.
    """

    category_id: int
    area_m2: float
    pixels: int = 0
    length_px: float = 0.0
    offset_px: float | None = None
    status: str = "unreviewed"
    bounds: tuple[float, float, float, float] | None = None
    step_dn: float | None = None
