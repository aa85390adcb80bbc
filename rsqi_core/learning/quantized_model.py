"""A model folder in eight bits: made, compared with what it was made of on the same blocks, kept where it pays."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from ..classify import as_tile
from ..constrain import alive, constrain
from ..dataset.labelled_blocks import draw_tile, read_part
from ..dataset.layout import TEST, TRAIN
from ..errors import ModelError, OutputError, RsqiError
from ..evaluation.calibration.calibrate import CLEAN, DEFECTIVE
from ..evaluation.calibration.calibration_blocks import read_calibration_blocks
from ..files.atomic import whole_folder
from ..metrics import CLASSES, confusion
from ..models import Model, load
from ..models.card import CARD, CLASSIFIER, INT8, SEGMENTER, graphs_of, read_card, write_card
from ..models.quantization import quantize
from ..segment import labels
from ..synthesis.compose import Sample, medium_and_strong
from ..taxonomy import CODES
from .comparison import compare
from .predictions import Predictions

LOSS = 0.01  # of mIoU or of macro F1: what may be lost at most
GAIN = 1.3  # what has to be gained at least: time before over time after
# Composed blocks have numbers after those that thresholds are set on.
SEEN_DEFECTIVE, SEEN_CLEAN = 30, 15
DEFECTIVE_COMPARED, CLEAN_COMPARED = 200, 60
LEAST = 30  # blocks of a dataset that are enough to compare on

Log = Callable[[str], None]


@dataclass(frozen=True)
class Blocks:
    """What is shown: blocks that ranges are seen on, and others that both models are compared on."""

    seen: Sequence[Callable[[], Sample]]
    compared: Sequence[Callable[[], Sample]]


def composed(data: Path) -> Blocks:
    """Take blocks with planted errors and clean ones, composed from the held-out pictures of a folder of imagery."""
    source = read_calibration_blocks(data)

    def some(defective: range, clean: range) -> list[Callable[[], Sample]]:
        return [*(partial(source.defective, k) for k in defective), *(partial(source.clean, k) for k in clean)]

    first, other = DEFECTIVE + SEEN_DEFECTIVE, CLEAN + SEEN_CLEAN
    return Blocks(
        some(range(DEFECTIVE, first), range(CLEAN, other)),
        some(range(first, first + DEFECTIVE_COMPARED), range(other, other + CLEAN_COMPARED)),
    )


def cut(dataset: Path, side: int) -> Blocks:
    """Take blocks of a dataset, `side` pixels wide: ranges are seen on its training part.

    Raises
    ------
    RsqiError
        If it cannot be read, or its test part is too small.
    """
    parts = [[partial(draw_tile, block, side) for block in read_part(dataset, part)] for part in (TRAIN, TEST)]
    seen, compared = parts
    if not seen or len(compared) < LEAST:
        raise RsqiError(
            f"{dataset}: has {len(seen)} blocks for training and {len(compared)} for the test; to compare two models, "
            f"{LEAST} of the latter are needed"
        )
    step = max(1, len(seen) // (SEEN_DEFECTIVE + SEEN_CLEAN))
    return Blocks(seen[::step], compared)


@dataclass(frozen=True)
class Price:
    """What eight bits cost and gain on the same blocks.

    Attributes
    ----------
    blocks : int
    old_f1, new_f1 : float
        Mean over the types that the networks decide and the card marks, 0-1.
    old_iou, new_iou : float
        Mean over the region types that occur, under the card's constraint, 0-1.
    gain : float
        Time of a block before over that after: the median over the blocks.
    """

    blocks: int
    old_f1: float
    new_f1: float
    old_iou: float
    new_iou: float
    gain: float

    @property
    def worth_it(self) -> bool:
        """Does it lose little enough and gain enough?"""
        return max(self.old_f1 - self.new_f1, self.old_iou - self.new_iou) <= LOSS and self.gain >= GAIN

    @property
    def line(self) -> str:
        """The outcome in one line."""
        return (
            f"mIoU {self.old_iou:.3f} -> {self.new_iou:.3f}, macro F1 {self.old_f1:.3f} -> {self.new_f1:.3f}, "
            f"{self.gain:.2f} times as fast on {self.blocks} blocks"
        )


def quantize_model(
    model: str, show: Callable[[int], Blocks], output: Path, force: bool = False, log: Log = lambda line: None
) -> tuple[Model, Price]:
    """Write a model folder whose convolutions compute in eight bits, if it is worth it on this processor.

    The network of seams stays as it is, and so do thresholds and temperatures.

    Parameters
    ----------
    model : str
        ``"default"`` or a model folder.
    show : callable
        Gets the side of a block in pixels, and returns what to show.
    output : pathlib.Path
        Folder of the new model, which must not exist.
    force : bool
        Write it whatever it is worth.
    log : callable
        Gets a line on each step.

    Raises
    ------
    RsqiError
        It is not worth it, the model has no graphs or is in eight bits already, or something cannot be read or written.
    """
    if os.path.lexists(output):
        raise OutputError(f"{output} exists already; choose another name for the model in eight bits")
    source = load(model, "cpu")
    if not (source.folder / CARD).exists():
        raise ModelError(f"{source.folder}: has no {CARD}; make a model folder of it first: rsqi export")
    if source.card.precision == INT8:
        raise ModelError(f"{source.folder}: is in eight bits already; start from the model that it was made of")
    blocks = show(source.card.tile_size)
    with whole_folder(output, "the model") as new:
        log(f"ranges are seen on {len(blocks.seen)} blocks")
        _write(source, new, output.name, blocks.seen)
        log(f"both models look at {len(blocks.compared)} others")
        price = measure(source, Model(new, "cpu"), blocks.compared)
        if not (price.worth_it or force):
            raise RsqiError(
                f"{output}: not written, as eight bits have to gain {GAIN} times and lose {LOSS} at most "
                f"({price.line}); --force writes it all the same"
            )
        card = read_card(new)
        note = {"of": source.hash, **{name: round(value, 4) for name, value in asdict(price).items()}}
        write_card(new, replace(card, training={**card.training, INT8: note}))
    return Model(output, "cpu"), price


def _write(source: Model, folder: Path, name: str, seen: Sequence[Callable[[], Sample]]) -> None:
    card = source.card
    # What goes on from the classifier's features takes no images, and is all but a head.
    files = (CLASSIFIER,) if card.features else (CLASSIFIER, SEGMENTER)
    mean, std = (np.array(values, np.float32) for values in (card.mean, card.std))
    for file in graphs_of(card):
        if file in files:
            tiles = (as_tile(block().image, card.tile_size) for block in seen)
            images = ((tile / np.float32(255) - mean) / std for tile in tiles)
            quantize(source.folder / file, folder / file, (image.transpose(2, 0, 1)[None] for image in images))
        else:
            shutil.copyfile(source.folder / file, folder / file)
    write_card(folder, replace(card, id=name, precision=INT8))


def measure(old: Model, new: Model, blocks: Sequence[Callable[[], Sample]]) -> Price:
    """Show the same blocks to both models in turn, as an inspection does, and compare what they say and take."""
    seen: tuple[list[_Seen], list[_Seen]] = ([], [])
    for k, block in enumerate(blocks):
        sample = block()
        for which in (0, 1) if k % 2 else (1, 0):
            seen[which].append(_look((old, new)[which], sample))
    truth = np.stack([each.truth for each in seen[0]])
    before, after = (_predictions(model, looks, truth) for model, looks in zip((old, new), seen))
    compared = compare(old.card, before, new.card, after)
    marked = [row for row in compared.rows if old.card.thresholds[row.code] is not None and row.old_f1 is not None]
    old_f1, new_f1 = (float(np.mean([getattr(row, name) for row in marked] or [0.0])) for name in ("old_f1", "new_f1"))
    gain = float(np.median([first.seconds / second.seconds for first, second in zip(*seen)]))
    return Price(len(blocks), old_f1, new_f1, compared.old_iou, compared.new_iou, gain)


@dataclass(frozen=True)
class _Seen:
    """What a model says of a block: logits [10], confusion [7, 7], the truth [10], and the time that it took."""

    logits: np.ndarray
    confusion: np.ndarray
    truth: np.ndarray
    seconds: float


def _look(model: Model, sample: Sample) -> _Seen:
    tile, (h, w) = as_tile(sample.image, model.card.tile_size)[None], sample.segmentation.shape
    found, mode = np.zeros((h, w), np.uint8), model.card.constraint
    start = time.perf_counter()
    described = model.describe(tile)
    block = described.logits[0]
    pixels = model.segment(tile, described)[0] if alive(block, mode, model.thresholds).any() else None
    seconds = time.perf_counter() - start
    if pixels is not None:
        found = labels(constrain(pixels[:, :h, :w], block, mode, 1.0, model.thresholds), (h, w))[0]
    plain = all(defect.severity != "subtle" for defect in sample.defects)
    counted = confusion(sample.segmentation, found) if plain else np.zeros((CLASSES, CLASSES), np.int64)
    return _Seen(block, counted, medium_and_strong(sample), seconds)


def _predictions(model: Model, seen: Sequence[_Seen], truth: np.ndarray) -> Predictions:
    scale = np.array([model.card.temperatures[code] for code in CODES], np.float32)
    logits = np.array([each.logits for each in seen], np.float32) * scale
    return Predictions(logits, truth, np.array([each.confusion for each in seen]))
