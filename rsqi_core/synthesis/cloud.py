"""Cloud: from popcorn cumulus to veils over the ground, or a matte lifted from a real cloudy/clear pair."""

from __future__ import annotations

import cv2
import numpy as np

from .defect import AMBIGUOUS, DEFECT, Defect, blend, difference, mask_of, only_visible, severity, to_uint8
from .fields import coordinates, fractal, log_uniform, streaks

KINDS = ("thick", "thin", "fog", "local", "cumulus", "streets", "cirrus")
_SHARES = (0.24, 0.12, 0.07, 0.2, 0.17, 0.1, 0.1)
_SHEER = 0.25  # share of the clouds that the ground shows through wherever they are
_NEAR = 0.4  # share of the clouds that are larger than the image: at 0.5 m a pixel, a cloud of 200 m fills a block


def apply(
    image: np.ndarray, rng: np.random.Generator, kind: str | None = None, matte: np.ndarray | None = None
) -> Defect | None:
    """Plant clouds: ``I (1 - a) + C a`` with a drawn or given opacity a and a shaded cover C.

    Parameters
    ----------
    image : numpy.ndarray
        uint8 [H, W, 3].
    kind : str, optional
        One of `KINDS`; drawn when missing.
    matte : numpy.ndarray, optional
        Opacity 0-1, float32 [H, W], of a real cloud (`matte_of`) or of `opacity`; replaces the drawn one.

    Returns
    -------
    Defect or None
        None if the cloud cannot be seen on this ground.
    """
    kind = "matte" if matte is not None else kind or str(rng.choice(KINDS, p=_SHARES))
    alpha = opacity(image.shape[:2], rng, kind) if matte is None else matte
    zoom = log_uniform(rng, 1.5, 6) if rng.random() < _NEAR else 1.0
    if zoom > 1:
        alpha = _near(alpha, rng, zoom)
    if rng.random() < _SHEER:
        alpha = alpha * np.float32(rng.uniform(0.4, 0.9))
    # What lies under a cloud is seen through scattered light, softer the denser the cloud; low over it, hardly.
    soft = rng.uniform(0.5, 2.0)
    ground = blend(image, cv2.GaussianBlur(image, (0, 0), soft), alpha) if rng.random() < 0.5 else image
    cover, white = _cover(alpha, rng, float(np.mean(cv2.mean(image)[:3])), zoom)
    shifted = (alpha, alpha, alpha)
    if rng.random() < 0.15:  # a push-broom sensor sees each band at another moment
        shifted = (alpha, _drifted(alpha, rng), _drifted(alpha, rng))
    bands = [blend(g, c, a) for g, c, a in zip(cv2.split(ground), cover, shifted)]
    clouded = cv2.merge(bands)
    mask = mask_of(cv2.GaussianBlur(alpha, (0, 0), 1.0))
    # Nobody outlines single pixels of cloud, and threads in a lifted matte are changes of the ground.
    grain = 7 if kind == "matte" else 3
    whole = cv2.morphologyEx((mask == DEFECT).view(np.uint8), cv2.MORPH_OPEN, np.ones((grain, grain), np.uint8))
    mask[(mask == DEFECT) & (whole == 0)] = AMBIGUOUS
    mask = np.where(alpha < 0.75, only_visible(mask, image, clouded, 5, 7), mask)  # a veil over a white roof
    visible = difference(image, clouded, mask)
    if visible < 12 or (mask == DEFECT).sum() < 60:
        return None
    strength = severity(float(alpha[mask == DEFECT].mean()), 0.5, 0.75)
    return Defect("cloud", clouded, mask, strength, {"kind": kind, "white": white, "difference": visible})


def matte_of(cloudy: np.ndarray, clear: np.ndarray) -> np.ndarray | None:
    """Lift the opacity of a real cloud from a cloudy/clear pair, both uint8 [H, W, 3].

    The least opacity over the channels that explains the brightening is used, so that a change of season in one channel
    is not taken for cloud. None where the pair shows too little or nothing but cloud.
    """
    bright, ground = cloudy.astype(np.float32), clear.astype(np.float32)
    white = max(float(np.percentile(bright, 99.5)), 200.0)
    alpha = ((bright - ground) / np.maximum(white - ground, 20)).min(-1)
    alpha = cv2.medianBlur(np.clip(alpha, 0, 1).astype(np.float32), 3)
    # Roads and houses that were brighter on the cloudy day are narrow, clouds are not.
    wide = cv2.morphologyEx(alpha, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9)))
    alpha = np.minimum(alpha, cv2.GaussianBlur(wide, (0, 0), 2.5) + 0.05)
    alpha = np.where(alpha < 0.1, 0, alpha)
    return alpha if 0.02 < float((alpha > 0.35).mean()) < 0.95 else None


