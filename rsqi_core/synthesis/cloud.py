"""Cloud: opaque, thin, fog and local clouds over the ground, or a matte lifted from a real cloudy/clear pair."""

from __future__ import annotations

import cv2
import numpy as np

from .defect import Defect, difference, mask_of, severity, to_uint8
from .fields import blob, fractal, smoothstep

KINDS = ("thick", "thin", "fog", "local")


def apply(
    image: np.ndarray, rng: np.random.Generator, kind: str | None = None, matte: np.ndarray | None = None
) -> Defect | None:
    """Plant clouds: ``I (1 - a) + C a`` with a fractal or given opacity.

    Parameters
    ----------
    image : numpy.ndarray
        uint8 [H, W, 3].
    kind : str, optional
        One of `KINDS`; drawn when missing.
    matte : numpy.ndarray, optional
        Opacity 0-1, float32 [H, W], of a real cloud (`matte_of`); replaces the fractal one.

    Returns
    -------
    Defect or None
        None if the cloud cannot be seen on this ground.
    """
    shape = image.shape[:2]
    kind = "matte" if matte is not None else kind or str(rng.choice(KINDS, p=[0.4, 0.2, 0.1, 0.3]))
    alpha = matte if matte is not None else _opacity(shape, rng, kind)
    white = rng.uniform(215, 252) + rng.normal(0, 4, 3)
    relief = fractal(shape, rng, rng.uniform(2.0, 2.6), cells=4)
    shading = cv2.GaussianBlur(relief, (0, 0), 2.0)
    shift = rng.integers(-6, 7, 2)
    sunlit = shading - np.roll(shading, tuple(int(s) for s in shift), (0, 1))  # a brighter side towards the sun
    cover = white + (rng.uniform(3, 12) * relief + rng.uniform(0, 14) * sunlit)[..., None]
    ground = image.astype(np.float32)
    if kind in ("thick", "local"):
        softened = cv2.GaussianBlur(ground, (0, 0), 1.5)  # forward scattering softens the ground that shines through
        ground = np.where((alpha > 0.3)[..., None], softened, ground)
    opacity = np.stack([alpha, _shifted(alpha, rng), _shifted(alpha, rng)], -1)
    clouded = to_uint8(ground * (1 - opacity) + cover * opacity)
    mask = mask_of(alpha)
    visible = difference(image, clouded, mask)
    if visible < 8:
        return None
    strength = severity(float(alpha[mask == 1].mean()), 0.5, 0.75)
    return Defect("cloud", clouded, mask, strength, {"kind": kind, "white": float(white.mean()), "difference": visible})


def matte_of(cloudy: np.ndarray, clear: np.ndarray) -> np.ndarray | None:
    """Lift the opacity of a real cloud from a cloudy/clear pair, both uint8 [H, W, 3].

    The least opacity over the channels that explains the brightening is used, so that a change of season in one channel
    is not taken for cloud. None where the pair shows too little or nothing but cloud.
    """
    bright, ground = cloudy.astype(np.float32), clear.astype(np.float32)
    white = max(float(np.percentile(bright, 99.5)), 200.0)
    alpha = ((bright - ground) / np.maximum(white - ground, 20)).min(-1)
    alpha = cv2.medianBlur(np.clip(alpha, 0, 1).astype(np.float32), 3)
    alpha = np.where(alpha < 0.08, 0, alpha)
    return alpha if 0.02 < float((alpha > 0.35).mean()) < 0.95 else None


def _shifted(alpha: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Move the cloud a little, as it drifts between the exposures of two bands of a push-broom sensor."""
    if rng.random() < 0.7:
        return alpha
    move = np.float32([[1, 0, rng.uniform(-1.5, 1.5)], [0, 1, rng.uniform(-1.5, 1.5)]])
    return cv2.warpAffine(alpha, move, alpha.shape[::-1], borderMode=cv2.BORDER_REPLICATE)


def _opacity(shape: tuple[int, int], rng: np.random.Generator, kind: str) -> np.ndarray:
    noise = fractal(shape, rng, rng.uniform(1.6, 2.4), cells=int(rng.integers(1, 5)) + 1)
    if kind == "thick":
        low = rng.uniform(-0.8, 1.0)
        return smoothstep(noise, low, low + rng.uniform(0.4, 1.2)) * rng.uniform(0.85, 1.0)
    if kind == "thin":
        low = rng.uniform(-1.0, 0.6)
        return smoothstep(noise, low, low + rng.uniform(1.0, 2.0)) * rng.uniform(0.45, 0.75)
    if kind == "fog":
        return np.clip(rng.uniform(0.4, 0.65) + 0.1 * noise, 0, 0.9).astype(np.float32)
    size = min(shape) * rng.uniform(0.1, 0.4)
    body = blob(shape, rng, size, size * rng.uniform(0.2, 0.7), 0.4)
    return np.clip(body * (0.9 + 0.15 * noise), 0, 1) * rng.uniform(0.8, 1.0)
