"""raster -> blocks -> how well words fit -> heat map and polygons: for what the ten types do not cover."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .blocks import grid, walk_order
from .classify import as_tile, probabilities
from .errors import Cancelled, ModelError, ParameterError
from .findings import ErrorPolygon, Tile
from .frame import Frame
from .limits import BLOCK_SIZE_RANGE, FIND_BLOCK, FIND_THRESHOLD, OVERLAP
from .merge import NODATA, LabelMap, Mosaic, claim, patch
from .models.prompts import BACKGROUND, read_prompts
from .models.text_checkpoint import BLOCKS, PIXELS, find_text
from .models.text_network import TextNetwork
from .places import Places
from .progress import OnProgress, Progress, no_progress
from .strips.prefetch import prefetch
from .strips.walk import walk
from .taxonomy import IGNORED
from .uniform import uniform

_READ_AHEAD = 8  # blocks


@dataclass(frozen=True)
class Search:
    """What to look for, and how.

    Attributes
    ----------
    texts : tuple of str
        One thing, said in one or several ways.
    threshold : float
        Score 0-1 from which a pixel belongs to it.
    block, overlap : int, float
        Side in pixels of the blocks that the network sees, and the share of it that neighbours have in common. A
        network of whole images says one score for a block: smaller blocks place it better.
    least_pixels : int
        Smaller places are left out.
    """

    texts: tuple[str, ...]
    threshold: float = FIND_THRESHOLD
    block: int = FIND_BLOCK
    overlap: float = OVERLAP
    least_pixels: int = 0

    def __post_init__(self) -> None:
        if not self.texts or not all(text.strip() for text in self.texts):
            raise ParameterError("text: say in words what to look for, such as 'smoke over a field'")
        if not 0 < self.threshold < 1:
            raise ParameterError(f"threshold must be between 0 and 1, not {self.threshold}")
        least, most = BLOCK_SIZE_RANGE
        if not least <= self.block <= most:
            raise ParameterError(f"block must be {least} to {most} px, not {self.block}")
        if not 0 <= self.overlap <= 0.5:
            raise ParameterError(f"overlap must be 0 to 0.5, not {self.overlap}")


@dataclass
class TextModel:
    """A checkpoint that was told what to look for.

    Parameters
    ----------
    folder : pathlib.Path
        With a CLIPSeg or GroupViT checkpoint, or a CLIP or SigLIP one that sees whole blocks.
    texts : sequence of str
        One thing in one or several ways.
    device : str
        As everywhere.

    Raises
    ------
    ModelError
        The folder holds none of these, or it cannot be used.
    """

    folder: Path
    texts: Sequence[str]
    device: str = "auto"
    warnings: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.folder.is_dir():
            raise ModelError(f"{self.folder}: no such folder; give one with a CLIPSeg, GroupViT, CLIP or SigLIP model")
        checkpoint = find_text(self.folder, PIXELS) or find_text(self.folder, BLOCKS)
        if checkpoint is None:
            raise ModelError(f"{self.folder}: no model that takes words; give CLIPSeg, GroupViT, CLIP or SigLIP")
        self.checkpoint = checkpoint
        against = read_prompts(self.folder, checkpoint.folder).texts.get(BACKGROUND, ())
        if not checkpoint.independent and not against:
            raise ModelError(f"{self.folder}: {checkpoint.architecture} compares texts; its prompts need a background")
        things = [tuple(self.texts), *([against] if not checkpoint.independent else [])]
        self._network = TextNetwork(checkpoint, things, self.device, lambda *said: self.warnings.append(said))

    @property
    def provider(self) -> str:
        """What it runs on."""
        return self._network.runner.provider

    @property
    def batch(self) -> int:
        """Blocks that are run at once."""
        return self._network.runner.batch

    def scores(self, images: np.ndarray) -> np.ndarray:
        """Return float32 [N, H, W], or [N, 1, 1] of whole blocks: 0-1, of uint8 RGB [N, H, W, 3].

        Of a network that compares texts it is the share against the texts of the background.
        """
        found = self._network(images)
        return probabilities(found[:, 0] - found[:, 1] if found.shape[1] > 1 else found[:, 0])


class Found:
    """A search through a frame, which goes on while its bands are taken.

    Memory holds some rows of the raster, and the polygons.
    """

    def __init__(
        self,
        frame: Frame,
        model: TextModel,
        wanted: Search,
        progress: OnProgress = no_progress,
        cancelled: Callable[[], bool] = lambda: False,
    ):
        self._frame, self._model, self._wanted = frame, model, wanted
        self._progress, self._cancelled = progress, cancelled
        self._places = Places(frame, wanted.threshold, wanted.least_pixels, wanted.block)

    @property
    def valid_pixels(self) -> int:
        """So far."""
        return self._places.valid_pixels

    @property
    def polygons(self) -> list[ErrorPolygon]:
        """Where the score reaches the threshold, the largest first; their type has no meaning."""
        return self._places.polygons

    def bands(self) -> Iterator[np.ndarray]:
        """Yield scores of the frame from the top, uint8 [N, width] each: 0 to 254, 255 for nodata.

        Raises
        ------
        Cancelled
            `cancelled` says so.
        """
        wanted, frame, started = self._wanted, self._frame, time.monotonic()
        steps = walk_order([grid(frame.width, frame.height, wanted.block, wanted.overlap)])
        mosaic = Mosaic(frame.width, (wanted.block,))
        tiles = prefetch(walk(frame.raster, frame.window, steps, wanted.block), _READ_AHEAD)
        with closing(tiles):
            for done, (tile, scores) in enumerate(self._scored(tiles), 1):
                mosaic.add(patch(tile.block.x, tile.block.y, _claims(tile, scores)))
                if self._cancelled():
                    raise Cancelled("cancelled; nothing was written")
                elapsed = time.monotonic() - started
                speed = frame.pixels * done / len(steps) / 1e6 / max(elapsed, 1e-9)
                self._progress(Progress("find", done, len(steps), elapsed * (len(steps) - done) / done, speed))
                for band in mosaic.take(tile.step.final):
                    yield self._trace(band)

    def _scored(self, tiles: Iterator[Tile]) -> Generator[tuple[Tile, np.ndarray | None], None, None]:
        """Ask the network, a few blocks at a time; those without a valid pixel are passed on unseen."""
        waiting: list[Tile] = []
        for tile in tiles:
            waiting.append(tile)
            if sum(each.rgb is not None for each in waiting) == self._model.batch or tile.step.last:
                yield from self._asked(waiting)
                waiting = []
        yield from self._asked(waiting)

    def _asked(self, tiles: list[Tile]) -> Iterator[tuple[Tile, np.ndarray | None]]:
        seen = [each.rgb for each in tiles if each.rgb is not None]
        scores = iter(self._model.scores(np.stack([as_tile(rgb, self._wanted.block) for rgb in seen])) if seen else ())
        for tile in tiles:
            yield tile, None if tile.rgb is None else next(scores)

    def _trace(self, band: LabelMap) -> np.ndarray:
        """Follow what reaches the threshold; return the band of the heat map."""
        nodata = band.label == IGNORED
        heat = np.where(nodata, np.uint8(IGNORED), band.confidence - np.uint8(1))  # a claim has 1 at least
        self._places.add(heat)
        return heat


def _claims(tile: Tile, scores: np.ndarray | None) -> list[np.ndarray]:
    """Return what a block says of its pixels: a score each, or that there is nothing."""
    shape = tile.block.height, tile.block.width
    if scores is None:
        return [uniform(shape, NODATA, np.uint16)]
    whole = scores.shape == (1, 1)
    own = np.broadcast_to(scores, shape) if whole else scores[: shape[0], : shape[1]]
    claims = claim(np.ones(shape, np.uint8), own, 0)
    return [claims] if tile.valid is None else [np.where(tile.valid, claims, np.uint16(NODATA))]
