"""How well a memory of clean images tells errors that nobody has named to it: image and pixel AUROC, and PRO."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ...imagery import read_rgb
from ...imagery.sets import CLEAN, files
from ...limits import UNUSUAL_LEAST, UNUSUAL_THRESHOLD
from ...memory.bank import STRIDE, TOP, Memory, as_bytes, cells, nearest, smooth
from ...memory.learn import HELD, Learner
from ...memory.memory_file import memory_for
from ...metrics import PixelScores, auroc
from ...models import Model
from ...synthesis.compose import Sample
from ...synthesis.defect import AMBIGUOUS, DEFECT
from ...taxonomy import TYPES
from . import blocks, frozen
from .frozen import Entry

EACH = 30  # pictures of a set that are learnt from
_PARTS = ("defect", "clean", "decoy")
_MOST = 4.0  # limits; distances beyond are equal
_RIDGE = 1e-4  # of the mean variance


@dataclass(frozen=True)
class Separation:
    """How far the errors of one type lie above what is clean.

    Attributes
    ----------
    image, pixel, pro : float
        AUROC of blocks by their most unusual cell, AUROC of pixels, and per-region overlap up to 30 % false positives.
    """

    image: float
    pixel: float
    pro: float


@dataclass(frozen=True)
class UnusualResult:
    """Of one type.

    Attributes
    ----------
    code : str
    blocks : int
        That hold it; they are compared with the clean ones.
    whole : Separation
        With the features as they are.
    left_out : Separation
        With what tells the type linearly taken out of the features (`erase`).
    strong : Separation
        As `whole`, without subtle errors.
    """

    code: str
    blocks: int
    whole: Separation
    left_out: Separation
    strong: Separation


@dataclass(frozen=True)
class UnusualResults:
    """Of all types.

    Attributes
    ----------
    memory : Memory
    source : str
        Where it comes from.
    types : tuple of UnusualResult
    marked : dict
        By part (``clean``, ``decoy``): share of blocks with a place, and of their pixels.
    """

    memory: Memory
    source: str
    types: tuple[UnusualResult, ...]
    marked: dict[str, tuple[float, float]]


@dataclass(frozen=True)
class _Seen:
    """A block: its cells in the memory's space, and what is true there."""

    entry: Entry
    points: np.ndarray  # float16 [h, w, D]
    distances: np.ndarray  # float32 [h, w], from the memory
    truth: dict[str, np.ndarray]  # by type, packed bits of [H, W]
    known: np.ndarray  # packed bits: no other error, nothing uncertain
    shape: tuple[int, int]

    def bits(self, packed: np.ndarray) -> np.ndarray:
        return np.unpackbits(packed, count=self.shape[0] * self.shape[1]).reshape(self.shape).astype(bool)


def measure_unusual(
    model: Model,
    data: Path,
    memory: Path | None = None,
    log: Callable[[str], None] = lambda line: None,
    entries: Iterable[Entry] | None = None,
) -> UnusualResults:
    """Ask a memory of clean images about the benchmark's blocks.

    Parameters
    ----------
    data : pathlib.Path
        Folder of the imagery sets.
    memory : pathlib.Path, optional
        Of `rsqi memory build`; without it one is made of the pictures for training, none of which the benchmark holds.
    entries : iterable of Entry, optional
        Blocks; all of the frozen list by default.

    Raises
    ------
    RsqiError
        The memory is of another model, or a picture is missing.
    """
    known = memory_for(memory, model) if memory else learn_clean(model, data, log)
    wanted = [each for each in (entries or frozen.read(frozen.BLOCKS)) if each.part in _PARTS]
    log(f"looking at {len(wanted)} blocks")
    seen = [_see(entry, sample, model, known) for entry in wanted if (sample := blocks.compose(entry, data))]
    clean = [each for each in seen if each.entry.part == "clean"]
    types = []
    for t in TYPES:
        mine = [each for each in seen if t.code in each.truth]
        if not mine:
            continue
        eraser = erase(*_labelled(mine, clean, t.code))
        without = Memory(known.model, known.projection, known.offset, eraser(known.prototypes), known.limit)
        plain = [each for each in mine if each.entry.codes[0] != t.code or each.entry.severity != "subtle"]
        types.append(
            UnusualResult(
                t.code,
                len(mine),
                _separate(mine, clean, t.code, known),
                _separate(mine, clean, t.code, without, eraser),
                _separate(plain, clean, t.code, known),
            )
        )
        log(f"{t.code}: pixel AUROC {types[-1].whole.pixel:.3f}, left out {types[-1].left_out.pixel:.3f}")
    marked = {part: _marked([each for each in seen if each.entry.part == part], known) for part in _PARTS[1:]}
    return UnusualResults(
        known, str(memory) if memory else f"{known.notes['images']} training pictures", tuple(types), marked
    )


