"""Distortion: straight things bent by a wrong elevation model or a bad match."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from .defect import AMBIGUOUS, DEFECT, Defect, difference, only_visible, severity
from .fields import blob, coordinates, fractal, log_uniform

Field = tuple[np.ndarray, np.ndarray]  # displacement in x and y, float32 [H, W] each

KINDS = ("fractal", "swirl", "ripple", "spike", "bend", "ragged")
_SHARES = (0.26, 0.08, 0.21, 0.1, 0.19, 0.16)
_ZIGZAG = 0.3  # share of the ripples that run to and fro in straight legs
_CLEAR, _HARDLY = 0.16, 0.07  # bend in pixels a pixel: what an eye sees, and what it may see
_SLOPE = 2.5  # grey levels a pixel, and
_ALIGNED = 0.25  # share of the slopes that run alike: found on half of industrial scenes and six per cent of woods


def apply(image: np.ndarray, rng: np.random.Generator, kind: str | None = None) -> Defect | None:
    """Displace pixels by 2-20 px within a patch, over wavelengths of 8-110 px; where they are short, things are torn.

    ``bend`` pushes roads and bridges sideways; some of the ``ripple`` kind are zigzags; ``ragged`` tears the edges of
    roofs and walls, as a rough surface model does. None where there is no structure that a displacement could bend.
    """
    shape = image.shape[:2]
    side = min(shape)
    kind = kind or str(rng.choice(KINDS, p=_SHARES))
    lines, real, imaginary = _lines(image)
    radius = side * log_uniform(rng, 0.09, 0.5)
    window = blob(shape, rng, radius, radius * rng.uniform(0.1, 0.7), 0.2)
    wavelength = log_uniform(rng, 8, 22 if kind == "ragged" else 110)
    # Share of the wavelength; more folds the ground over itself.
    most = rng.uniform(0.15, 0.5) if kind == "ragged" else 0.15 if rng.random() < 0.6 else rng.uniform(0.15, 0.4)
    amplitude = min(log_uniform(rng, 2.5, 16), most * wavelength)
    weight = max(float(window.sum()), 1.0)
    x, y = coordinates(shape)
    center = float((x * window).sum() / weight), float((y * window).sum() / weight)
    half = cv2.resize(window, lines.shape[::-1])
    square_to_lines = 0.5 * float(np.arctan2((imaginary * half).sum(), (real * half).sum()))
    dx, dy = _PUSHES[kind](_Push(shape, amplitude, wavelength, center, radius, square_to_lines), rng)
    dx, dy = dx * window, dy * window
    out = cv2.remap(image, x + dx, y + dy, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    # What the eye sees is bending, not shifting: the local change of the displacement, where there are lines to bend.
    steep = sum(cv2.Sobel(d, cv2.CV_32F, *axis, scale=1 / 8) ** 2 for d in (dx, dy) for axis in ((1, 0), (0, 1)))
    bend = cv2.GaussianBlur(np.sqrt(steep), (0, 0), 0.12 * wavelength + 3)
    mask = np.where(bend > _CLEAR, DEFECT, np.where(bend > _HARDLY, AMBIGUOUS, 0)).astype(np.uint8)
    bent = int((mask == DEFECT).sum())
    near_lines = cv2.resize(cv2.blur(lines.astype(np.float32), (27, 27)), shape[::-1]) > 0.12
    mask[(mask == DEFECT) & ~near_lines] = AMBIGUOUS
    mask = only_visible(mask, image, out, 5, 31)
    inside = mask == DEFECT
    if inside.sum() < max(600, 0.4 * bent) or difference(image, out, mask) < 9:
        return None
    strength = severity(float(bend[inside].mean()), 0.28, 0.45)
    return Defect("distortion", out, mask, strength, {"kind": kind, "amplitude": amplitude, "wavelength": wavelength})


def _lines(image: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find streets and roofs: where slopes run in few directions over a good stretch, those square to each other alike.

    The slopes of a wood run all ways and cancel. Works at half the resolution: returns bool [H / 2, W / 2], and the
    slopes' strength as two components of twice their angle.
    """
    h, w = image.shape[:2]
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    grey = cv2.resize(grey, ((w + 1) // 2, (h + 1) // 2), interpolation=cv2.INTER_AREA)
    grey = cv2.GaussianBlur(grey, (0, 0), 0.7)
    gx, gy = (cv2.Sobel(grey, cv2.CV_32F, *axis, scale=0.25) for axis in ((1, 0), (0, 1)))
    real, imaginary = gx * gx - gy * gy, 2 * gx * gy  # the slope squared as a complex number: twice its angle
    power = cv2.magnitude(real, imaginary) + 1e-3
    slope = np.sqrt(power)
    scale = 1 / (power * slope)
    fourfold = ((real * real - imaginary * imaginary) * scale, 2 * real * imaginary * scale)
    aligned = cv2.magnitude(*(cv2.blur(part, (15, 15)) for part in fourfold))
    found = (aligned > _SLOPE) & (aligned > _ALIGNED * (cv2.blur(slope, (15, 15)) + 2))
    return found, real / slope, imaginary / slope


@dataclass(frozen=True)
class _Push:
    """What a displacement field is drawn from: pixels, and the direction in radians square to most lines."""

    shape: tuple[int, int]
    amplitude: float
    wavelength: float
    center: tuple[float, float]
    radius: float
    square_to_lines: float

    def offsets(self) -> Field:
        """Way of every pixel from the centre, x and y."""
        x, y = coordinates(self.shape)
        return x - np.float32(self.center[0]), y - np.float32(self.center[1])


def _fractal(push: _Push, rng: np.random.Generator) -> Field:
    cells = max(2, int(max(push.shape) / push.wavelength))
    dx, dy = (push.amplitude * fractal(push.shape, rng, 3.2, cells) for _ in range(2))
    return dx, dy


def _swirl(push: _Push, rng: np.random.Generator) -> Field:
    u, v = push.offsets()
    turn = float(rng.choice([-1, 1]) * rng.uniform(0.5, 1.6)) * np.exp(-(u * u + v * v) / (0.5 * push.radius) ** 2)
    cosine, sine = np.cos(turn), np.sin(turn)
    return (cosine - 1) * u - sine * v, sine * u + (cosine - 1) * v


def _ripple(push: _Push, rng: np.random.Generator) -> Field:
    u, v = push.offsets()
    angle = rng.uniform(0, np.pi)
    cosine, sine = float(np.cos(angle)), float(np.sin(angle))
    phase = 2 * float(np.pi) / push.wavelength * (u * cosine + v * sine) + rng.uniform(0, 2 * np.pi)
    wave = np.sin(phase + 0.7 * fractal(push.shape, rng, 3.0, cells=2))
    if rng.random() < _ZIGZAG:
        wave = 2 / float(np.pi) * np.arcsin(wave)
    wave *= push.amplitude
    return -wave * sine, wave * cosine


def _spike(push: _Push, rng: np.random.Generator) -> Field:
    """Peaks and pits of an elevation model."""
    x, y = coordinates(push.shape)
    dx, dy = np.zeros(push.shape, np.float32), np.zeros(push.shape, np.float32)
    for _ in range(int(rng.integers(2, 7))):
        u, v = x - np.float32(rng.uniform(0, push.shape[1])), y - np.float32(rng.uniform(0, push.shape[0]))
        fall = 2 * push.amplitude * np.exp(-(u * u + v * v) / (0.5 * push.wavelength) ** 2)
        direction = rng.uniform(0, 2 * np.pi)
        dx += float(np.cos(direction)) * fall
        dy += float(np.sin(direction)) * fall
    return dx, dy


def _bend(push: _Push, rng: np.random.Generator) -> Field:
    """Sag or wave of a road or bridge: sideways, as a function of the way along it."""
    u, v = push.offsets()
    cosine, sine = float(np.cos(push.square_to_lines)), float(np.sin(push.square_to_lines))
    along = (v * cosine - u * sine) / (0.5 * push.wavelength)
    wave = np.exp(-along * along) if rng.random() < 0.5 else np.sin(np.pi * along) * np.exp(-0.3 * along * along)
    wave *= push.amplitude * float(rng.choice([-1, 1]) * rng.uniform(1.0, 1.6))
    return wave * cosine, wave * sine


def _ragged(push: _Push, rng: np.random.Generator) -> Field:
    """Heights that change from pixel to pixel; half of them pull all one way, off the nadir point."""
    dx, dy = (
        cv2.GaussianBlur(fractal(push.shape, rng, 1.4, int(max(push.shape) / push.wavelength)), (0, 0), 1.2)
        for _ in range(2)
    )
    if rng.random() < 0.5:
        angle = rng.uniform(0, 2 * np.pi)
        dx, dy = float(np.cos(angle)) * dx, float(np.sin(angle)) * dx
    return push.amplitude * dx, push.amplitude * dy


_PUSHES: dict[str, Callable[[_Push, np.random.Generator], Field]] = {
    "fractal": _fractal,
    "swirl": _swirl,
    "ripple": _ripple,
    "spike": _spike,
    "bend": _bend,
    "ragged": _ragged,
}
