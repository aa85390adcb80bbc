"""The pool that training samples are composed from: pictures, real cloud mattes, pairs of photos of one place."""

from __future__ import annotations

import itertools
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..errors import RsqiError
from ..files.atomic import whole_file
from ..imagery.picture import Picture, read_picture, with_own_shadows
from ..imagery.picture_file import decode_grey, decode_rgb, read_rgb
from ..imagery.sets import CLEAN, MATTES, REAL, ImagerySet, files
from ..imagery.sets import twins as cloudy_and_clear
from ..synthesis.cloud import matte_of
from ..synthesis.landscape import landscape
from ..synthesis.overlap import displacement, register, twins
from ..taxonomy import BOUNDARY_TYPES

TILE = 512  # px; larger photos are cut into tiles of this side
PAIR = 320  # px; largest side of a pair
VERSION = 3  # of the file's layout
_PARTS = ("data", "lengths", "known", "links", "homographies")  # of the file
_FIRST = {"data", "lengths", "pictures"}  # what the first layout had, which said nothing of its version
_LANDSCAPES = 60  # procedural tiles beside the real ones
_LANDSCAPE = ImagerySet("landscape", 1.0)
_PHOTO = 1024  # px; larger pictures are camera photos, halved as they hold no detail of one pixel
_KEPT = 44_000  # bytes; larger files are coded again, so that the whole pool is quickly sent to another machine
_QUALITY = 82  # of WebP
_ALIKE = 0.9  # share of trusted displacement from which two dates show one place without clouds
_TRACE = BOUNDARY_TYPES[0].code
_CHOICES = 8  # pictures that are drawn until one is large enough