def learn_clean(model: Model, data: Path, log: Callable[[str], None] = lambda line: None) -> Memory:
    """Make a memory of the clean pictures for training, up to `EACH` of each set, one block of each."""
    learner = Learner(model)
    side, number = model.card.tile_size, 0
    for kind in CLEAN:
        found = files(data, kind, validation=False)
        if not kind.folder.startswith("clean/") or not found:
            continue
        log(f"learning what {kind.name} looks like")
        for k in np.unique(np.linspace(0, len(found) - 1, min(EACH, len(found))).round().astype(int)):
            image = read_rgb(found[k])
            h, w = (min(side, length) // STRIDE * STRIDE for length in image.shape[:2])
            y, x = (image.shape[0] - h) // 2, (image.shape[1] - w) // 2
            learner.add(np.ascontiguousarray(image[y : y + h, x : x + w]), held=number % HELD == HELD - 1)
            number += 1
    return learner.memory(notes={"images": number, "block": side})


def erase(points: np.ndarray, truth: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return what takes from points whatever tells the true from the false linearly, and nothing else.

    The least change of [N, D] after which no linear reader does better than chance (Belrose et al., *LEACE*, 2023, for
    a concept of two values).

    Parameters
    ----------
    points, truth : numpy.ndarray
        float32 [N, D] and bool [N].
    """
    mean = points.mean(0)
    centred = points - mean
    covariance = centred.T @ centred / len(points)
    values, vectors = np.linalg.eigh(
        covariance + np.eye(len(covariance), dtype=np.float32) * _RIDGE * np.trace(covariance) / len(covariance)
    )
    whiten = vectors / np.sqrt(values) @ vectors.T
    unwhiten = vectors * np.sqrt(values) @ vectors.T
    direction = whiten @ (centred[truth].mean(0) - centred[~truth].mean(0))
    direction /= max(float(np.linalg.norm(direction)), 1e-12)
    change = np.outer(whiten @ direction, unwhiten @ direction).astype(np.float32)
    return lambda found: found - (found - mean) @ change


def _see(entry: Entry, sample: Sample, model: Model, memory: Memory) -> _Seen:
    joined = cells(model.describe(sample.image[None]).features)[0]
    points = memory.project(joined.reshape(len(joined), -1).T)
    shape = joined.shape[1:]
    truth: dict[str, np.ndarray] = {}
    uncertain = ~sample.valid
    for defect in sample.defects:
        uncertain = uncertain | (defect.mask == AMBIGUOUS)
        truth[defect.code] = truth.get(defect.code, False) | (defect.mask == DEFECT)
    return _Seen(
        entry,
        points.astype(np.float16).reshape(*shape, -1),
        smooth(nearest(points, memory.prototypes).reshape(shape)),
        {code: np.packbits(mask) for code, mask in truth.items() if mask.any()},
        np.packbits(~uncertain),
        sample.valid.shape,
    )


def _known(block: _Seen, code: str) -> tuple[np.ndarray, np.ndarray]:
    """Where a type is, and where it is known whether it is and no other error is, bool [H, W] each."""
    truth = block.bits(block.truth[code]) if code in block.truth else np.zeros(block.shape, bool)
    others = [block.bits(mask) for other, mask in block.truth.items() if other != code]
    known = block.bits(block.known)
    for other in others:
        known &= truth | ~other
    return truth, known


def _labelled(mine: list[_Seen], clean: list[_Seen], code: str) -> tuple[np.ndarray, np.ndarray]:
    """Cells of the blocks of a type and of as many clean ones, and whether they hold it."""
    points, truth = [], []
    for block in (*mine, *clean[: len(mine)]):
        where, known = _known(block, code)
        step = block.shape[0] // block.points.shape[0]
        h, w = block.points.shape[:2]
        share = where.reshape(h, step, w, step).mean((1, 3))
        whole = known.reshape(h, step, w, step).all((1, 3)) | (share > 0)
        points.append(block.points[whole].astype(np.float32))
        truth.append(share[whole] > 0)
    return np.concatenate(points), np.concatenate(truth)


def _separate(
    mine: list[_Seen],
    clean: list[_Seen],
    code: str,
    memory: Memory,
    change: Callable[[np.ndarray], np.ndarray] | None = None,
) -> Separation:
    """Compare the blocks of a type with clean ones, in the memory's space as it is or after a `change` of it."""
    pixels = PixelScores(0.0, _MOST)
    strongest, positive = [], []
    for block in (*mine, *clean):
        plane = block.distances if change is None else _distances(block, memory, change)
        plane = _enlarged(plane / memory.limit, block.shape)
        truth, known = _known(block, code)
        pixels.add(truth & known, plane, known)
        strongest.append(float(plane[known].max()) if known.any() else 0.0)
        positive.append(code in block.truth)
    image = auroc(np.array(strongest), np.array(positive))
    return Separation(image, pixels.auroc(), pixels.pro())


def _distances(block: _Seen, memory: Memory, change: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Distance of each cell of a block from the memory after a change, float32 [h, w]."""
    h, w, d = block.points.shape
    points = change(block.points.reshape(-1, d).astype(np.float32))
    return smooth(nearest(points, memory.prototypes).reshape(h, w))


def _enlarged(plane: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    return cv2.resize(plane, shape[::-1], interpolation=cv2.INTER_LINEAR)


def _marked(seen: list[_Seen], memory: Memory) -> tuple[float, float]:
    """Share of blocks in which a place is marked, and of all their pixels."""
    any_, shares = [], []
    for block in seen:
        over = (
            as_bytes(_enlarged(block.distances, block.shape), memory.limit) >= TOP * UNUSUAL_THRESHOLD
        ) & block.bits(block.known)
        _, _, stats, _ = cv2.connectedComponentsWithStats(over.astype(np.uint8), connectivity=8)
        areas = stats[1:, cv2.CC_STAT_AREA]
        areas = areas[areas >= UNUSUAL_LEAST]
        any_.append(areas.size > 0)
        shares.append(areas.sum() / max(block.bits(block.known).sum(), 1))
    return float(np.mean(any_ or [np.nan])), float(np.mean(shares or [np.nan]))
