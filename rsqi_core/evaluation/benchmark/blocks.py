"""The blocks of the frozen benchmark: compose the image and the truth of an entry, the same every time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from ...synthesis.compose import CELL, Sample, sample_of
from ...synthesis.defect import Defect
from ...taxonomy import TYPES, by_code
from ..recipes import LATE, decoy, disturb, plant
from .frozen import Entry, digest
from .pictures import read_cloud, read_matte, read_picture

ORDER = ("stretching_blur", "distortion", "stitching_misalignment", "blur", "stitching_trace", "shadow", "cloud",
         "spectral_overflow", "stripe_noise", "pixel_missing")  # fmt: skip  # as an image acquires them
COLLAR = 0.1  # share of the blocks that the edge of the footprint crosses
_TRIES = 8
_PLAIN = 0.5  # share of the local spread of tones that the step of a seam must reach to be seen without a search
_EDGES = 2  # straight edges that a displacement must bend or break to be seen (domain facts, section 3)
_CLOUD = by_code("cloud").id - 1


def compose(entry: Entry, data: Path) -> Sample | None:
    """Make one block of the benchmark; None if its first error cannot be seen there (while the list is being drawn).

    The pixels are planted by `recipes`, which share no code with what training shows.
    """
    if entry.part in ("cloud", "veil"):
        return _real_cloud(entry, data)
    rng = np.random.default_rng(entry.seed)
    image = read_picture(data, entry.source, entry.side)
    if entry.part == "decoy":
        return _without_errors(decoy(image, rng, entry.codes[0]), rng)
    if entry.part == "clean":
        return _without_errors(image, rng)
    defects: list[Defect] = []
    for code in sorted(entry.codes, key=ORDER.index):
        if code in LATE:
            continue
        image = _plant(code, image, rng, entry, data, defects)
    image = disturb(image, rng)
    for code in LATE:
        if code in entry.codes:
            image = _plant(code, image, rng, entry, data, defects)
    if not any(defect.code == entry.codes[0] for defect in defects):
        return None
    return sample_of(image, defects, _footprint(image.shape[:2], rng))


def as_seen(entry: Entry, sample: Sample) -> tuple[Entry, Sample]:
    """Return a block with the severity that its errors have on this ground: what is hardly seen there is subtle.

    Severities are drawn by grey levels of a step and by pixels of a shift, which do not say whether a person sees it at
    100 %: on a forest or on roofs the tones themselves spread further than the step, and a winding track or a meadow
    looks no less natural when it is bent.
    """
    defects = [replace(d, severity="subtle") if _is_faint(d) else d for d in sample.defects]
    seen = next((defect.severity for defect in defects if defect.code in entry.codes[:1]), entry.severity)
    return replace(entry, severity=seen), replace(sample, defects=tuple(defects))


def _is_faint(defect: Defect) -> bool:
    contrast, edges = defect.parameters.get("contrast", _PLAIN), defect.parameters.get("bent_edges", _EDGES)
    return float(contrast) < _PLAIN or int(edges) < _EDGES


def digest_of(sample: Sample) -> str:
    """Hash of a block's image and truth."""
    return digest(sample.image, sample.segmentation, sample.labels, *(defect.mask for defect in sample.defects))


def _plant(
    code: str, image: np.ndarray, rng: np.random.Generator, entry: Entry, data: Path, defects: list[Defect]
) -> np.ndarray:
    first = code == entry.codes[0]
    severity = entry.severity if first else None
    options = {}
    if first and entry.second and code == "cloud":
        matte = read_matte(data, entry.second)
        options["matte"] = np.clip(cv2.resize(matte, image.shape[1::-1], interpolation=cv2.INTER_CUBIC), 0, 1)
    elif first and entry.second:
        options["second"] = read_picture(data, entry.second, entry.side)
    for _ in range(_TRIES):
        if defect := plant(code, image, rng, severity, **options):
            defects.append(defect)
            return defect.image
    return image


def _without_errors(image: np.ndarray, rng: np.random.Generator) -> Sample:
    return sample_of(disturb(image, rng), (), _footprint(image.shape[:2], rng))


def _footprint(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Valid part, bool [H, W]: everything, or one side of a slanting edge."""
    if rng.random() >= COLLAR:
        return np.ones(shape, bool)
    y, x = np.indices(shape) / np.array(shape).reshape(2, 1, 1) - 0.5
    angle = rng.uniform(0, 2 * np.pi)
    return x * np.cos(angle) + y * np.sin(angle) < rng.uniform(0.05, 0.45)


def _real_cloud(entry: Entry, data: Path) -> Sample:
    """A real picture: only clouds are known, pixel by pixel, or (veil) that there is some somewhere."""
    if entry.part == "veil":
        image = read_picture(data, entry.source, entry.side)
        rows, columns = image.shape[:2]
        truth = np.full((rows, columns), 255, np.uint8)
        present = 1
    else:
        image, truth = read_cloud(data, entry.source)
        share = (truth == 1).mean()
        present = 1 if share > 0.01 else 255 if share > 0 else 0
    labels = np.full(len(TYPES), 255, np.uint8)
    labels[_CLOUD] = present
    cells = np.full((len(TYPES), truth.shape[0] // CELL, truth.shape[1] // CELL), 255, np.uint8)
    return Sample(image, truth, cells, labels, np.ones(truth.shape, bool), ())
