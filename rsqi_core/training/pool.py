"""The pool that training samples are composed from: clean pictures, real cloud mattes, pairs of photos of one place."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ..errors import OutputError, RsqiError
from ..resources import path as resource
from ..synthesis.cloud import matte_of
from ..synthesis.landscape import landscape
from ..synthesis.overlap import displacement, register, twins

TILE = 512  # px; larger photos are cut into tiles of this side
PAIR = 320  # px; largest side of a pair
CLEAN_SETS = ("rsscn7", "epfl_road", "odm_toledo", "odm_seneca", "odm_caliterra", "heziro_overlapping_photos")
MATTE_SET = "sen12_pairs"
_LANDSCAPES = 60  # procedural tiles beside the real ones
_PHOTO = 1024  # px; larger pictures are camera photos, halved as they hold no detail of one pixel
_KEPT = 44_000  # bytes; larger files are coded again, so that the whole pool is quickly sent to another machine
_QUALITY = 82  # of WebP
_SATELLITE = 4  # times each Sentinel-2 tile is in the pool: they are few, and the only ones of coarse scale
_ALIKE = 0.9  # share of trusted displacement from which two dates show one place without clouds


@dataclass(frozen=True)
class Pool:
    """What samples are composed from, in memory.

    Attributes
    ----------
    backgrounds : list of numpy.ndarray
        uint8 [H, W, 3], sides 256 to 512.
    mattes : list of numpy.ndarray
        uint8 [H, W] opacities of real clouds.
    pairs : list of numpy.ndarray
        uint8 [S, S, 6], S 256 to 320: two photos or two dates of one place, one laid on the other.
    """

    backgrounds: list[np.ndarray]
    mattes: list[np.ndarray]
    pairs: list[np.ndarray]


def validation_names() -> frozenset[str]:
    """Names (``set/file stem``) that training never sees, from the list in resources/splits."""
    text = resource("splits", "validation.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


def read_rgb(path: Path) -> np.ndarray:
    """Read an 8-bit picture as uint8 [H, W, 3]."""
    return _decoded(np.fromfile(path, np.uint8), str(path))


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


def training_sets(data: Path) -> list[str]:
    """Names of the sets that have pictures for training under `data`."""
    clouds = [cloudy for cloudy, _, _ in cloud_pairs(data, validation=False)]
    return sorted({file.parent.name for file in clean_files(data, validation=False) + clouds})


def tiles(image: np.ndarray, side: int = TILE) -> list[np.ndarray]:
    """Cut an image into tiles of `side`; smaller images stay whole."""
    h, w = image.shape[:2]
    if max(h, w) <= side:
        return [image]
    rows, cols = range(0, max(h - side, 0) + 1, side), range(0, max(w - side, 0) + 1, side)
    return [np.ascontiguousarray(image[y : y + side, x : x + side]) for y in rows for x in cols]


def pack(data: Path, output: Path, seed: int = 0) -> int:
    """Write the training pool of the imagery under `data` as one compressed file; return its number of pictures.

    Only coded pixels and numbers go in, no object that would need unpickling. Pairs are stored as links between
    pictures with their homography, so that they take no room.

    Raises
    ------
    RsqiError
        If there is no imagery to train on, or a file cannot be read.
    OutputError
        If the pool cannot be written.
    """
    files = clean_files(data, validation=False)
    if not files:
        raise RsqiError(f"{data}: no training imagery; expected folders clean/{CLEAN_SETS[0]} and so on")
    pictures = [_coded(file) for file in files]
    links = _overlaps(files, pictures)
    mattes, satellite = [], []
    for cloudy, clear, _ in cloud_pairs(data, validation=False):
        sky, ground = read_rgb(cloudy), read_rgb(clear)
        opacity = matte_of(sky, ground)
        if opacity is not None and _is_cloud(opacity):
            mattes.append((opacity * 255).astype(np.uint8))
        if not _shows_ground(ground):
            continue
        pictures.append(_webp(ground))
        satellite.append(len(pictures) - 1)
        if _shows_ground(sky) and displacement(ground, sky)[2].mean() > _ALIKE:
            links.append((len(pictures) - 1, len(pictures), np.eye(3)))
            pictures.append(_webp(sky))
    pictures += [_webp(landscape(TILE, seed=10_000 + seed + k)) for k in range(_LANDSCAPES)]
    _store(output, pictures, mattes, satellite, links)
    return len(pictures)


def pack_pictures(pictures: Sequence[np.ndarray], output: Path) -> None:
    """Write pictures, uint8 [H, W, 3] with sides of 256 or more, as a pool without real clouds and pairs.

    Raises
    ------
    OutputError
        If the pool cannot be written.
    """
    _store(output, [_webp(picture) for picture in pictures], [], [], [])


def _store(
    output: Path, pictures: list[np.ndarray], mattes: list[np.ndarray], satellite: list[int], links: list[tuple]
) -> None:
    coded = pictures + [cv2.imencode(".png", matte)[1].ravel() for matte in mattes]
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        np.savez(
            output,
            data=np.concatenate(coded),
            lengths=np.array([len(entry) for entry in coded], np.int64),
            pictures=len(pictures),
            satellite=np.array(satellite, np.int32),
            links=np.array([link[:2] for link in links], np.int32).reshape(-1, 2),
            homographies=np.array([link[2] for link in links], np.float64).reshape(-1, 3, 3),
        )
    except OSError as error:
        raise OutputError(f"{output}: cannot write the training pool: {error}") from error


def load(file: Path) -> Pool:
    """Read a pool written by `pack`.

    Raises
    ------
    RsqiError
        If the file is missing or no such pool.
    """
    try:
        with np.load(file, allow_pickle=False) as archive:
            data, lengths, count = archive["data"], archive["lengths"], int(archive["pictures"])
            satellite, links, homographies = (archive[key] for key in ("satellite", "links", "homographies"))
    except (OSError, ValueError, KeyError) as error:
        raise RsqiError(f"{file}: not a training pool; make one with `rsqi train --pack`: {error}") from error
    coded = np.split(data, np.cumsum(lengths)[:-1])
    pictures = [_decoded(entry, str(file)) for entry in coded[:count]]
    pairs = []
    for (near, far), homography in zip(links, homographies):
        side = min(PAIR, *pictures[near].shape[:2])
        pairs += twins(pictures[near], pictures[far], homography, side)
    repeated = pictures + [pictures[k] for k in satellite for _ in range(_SATELLITE - 1)]
    backgrounds = [view for picture in repeated for view in _views(picture)]
    return Pool(backgrounds, [cv2.imdecode(entry, cv2.IMREAD_GRAYSCALE) for entry in coded[count:]], pairs)


def _decoded(data: np.ndarray, name: str) -> np.ndarray:
    image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if image is None:
        raise RsqiError(f"{name}: not a picture that OpenCV can read")
    return np.ascontiguousarray(image[..., ::-1])


def _webp(image: np.ndarray) -> np.ndarray:
    return cv2.imencode(".webp", image[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, _QUALITY])[1].ravel()


def _coded(file: Path) -> np.ndarray:
    """Bytes of a picture: small files as they are, large ones coded again, photos at half size."""
    data = np.fromfile(file, np.uint8)
    if data.size <= _KEPT:
        return data
    image = _decoded(data, str(file))
    if max(image.shape) > _PHOTO:
        image = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return _webp(image)


def _overlaps(files: list[Path], pictures: list[np.ndarray]) -> list[tuple[int, int, np.ndarray]]:
    """Find which pictures of one photo set overlap; (near, far, homography) with both as indices."""
    links = []
    for _, group in itertools.groupby(range(len(files)), key=lambda k: files[k].parent):
        decoded = {k: _decoded(pictures[k], str(files[k])) for k in group}
        photos = {k: image for k, image in decoded.items() if min(image.shape[:2]) > TILE}
        for near, far in itertools.combinations(photos, 2):
            homography = register(photos[near], photos[far])
            if homography is not None and twins(photos[near], photos[far], homography, PAIR):
                links.append((near, far, homography))
    return links


def _is_cloud(opacity: np.ndarray) -> bool:
    """Tell a cloud from ground that merely changed between the dates, which looks half opaque nearly everywhere."""
    return float(((opacity > 0.1) & (opacity < 0.6)).mean()) < 0.45


def _shows_ground(image: np.ndarray) -> bool:
    """Tell a picture of the ground from one that is white with snow or cloud, or so even that nothing shows."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return float((grey > 250).mean()) < 0.2 and float(grey.std()) > 4


def _views(image: np.ndarray) -> list[np.ndarray]:
    """Windows of at most `TILE` that cover a picture; they share its memory."""
    starts = [np.linspace(0, max(n - TILE, 0), -(-n // TILE)).astype(int) for n in image.shape[:2]]
    return [image[y : y + TILE, x : x + TILE] for y in starts[0] for x in starts[1]]
