"""The stream of samples: sample k is the same in any process, and after a run is resumed."""

from __future__ import annotations

import hashlib
import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from ..dataset.labelled_blocks import LabelledBlock, draw_crop, read_part
from ..dataset.layout import TABLE, TEST, TRAIN
from ..errors import ParameterError, RsqiError
from ..imagery.cut import draw_cut, middle
from ..models.architectures import CLASSIFIER, JOINT, PIXEL, SEAMS, SEGMENTER
from ..synthesis.compose import CELL, Sample, compose, draw_codes, draw_seam_codes
from ..synthesis.defect import AMBIGUOUS, DEFECT
from ..synthesis.view import DISTANT, distant, window
from ..taxonomy import BOUNDARY_TYPES, IGNORED, PIXEL_TYPES, TYPES
from . import teacher
from .pool import Pool, load
from .settings import EPOCHS, STEP, Settings

TARGETS = {
    JOINT: ("image", "labels", "evidence", "segmentation"),
    CLASSIFIER: ("image", "labels", "evidence"),
    SEGMENTER: ("image", "segmentation"),
    PIXEL: ("image", "pixels"),
    SEAMS: ("image", "labels", "evidence"),
}
_OUTLINES = (SEGMENTER, PIXEL, SEAMS)  # tasks that learn nothing from labels alone
_SEAMS = np.s_[TYPES.index(BOUNDARY_TYPES[0]) : TYPES.index(BOUNDARY_TYPES[-1]) + 1]  # of the types
_VALIDATION = 1  # third number of a validation sample's seed, which training leaves out
_PIXEL_SHARE = 0.5  # share of the pixel network's crops that get one of its types for certain
_REAL_CLEAN = 0.5  # share of the crops of real errors in which none is planted beside them
_COLLAR = 0.2  # share of crops that the edge of the image crosses
_PLAIN = 0.4  # share of a run over which errors that are hardly seen come in
_GUESSED = 0.5  # share of a run over which blocks come in whose labels a model has guessed
_LARGER = (4 / 3, 2)  # times the usual side; factors of larger crops
_CLOSE, _FAR = 0.3, 0.15  # shares of crops that are windows of larger ones, or larger ones halved
_FAR_SEAM = 0.5  # of those with a stitching trace: a long line tells, and a halved crop shows twice of it
_HALVED = 0.75  # share of the crops for the network of seams that are halved larger ones, as it will see blocks
_REAL_SEAMS = 0.4  # share of its crops of real errors that lie on pictures with true seams
_MISALIGNMENT = BOUNDARY_TYPES[1].code
_GROUNDS = 3  # pictures on which a misalignment is tried: on most ground nobody would see one
# What a seam is taken for; half of the look-alikes in its crops are of these.
_LIKE_SEAMS = ("stitching_trace", "stitching_misalignment", "shadow", "stretching_blur", "distortion")
_AHEAD = 6  # batches that a process makes in advance
# Forked processes share the decoded pool; elsewhere each reads its own.
_START = "fork" if sys.platform == "linux" else "spawn"


@dataclass(frozen=True)
class Material:
    """The sources of samples, a packed pool, a dataset or both, and a teacher that looks at them.

    Attributes
    ----------
    pool : pathlib.Path, optional
        Written by `rsqi_core.training.pool.pack`.
    dataset : pathlib.Path, optional
        Written by ``rsqi dataset``.
    teacher : pathlib.Path, optional
        Folder of a `rsqi_core.training.teacher.Teacher`.
    """

    pool: Path | None = None
    dataset: Path | None = None
    teacher: Path | None = None

    def __post_init__(self) -> None:
        if self.pool is None and self.dataset is None:
            raise ParameterError("nothing to train on; give a pool, a dataset or both")

    def share(self, settings: Settings) -> float:
        """Share of the samples that come from the dataset."""
        if self.dataset is None:
            return 0.0
        return 1.0 if self.pool is None else settings.share

    def samples(self, settings: Settings, epochs: int | None = None) -> int:
        """Samples of a run in which `epochs` times as many come from the dataset as it has blocks.

        Parameters
        ----------
        epochs : int, optional
            The usual number for the task if none is given.
        """
        if not self.share(settings):
            raise ParameterError("epochs count passes over a dataset; give a number of samples with a pool alone")
        blocks = blocks_of(self, settings)
        return math.ceil((epochs or EPOCHS[settings.task]) * len(blocks) / self.share(settings))

    def fingerprint(self) -> dict[str, str]:
        """Hashes of pool, table of the dataset and teacher, which decide a run's result as the settings do.

        Eight digits tell them apart, and secret scanners do not take them for a password in a model card.
        """
        files = {"pool": self.pool, "dataset": self.dataset and self.dataset / TRAIN / TABLE}
        try:
            found = {name: hashlib.sha256(f.read_bytes()).hexdigest()[:8] for name, f in files.items() if f}
        except OSError as error:
            raise RsqiError(f"{error.filename}: cannot be read: {error.strerror}") from error
        return found | ({"teacher": teacher.digest(self.teacher)} if self.teacher else {})


