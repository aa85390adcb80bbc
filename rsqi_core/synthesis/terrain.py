"""Relief and light of the procedural landscape: fractal noise, sunlight on a surface, cast shadows."""

from __future__ import annotations

import cv2
import numpy as np

SUN = (-0.64, -0.52, 0.80)  # towards the sun in (column, row, up): north-west light, as map readers expect


def fractal(size: int, wavelength: float, rng: np.random.Generator, octaves: int = 4, gain: float = 0.5) -> np.ndarray:
    """Return smooth noise with about unit variance.

    Parameters
    ----------
    size : int
        Height and width in pixels.
    wavelength : float
        Wavelength of the coarsest octave in pixels; each further octave halves it.
    rng : numpy.random.Generator
        Source of randomness.
    octaves : int
        Number of octaves, at least 1; octaves under two pixels are left out.
    gain : float
        Amplitude of an octave relative to the one before it.

    Returns
    -------
    numpy.ndarray
        float32 [size, size], mean about 0, standard deviation about 1.
    """
    lengths = [wavelength / 2**k for k in range(octaves) if k == 0 or wavelength / 2**k >= 2]
    scale = 1.22 / np.sqrt(sum(gain ** (2 * k) for k in range(len(lengths))))
    total, step = None, 0
    for k, length in enumerate(lengths):
        # Long waves are drawn small and enlarged with the next octave, which costs next to nothing.
        finer = 2 ** int(np.log2(max(1.0, length / 12)))
        if total is not None and finer != step:
            total = _enlarge(total, -(-size // finer))
        step = finer
        octave = _octave(-(-size // step), length / step, float(scale * gain**k), rng)
        total = octave if total is None else np.add(total, octave, out=total)
    if total is None:
        raise ValueError("at least one octave is needed")
    return _enlarge(total, size)


def _octave(size: int, length: float, amplitude: float, rng: np.random.Generator) -> np.ndarray:
    """Noise of one wavelength, from a turned lattice so that its axes do not show."""
    cells = int(np.ceil(1.5 * size / length)) + 6
    lattice = rng.standard_normal((cells, cells), dtype=np.float32) * np.float32(amplitude)
    angle = rng.uniform(0, 2 * np.pi)
    cosine, sine = np.cos(angle) / length, np.sin(angle) / length
    centre, half = cells / 2 + rng.uniform(-1, 1, 2), size / 2
    inverse = np.array(
        [
            [cosine, -sine, centre[0] - half * (cosine - sine)],
            [sine, cosine, centre[1] - half * (sine + cosine)],
        ]
    )
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    drawn = cv2.warpAffine(lattice, inverse, (size, size), flags=flags, borderMode=cv2.BORDER_REFLECT)
    if length >= 6:
        drawn = cv2.GaussianBlur(drawn, (0, 0), 0.13 * length)  # else the lattice shows in the slopes
    return drawn


def _enlarge(values: np.ndarray, size: int) -> np.ndarray:
    if values.shape[0] == size:
        return values
    return cv2.resize(values, (size, size), interpolation=cv2.INTER_CUBIC)


def strips(size: int, rows: int = 256) -> list[slice]:
    """Cut `size` rows into strips, so that large images need no large temporary arrays."""
    return [slice(start, min(start + rows, size)) for start in range(0, size, rows)]


def lay(albedo: np.ndarray, opacity: np.ndarray, color: tuple[float, float, float], tone: np.ndarray) -> None:
    """Lay ``color * tone`` over `albedo` float32 [H, W, 3] in place; `opacity` 0-1 and `tone` are float32 [H, W]."""
    for part in strips(albedo.shape[0]):
        if opacity[part].any():
            paint = np.array(color, np.float32) * tone[part][..., None]
            albedo[part] += opacity[part][..., None] * (paint - albedo[part])


def sunlight(height: np.ndarray, sun: tuple[float, float, float] = SUN, steepest: float = 2.5) -> np.ndarray:
    """Return the Lambert brightness of a surface, 1 on level ground.

    Parameters
    ----------
    height : numpy.ndarray
        float32 [H, W] surface height in pixels (metres divided by the ground resolution).
    sun : tuple of float
        Direction towards the sun in (column, row, up).
    steepest : float
        Slopes are limited to this, so that walls do not turn into black rims.

    Returns
    -------
    numpy.ndarray
        float32 [H, W], 0 (turned away) to about 1.6.
    """
    x, y, z = np.asarray(sun, np.float32) / np.float32(np.linalg.norm(sun))
    kernel = np.array([[-0.5, 0, 0.5]], np.float32)
    across = np.clip(cv2.filter2D(height, cv2.CV_32F, kernel), -steepest, steepest)
    down = np.clip(cv2.filter2D(height, cv2.CV_32F, kernel.T), -steepest, steepest)
    facing = z - x * across - y * down
    facing /= np.sqrt(1 + across * across + down * down)
    return np.maximum(facing, 0, out=facing) / z


def cast_shadow(
    height: np.ndarray, sun: tuple[float, float, float] = SUN, reach: int = 64, penumbra: float = 0.8
) -> np.ndarray:
    """Return how much of the direct sunlight is cut off by higher things towards the sun.

    The highest sun ray over every pixel is found by doubling: after n passes it is known for 2**n pixels.

    Parameters
    ----------
    height : numpy.ndarray
        float32 [H, W] surface height in pixels.
    sun : tuple of float
        Direction towards the sun in (column, row, up).
    reach : int
        Longest shadow in pixels.
    penumbra : float
        Height in pixels over which a shadow fades.

    Returns
    -------
    numpy.ndarray
        float32 [H, W], 0 lit to 1 shaded.
    """
    x, y, up = sun
    flat = float(np.hypot(x, y))
    x, y, drop = x / flat, y / flat, up / flat
    ray = height.copy()
    distance = 1
    while distance <= reach:
        shift = np.array([[1, 0, x * distance], [0, 1, y * distance]], np.float32)
        moved = cv2.warpAffine(
            ray,
            shift,
            (height.shape[1], height.shape[0]),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        moved -= np.float32(drop * distance)
        np.maximum(ray, moved, out=ray)
        distance *= 2
    ray -= height
    return np.clip(ray / np.float32(penumbra), 0, 1)