@dataclass(frozen=True)
class Pool:
    """The pictures, mattes and pairs that samples are composed from, in memory.

    Attributes
    ----------
    pictures : list of Picture
        Sides up to 512.
    weights : numpy.ndarray
        float64 [N], how often each is wanted.
    mattes : list of numpy.ndarray
        uint8 [H, W] opacities of real clouds.
    pairs : list of numpy.ndarray
        uint8 [S, S, 6], S 256 to 320: two photos or two dates of one place, one laid on the other.
    """

    pictures: list[Picture]
    weights: np.ndarray
    mattes: list[np.ndarray]
    pairs: list[np.ndarray]

    def draw(self, rng: np.random.Generator, side: int, real: bool = False, seams: bool = False) -> Picture:
        """Draw a picture that holds errors of its own, or one that holds none, large enough for `side` if it can be.

        If the pool has none of the one kind, the other is drawn. With `seams`, which only pictures with errors have,
        one with an outlined seam is drawn if there is any.
        """
        wanted = ("seams",) * seams + ("real",) * real
        kind = next((kind for kind in (*wanted, "clean", "real") if self._chances[kind][1].size), "clean")
        chances = self._chances[kind]
        for _ in range(_CHOICES):
            numbers, sums = chances
            picture = self.pictures[numbers[np.searchsorted(sums, rng.random() * sums[-1], side="right")]]
            if min(picture.image.shape[:2]) * 1.25 >= side:
                break
        return picture

    @cached_property
    def _chances(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        real = np.array([picture.real for picture in self.pictures], bool)
        seams = np.array([_TRACE in picture.outlined for picture in self.pictures], bool)
        kinds = {name: np.flatnonzero(of) for name, of in (("clean", ~real), ("real", real), ("seams", seams))}
        return {kind: (numbers, np.cumsum(self.weights[numbers])) for kind, numbers in kinds.items()}


@dataclass(frozen=True)
class _Entry:
    """One picture as it is stored."""

    image: np.ndarray
    truth: np.ndarray | None
    known: dict[str, Any]


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
    entries: list[_Entry] = []
    links: list[tuple[int, int, np.ndarray]] = []
    for kind in (*CLEAN, *REAL):
        shown = [(file, read_picture(file, kind)) for file in files(data, kind, validation=False)]
        if kind in CLEAN:
            shown = [(file, picture) for file, picture in shown if _shows_ground(picture.image)]
        first = len(entries)
        entries += [_entry(file, picture, kind, len(shown)) for file, picture in shown]
        if kind.overlapping:
            links += [(first + a, first + b, h) for a, b, h in _overlaps([entry.image for entry in entries[first:]])]
    if not any(entry.known["set"] == CLEAN[0].name for entry in entries):
        raise RsqiError(f"{data}: no training imagery; expected folders {CLEAN[0].folder} and so on")
    links += _dates(data, entries)
    drawn = [with_own_shadows(landscape(TILE, seed=10_000 + seed + k)) for k in range(_LANDSCAPES)]
    entries += _entries(drawn)
    _store(output, entries, _lifted(data), links)
    return len(entries)


def pack_pictures(pictures: Sequence[Picture], output: Path) -> None:
    """Write pictures with sides of 256 or more as a pool without real clouds and pairs.

    Raises
    ------
    OutputError
        If the pool cannot be written.
    """
    _store(output, _entries(pictures), [], [])


def _store(
    output: Path, entries: Sequence[_Entry], mattes: Sequence[np.ndarray], links: Sequence[tuple[int, int, np.ndarray]]
) -> None:
    nothing = np.zeros(0, np.uint8)
    coded = [entry.image for entry in entries] + [nothing if e.truth is None else e.truth for e in entries]
    coded += [_png(matte) for matte in mattes]
    with whole_file(output, "the training pool") as part:
        output.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            np.savez(
                file,
                version=VERSION,
                data=np.concatenate(coded),
                lengths=np.array([len(piece) for piece in coded], np.int64),
                known=json.dumps([entry.known for entry in entries]),
                links=np.array([link[:2] for link in links], np.int32).reshape(-1, 2),
                homographies=np.array([link[2] for link in links], np.float64).reshape(-1, 3, 3),
            )


def load(file: Path) -> Pool:
    """Read a pool written by `pack`.

    Raises
    ------
    RsqiError
        If the file is missing, no such pool, or one that another version has packed.
    """
    stored = _stored(file)
    known = json.loads(str(stored["known"]))
    coded = np.split(stored["data"], np.cumsum(stored["lengths"])[:-1])
    count, name = len(known), str(file)
    images = [decode_rgb(part, name) for part in coded[:count]]
    pairs = []
    for (near, far), homography in zip(stored["links"], stored["homographies"]):
        side = min(PAIR, *images[near].shape[:2])
        pairs += twins(images[near], images[far], homography, side)
    pictures, weights = [], []
    for image, part, row in zip(images, coded[count : 2 * count], known):
        truth = decode_grey(part, name) if part.size else None
        views = list(_views(image, truth))
        for view, mask in views:
            outlined, suspected, unknown = (tuple(row[codes]) for codes in ("outlined", "suspected", "unknown"))
            pictures.append(Picture(view, mask, outlined, suspected, unknown, row["whole"], row["false_colour"]))
            weights.append(row["weight"] / len(views))
    return Pool(pictures, np.array(weights), [decode_grey(part, name) for part in coded[2 * count :]], pairs)


def count(file: Path) -> int:
    """Return the number of pictures in a pool; errors as of `load`."""
    return len(json.loads(str(_stored(file)["known"])))


def _stored(file: Path) -> dict[str, np.ndarray]:
    try:
        with zipfile.ZipFile(file) as archive:  # a file that numpy takes for another kind it would read otherwise
            names = {Path(name).stem for name in archive.namelist()}
        with np.load(file, allow_pickle=False) as archive:
            version = int(archive["version"]) if "version" in names else 1
            if version == VERSION:
                return {name: archive[name] for name in _PARTS}
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise RsqiError(f"{file}: not a training pool; make one with `rsqi train --pack`: {error}") from error
    if version == 1 and not names >= _FIRST:
        raise RsqiError(f"{file}: not a training pool; make one with `rsqi train --pack`")
    raise RsqiError(
        f"{file}: a training pool of layout {version}, not {VERSION}; "
        "delete it and pack it again with `rsqi train --pack`"
    )


def _known(picture: Picture, kind: ImagerySet, count: int) -> dict[str, Any]:
    """The facts that are stored with a picture; `count` pictures share the weight of their set."""
    return {
        "set": kind.name,
        "weight": kind.weight / count,
        "outlined": picture.outlined,
        "suspected": picture.suspected,
        "unknown": picture.unknown,
        "whole": picture.whole,
        "false_colour": picture.false_colour,
    }


def _entries(pictures: Sequence[Picture]) -> list[_Entry]:
    """Pictures that lie in no file, each as often as the others."""
    return [
        _Entry(
            _webp(picture.image),
            None if picture.truth is None else _png(picture.truth),
            _known(picture, _LANDSCAPE, len(pictures)),
        )
        for picture in pictures
    ]


def _entry(file: Path, picture: Picture, kind: ImagerySet, count: int) -> _Entry:
    """Small files as they are, large ones coded again, photos at half size."""
    known, image, truth = _known(picture, kind, count), picture.image, picture.truth
    data = np.fromfile(file, np.uint8)
    if max(image.shape) > _PHOTO:
        image = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        if truth is not None:
            truth = cv2.resize(truth, image.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    elif data.size <= _KEPT:
        return _Entry(data, None if truth is None else _png(truth), known)
    return _Entry(_webp(image), None if truth is None else _png(truth), known)


def _overlaps(coded: Sequence[np.ndarray]) -> Iterable[tuple[int, int, np.ndarray]]:
    """Find which photos of one set overlap; (near, far, homography) with both as numbers in the set."""
    decoded = {k: image for k, part in enumerate(coded) if min((image := decode_rgb(part, "")).shape[:2]) > TILE}
    for near, far in itertools.combinations(decoded, 2):
        homography = register(decoded[near], decoded[far])
        if homography is not None and twins(decoded[near], decoded[far], homography, PAIR):
            yield near, far, homography


def _dates(data: Path, entries: list[_Entry]) -> list[tuple[int, int, np.ndarray]]:
    """Add the second, cloudless date of places that have one; return the pairs."""
    links = []
    for cloudy, clear in cloudy_and_clear(data, MATTES[0], validation=False):
        sky, ground = read_rgb(cloudy), read_rgb(clear)
        if all(map(_shows_ground, (sky, ground))) and displacement(ground, sky)[2].mean() > _ALIKE:
            known = _known(Picture(sky), MATTES[0], 1) | {"weight": 0.0}
            links.append((len(entries), len(entries) + 1, np.eye(3)))
            entries += [_Entry(_webp(ground), None, known), _Entry(_webp(sky), None, known)]
    return links


def _lifted(data: Path) -> list[np.ndarray]:
    """Opacities of real clouds, uint8 [H, W]."""
    found = []
    for kind in MATTES:
        for cloudy, clear in cloudy_and_clear(data, kind, validation=False):
            opacity = matte_of(read_rgb(cloudy), read_rgb(clear))
            if opacity is not None and (kind.whole or _is_cloud(opacity)):
                found.append((opacity * 255).astype(np.uint8))
    return found


def _webp(image: np.ndarray) -> np.ndarray:
    return cv2.imencode(".webp", image[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, _QUALITY])[1].ravel()


def _png(plane: np.ndarray) -> np.ndarray:
    return cv2.imencode(".png", plane)[1].ravel()


def _is_cloud(opacity: np.ndarray) -> bool:
    """Is it a cloud, and not ground that changed between the dates, which looks half opaque nearly everywhere?"""
    return float(((opacity > 0.1) & (opacity < 0.6)).mean()) < 0.45


def _shows_ground(image: np.ndarray) -> bool:
    """Does the picture show ground, and not mostly snow or cloud, nor an even surface?"""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return float((grey > 250).mean()) < 0.2 and float(grey.std()) > 4


def _views(image: np.ndarray, truth: np.ndarray | None) -> Iterable[tuple[np.ndarray, np.ndarray | None]]:
    """Windows of at most `TILE` that cover a picture; they share its memory."""
    starts = [np.linspace(0, max(n - TILE, 0), -(-n // TILE)).astype(int) for n in image.shape[:2]]
    for y, x in itertools.product(*starts):
        window = np.s_[y : y + TILE, x : x + TILE]
        yield image[window], None if truth is None else truth[window]
