"""What happens to every picture on its way to the inspector, faulty or not: tone, noise, resampling, compression."""

from __future__ import annotations

import cv2
import numpy as np

from ...synthesis.defect import to_uint8


def disturb(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Disturb clean and faulty pictures alike, so that no trace of the recipes gives an error away.

    Never so strongly that an error disappears: resampling keeps more than 80 % of the resolution, JPEG quality is 70
    at least. Values do not stay exact and lines a pixel wide lose contrast; plant the types in `LATE` after disturbing,
    as these errors arise when a finished image is stored or sent.

    Parameters
    ----------
    image : numpy.ndarray
        uint8 [H, W, 3].
    rng : numpy.random.Generator

    Returns
    -------
    numpy.ndarray
        uint8 [H, W, 3].
    """
    disturbed = _tone(image, rng)
    if rng.random() < 0.35:
        disturbed = _resample(disturbed, rng)
    if rng.random() < 0.6:
        disturbed = _noise(disturbed, rng)
    if rng.random() < 0.65:
        disturbed = _compress(disturbed, rng)
    return disturbed


def _tone(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Bend each band by one look-up table: exposure, an S-curve, a cast."""
    level = np.arange(256, dtype=np.float32)[:, None] / 255
    light = level**2.2 * 2.0 ** rng.uniform(-0.35, 0.35) * np.exp(rng.normal(0, 0.04, 3))
    light = np.clip(light, 0, 1) ** (1 / 2.2)
    bend = rng.uniform(-0.25, 0.35)
    light = light + bend * light * (1 - light) * (2 * light - 1)
    table = to_uint8(255 * light)
    return cv2.LUT(image, table.reshape(256, 1, 3))


def _resample(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Resample to another grid and back."""
    size = image.shape[1::-1]
    factor = rng.uniform(0.82, 1.5)
    way = int(rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4]))
    between = cv2.resize(image, tuple(round(side * factor) for side in size), interpolation=way)
    return cv2.resize(between, size, interpolation=cv2.INTER_AREA if factor > 1 else cv2.INTER_CUBIC)


def _noise(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Add read noise, the same in all bands or not, and shot noise that grows with the light."""
    bands = int(rng.choice([1, 3]))
    grain = rng.uniform(0.4, 3.2) * rng.standard_normal((*image.shape[:2], bands), dtype=np.float32)
    shot = rng.uniform(0, 0.8)
    return to_uint8(image + grain * (1 + shot * image.astype(np.float32) / 255))


def _compress(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    quality = int(rng.integers(70, 96))
    if rng.random() < 0.7:
        suffix, options = ".jpg", [cv2.IMWRITE_JPEG_QUALITY, quality]
    else:
        suffix, options = ".webp", [cv2.IMWRITE_WEBP_QUALITY, quality]
    stored = cv2.imencode(suffix, image[..., ::-1], options)[1]
    return np.ascontiguousarray(cv2.imdecode(stored, cv2.IMREAD_COLOR)[..., ::-1])
