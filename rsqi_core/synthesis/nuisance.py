"""What every image suffers, defective or clean, applied alike so that it is no cue (domain facts, section 3).

`ground` acts before errors are planted: the scene, its light and its sensor. `delivery` acts after them: resampling,
sensor noise, contrast stretch and compression.
"""

from __future__ import annotations

import cv2
import numpy as np

from ..imagery.cut import draw_cut
from .defect import to_uint8

_LEVELS = np.arange(256, dtype=np.float32) / 255


def crop(image: np.ndarray, rng: np.random.Generator, side: int) -> np.ndarray:
    """Cut a random square, flipped and turned, at a scale of 0.5 to 1.25; uint8 [side, side, 3 n].

    Several images of one place, stacked in their bands, are cut alike.
    """
    return draw_cut(image.shape, rng, side).image(image)


def ground(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Vary tone, colour and haze of a uint8 [H, W, 3] scene before anything is planted in it."""
    image = tone(image, rng)
    if rng.random() < 0.15:
        image = infrared(image) if rng.random() < 0.6 else np.ascontiguousarray(image[..., rng.permutation(3)])
    if rng.random() < 0.5:
        image = saturate(image, 0.0 if rng.random() < 0.06 else rng.uniform(0.6, 1.3))
    return haze(image, rng) if rng.random() < 0.12 else image


def delivery(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Resample, add noise, stretch or expose and compress a uint8 [H, W, 3] image that holds its errors."""
    if rng.random() < 0.25:
        image = resample(image, rng)
    image = grain(image, rng)
    if rng.random() < 0.15:
        image = stretch(image, rng)
    elif rng.random() < 0.3:
        image = expose(image, rng)
    return compress(image, rng)


def tone(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Vary gamma .8-1.25, white balance +-8 % and contrast; one image in five is dark like a raw satellite scene.

    Half of the images may clip at 0 and 255, as real ones do at roofs and water; the others roll off before the ends.
    """
    gamma = np.exp(rng.uniform(-0.22, 0.22))
    balance = rng.uniform(0.92, 1.08, 3).astype(np.float32)
    if rng.random() < 0.2:
        # Reflectance stretched to the clouds: the ground keeps the lowest fifth of the range, its shadows are black.
        gamma *= rng.uniform(1.0, 1.5)
        mean = float(cv2.mean(cv2.LUT(image, to_uint8(255 * _LEVELS**gamma)))[1])
        levels = _LEVELS**gamma * min(rng.uniform(12, 60) / max(mean, 1.0), 1.0) - rng.uniform(0.0, 0.03)
        balance *= rng.uniform(0.85, 1.15, 3).astype(np.float32)
    else:
        contrast, middle = rng.uniform(0.8, 1.3), rng.uniform(0.3, 0.6)
        levels = (_LEVELS**gamma - middle) * contrast + middle
    tables = levels[:, None] * balance
    if rng.random() < 0.5:
        tables = _roll_off(tables)
    return cv2.LUT(image, to_uint8(255 * tables)[None])


def recolour(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Put the bands of a uint8 [H, W, 3] image into any order and take colour away, where they are no true colours."""
    if rng.random() < 0.7:
        image = np.ascontiguousarray(image[..., rng.permutation(3)])
    return saturate(image, rng.uniform(0.1, 0.9)) if rng.random() < 0.7 else image


def infrared(image: np.ndarray) -> np.ndarray:
    """Show a uint8 [H, W, 3] scene as near infrared, red and green, with vegetation bright in the first band.

    The infrared is guessed from how green a pixel is: enough for the colours of such a composite, not for an index.
    """
    bands = np.array([[-1.0, 3.4, -1.4], [1, 0, 0], [0, 1, 0]], np.float32)
    return cv2.transform(image, bands)


def saturate(image: np.ndarray, factor: float) -> np.ndarray:
    """Scale the chroma of a uint8 [H, W, 3] image; 0 makes it grey, as a panchromatic scene."""
    weights = np.array([0.299, 0.587, 0.114], np.float32)
    return cv2.transform(image, factor * np.eye(3, dtype=np.float32) + (1 - factor) * weights[None].repeat(3, 0))


def haze(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Lay a veil of at most 15 % over the scene, too thin to be called cloud and stronger to one side."""
    corners = rng.uniform(0.02, 0.15, (2, 2)).astype(np.float32)
    veil = cv2.resize(corners, image.shape[1::-1], interpolation=cv2.INTER_LINEAR)[..., None]
    light = np.array([rng.uniform(165, 225), rng.uniform(175, 230), rng.uniform(185, 240)], np.float32)
    return to_uint8(image * (1 - veil) + light * veil)


def resample(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Resample to 0.7-2 times the size and back, as a mosaic passes from grid to grid.

    Under 0.7 the image would show what is labelled as blur.
    """
    factor = np.exp(rng.uniform(np.log(0.7), np.log(2.0)))
    kernel = int(rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
    there = cv2.resize(image, None, fx=factor, fy=factor, interpolation=kernel)
    return cv2.resize(there, image.shape[1::-1], interpolation=cv2.INTER_AREA if factor > 1 else kernel)


def grain(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Add sensor noise of sigma 0-4, in one image of five 4-8, to a uint8 [H, W, 3] image.

    A network that has seen even noise only goes blind in a grainy scene.
    """
    sigma = rng.uniform(4, 8) if rng.random() < 0.2 else rng.uniform(0, 4)
    if sigma < 0.4:
        return image
    cv2.setRNGSeed(int(rng.integers(2**31)))
    noise = cv2.randn(np.empty(image.shape, np.int16), 0, sigma)
    return cv2.add(image, noise, dtype=cv2.CV_8U)


def stretch(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Stretch the contrast between percentiles, all bands alike or each by itself, cutting up to 2 % at each end."""
    low, high = rng.uniform(0, 2), 100 - rng.uniform(0, 2)
    sample = image[::4, ::4].reshape(-1, 3)
    ends = np.percentile(sample, (low, high), axis=0 if rng.random() < 0.4 else None).reshape(2, -1)
    span = np.maximum(ends[1] - ends[0], 90)  # an even scene must not become noise
    return cv2.LUT(image, to_uint8((255 * _LEVELS[:, None] - ends[0]) * (255 / span) * np.ones(3))[None])


def expose(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Brighten a uint8 [H, W, 3] image until its lightest parts are flat white.

    Clouds are cut off after the noise of the sensor, not before it: their cores hold 255 and nothing else.
    """
    return to_uint8(image * np.float32(rng.uniform(1.02, 1.35)))


def compress(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Send half of the images through JPEG of quality 60-100, its 8-px grid anywhere."""
    if rng.random() < 0.5:
        return image
    top, left = (int(n) for n in rng.integers(0, 8, 2))
    padded = cv2.copyMakeBorder(image[..., ::-1], top, 0, left, 0, cv2.BORDER_REFLECT)
    _, data = cv2.imencode(".jpg", padded, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(60, 101))])
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[top:, left:, ::-1])


def collar(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return the valid part, bool [H, W], of an image cut by the edge of its footprint."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    valid = np.ones(shape, bool)
    for _ in range(int(rng.integers(1, 3))):
        angle = rng.uniform(0, 2 * np.pi)
        distance = (x - shape[1] / 2) * np.cos(angle) + (y - shape[0] / 2) * np.sin(angle)
        valid &= distance < rng.uniform(0.1, 0.6) * min(shape)
    return valid


def _roll_off(levels: np.ndarray, knee: float = 0.86) -> np.ndarray:
    """Bend levels 0-1 above the knee and below its mirror, so that they near the ends without reaching them."""
    room = 1 - knee
    over = knee + room * np.tanh((levels - knee) / room)
    under = room + room * np.tanh((levels - room) / room)
    bent = np.where(levels > knee, over, np.where(levels < room, under, levels))
    return np.clip(bent, 0.004, 0.996)