class SampleStream(Dataset[dict[str, np.ndarray]]):
    """All samples of a run, by their number.

    Parameters
    ----------
    material : Material
    settings : Settings
        Used are `seed`, `side`, `large`, `negatives`, `augment`, `share`, `real`, `samples`, `batch` and the task.
    part : str
        ``"train"``, or ``"test"`` for a fixed set to validate with: the dataset's test part, else crops composed from
        seeds that no training run draws. That set is the same with and without augmentation, so that runs compare.
    """

    def __init__(self, material: Material, settings: Settings, part: str = TRAIN):
        self.material, self.settings, self.part = material, settings, part
        self.augment = settings.augment or part == TEST
        self.share = material.share(settings)
        self.blocks = blocks_of(material, settings, part) if self.share else []
        self.seen = [block for block in self.blocks if not block.guessed]
        if part == TEST:
            self.share = 1.0 if self.blocks else 0.0
        if material.pool and self.share < 1:
            _pool(material.pool)

    def __len__(self) -> int:
        return self.settings.validation if self.part == TEST else self.settings.samples

    def __getitem__(self, key: int | tuple[int, int]) -> dict[str, np.ndarray]:
        """Return image [S, S, 3] and the targets of the task, all uint8; the key is a number, or that and a side."""
        k, side = key if isinstance(key, tuple) else (key, self.settings.side)
        sample = self.sample(k, side)
        names = TARGETS[self.settings.task]
        targets = {name: pixel_target(sample) if name == "pixels" else getattr(sample, name) for name in names}
        if self.settings.task == SEAMS:
            targets |= {name: targets[name][_SEAMS] for name in ("labels", "evidence")}
        return targets

    def sample(self, k: int, side: int | None = None) -> Sample:
        """Make sample `k`, which depends on the seed, `k` and the side in pixels alone."""
        settings = self.settings
        side = side or settings.side
        seed, *other = (0, _VALIDATION) if self.part == TEST else (settings.seed,)
        rng = np.random.default_rng([seed, k, *other])
        if rng.random() < self.share:
            epoch, row = divmod(k, len(self.blocks))
            block = self.blocks[_order(seed, epoch, len(self.blocks))[row]]
            if block.guessed and rng.random() >= k / (_GUESSED * settings.samples):
                block = self.seen[int(rng.integers(len(self.seen)))]
            return draw_crop(block, rng, side, self.augment)
        plain = self.part != TEST and rng.random() < 1 - k / (_PLAIN * settings.samples)
        drawing = Drawing(side, settings.negatives, settings.task == PIXEL, self.augment, settings.real, plain)
        draw = draw_seams if settings.task == SEAMS else draw_sample
        return draw(_pool(self.material.pool), rng, drawing)

    def batch(self, number: int) -> list[tuple[int, int]]:
        """Number and side of each sample of a training batch; fewer of large ones, so that all batches cost alike."""
        settings = self.settings
        rng, side, count = np.random.default_rng([settings.seed, number, 3]), settings.side, settings.batch
        if rng.random() < settings.large:
            factor = _LARGER[int(rng.integers(len(_LARGER)))]
            side, count = round(side * factor / STEP) * STEP, max(2, round(count / factor**2))
        return [(number * settings.batch + k, side) for k in range(count)]


def blocks_of(material: Material, settings: Settings, part: str = TRAIN) -> list[LabelledBlock]:
    """Return the dataset's blocks that a run uses; those without error are left out if `negatives` is off.

    What learns outlines alone leaves out blocks without a mask.
    """
    blocks = read_part(material.dataset, part) if material.dataset else []
    blocks = [block for block in blocks if block.labels or settings.negatives]
    if settings.task in _OUTLINES and blocks:
        blocks = [block for block in blocks if block.mask is not None]
        if not blocks and part == TRAIN:
            raise ParameterError(f"{material.dataset}: its rows have no masks, which the task {settings.task} needs")
    if not blocks and part == TRAIN:
        remedy = "cut one with `rsqi dataset`" if settings.negatives else "leave out --no-negatives"
        raise RsqiError(f"{material.dataset}: no block to train on; {remedy}")
    return blocks


@dataclass(frozen=True)
class Drawing:
    """How a sample is composed.

    Attributes
    ----------
    side : int
        In pixels.
    negatives : bool
        Also compose samples without errors.
    pixels : bool
        Plant stripe noise or missing pixels in every other sample at least.
    augment : bool
        Crop the picture at random; else take its middle. Seams of two real photos lie anywhere all the same: where they
        are cut is part of making the error.
    real : float
        Share of the samples, 0-1, on pictures that hold errors of their own.
    plain : bool
        No error that would hardly be seen.
    """

    side: int = 192
    negatives: bool = True
    pixels: bool = False
    augment: bool = True
    real: float = 0.0
    plain: bool = False


