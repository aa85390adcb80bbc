"""An endless stream of synthesised samples as torch batches, made in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from ..synthesis.compose import Sample, compose, draw_codes
from ..synthesis.nuisance import crop
from .pool import Pool, load

SIDE = 192  # px of a training crop; more and smaller crops teach more per second than fewer large ones


class SampleStream(IterableDataset):
    """Samples composed on the fly from a pool; every worker draws its own.

    Parameters
    ----------
    pool_file : pathlib.Path
        Written by `rsqi_core.training.pool.pack`.
    seed : int
        Seeds the stream together with `start`, so that a resumed run sees new samples.
    start : int
        Number of samples that earlier runs consumed.
    """

    def __init__(self, pool_file: Path, seed: int, start: int = 0):
        self.pool_file, self.seed, self.start = pool_file, seed, start

    def __iter__(self) -> Iterator[tuple[np.ndarray, ...]]:
        cv2.setNumThreads(0)  # one process, one core: the network has the others
        worker = get_worker_info()
        rng = np.random.default_rng([self.seed, self.start, worker.id if worker else 0])
        pool = load(self.pool_file)
        while True:
            sample = draw_sample(pool, rng)
            yield (
                np.ascontiguousarray(sample.image.transpose(2, 0, 1)),
                sample.segmentation,
                sample.evidence,
                sample.labels,
            )


def draw_sample(pool: Pool, rng: np.random.Generator, side: int = SIDE) -> Sample:
    """Compose one sample of `side` pixels on a random crop of a random background."""
    background = crop(pool.backgrounds[int(rng.integers(len(pool.backgrounds)))], rng, side)
    return compose(background, rng, draw_codes(rng), pool.mattes, pairs=pool.pairs)


def batches(pool_file: Path, batch: int, seed: int, start: int = 0, workers: int = 1) -> Iterator[list[torch.Tensor]]:
    """Yield uint8 batches: images [N, 3, S, S], segmentation [N, S, S], evidence [N, 10, S/8, S/8], labels [N, 10]."""
    stream = SampleStream(pool_file, seed, start)
    return iter(DataLoader(stream, batch, num_workers=workers, prefetch_factor=6 if workers else None))
