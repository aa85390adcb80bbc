"""Pictures that training never sees, by name: photos and windows of them, procedural landscapes, real clouds."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from ...errors import RsqiError
from ...imagery import read_rgb
from ...synthesis.cloud import matte_of
from ...synthesis.landscape import landscape

LANDSCAPE_SIDE = 512
_FOLDERS = {
    "landsat8_bqa": "cloud",
    "rsicb_cloudy": "cloud",
    "sen12_pairs": "cloud",
    "haze1k": "cloud",
    "naip": "scenes",
}


def read_picture(data: Path, name: str, side: int = 0) -> np.ndarray:
    """Return a picture, or the window of `side` pixels at ``@x,y`` in it; uint8 [H, W, 3].

    Raises
    ------
    RsqiError
        If the picture is not under `data`.
    """
    stem, _, place = name.partition("@")
    picture = _whole(data, stem)
    if not side:
        return picture
    x, y = map(int, place.split(",")) if place else (0, 0)
    window = picture[y : y + side, x : x + side]
    if window.shape[:2] != (side, side):
        raise RsqiError(f"{name}: no window of {side} px there")
    return np.ascontiguousarray(window)


@lru_cache(maxsize=4)
def _whole(data: Path, name: str) -> np.ndarray:
    folder, _, stem = name.partition("/")
    if folder == "landscape":
        seed, _, side = stem.partition("x")
        return landscape(int(side or LANDSCAPE_SIDE), seed=int(seed))
    parent = data / _FOLDERS.get(folder, "clean") / folder
    if folder == "landsat8_bqa":
        return _stretched(read_rgb(_file(parent / "rgb_images", stem)))
    if folder == "naip":
        return _naip(_file(parent, stem))
    return read_rgb(_file(parent, stem))


def _file(folder: Path, stem: str) -> Path:
    found = sorted(folder.glob(f"{stem}.*"))
    if not found:
        raise RsqiError(f"{folder / stem}: the benchmark needs this picture")
    return found[0]


def _naip(file: Path) -> np.ndarray:
    from ...raster import open_raster

    with open_raster(str(file), bands=(1, 2, 3)) as raster:
        return raster.read(0, 0, raster.width, raster.height)[0]


def _stretched(image: np.ndarray) -> np.ndarray:
    """Stretch a very dark tile between its 1st and 99.5th percentile, as one would to look at it."""
    inside = image[image.max(-1) > 0]
    low, high = np.percentile(inside, (1, 99.5)) if inside.size else (0, 255)
    return np.clip((image.astype(np.float32) - low) * 255 / max(high - low, 1), 0, 255).astype(np.uint8)


def read_matte(data: Path, name: str) -> np.ndarray:
    """Return the opacity of a real cloud, float32 [256, 256] 0-1, lifted from the pair ``sen12_pairs/stem``."""
    cloudy, clear = (read_picture(data, f"{name}_{kind}") for kind in ("cloudy", "clear"))
    matte = matte_of(cloudy, clear)
    if matte is None:
        raise RsqiError(f"{name}: this pair shows no cloud to lift")
    return matte


def read_cloud(data: Path, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a real cloudy picture and its truth, uint8 [256, 256, 3] and uint8 [256, 256] (1 cloud, 255 unsure).

    Landsat: the automatic mask, its rim unsure. Sentinel-2 twins: cloud where the weak mask and the brightening against
    the clear twin agree, clear where both deny, for the mask errs on snow and bright roads.
    """
    folder, _, stem = name.partition("/")
    if folder == "landsat8_bqa":
        image = read_picture(data, name)
        mask = (read_rgb(_file(data / "cloud" / folder / "annotations", stem))[..., 0] > 127).astype(np.uint8)
        kernel = np.ones((3, 3), np.uint8)
        rim = cv2.dilate(mask, kernel) != cv2.erode(mask, kernel)
        return image, np.where(rim, 255, mask).astype(np.uint8)
    cloudy, clear = (read_picture(data, f"{name}_{kind}") for kind in ("cloudy", "clear"))
    weak = read_picture(data, f"{name}_weakmask")[..., 0]
    gain = _towards_white(cloudy, clear)
    truth = np.where((weak > 0) & (gain > 0.25), 1, np.where((weak == 0) & (gain < 0.15), 0, 255))
    return cloudy, truth.astype(np.uint8)


def _towards_white(veiled: np.ndarray, clear: np.ndarray) -> np.ndarray:
    """Least share over the channels of the way from the clear picture to white; float32 [H, W]."""
    a, b = (cv2.GaussianBlur(image.astype(np.float32), (0, 0), 2.0) for image in (veiled, clear))
    return ((a - b) / np.maximum(250.0 - b, 20)).min(-1)
