"""The part of a dataset's training blocks that is held out of training, for validation and for thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..dataset.labelled_blocks import LabelledBlock, read_part
from ..dataset.layout import TABLE, TEST, TRAIN
from ..dataset.rows import SYNTHETIC, as_lines, is_synthetic, read_rows
from ..dataset.split import WHOLE, split
from ..errors import OutputError, RsqiError

SHARE = 0.2  # of the training part that is held out
FEWEST = 4  # blocks with errors that a part needs


@dataclass(frozen=True)
class _Placed:
    """Place and labels of a block, as `split` takes them."""

    raster: str
    x: int
    y: int
    size: int
    labels: tuple[int, ...]
    scene: str


def hold_out(
    dataset: Path, folder: Path, seed: int = 0, synthetic: bool = True
) -> tuple[list[LabelledBlock], list[LabelledBlock]]:
    """Divide the training part of a dataset, without copying its files.

    `folder` becomes a dataset of the same files, whose test part holds the blocks that are held out. Blocks with common
    pixels stay together, and all blocks of a scene where there are enough scenes. A generated picture is never held
    out; it trains nothing where the block that it was painted into is.

    Parameters
    ----------
    dataset : pathlib.Path
        Written by ``rsqi dataset``.
    folder : pathlib.Path
        New or from the same dataset and seed.
    synthetic : bool
        Train on generated pictures too.

    Returns
    -------
    held_out, test : list of LabelledBlock
        The blocks held out, none if there are too few, and the dataset's own test part.

    Raises
    ------
    RsqiError
        If there is no dataset, it has no test part, or the folder cannot be written.
    """
    test = read_part(dataset, TEST)
    if sum(bool(block.labels) for block in test) < FEWEST:
        raise RsqiError(
            f"{dataset}: its test part has fewer than {FEWEST} blocks with errors, so that old and new model could not "
            "be compared; review more images, or export a larger share for the test"
        )
    rows, chosen = choose(dataset, seed)
    real = np.array([not is_synthetic(row) for row in rows], bool)
    blocks = read_part(dataset, TRAIN)
    enough = sum(bool(block.labels) for block, out in zip(blocks, chosen & real) if out) >= FEWEST
    learned = np.ones(len(rows), bool) if synthetic else real
    # With too few blocks to hold any out, a run validates on its training blocks.
    parts = ((TRAIN, learned & ~chosen), (TEST, real & chosen)) if enough else ((TRAIN, learned), (TEST, real))
    for part, wanted in parts:
        _write(folder / part, [row for row, take in zip(rows, wanted) if take], (dataset / TRAIN).resolve())
    return read_part(folder, TEST) if enough else [], test


def choose(dataset: Path, seed: int = 0) -> tuple[list[dict[str, Any]], np.ndarray]:
    """Return the N rows of a dataset's training part, and which of them are to be held out, bool [N].

    Real ones are chosen as if there were no others; a generated one goes with the one that it was painted into.
    """
    rows = read_rows(dataset, TRAIN)
    real = [(row, block) for row, block in zip(rows, read_part(dataset, TRAIN)) if not block.synthetic]
    places = [
        _Placed(
            row.get("raster") or block.scene, row.get("x", 0), row.get("y", 0), block.size, block.labels, block.scene
        )
        for row, block in real
    ]
    whole = len({place.scene for place in places}) >= WHOLE
    out = split(places, SHARE, np.random.default_rng(seed), whole)
    out_of = {row["file_name"]: bool(held) for (row, _), held in zip(real, out)}
    return rows, np.array([out_of.get(row.get(SYNTHETIC) or row["file_name"], False) for row in rows], bool)


def _write(folder: Path, rows: list[dict[str, Any]], source: Path) -> None:
    names = ("file_name", "mask_file_name")
    moved = [row | {name: str(source / row[name]) for name in names if row.get(name)} for row in rows]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / TABLE).write_text(as_lines(moved), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written: {error.strerror}") from error
