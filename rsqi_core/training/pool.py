"""The pool of clean backgrounds and real cloud mattes that training samples are composed from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ..errors import OutputError, RsqiError
from ..resources import path as resource
from ..synthesis.cloud import matte_of
from ..synthesis.landscape import landscape

TILE = 512  # px; larger photos are cut into tiles of this side
CLEAN_SETS = ("rsscn7", "epfl_road", "odm_toledo", "odm_seneca", "odm_caliterra", "heziro_overlapping_photos")
MATTE_SET = "sen12_pairs"
_LANDSCAPES = 120  # procedural tiles beside the real ones


@dataclass(frozen=True)
class Pool:
    """Backgrounds and mattes in memory.

    Attributes
    ----------
    backgrounds : list of numpy.ndarray
        uint8 [H, W, 3], sides 256 to 512.
    mattes : list of numpy.ndarray
        uint8 [H, W] opacities of real clouds.
    """

    backgrounds: list[np.ndarray]
    mattes: list[np.ndarray]


def validation_names() -> frozenset[str]:
    """Names (``set/file stem``) that training never sees, from the list in resources/splits."""
    text = resource("splits", "validation.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


def read_rgb(path: Path) -> np.ndarray:
    """Read an 8-bit picture as uint8 [H, W, 3]."""
    image = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise RsqiError(f"{path}: not a picture that OpenCV can read")
    return np.ascontiguousarray(image[..., ::-1])


def clean_files(data: Path, validation: bool) -> list[Path]:
    """Files of the clean sets under `data`, either those held out for validation or those for training."""
    held_out = validation_names()
    files = [file for name in CLEAN_SETS for file in sorted((data / "clean" / name).glob("*.webp"))]
    return [file for file in files if (f"{file.parent.name}/{file.stem}" in held_out) == validation]


def cloud_pairs(data: Path, validation: bool) -> list[tuple[Path, Path, Path]]:
    """(cloudy, clear, weak mask) files of the real cloud set, split by source scene as `clean_files`."""
    held_out = validation_names()
    pairs = []
    for cloudy in sorted((data / "cloud" / MATTE_SET).glob("*_cloudy.png")):
        stem = cloudy.stem.removesuffix("_cloudy")
        if (f"{MATTE_SET}/{stem}" in held_out) == validation:
            pairs.append((cloudy, cloudy.with_name(f"{stem}_clear.png"), cloudy.with_name(f"{stem}_weakmask.png")))
    return pairs


def tiles(image: np.ndarray, side: int = TILE) -> list[np.ndarray]:
    """Cut an image into tiles of `side`; smaller images stay whole."""
    h, w = image.shape[:2]
    if max(h, w) <= side:
        return [image]
    rows, cols = range(0, max(h - side, 0) + 1, side), range(0, max(w - side, 0) + 1, side)
    return [np.ascontiguousarray(image[y : y + side, x : x + side]) for y in rows for x in cols]


def pack(data: Path, output: Path, seed: int = 0) -> int:
    """Write the training pool of the imagery under `data` as one compressed file; return its number of backgrounds.

    Only pixels go in (JPEG quality 95), no object that would need unpickling.
    """
    files = clean_files(data, validation=False)
    if not files:
        raise RsqiError(f"{data}: no training imagery; expected folders clean/{CLEAN_SETS[0]} and so on")
    backgrounds = [tile for file in files for tile in tiles(read_rgb(file))]
    mattes = []
    for cloudy, clear, _ in cloud_pairs(data, validation=False):
        ground = read_rgb(clear)
        backgrounds.append(ground)
        opacity = matte_of(read_rgb(cloudy), ground)
        if opacity is not None:
            mattes.append((opacity * 255).astype(np.uint8))
    backgrounds += [landscape(TILE, seed=10_000 + seed + k) for k in range(_LANDSCAPES)]
    coded = [cv2.imencode(".jpg", tile[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 95])[1] for tile in backgrounds]
    coded += [cv2.imencode(".png", matte)[1] for matte in mattes]
    lengths = np.array([len(data) for data in coded], np.int64)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        np.savez(output, data=np.concatenate(coded), lengths=lengths, backgrounds=len(backgrounds))
    except OSError as error:
        raise OutputError(f"{output}: cannot write the training pool: {error}") from error
    return len(backgrounds)


def load(file: Path) -> Pool:
    """Read a pool written by `pack`."""
    try:
        with np.load(file, allow_pickle=False) as archive:
            data, lengths, count = archive["data"], archive["lengths"], int(archive["backgrounds"])
    except (OSError, ValueError, KeyError) as error:
        raise RsqiError(f"{file}: not a training pool; make one with `rsqi train --pack`: {error}") from error
    pieces = np.split(data, np.cumsum(lengths)[:-1])
    backgrounds = [np.ascontiguousarray(cv2.imdecode(p, cv2.IMREAD_COLOR)[..., ::-1]) for p in pieces[:count]]
    return Pool(backgrounds, [cv2.imdecode(p, cv2.IMREAD_GRAYSCALE) for p in pieces[count:]])