def opacity(shape: tuple[int, int], rng: np.random.Generator, kind: str | None = None) -> np.ndarray:
    """Draw the opacity 0-1, float32 [H, W], of clouds of a kind: ``1 - exp(-thickness)`` of a fractal thickness."""
    kind = kind or str(rng.choice(KINDS, p=_SHARES))
    return 1 - np.exp(-np.maximum(_thickness(shape, rng, kind), 0))


def _thickness(shape: tuple[int, int], rng: np.random.Generator, kind: str) -> np.ndarray:
    """Optical thickness; zero or less is clear sky."""
    side = min(shape)
    if kind in ("thick", "thin"):
        noise = _ragged(fractal(shape, rng, rng.uniform(1.5, 2.5), cells=round(log_uniform(rng, 2, 10))), rng)
        if rng.random() < 0.4:  # a part of a bank up to three times as large as the image
            noise = 0.6 * noise + rng.normal(0.2, 0.6)
        density = log_uniform(rng, 1.5, 16) if kind == "thick" else rng.uniform(0.4, 0.9)
        return density * (noise - rng.uniform(-0.9, 1.0))
    if kind == "fog":
        return rng.uniform(0.6, 1.2) + rng.uniform(0.05, 0.25) * fractal(shape, rng, 2.4, cells=2)
    if kind == "local":
        return log_uniform(rng, 0.6, 20) * _puff(shape, rng, side * log_uniform(rng, 0.07, 0.45))
    if kind == "cirrus":
        angle = rng.uniform(0, np.pi)
        fibres = streaks(shape, rng, rng.uniform(1.1, 2.2), int(rng.integers(6, 20)), log_uniform(rng, 5, 20), angle)
        shown = rng.uniform(0.6, 1.2) * fibres + fractal(shape, rng, 2.8, cells=2)
        return log_uniform(rng, 0.35, 1.8) * (shown - rng.uniform(-0.6, 0.7))
    # Cumulus: crisp small puffs, gathered in swarms or in streets along the wind.
    size = side * log_uniform(rng, 0.01, 0.1)
    puffs = _ragged(fractal(shape, rng, rng.uniform(1.5, 2.2), cells=int(max(shape) / (2 * size))), rng)
    if kind == "streets":
        x, y = coordinates(shape)
        angle, period = rng.uniform(0, np.pi), max(3 * size, side * rng.uniform(0.12, 0.4))
        sway = 0.25 * fractal(shape, rng, 3.0, cells=2)
        turns = 2 * np.pi / period * np.array([np.cos(angle), np.sin(angle)])
        gathered = np.cos(np.float32(turns[0]) * x + np.float32(turns[1]) * y + np.float32(np.pi) * sway)
    else:
        gathered = fractal(shape, rng, 3.0, cells=2)
    return log_uniform(rng, 0.8, 20) * (puffs + rng.uniform(0.5, 1.1) * gathered - rng.uniform(0.9, 1.8))


