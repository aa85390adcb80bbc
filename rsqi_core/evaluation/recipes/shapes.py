"""Where test errors lie and how they vary: random fields, outlines, fades."""

from __future__ import annotations

import cv2
import numpy as np

Bounds = tuple[float, float]

_GRID = 256  # longest side on which random fields are drawn before they are enlarged
_EDGE = 6  # px along the border that an error planted `inside` never touches


def spectral(
    shape: tuple[int, int],
    rng: np.random.Generator,
    exponent: float,
    longest: float | None = None,
    stretch: float = 1.0,
    angle: float = 0.0,
) -> np.ndarray:
    """Draw a random field whose power falls with the frequency to the power of `exponent`.

    Parameters
    ----------
    shape : tuple of int
        Height and width in px.
    rng : numpy.random.Generator
    exponent : float
        0 is white noise, 2 to 4 clouds and terrain.
    longest : float, optional
        Wavelength in px above which the power is damped.
    stretch, angle : float
        How many times longer features are along `angle` (radians, from the x axis) than across it.

    Returns
    -------
    numpy.ndarray
        float32 [H, W], mean 0, standard deviation 1.
    """
    step = max(1.0, max(shape) / _GRID)
    rows, columns = (max(8, round(side / step)) for side in shape)
    fy, fx = np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None]
    along, across = fx * np.cos(angle) + fy * np.sin(angle), fy * np.cos(angle) - fx * np.sin(angle)
    frequency = np.hypot(along * stretch, across)
    frequency[0, 0] = 1.0
    gain = frequency ** (-exponent / 2)
    if longest is not None:
        gain *= 1 - np.exp(-((frequency * longest / step) ** 2))
    gain[0, 0] = 0.0
    field = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((rows, columns))) * gain, s=(rows, columns))
    field = (field / max(float(field.std()), 1e-9)).astype(np.float32)
    return cv2.resize(field, shape[::-1], interpolation=cv2.INTER_CUBIC)


def curve(length: int, rng: np.random.Generator, wavelength: float) -> np.ndarray:
    """Draw a smooth random curve, float32 [length], about -1 to 1, wavy at about `wavelength` px."""
    knots = rng.uniform(-1, 1, max(4, int(length / max(wavelength, 1) * 2) + 3)).astype(np.float32)
    return cv2.resize(knots[None], (length, 1), interpolation=cv2.INTER_CUBIC)[0]


def border_fade(shape: tuple[int, int], width: float) -> np.ndarray:
    """Return float32 [H, W]: 0 along the border, rising to 1 within `width` px."""
    ramps = [np.minimum(np.arange(side), np.arange(side)[::-1]).astype(np.float32) for side in shape]
    ramps = [np.clip((ramp - _EDGE) / width, 0, 1) for ramp in ramps]
    rows, columns = (ramp * ramp * (3 - 2 * ramp) for ramp in ramps)
    return np.minimum(rows[:, None], columns[None])


def radius(shape: tuple[int, int], rng: np.random.Generator, shares: Bounds, inside: bool) -> float:
    """Draw a radius in px, log-uniform between `shares` of the image's shorter side (900 px at most)."""
    side = min(*shape, 900)
    drawn = float(np.exp(rng.uniform(*np.log(shares)))) * side
    return min(drawn, 0.36 * min(shape)) if inside else drawn


def centre(shape: tuple[int, int], rng: np.random.Generator, reach: float, inside: bool) -> np.ndarray:
    """Draw x, y in px; with `inside` at least `reach` px from the border as far as the image allows."""
    lows = [min(reach + _EDGE, 0.45 * side) if inside else 0.08 * side for side in shape[::-1]]
    return np.array([rng.uniform(low, side - low) for low, side in zip(lows, shape[::-1])])


def outline(
    shape: tuple[int, int], rng: np.random.Generator, size: float, inside: bool, middle: np.ndarray | None = None
) -> np.ndarray:
    """Draw one region of about `size` px radius, at `middle` (x, y) or anywhere: float32 [H, W], 0 or 1."""
    middle = centre(shape, rng, 1.25 * size, inside) if middle is None else middle
    canvas = np.zeros(shape, np.uint8)
    form = rng.choice(["star", "ellipses", "chip"])
    if form == "star":
        angles = np.linspace(0, 2 * np.pi, 90, endpoint=False)
        waves = (rng.uniform(0, 0.45 / k) * np.cos(k * angles + rng.uniform(0, 2 * np.pi)) for k in range(2, 9))
        reach = 1 + sum(waves, np.zeros_like(angles))
        corners = middle + size * (reach / reach.max() * 1.15)[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1)
        cv2.fillPoly(canvas, [np.round(corners).astype(np.int32)], 1)
    elif form == "ellipses":
        for _ in range(int(rng.integers(2, 6))):
            at = middle + rng.uniform(-0.5, 0.5, 2) * size
            axes = tuple(int(v) for v in size * rng.uniform(0.35, 0.75, 2))
            cv2.ellipse(canvas, tuple(int(v) for v in at), axes, rng.uniform(0, 180), 0, 360, 1, -1)
    else:
        box = (tuple(map(float, middle)), tuple(size * rng.uniform(1.2, 2.0, 2)), rng.uniform(0, 90))
        cv2.fillPoly(canvas, [np.round(cv2.boxPoints(box)).astype(np.int32)], 1)
    if inside:
        canvas[border_fade(shape, 1) < 1] = 0
    return canvas.astype(np.float32)


def soften(alpha: np.ndarray, width: float) -> np.ndarray:
    """Spread the edge of `alpha` [H, W] over about `width` px."""
    side = max(1, round(width / 2)) * 2 + 1
    return cv2.blur(cv2.blur(alpha, (side, side)), (side, side))


def island(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Draw float32 [H, W] that is 1 in the middle and fades to 0 before the border along an irregular line."""
    x, y = np.meshgrid(np.linspace(-1, 1, shape[1], dtype=np.float32), np.linspace(-1, 1, shape[0], dtype=np.float32))
    shore = 0.82 - np.sqrt(x * x + y * y) + 0.16 * spectral(shape, rng, 4.4)
    return np.clip(shore / 0.3, 0, 1) * border_fade(shape, 0.06 * min(shape))


def structure(image: np.ndarray) -> np.ndarray:
    """Return how strong straight edges are: float32 [H, W], grey levels a pixel.

    The structure tensor, averaged over about 13 px, must have one direction that outweighs the other: high on roads,
    roofs and furrows, low on forest and water.
    """
    grey = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (0, 0), 1).astype(np.float32)
    dx, dy = cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=1 / 8)
    xx, yy, xy = (cv2.blur(product, (13, 13)) for product in (dx * dx, dy * dy, dx * dy))
    return np.hypot(xx - yy, 2 * xy) / np.sqrt(xx + yy + 0.01)


def texture(image: np.ndarray) -> np.ndarray:
    """Return the local detail of uint8 [H, W, 3]: mean absolute Laplacian in grey levels, float32 [H, W]."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return cv2.blur(np.abs(cv2.Laplacian(grey, cv2.CV_32F)), (9, 9))
