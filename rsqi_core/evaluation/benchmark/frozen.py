"""The lists of the frozen benchmark: pictures, planted errors, seeds, and hashes of the composed images."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from ...errors import RsqiError
from ...resources import path as resource

BLOCKS, SCENES, REAL = "blocks.csv", "scenes.csv", "real.csv"
_DIGITS = 12  # of a SHA-256 in hexadecimal; enough to notice a change, too short to pass for a key


@dataclass(frozen=True)
class Entry:
    """One block, scene or real picture of the benchmark.

    Attributes
    ----------
    name : str
        Unique.
    part : str
        Blocks: ``defect``, ``clean``, ``decoy`` (hard negatives), ``dates`` (true two-date seams), ``cloud`` (real
        clouds) or ``veil`` (real haze, known by image only). Scenes: ``planted``, ``sparse`` or ``spotless``. Real
        pictures: ``outlined``, ``whole``, ``seam`` or ``clean``.
    source : str
        Picture, ``set/stem``, with ``@x,y`` where a window of it is meant.
    second : str
        Another picture that the error is made from: the other date of a seam, the pair that a cloud is lifted from.
    codes : tuple of str
        Types planted, imitated by a decoy, or there in reality.
    severity : str
        Of the first of them; empty without errors.
    side : int
        Pixels; 0 for the whole picture.
    seed : int
    digest : str
        Of image and truth, `digest`.
    """

    name: str
    part: str
    source: str
    second: str
    codes: tuple[str, ...]
    severity: str
    side: int
    seed: int
    digest: str = ""


def read(file: str) -> list[Entry]:
    """Read one of the lists of resources/benchmark."""
    path = resource("benchmark", file)
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
        return [_entry(row) for row in rows]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise RsqiError(f"{path}: not a list of the benchmark: {error}") from error


def _entry(row: dict[str, str]) -> Entry:
    codes = tuple(filter(None, row.pop("codes").split("+")))
    return Entry(codes=codes, side=int(row.pop("side")), seed=int(row.pop("seed")), **row)


def write(path: Path, entries: Iterable[Entry], comment: str) -> None:
    """Write a list that `read` understands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(f"# {comment}\n")
        table = csv.DictWriter(file, [field.name for field in fields(Entry)], lineterminator="\n")
        table.writeheader()
        table.writerows(asdict(entry) | {"codes": "+".join(entry.codes)} for entry in entries)


def digest(*arrays: np.ndarray) -> str:
    """Short hash of arrays: their shapes, types and bytes."""
    found = hashlib.sha256()
    for array in arrays:
        found.update(f"{array.shape}{array.dtype}".encode())
        found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()[:_DIGITS]