def draw_sample(pool: Pool, rng: np.random.Generator, drawing: Drawing) -> Sample:
    """Compose one sample on a picture of the pool."""
    real = rng.random() < drawing.real
    codes = draw_codes(rng, _REAL_CLEAN) if real else draw_codes(rng) if drawing.negatives else draw_codes(rng, 0.0)
    if drawing.pixels and rng.random() < _PIXEL_SHARE:
        wanted = PIXEL_TYPES[int(rng.integers(len(PIXEL_TYPES)))].code
        codes = (*codes, *({wanted} - set(codes)))
    side = drawing.side
    picture = pool.draw(rng, side, real)
    shape = picture.image.shape

    def composed(size: int) -> Sample:
        cut = draw_cut(shape, rng, size) if drawing.augment else middle(shape, size)
        return compose(picture.cut(cut), rng, codes, pool.mattes, pairs=pool.pairs, collar=_COLLAR, plain=drawing.plain)

    largest = min(2 * side, min(shape[:2]) // CELL * CELL)
    view = rng.random() if drawing.augment else 0.5  # a half is neither close nor far
    if view < _CLOSE and largest > side:
        return window(composed(largest), rng, side)
    far = _FAR_SEAM if "stitching_trace" in codes else _FAR
    if view > 1 - far and DISTANT.issuperset(codes) and not picture.real:
        return distant(composed(2 * side))
    return composed(side)


def draw_seams(pool: Pool, rng: np.random.Generator, drawing: Drawing) -> Sample:
    """Compose a sample for the network of seams, most of them at half the resolution.

    Half of them hold a seam. Other errors are planted in a part of the rest, as none of their edges is one.
    """
    real = rng.random() < drawing.real
    codes = () if real else draw_seam_codes(rng)
    side = drawing.side * (2 if rng.random() < _HALVED else 1)
    for _ in range(_GROUNDS):
        picture = pool.draw(rng, side, real, real and rng.random() < _REAL_SEAMS)
        cut = draw_cut(picture.image.shape, rng, side) if drawing.augment else middle(picture.image.shape, side)
        sample = compose(
            picture.cut(cut),
            rng,
            codes,
            pool.mattes,
            pairs=pool.pairs,
            collar=_COLLAR,
            plain=True,
            alike=_LIKE_SEAMS,
        )
        if _MISALIGNMENT not in codes or any(defect.code == _MISALIGNMENT for defect in sample.defects):
            break
    return distant(sample) if side > drawing.side else sample


def pixel_target(sample: Sample) -> np.ndarray:
    """Return uint8 [2, S, S] of stripe noise and missing pixels: 1 error, 0 clean, 255 unknown."""
    target = np.zeros((len(PIXEL_TYPES), *sample.valid.shape), np.uint8)
    for plane, error_type in zip(target, PIXEL_TYPES):
        masks = [defect.mask for defect in sample.defects if defect.code == error_type.code]
        if not masks and sample.labels[error_type.id - 1] == 1:  # it is there, and nobody has drawn where
            plane[:] = IGNORED
        for mask in masks:
            plane[mask == AMBIGUOUS] = IGNORED
        for mask in masks:
            plane[mask == DEFECT] = 1
    target[:, ~sample.valid] = IGNORED
    return target


def batches(
    stream: SampleStream, start: int = 0, workers: int = 0, pinned: bool = False
) -> Iterator[Mapping[str, torch.Tensor]]:
    """Yield uint8 batches of a stream in the order of its samples, from batch `start` on.

    Images are [N, S, S, 3]: bytes travel to the device, where they are normalised. Some training batches hold fewer and
    larger images (`Settings.large`).

    Parameters
    ----------
    workers : int
        Processes that make samples; 0 for this one. The batches do not depend on it.
    pinned : bool
        Put the batches into page-locked memory, for a GPU.
    """
    cv2.setNumThreads(0)  # one core a process, and threads do not survive a fork
    return iter(
        DataLoader(
            stream,
            batch_sampler=_Batches(stream, start),
            num_workers=workers,
            prefetch_factor=_AHEAD if workers else None,
            multiprocessing_context=_START if workers else None,
            worker_init_fn=_alone,
            pin_memory=pinned,
            generator=torch.Generator(),  # its own, so that a new stream leaves the run's random numbers unchanged
        )
    )


@dataclass(frozen=True)
class _Batches:
    """Keys of the samples of each batch of a stream, from batch `start` on."""

    stream: SampleStream
    start: int

    def __len__(self) -> int:
        return len(range(self.start * self.stream.settings.batch, len(self.stream), self.stream.settings.batch))

    def __iter__(self) -> Iterator[list[int] | list[tuple[int, int]]]:
        size, count = self.stream.settings.batch, len(self.stream)
        for number in range(self.start, self.start + len(self)):
            numbers = range(number * size, min((number + 1) * size, count))
            yield list(numbers) if self.stream.part == TEST else self.stream.batch(number)


def _alone(worker: int) -> None:
    cv2.setNumThreads(0)


@lru_cache(1)
def _pool(file: Path) -> Pool:
    return load(file)


@lru_cache(4)
def _order(seed: int, epoch: int, count: int) -> np.ndarray:
    """In which order an epoch shows the blocks."""
    return np.random.default_rng([seed, epoch, count, 2]).permutation(count)
