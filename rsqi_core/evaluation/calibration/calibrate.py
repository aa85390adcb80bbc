"""Set the temperatures, thresholds and constraint of a model folder on held-out pictures."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from ...classify import as_tile, probabilities
from ...constrain import constrain
from ...errors import OutputError, ParameterError
from ...limits import CONSTRAINTS
from ...metrics import CLASSES, auroc, average_precision, confusion, iou_of, precision_of
from ...models import Model
from ...models.card import FALSE_ALARMS, copy_model, read_card, write_card
from ...rules import STRIPE_NOISE
from ...segment import labels
from ...synthesis.compose import Sample, medium_and_strong
from ...taxonomy import CODES, IGNORED, by_code
from .calibration_blocks import CalibrationBlocks, read_calibration_blocks
from .thresholds import BUT_SEAMS, BY_NETWORK, TOGETHER, Outlines, gate, temperature, thresholds

VERSION = "0.12.0"
DEFECTIVE, CLEAN, DECOYS = 1200, 900, 900  # blocks that thresholds are set on
ANY = "any"  # of the figures: all types together that the network alone marks

_SEGMENTED = (6, 18, 18)  # steps through the blocks of each kind to compare constraints, as segmenting takes longest

Log = Callable[[str], None]
T = TypeVar("T")


@dataclass(frozen=True)
class Allowed:
    """How often the types may be marked where there is no error.

    Attributes
    ----------
    false_alarms : float
        Share of the clean blocks, 0-1, that one type may mark.
    without : collection of str
        Codes of types that the model shall not mark, as it may recognise only synthesised errors of them.
    sparing : collection of str
        Codes of types that may mark a tenth of `false_alarms` only, as their false alarms are rare on these pictures.
    lines : bool
        A network of their own finds seams as lines, so that the classifier's seams spend no share.

    Raises
    ------
    ParameterError
        If `false_alarms` is no share, or `without` or `sparing` names what is no type.
    """

    false_alarms: float = FALSE_ALARMS
    without: Collection[str] = ()
    sparing: Collection[str] = ()
    lines: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.false_alarms < 1:
            raise ParameterError(
                f"false alarms {self.false_alarms} must be a share between 0 and 1, such as {FALSE_ALARMS}"
            )
        for code in (*self.without, *self.sparing):
            by_code(code)


AS_USUAL = Allowed()


def recalibrate(
    source: Path, data: Path, folder: Path, allowed: Allowed = AS_USUAL, log: Log = lambda line: None
) -> Model:
    """Copy a model folder and set its thresholds and temperatures anew, as `calibrate` does.

    Raises
    ------
    OutputError
        If the copy would overwrite the model itself.
    """
    if folder.resolve() == source.resolve():
        raise OutputError(f"{folder} is the model itself; name another folder for the calibrated copy")
    card = replace(
        read_card(source),
        version=VERSION,
        thresholds=dict.fromkeys(CODES, 0.5),
        temperatures=dict.fromkeys(CODES, 1.0),
    )
    folder.mkdir(parents=True, exist_ok=True)
    copy_model(source, folder, card)
    return calibrate(Model(folder, "cpu"), data, allowed, log)


def calibrate(model: Model, data: Path, allowed: Allowed = AS_USUAL, log: Log = lambda line: None) -> Model:
    """Set temperatures, thresholds and constraint on held-out pictures that the benchmark leaves alone.

    Blocks are composed and classified one by one, so that memory does not grow with their number. As in the
    benchmark's bars, an error that a person would hardly see counts neither for nor against a type. The thresholds are
    those of `thresholds`, the constraint that of `best_constraint`.

    Parameters
    ----------
    model : Model
        With temperatures of 1; its card is written anew.
    data : pathlib.Path
        Folder of the imagery sets.
    log : callable
        Gets a line on each step.

    Raises
    ------
    RsqiError
        If the held-out pictures are missing.
    """
    share, source = allowed.false_alarms, read_calibration_blocks(data)
    log(f"classifying {DEFECTIVE} blocks with errors, {CLEAN} clean ones and {DECOYS} hard negatives")
    seen = _look(source, lambda sample: _answers(model, sample))
    logits, truth, ruled, confusions = (np.stack(part) for part in zip(*seen))
    kind = np.repeat(np.arange(3), (DEFECTIVE, CLEAN, DECOYS))
    scale = np.array([temperature(z[y != IGNORED], y[y != IGNORED] == 1) for z, y in zip(logits.T, truth.T)]).round(4)
    logits = logits / scale
    p = probabilities(logits)
    marked = np.array([code not in allowed.without for code in CODES])  # what is left out spends no share
    together = BUT_SEAMS if allowed.lines or model.card.seams else BY_NETWORK
    outlines = Outlines.of(confusions)
    limits = thresholds(p * marked, truth, kind == 1, kind == 2, share, allowed.sparing, outlines, together)
    stripes = CODES.index("stripe_noise")
    pass_from = gate(p[:, stripes], ruled, truth[:, stripes] == 1, kind > 0, share)
    card = replace(
        model.card,
        temperatures=dict(zip(CODES, scale.tolist())),
        thresholds={code: None if np.isinf(t) else round(float(t), 4) for code, t in zip(CODES, limits)},
        stripe_gate=round(pass_from, 4),
        false_alarms=share,
        withheld=tuple(code for code in CODES if code in allowed.without),
        sparing=tuple(code for code in CODES if code in allowed.sparing),
        quality=_quality(p, truth, limits, kind, together),
    )
    write_card(model.folder, card)
    log("comparing the modes of equation 3")
    constrained = Model(model.folder, "cpu")
    by_mode = _look(source, lambda sample: _by_mode(constrained, sample), _SEGMENTED)
    write_card(model.folder, replace(card, constraint=best_constraint(by_mode, TOGETHER * share)))
    return Model(model.folder, "cpu")


def _look(source: CalibrationBlocks, look: Callable[[Sample], T], steps: tuple[int, int, int] = (1, 1, 1)) -> list[T]:
    """Compose the blocks of each kind, or some of them, and return what `look` makes of each; a core a block."""
    kinds = zip((source.defective, source.clean, source.decoy), (DEFECTIVE, CLEAN, DECOYS), steps)
    numbers = [(compose, k) for compose, count, step in kinds for k in range(0, count, step)]

    def one(number: tuple[Callable[[int], Sample], int]) -> T:
        compose, k = number
        return look(compose(k))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(one, numbers))


def _answers(model: Model, sample: Sample) -> tuple[np.ndarray, np.ndarray, bool, np.ndarray]:
    """The truth of a block, and the model's answer.

    Returns
    -------
    tuple
        Block logits [10], truth [10] (255 where it would hardly be seen), whether the stripe rule finds anything, and
        the confusion int64 [7, 7] of the segmenter alone; empty for a block with an error that would hardly be seen.
    """
    ruled = bool(STRIPE_NOISE["oriented"](sample.image, sample.valid).any())
    tile, (h, w) = _tile(model, sample), sample.segmentation.shape
    described, counted = model.describe(tile), np.zeros((CLASSES, CLASSES), np.int64)
    if all(defect.severity != "subtle" for defect in sample.defects):
        pixels = model.segment(tile, described)[0][:, :h, :w]
        counted = confusion(sample.segmentation, labels(pixels, (h, w))[0])
    return described.logits[0], medium_and_strong(sample), ruled, counted


def _tile(model: Model, sample: Sample) -> np.ndarray:
    """The block as an inspection would show it to the model, uint8 [1, S, S, 3]."""
    return as_tile(sample.image, model.card.tile_size)[None]


def _quality(
    p: np.ndarray, truth: np.ndarray, limits: np.ndarray, kind: np.ndarray, together: Sequence[int]
) -> dict[str, dict[str, float]]:
    """Figures by type and, under `ANY`, of the types together that the network decides."""
    quality = {}
    marked = (p >= limits) & (truth != IGNORED)
    for i, code in enumerate(CODES):
        known = truth[:, i] != IGNORED
        y = truth[known, i] == 1
        quality[code] = {"auroc": auroc(p[known, i], y), "average_precision": average_precision(p[known, i], y)}
        quality[code] |= _marked(marked[:, i], kind)
    quality[ANY] = _marked(marked[:, together].any(1), kind)
    return {
        code: {name: round(value, 3) for name, value in figures.items() if np.isfinite(value)}
        for code, figures in quality.items()
    }


def _marked(marked: np.ndarray, kind: np.ndarray) -> dict[str, float]:
    return {"clean_marked": float(marked[kind == 1].mean()), "decoys_marked": float(marked[kind == 2].mean())}


def _by_mode(model: Model, sample: Sample) -> tuple[bool, dict[str, np.ndarray]]:
    """Is the block without errors; and confusion int64 [7, 7] by mode, empty where an error is hardly seen."""
    if any(defect.severity == "subtle" for defect in sample.defects):
        return False, {}
    tile, (h, w) = _tile(model, sample), sample.segmentation.shape
    described = model.describe(tile)
    said, pixels = described.logits[0], model.segment(tile, described)[0][:, :h, :w]
    by_mode = {}
    for mode in CONSTRAINTS:
        found, _ = labels(constrain(pixels, said, mode, 1.0, model.thresholds), (h, w))
        by_mode[mode] = confusion(sample.segmentation, found)
    return not (sample.labels == 1).any(), by_mode


def best_constraint(seen: Sequence[tuple[bool, Mapping[str, np.ndarray]]], quiet: float) -> str:
    """Return the mode of equation 3 with the best mIoU and pixel precision together.

    Only a mode that marks pixels in at most the share `quiet` of the blocks without errors is taken: some leave marks
    under the threshold. The absolute one never does, and stands if no other is quiet either.

    Parameters
    ----------
    seen : sequence of (bool, mapping)
        Of each block: is it without errors, and its confusion matrix int64 [7, 7], truth by found, by mode; no matrix
        for a block that is left out.
    """
    known = [(without_errors, by_mode) for without_errors, by_mode in seen if by_mode]
    nothing = np.zeros((CLASSES, CLASSES), np.int64)
    totals = {mode: sum((by_mode[mode] for _, by_mode in known), nothing) for mode in CONSTRAINTS}
    spotless = [by_mode for without_errors, by_mode in known if without_errors]
    alarms = {mode: np.mean([by_mode[mode][:, 1:].any() for by_mode in spotless] or [np.True_]) for mode in CONSTRAINTS}
    usable = [mode for mode in CONSTRAINTS if alarms[mode] <= quiet] or [CONSTRAINTS[0]]
    return max(usable, key=lambda mode: float(np.nanmean(iou_of(totals[mode])) + precision_of(totals[mode])))
