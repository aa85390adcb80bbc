"""Run the network of seams on the benchmark: what it sees, and which lines come of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from shapely.affinity import affine_transform

from ...frame import Frame
from ...models import Model
from ...raster import open_raster
from ...seams.course import lengths
from ...seams.evidence import evidence
from ...seams.find import seams_of
from ...synthesis.compose import Sample
from ...synthesis.defect import DEFECT
from ...taxonomy import BOUNDARY_TYPES, by_id
from . import blocks, frozen, real
from .frozen import Entry
from .scenes import write_raster

OTHER = "other errors"
WITHOUT = ("clean", "decoy", OTHER, "real clean")  # kinds of pictures without a seam
_CODES = tuple(t.code for t in BOUNDARY_TYPES)
_IDS = [t.id for t in BOUNDARY_TYPES]
_PARTS = ("defect", "clean", "decoy", "dates")  # of the list of blocks
_CELLS = 4  # strongest cells that speak for a picture, as they do in training


@dataclass(frozen=True)
class SeamResult:
    """What was found in one picture.

    Attributes
    ----------
    name : str
    kind : str
        One of `WITHOUT`; ``real`` or ``dates`` for true seams; or type and severity, ``stitching_trace strong``, of
        what was planted.
    evidence : float
        Probability 0-1 of the strongest cells.
    length, found : int
        Pixels of the true seams, and those of them that lie near a line (`lengths`).
    lines : int
        Lines that were traced, moved and measured, and that show.
    codes : frozenset of str
        Types of these lines.
    """

    name: str
    kind: str
    evidence: float
    length: int
    found: int
    lines: int
    codes: frozenset[str] = frozenset()


def measure_seams(
    model: Model,
    data: Path,
    composed: Iterable[tuple[Entry, Sample]],
    log: Callable[[str], None] = lambda line: None,
) -> list[SeamResult]:
    """Look for seams in all pictures of the benchmark of which it is known whether they hold one.

    Parameters
    ----------
    model : Model
        With a network of seams.
    data : pathlib.Path
        Folder of the imagery sets.
    composed : iterable of (Entry, Sample)
        The blocks of the benchmark.

    Raises
    ------
    RsqiError
        If a picture is missing.
    """
    log("looking for seams")
    with tempfile.TemporaryDirectory(prefix="rsqi-evaluate-") as folder:
        return [
            _result(model, name, kind, image, truth, Path(folder) / "picture.tif")
            for name, kind, image, truth in chain(_planted(composed), _real(data))
        ]


def compose_blocks(data: Path) -> Iterator[tuple[Entry, Sample]]:
    """Compose the blocks of which it is known whether they hold a seam."""
    for entry in frozen.read(frozen.BLOCKS):
        sample = blocks.compose(entry, data) if entry.part in _PARTS else None
        if sample is not None:
            yield blocks.as_seen(entry, sample)


def _planted(composed: Iterable[tuple[Entry, Sample]]) -> Iterator[tuple[str, str, np.ndarray, np.ndarray]]:
    """Name, kind, image and course of the seams (bool [H, W]) of each block."""
    for entry, sample in composed:
        if entry.part not in _PARTS:
            continue
        shown = [defect.mask == DEFECT for defect in sample.defects if defect.code in _CODES]
        truth = np.any(shown, 0) if shown else np.zeros(sample.image.shape[:2], bool)
        seams = [code for code in entry.codes if code in _CODES]
        planted = f"{seams[0]} {entry.severity if seams[0] == entry.codes[0] else 'second'}" if seams else OTHER
        kind = planted if entry.part == "defect" else entry.part
        yield entry.name, kind, sample.image, truth


def _real(data: Path) -> Iterator[tuple[str, str, np.ndarray, np.ndarray]]:
    for entry in frozen.read(frozen.REAL):
        if entry.part not in (real.SEAM, real.UNSPOILT):
            continue
        picture = real.compose(entry, data)
        if entry.part == real.SEAM:
            yield entry.name, "real", picture.image, np.isin(real.truth_of(picture), _IDS)
        elif not set(_CODES) & set(picture.unknown):
            yield entry.name, "real clean", picture.image, np.zeros(picture.image.shape[:2], bool)


def _result(model: Model, name: str, kind: str, image: np.ndarray, truth: np.ndarray, file: Path) -> SeamResult:
    with open_raster(str(write_raster(file, image))) as raster:
        frame = Frame(raster, (0, 0, raster.width, raster.height))
        seen = evidence(frame, model.seams)
        back, found = (~frame.transform).to_shapely(), seams_of(frame, seen, model.card.seams)
        seams = [affine_transform(seam.geometry, back) for seam in found]
    codes = frozenset(by_id(seam.measure.category_id).code for seam in found)
    strongest = float(np.sort(seen, axis=None)[-_CELLS:].mean()) / 255
    length, near = lengths(truth, [np.array(line.coords) for line in seams])
    return SeamResult(name, kind, strongest, length, near, len(seams), codes)
