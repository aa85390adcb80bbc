"""Block by block: classify, segment what is left alive, run the rules, and say what was found where."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .blocks import Block
from .classify import as_tile, describe, outlines, probabilities
from .constrain import alive, constrain
from .errors import ParameterError
from .findings import Finding, Judged, Tile
from .limits import INPUT_SIDE
from .memory.bank import Memory
from .merge import NODATA, claim, dilate, patch
from .models import Description, Model
from .parameters import Parameters
from .rules import PIXEL_MISSING, STRIPE_NOISE
from .segment import labels, segment
from .strips.decimate import shrink, tile_shape
from .strips.footprint import Footprint
from .taxonomy import BOUNDARY_TYPES, CODES, REGION_TYPES, by_code
from .uniform import uniform

_HELD = 64  # blocks that wait for a full batch where most are nodata

_STRIPES, _MISSING = by_code("stripe_noise"), by_code("pixel_missing")


class Examiner:
    """Looks at the tiles of one raster, in the order of their steps.

    `judge` runs the networks and `find` all the rest; each may have a thread of its own.

    Parameters
    ----------
    model : Model or None
        None when only the rules run.
    parameters : Parameters
    footprint : Footprint, optional
        Of what the blocks lie in; without it each is taken for a whole image.
    memory : Memory, optional
        Of the same model: how unusual the blocks of the finest grid are is said as well.
    """

    def __init__(
        self,
        model: Model | None,
        parameters: Parameters,
        footprint: Footprint | None = None,
        memory: Memory | None = None,
    ):
        self._model, self._parameters, self._footprint, self._memory = model, parameters, footprint, memory
        self._sizes = sorted(parameters.blocks)
        self._wanted = np.array([code in parameters.types for code in CODES])
        self._mode = parameters.constraint or (model.card.constraint if model else "absolute")
        if model and self._mode == INPUT_SIDE and not model.prompted:
            raise ParameterError(f"constraint {INPUT_SIDE} needs a model that takes words; {model.card.id} does not")
        self._batch = model.batch if model else 1
        self._seams: list[tuple[Block, int]] = []
        if model:
            given = parameters.threshold
            thresholds = model.thresholds if given is None else np.full(len(CODES), given, np.float32)
            self._threshold = lowered(thresholds, parameters.sensitivity)
            if model.card.seams:  # which finds them as lines, where the classifier would mark whole blocks
                self._threshold[[t.id - 1 for t in BOUNDARY_TYPES]] = np.inf
            # The paper's rule runs where the classifier marks; the sturdier one may look before that.
            own_gate = given is None and parameters.stripe_rule != "otsu"
            self._stripe_gate = model.card.stripe_gate if own_gate else float(self._threshold[_STRIPES.id - 1])

    def judge(self, tiles: Iterator[Tile]) -> Iterator[Judged]:
        """Ask the networks, a few tiles at a time; those without a valid pixel are passed on unseen.

        A batch never reaches beyond the tiles that are due together, so that it does not depend on where a run began.
        """
        waiting: list[Tile] = []
        for tile in tiles:
            waiting.append(tile)
            full = sum(each.rgb is not None for each in waiting) == self._batch or len(waiting) >= _HELD
            if full or tile.step.last:
                yield from self._judged(waiting)
                waiting = []
        yield from self._judged(waiting)

    def find(self, judged: Iterator[Judged]) -> Iterator[Finding]:
        """Turn what the networks say into claims, and run the rules."""
        for each in judged:
            finding = self._find(each)
            self.remember(finding)
            yield finding

    def remember(self, finding: Finding) -> None:
        """Take note of a seam, for the coarser blocks that follow; of findings of an earlier run as well."""
        if finding.seam:
            self._seams.append((finding.block, finding.seam))
        if finding.step.last:
            self._seams = [(block, seam) for block, seam in self._seams if block.bottom > finding.step.final]

    def _judged(self, tiles: list[Tile]) -> Iterator[Judged]:
        seen = [(tile, tile.rgb) for tile in tiles if tile.rgb is not None]
        said: dict[int, Judged] = {}
        if seen and self._model and "classify" in self._parameters.stages:
            side = self._model.card.tile_size
            pictures = np.stack([as_tile(shrink(rgb, tile_shape(tile.block, side)), side) for tile, rgb in seen])
            described = describe(self._model, pictures)
            logits = self._segmented(self._model, pictures, described)
            unusual = self._unusual([tile for tile, _ in seen], described)
            for i, (tile, _) in enumerate(seen):
                pixels, evidence = logits.get(i, (None, None))
                said[id(tile)] = Judged(tile, described.logits[i], pixels, evidence, unusual.get(i))
        for tile in tiles:
            yield said.get(id(tile)) or Judged(tile)

    def _segmented(
        self, model: Model, pictures: np.ndarray, described: Description
    ) -> dict[int, tuple[np.ndarray, np.ndarray | None]]:
        """Segment the pictures in which the classifier leaves a wanted region type alive (two steps instead of one).

        Returns
        -------
        dict
            Segmentation logits, and the evidence of the region types, by the number of the picture.
        """
        if "segment" not in self._parameters.stages:
            return {}
        wanted, alpha = self._wanted[: len(REGION_TYPES)], self._parameters.alpha
        living = np.array([alive(y, self._mode, self._threshold, alpha) & wanted for y in described.logits])
        hopeful = np.flatnonzero(living.any(1)).tolist()
        if not hopeful:
            return {}
        chosen = described.of(hopeful)
        asked = living[hopeful] if self._mode == INPUT_SIDE else None
        evidence = [None] * len(hopeful) if chosen.evidence is None else chosen.evidence[:, : len(REGION_TYPES)].copy()
        return dict(zip(hopeful, zip(segment(model, pictures[hopeful], chosen, asked), evidence)))

    def _unusual(self, tiles: list[Tile], described: Description) -> dict[int, np.ndarray]:
        """Ask the memory about the features that the classifier has computed already, by the number of the tile."""
        if self._memory is None:
            return {}
        native = [i for i, tile in enumerate(tiles) if tile.block.size == self._sizes[0]]
        return dict(zip(native, self._memory.scores(described.of(native).features))) if native else {}

    def _find(self, judged: Judged) -> Finding:
        tile, block = judged.tile, judged.tile.block
        native = block.size == self._sizes[0]
        layers, p, seam = [], None, 0
        if native and tile.rgb is None:
            layers.append(uniform((block.height, block.width), NODATA, np.uint16))
        elif native and tile.valid is not None:
            layers.append(np.where(tile.valid, np.uint16(0), np.uint16(NODATA)))
        if judged.class_logits is not None:
            p = probabilities(judged.class_logits)
            seam = self._seam(block, p) if "segment" in self._parameters.stages else 0
            if seam:
                value = self._claim(block, np.full((1, 1), seam, np.uint8), float(p[seam - 1]))
                layers.append(uniform((block.height, block.width), value[0, 0], np.uint16))
            layers.extend(self._regions(block, judged, p))
        if native and "rules" in self._parameters.stages:
            layers.extend(self._rules(tile, p))
        shows = native and _shows(tile)
        return Finding(tile.step, p, seam, patch(block.x, block.y, layers), shows, judged.unusual)

    def _claim(self, block: Block, label: np.ndarray, confidence: np.ndarray | float) -> np.ndarray:
        return claim(label, confidence, self._sizes.index(block.size))

    def _regions(self, block: Block, judged: Judged, p: np.ndarray) -> list[np.ndarray]:
        """Claims of the segmenter, and of the evidence for types that the classifier marks and it leaves out."""
        if self._model is None or judged.logits is None or judged.class_logits is None:
            return []
        logits = constrain(judged.logits, judged.class_logits, self._mode, self._parameters.alpha, self._threshold)
        logits[1:][~self._wanted[: len(REGION_TYPES)]] = -np.inf
        side, shape = self._model.card.tile_size, (block.height, block.width)
        rows, columns = tile_shape(block, side)
        label, confidence = labels(logits[:, :rows, :columns], shape)
        claims = [self._claim(block, *dilate(label, confidence))]
        if judged.evidence is not None:
            asked = np.where(self._wanted, self._threshold, np.inf)
            for category_id, sure in outlines(judged.evidence, p, asked, label, side, (rows, columns)):
                layer = np.where(sure > 0, np.uint8(category_id), np.uint8(0))
                claims.append(claim(layer, sure, self._sizes.index(block.size), evidence=True))
        return claims

    def _seam(self, block: Block, p: np.ndarray) -> int:
        """The boundary type that marks the whole block, or 0.

        The approximate place of a seam is what the work needs (paper, section 3.3). A coarser block marks one only
        where no finer block that overlaps it has placed it already.
        """
        found = [t.id for t in BOUNDARY_TYPES if self._wanted[t.id - 1] and p[t.id - 1] >= self._threshold[t.id - 1]]
        placed = {seam for finer, seam in self._seams if finer.size < block.size and finer.overlaps(block)}
        return max((seam for seam in found if seam not in placed), key=lambda seam: p[seam - 1], default=0)

    def _rules(self, tile: Tile, p: np.ndarray | None) -> list[np.ndarray]:
        """Missing pixels everywhere, stripes where the classifier sees some (domain facts, section 5.7)."""
        rgb, valid = tile.rgb, tile.valid
        if rgb is None:
            return []
        if valid is None:
            valid = np.ones(rgb.shape[:2], bool)
        found = []
        if self._wanted[_MISSING.id - 1]:
            beyond = self._footprint.beyond(tile.block) if self._footprint else ()
            found.append((_MISSING, PIXEL_MISSING[self._parameters.missing_rule](rgb, valid, *beyond), 1.0))
        confidence = self._stripe_confidence(p)
        if confidence:
            found.append((_STRIPES, STRIPE_NOISE[self._parameters.stripe_rule](rgb, valid), confidence))
        return [self._claim(tile.block, mask * np.uint8(t.id), sure) for t, mask, sure in found if mask.any()]

    def _stripe_confidence(self, p: np.ndarray | None) -> float:
        """How sure a stripe in the block would be; 0 if none is to be looked for."""
        if not self._wanted[_STRIPES.id - 1]:
            return 0.0
        if self._model is None or p is None or _STRIPES.code in self._model.lacking:
            return 1.0
        confidence = float(p[_STRIPES.id - 1])
        return confidence if confidence >= self._stripe_gate else 0.0


def _shows(tile: Tile) -> bool:
    """Are there valid pixels of more than one colour?"""
    if tile.rgb is None:
        return False
    pixels = tile.rgb.reshape(-1, 3) if tile.valid is None else tile.rgb[tile.valid]
    return bool((pixels[0] != pixels[-1]).any() or (pixels != pixels[0]).any())


def lowered(thresholds: np.ndarray, sensitivity: float) -> np.ndarray:
    """Return thresholds with their odds divided by `sensitivity`, as if errors were so many times as frequent.

    Odds and not the probabilities themselves, so that a type with a high threshold gains as much as one with a low one.
    What no probability passes stays out of reach.
    """
    if sensitivity == 1:
        return thresholds
    found, within = thresholds.copy(), thresholds < 1
    t = thresholds[within]
    found[within] = t / (t + sensitivity * (1 - t))
    return found