def _near(alpha: np.ndarray, rng: np.random.Generator, zoom: float) -> np.ndarray:
    """Enlarge a part of a cloud around a place of its rim `zoom` times; its rim is softer, and hardly rougher."""
    h, w = alpha.shape
    rows, columns = np.nonzero((alpha > 0.2) & (alpha < 0.8))
    at = int(rng.integers(rows.size)) if rows.size else -1
    y, x = (rows[at], columns[at]) if rows.size else (h / 2, w / 2)
    # The place of the rim comes to lie anywhere; what would lie outside is kept inside.
    move = np.array([x, y]) - rng.uniform(0.1, 0.9, 2) * (w, h) / zoom
    move = np.clip(move, 0, np.array([w, h]) * (1 - 1 / zoom))
    matrix = np.array([[1 / zoom, 0, move[0]], [0, 1 / zoom, move[1]]], np.float32)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    large = cv2.warpAffine(alpha, matrix, (w, h), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    if rng.random() < 0.5:  # from near, many a rim is a slow change
        large = cv2.GaussianBlur(large, (0, 0), log_uniform(rng, 2, 20))
    if rng.random() < 0.7:  # the drawn noise ends at one pixel of the small cloud
        fine = fractal((h, w), rng, rng.uniform(1.5, 2.5), cells=round(log_uniform(rng, 4, 30)))
        large = large * np.exp(np.float32(log_uniform(rng, 0.03, 0.4)) * fine)
    return np.clip(large, 0, float(alpha.max()))


def _puff(shape: tuple[int, int], rng: np.random.Generator, radius: float) -> np.ndarray:
    """Thickness of one ragged cloud, 1 in its middle."""
    x, y = coordinates(shape)
    cx, cy = rng.uniform(0.05, 0.95) * shape[1], rng.uniform(0.05, 0.95) * shape[0]
    angle, stretch = rng.uniform(0, np.pi), np.sqrt(rng.uniform(1, 2.5))
    cosine, sine = np.float32(np.cos(angle) / radius), np.float32(np.sin(angle) / radius)
    u, v = x - np.float32(cx), y - np.float32(cy)
    body = (
        1 - ((u * cosine + v * sine) / np.float32(stretch)) ** 2 - ((v * cosine - u * sine) * np.float32(stretch)) ** 2
    )
    cells = int(np.clip(max(shape) / radius, 2, 40))
    # Far outside the noise must not bring forth further clouds.
    rough = _ragged(fractal(shape, rng, rng.uniform(1.5, 2.2), cells), rng)
    return np.minimum(body + rng.uniform(0.35, 0.7) * rough, 2.5 + body)


def _ragged(noise: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Fray the rims of half of the clouds: seen from near, or torn by wind, they are no smooth curves."""
    if rng.random() < 0.5:
        return noise
    fine = fractal(noise.shape, rng, rng.uniform(0.5, 1.5), cells=round(log_uniform(rng, 15, 90)))
    return noise + np.float32(log_uniform(rng, 0.08, 0.5)) * fine


def _knobs(shape: tuple[int, int], rng: np.random.Generator, sun: tuple[float, float], zoom: float = 1.0) -> np.ndarray:
    """Light and shade, in grey values, on a heaped cloud: a cauliflower with knobs of many sizes, or hardly any."""
    noise = fractal(shape, rng, rng.uniform(0.8, 2.2), cells=round(log_uniform(rng, 5, 70) / zoom))
    bumps = np.abs(noise) if rng.random() < 0.5 else noise
    lit = bumps - _moved(bumps, *sun)
    return lit * np.float32(log_uniform(rng, 1.5, 60) / max(float(lit.std()), 1e-6))


def _cover(
    alpha: np.ndarray, rng: np.random.Generator, ground: float, zoom: float = 1.0
) -> tuple[list[np.ndarray], float]:
    """Colour of the cloud itself as three uint8 bands, and its mean white.

    Whites over 255 leave the bright cores clipped, as in most stretched satellite scenes; the side that faces the sun
    is brighter, and thick parts may have grey bases. Over dark ground, of the mean grey value `ground`, many a cloud is
    grey: the stretch was made for the brightest one of the scene.
    """
    low, high = ((100, 165), (165, 222), (222, 250), (250, 300))[int(rng.choice(4, p=[0.13, 0.22, 0.32, 0.33]))]
    white = max(rng.uniform(low, high), min(ground + 60, 230))
    height = cv2.GaussianBlur(np.sqrt(-np.log(1 - 0.95 * alpha)), (0, 0), zoom * rng.uniform(0.8, 2.0))
    sun = tuple(zoom * rng.uniform(-6, 6, 2))
    light = np.clip(height - _moved(height, *sun), -0.6, 0.3)
    level = (
        white
        + np.float32(log_uniform(rng, 20, 200)) * light
        + alpha * _knobs(alpha.shape, rng, sun, zoom)
        - np.float32(log_uniform(rng, 2, 25))
        * fractal(alpha.shape, rng, rng.uniform(1.6, 2.8), cells=int(rng.integers(3, 16)))
    )
    warm = rng.normal(-2, 4)
    tint = rng.normal(0, 1.5, 3) + np.array([warm, 0, -warm])
    return [to_uint8(level + np.float32(t)) for t in tint], float(white)


def _drifted(alpha: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Move the cloud by up to two pixels."""
    return _moved(alpha, *rng.uniform(-2, 2, 2))


def _moved(field: np.ndarray, dx: float, dy: float) -> np.ndarray:
    move = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
    return cv2.warpAffine(field, move, field.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
