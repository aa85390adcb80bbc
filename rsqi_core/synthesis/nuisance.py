"""What every image suffers, defective or clean: tone, noise, compression; applied alike, so that it is no cue."""

from __future__ import annotations

import cv2
import numpy as np

from .defect import to_uint8


def tone(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Vary gamma .8-1.25, white balance +-8 % and contrast of a uint8 [H, W, 3] image."""
    levels = np.arange(256, dtype=np.float32) / 255
    gamma = np.exp(rng.uniform(-0.22, 0.22))
    contrast, middle = rng.uniform(0.8, 1.2), rng.uniform(0.3, 0.6)
    balance = rng.uniform(0.92, 1.08, 3)
    tables = [to_uint8(255 * ((levels**gamma - middle) * contrast + middle) * b) for b in balance]
    # Stay off the ends of the range: only a lost pixel is exactly 0 or 255 by this step.
    return cv2.LUT(image, np.clip(np.stack(tables, -1)[None], 1, 254).astype(np.uint8))


def grain(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Add sensor noise of sigma 0-4 to a uint8 [H, W, 3] image."""
    sigma = rng.uniform(0, 4)
    if sigma < 0.4:
        return image
    noise = cv2.randn(np.empty(image.shape, np.int16), 0, sigma)
    return cv2.add(image, noise, dtype=cv2.CV_8U)


def compress(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Send half of the images through JPEG of quality 60-100."""
    if rng.random() < 0.5:
        return image
    _, data = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(60, 101))])
    return cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1]


def collar(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return the valid part, bool [H, W], of an image cut by the edge of its footprint."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    valid = np.ones(shape, bool)
    for _ in range(int(rng.integers(1, 3))):
        angle = rng.uniform(0, 2 * np.pi)
        distance = (x - shape[1] / 2) * np.cos(angle) + (y - shape[0] / 2) * np.sin(angle)
        valid &= distance < rng.uniform(0.1, 0.6) * min(shape)
    return valid
