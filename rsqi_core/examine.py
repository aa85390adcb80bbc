"""A few blocks at a time: classify, segment what is left alive, run the rules, add what was found to the label map."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Sequence

import cv2
import numpy as np

from .blocks import Block
from .classify import as_tile, classify, probabilities
from .constrain import alive, constrain
from .merge import LabelMap, dilate
from .models import Model
from .parameters import Parameters
from .raster import Raster
from .rules import PIXEL_MISSING, STRIPE_NOISE
from .segment import labels, segment
from .taxonomy import BOUNDARY_TYPES, CODES, REGION_TYPES, by_code

_STRIPES, _MISSING = by_code("stripe_noise"), by_code("pixel_missing")


@dataclass(frozen=True)
class BlockResult:
    """What the classifier said of one block; `probabilities` is float32 [10]."""

    block: Block
    probabilities: np.ndarray


@dataclass
class Examiner:
    """Look at blocks of one raster and collect what is found.

    Attributes
    ----------
    raster : Raster
        Open raster.
    model : Model or None
        None when only the rules run.
    label_map : LabelMap
        Of the inspected window; blocks are given in its pixels.
    offset : (int, int)
        Column and row of the window within the raster.
    """

    raster: Raster
    model: Model | None
    parameters: Parameters
    label_map: LabelMap
    offset: tuple[int, int] = (0, 0)
    results: list[BlockResult] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._wanted = np.array([code in self.parameters.types for code in CODES])
        self._native = min(self.parameters.blocks)
        self._mode = self.parameters.constraint or (self.model.card.constraint if self.model else "absolute")
        given = self.parameters.threshold
        if self.model:
            self._threshold = self.model.thresholds if given is None else np.full(len(CODES), given, np.float32)
            # The paper's rule runs where the classifier marks; the sturdier one may look before that.
            own_gate = given is None and self.parameters.stripe_rule != "otsu"
            self._stripe_gate = self.model.card.stripe_gate if own_gate else float(self._threshold[_STRIPES.id - 1])

    def examine(self, blocks: Sequence[Block]) -> None:
        """Examine blocks of one size; blocks without a valid pixel are passed over."""
        read = [(block, *self._read(block)) for block in blocks]
        seen = [(block, rgb, valid) for block, rgb, valid in read if valid.any()]
        for block, _, valid in read:
            if block.size == self._native:
                self.label_map.ignore(block.x, block.y, valid)
        if not seen:
            return
        logits: list[np.ndarray | None] = [None] * len(seen)
        if self.model and "classify" in self.parameters.stages:
            tiles = np.stack([self._tile(rgb) for _, rgb, _ in seen])
            logits = list(classify(self.model, tiles))
            for (block, _, _), values in zip(seen, logits):
                self.results.append(BlockResult(block, probabilities(values)))
            if "segment" in self.parameters.stages:
                self._segment([s[0] for s in seen], [s[2] for s in seen], tiles, logits)
                for (block, _, valid), values in zip(seen, logits):
                    self._mark_boundaries(block, valid, values)
        if "rules" in self.parameters.stages:
            for (block, rgb, valid), values in zip(seen, logits):
                if block.size == self._native:
                    self._apply_rules(block, rgb, valid, values)

    def _read(self, block: Block) -> tuple[np.ndarray, np.ndarray]:
        """Read a block; all but the finest grid are read decimated to what the model takes in."""
        shape = None
        if self.model and block.size > self._native:
            shrink = min(1.0, self.model.card.tile_size / max(block.width, block.height))
            shape = (max(1, round(block.height * shrink)), max(1, round(block.width * shrink)))
        return self.raster.read(block.x + self.offset[0], block.y + self.offset[1], block.width, block.height, shape)

    def _tile(self, rgb: np.ndarray) -> np.ndarray:
        side = self.model.card.tile_size
        if max(rgb.shape[:2]) > side:
            shrink = side / max(rgb.shape[:2])
            size = (max(1, round(rgb.shape[1] * shrink)), max(1, round(rgb.shape[0] * shrink)))
            rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
        return as_tile(rgb, side)

    def _segment(
        self, blocks: list[Block], valids: list[np.ndarray], tiles: np.ndarray, class_logits: list[np.ndarray]
    ) -> None:
        """Segment the blocks in which the classifier leaves a wanted region type alive (two steps instead of one)."""
        wanted = self._wanted[: len(REGION_TYPES)]
        hopeful = [
            i
            for i, y in enumerate(class_logits)
            if (alive(y, self._mode, self._threshold, self.parameters.alpha) & wanted).any()
        ]
        if not hopeful:
            return
        side = self.model.card.tile_size
        for i, logits in zip(hopeful, segment(self.model, tiles[hopeful])):
            block = blocks[i]
            logits = constrain(logits, class_logits[i], self._mode, self.parameters.alpha, self._threshold)
            logits[1:][~wanted] = -np.inf
            shrink = min(1.0, side / max(block.width, block.height))
            inside = logits[:, : max(1, round(block.height * shrink)), : max(1, round(block.width * shrink))]
            label, confidence = dilate(*labels(inside, (block.height, block.width)))
            label[~_enlarge(valids[i], label.shape)] = 0
            self.label_map.add(block.x, block.y, label, confidence, block.size)

    def _mark_boundaries(self, block: Block, valid: np.ndarray, class_logits: np.ndarray) -> None:
        """Mark the whole block: the approximate place of a seam is what the work needs (paper, section 3.3)."""
        p = probabilities(class_logits)
        found = [t for t in BOUNDARY_TYPES if self._wanted[t.id - 1] and p[t.id - 1] >= self._threshold[t.id - 1]]
        found = [t for t in found if not self._marked_finer(block, t.id)]
        if not found:
            return
        best = max(found, key=lambda t: p[t.id - 1])
        label = np.where(_enlarge(valid, (block.height, block.width)), best.id, 0).astype(np.uint8)
        confidence = np.full(label.shape, p[best.id - 1], np.float32)
        self.label_map.add(block.x, block.y, label, confidence, block.size)

    def _marked_finer(self, block: Block, category_id: int) -> bool:
        """Has a finer grid, which runs first, already placed this seam within the block?"""
        if block.size == self._native:
            return False
        window = self.label_map.label[block.y : block.y + block.height, block.x : block.x + block.width]
        return bool((window == category_id).any())

    def _apply_rules(self, block: Block, rgb: np.ndarray, valid: np.ndarray, class_logits: np.ndarray | None) -> None:
        """Missing pixels everywhere, stripes where the classifier sees some (domain facts, section 5.7)."""
        if self._wanted[_MISSING.id - 1]:
            self._add_rule(block, PIXEL_MISSING[self.parameters.missing_rule](rgb, valid), _MISSING.id, 1.0)
        if not self._wanted[_STRIPES.id - 1]:
            return
        confidence = 1.0
        if class_logits is not None and _STRIPES.code not in self.model.lacking:
            confidence = float(probabilities(class_logits)[_STRIPES.id - 1])
            if confidence < self._stripe_gate:
                return
        self._add_rule(block, STRIPE_NOISE[self.parameters.stripe_rule](rgb, valid), _STRIPES.id, confidence)

    def _add_rule(self, block: Block, found: np.ndarray, category_id: int, confidence: float) -> None:
        if found.any():
            label = found.astype(np.uint8) * np.uint8(category_id)
            self.label_map.add(block.x, block.y, label, np.full(label.shape, confidence, np.float32), block.size)


def _enlarge(valid: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    if valid.shape == shape:
        return valid
    return cv2.resize(valid.astype(np.uint8), shape[::-1], interpolation=cv2.INTER_NEAREST).astype(bool)
