"""Natural ground that looks like an error and is none: snow, sand, water, burnt land, fields, rivers.

Every function takes and returns a uint8 [H, W, 3] image.
"""

from __future__ import annotations

import cv2
import numpy as np

from .defect import to_uint8
from .fields import blob, coordinates, fractal, log_uniform, polygon, seam, smoothstep

Color = tuple[float, float, float]


def paint(image: np.ndarray, alpha: np.ndarray, fill: np.ndarray) -> np.ndarray:
    """Lay `fill` uint8 [H, W, 3] over an image with opacity `alpha` float32 [H, W]."""
    alpha = np.ascontiguousarray(alpha, np.float32)
    return cv2.blendLinear(np.ascontiguousarray(image), fill, 1 - alpha, alpha)


def noise(shape: tuple[int, int], rng: np.random.Generator, sigma: float = 0.0) -> np.ndarray:
    """Return white noise of unit deviation, float32 [H, W], smoothed by `sigma` pixels."""
    cv2.setRNGSeed(int(rng.integers(2**31)))
    values = cv2.randn(np.empty(shape, np.float32), 0, 1)
    return cv2.GaussianBlur(values, (0, 0), sigma) * np.float32(3.5 * max(sigma, 0.3)) if sigma else values


def wrapped(values: np.ndarray, period: float) -> np.ndarray:
    """Return the remainder 0 to `period`; numpy's own is many times slower."""
    return values - np.float32(period) * np.floor(values / np.float32(period))


def material(
    image: np.ndarray,
    rng: np.random.Generator,
    color: Color,
    variation: float = 6.0,
    grain: float = 3.0,
    keep: float = 0.0,
) -> np.ndarray:
    """Return a surface of about one colour in the light of the scene, uint8 [H, W, 3].

    Parameters
    ----------
    color : Color
        Red, green and blue in full light, 0-255.
    variation, grain : float
        Deviation in grey levels of the slow and the fine texture.
    keep : float
        Share of the image's own detail that shows through.
    """
    h, w = image.shape[:2]
    slow = fractal(((h + 1) // 2, (w + 1) // 2), rng, 2.0, cells=4)
    tone = variation * cv2.resize(slow, (w, h), interpolation=cv2.INTER_LINEAR)
    if grain:
        tone += grain * noise((h, w), rng, 0.0 if rng.random() < 0.4 else rng.uniform(0.6, 1.1))
    if keep:
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        tone += keep * cv2.subtract(grey, cv2.blur(grey, (31, 31)), dtype=cv2.CV_32F)
    light = np.clip((float(cv2.mean(image)[1]) + 30) / 130, 0.6, 1.1) ** (0.2 if min(color) > 150 else 0.6)
    tint = np.array(color) * light * rng.uniform(0.92, 1.08) * rng.uniform(0.97, 1.03, 3)
    level = (tone + 128).clip(0, 255).astype(np.uint8)
    brightness = 1 + (np.arange(256, dtype=np.float32) - 128) / max(float(tint.mean()), 24.0)
    return cv2.LUT(cv2.merge([level] * 3), to_uint8(brightness[:, None] * tint)[None])


def field(image: np.ndarray, rng: np.random.Generator, low: float = 0.2, high: float = 0.55) -> np.ndarray:
    """Return the opacity of a straight-edged field that covers a good part of the image."""
    return polygon(image.shape[:2], rng, min(image.shape[:2]) * rng.uniform(low, high), rng.uniform(0.6, 1.5))


def patch(image: np.ndarray, rng: np.random.Generator, edge: float, low: float = 0.12, high: float = 0.5) -> np.ndarray:
    """Return the opacity of an irregular patch."""
    return blob(image.shape[:2], rng, min(image.shape[:2]) * rng.uniform(low, high), edge, rng.uniform(0.25, 0.6))


def turned(shape: tuple[int, int], angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Return coordinates across and along a direction, in pixels from the centre, float32 [H, W]."""
    x, y = coordinates(shape)
    x, y = x - shape[1] / 2, y - shape[0] / 2
    c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    return x * c + y * s, y * c - x * s


def contour(height: np.ndarray, level: float, width: float) -> np.ndarray:
    """Return the opacity of a line of `width` pixels along one contour of a float32 [H, W] surface."""
    slope = cv2.magnitude(*(cv2.Sobel(height, cv2.CV_32F, *order, scale=0.125) for order in ((1, 0), (0, 1))))
    away = np.abs(height - level) / np.maximum(slope, 1e-4)
    return 1 - smoothstep(away, width / 2 - 0.6, width / 2 + 0.6)


def snow(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Melting snow in patches, with trees standing out of it."""
    shape = image.shape[:2]
    cover = fractal(shape, rng, rng.uniform(1.5, 2.0), cells=int(rng.integers(3, 9)))
    low = rng.uniform(-0.5, 1.0)
    bare = smoothstep(cv2.blur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (3, 3)).astype(np.float32), 30, 75)
    alpha = smoothstep(cover, low, low + rng.uniform(0.1, 0.4)) * bare  # trees stand out of it
    white = rng.uniform(205, 245)
    return paint(image, 0.95 * alpha, material(image, rng, (white, white + 1, white + 4), 5, 2.5, 0.5))


def sand(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Bright bare soil or a beach that gives way to the ground around it in patches."""
    shape = image.shape[:2]
    tone = rng.uniform(0.85, 1.1)
    color = (216 * tone, 202 * tone, 174 * tone)
    tufts = 0.22 * noise(shape, rng, rng.uniform(1.5, 3.5))
    alpha = smoothstep(patch(image, rng, rng.uniform(10, 50)) + tufts, 0.35, 0.75)
    return paint(image, 0.95 * alpha, material(image, rng, color, 11, 3, 0.12))


def dry_soil(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Soil that is salty or dried out in patches: pale as a veil, but all that lies on it keeps its contrast."""
    low = rng.uniform(-1.0, 0.6)
    pale = fractal(image.shape[:2], rng, rng.uniform(1.6, 2.6), cells=int(rng.integers(2, 7)))
    pale = smoothstep(pale, low, low + 1.2) * np.float32(rng.uniform(0.15, 0.45)) * _open(image)
    if rng.random() < 0.7:
        pale = pale * field(image, rng, 0.3, 0.8)
    return to_uint8(image * (1 + pale[..., None] * np.array([1.0, 0.95, 0.88], np.float32)))


def glint(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Sun on rippled water: a glow that breaks up into sparks."""
    shape = image.shape[:2]
    _, lake = _lake(image, rng)
    image = paint(image, lake, material(image, rng, _water(rng), 4, 1.5))
    glow = blob(shape, rng, min(shape) * rng.uniform(0.2, 0.45), min(shape) * 0.5, 0.3)
    waves = noise(shape, rng, rng.uniform(0.5, 0.9))
    sparkle = np.clip(0.35 * glow + 0.3 * (waves - 2.4 + 1.6 * glow) * (waves > 0), 0, 1) * glow * lake
    return paint(image, sparkle, np.full_like(image, 250))


def dark_water(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A lake with its bank."""
    shore, lake = _lake(image, rng)
    bank = rng.uniform(0.2, 0.8) * shore
    image = paint(image, bank, material(image, rng, (150, 138, 112) if rng.random() < 0.6 else (60, 75, 45), 8, 5))
    return paint(image, lake, material(image, rng, _water(rng), 2.5, rng.uniform(0, 2)))


def black_water(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Water so dark that its noise is cut off at 0, with a soft shore."""
    _, lake = _lake(image, rng, rng.uniform(3, 8))
    dark = material(image, rng, (26, 27, 28), 2, rng.uniform(0.5, 2))
    return paint(image, lake, cv2.subtract(dark, np.full_like(dark, int(rng.integers(12, 24)))))


def ponds(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Many ponds between fields, each of its own tone and depth, most with reeds, a marsh or a bare rim around."""
    side = min(image.shape[:2])
    slate = rng.random() < 0.5  # all of one region are alike
    for _ in range(int(rng.integers(3, 15))):
        radius = side * log_uniform(rng, 0.02, 0.16)
        rim = blob(image.shape[:2], rng, radius, max(3, radius * rng.uniform(0.1, 0.9)), rng.uniform(0.05, 0.6))
        half = rng.uniform(0.3, 0.7)
        reeds = ((52, 68, 40), (38, 50, 34), (86, 104, 62), (150, 140, 112))[int(rng.integers(4))]
        bank = rng.uniform(0, 0.9) * smoothstep(rim, half - 0.3, half)
        image = paint(image, bank, material(image, rng, reeds, 6, 5, rng.uniform(0, 0.5)))
        depth = rng.uniform(20, 52)
        color = (depth, 1.04 * depth, 1.06 * depth) if slate else _water(rng)
        water = material(image, rng, color, rng.uniform(1, 8), rng.uniform(0, 3), rng.choice([0, 0.2]))
        image = paint(image, smoothstep(rim, half, half + rng.uniform(0.02, 0.4)), water)
    return image


def open_water(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Sea or a large lake from edge to edge: dark, with a slow swell or none, and now and then a streak of light."""
    sea = material(image, rng, _water(rng), rng.uniform(0.5, 4), rng.uniform(0, 2))
    sea = cv2.convertScaleAbs(sea, alpha=rng.uniform(0.2, 1.0))
    if rng.random() < 0.3:
        streak = smoothstep(fractal(image.shape[:2], rng, 2.6, cells=2), 0.5, 2.5) * rng.uniform(0.02, 0.2)
        sea = paint(sea, streak, np.full_like(image, 235))
    return sea


def burnt(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Charred ground with a ragged edge."""
    shape = image.shape[:2]
    ragged = fractal(shape, rng, 1.8, cells=int(rng.integers(2, 6)))
    low = rng.uniform(-0.2, 0.8)
    alpha = smoothstep(ragged, low, low + rng.uniform(0.1, 0.5)) * rng.uniform(0.85, 1.0) * _open(image)
    tone = rng.uniform(0.7, 1.4)
    return paint(image, alpha, material(image, rng, (46 * tone, 40 * tone, 36 * tone), 5, 5, 0.1))


def forest(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A dark stand of trees."""
    shape = image.shape[:2]
    size = rng.uniform(0.9, 2.2)
    crowns = noise(shape, rng, size) + 0.5 * noise(shape, rng, 0.5 * size)
    sun = max(1, round(0.8 * size))
    light = crowns - np.roll(crowns, (sun, sun), (0, 1))
    tone = rng.uniform(0.7, 1.2)
    trees = np.array([40, 54, 36], np.float32) * tone * np.exp(0.22 * light + 0.12 * crowns)[..., None]
    alpha = smoothstep(patch(image, rng, 12) + 0.15 * crowns, 0.35, 0.65)  # crowns stick out at the edge
    return paint(image, alpha, to_uint8(trees))


def furrows(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ploughed or planted rows in one field, straight or following the ground."""
    shape = image.shape[:2]
    u, v = turned(shape, rng.uniform(0, np.pi))
    period = rng.uniform(3, 14)
    bend = rng.uniform(0, 1.2) * period * fractal(shape, rng, 3.0, cells=2)
    if rng.random() < 0.4:
        bend = bend + rng.uniform(-1, 1) * 1e-3 * v * v
    rows = np.sin((u + bend) * np.float32(2 * np.pi / period))
    vigour = 1 + 0.35 * fractal(shape, rng, 1.8, cells=5)
    soil, crop = ((146, 126, 106), (112, 96, 80)) if rng.random() < 0.5 else ((138, 124, 100), (82, 100, 64))
    share = np.clip(0.5 + rng.uniform(0.2, 0.5) * rows * vigour + 0.2 * noise(shape, rng, 0.8), 0, 1)
    tone = rng.uniform(0.7, 1.15)
    ground = material(image, rng, _toned(soil, tone), 6, 3, 0.1)
    planted = material(image, rng, _toned(crop, tone), 6, 3, 0.1)
    return paint(image, field(image, rng), paint(ground, share, planted))


def tree_rows(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """An orchard: crowns of uneven size along rows, each with its shadow, some missing."""
    shape = image.shape[:2]
    u, v = turned(shape, rng.uniform(0, np.pi))
    gap = rng.uniform(6, 18)
    along = gap * rng.uniform(0.6, 1.1)
    coarse = cv2.resize(rng.standard_normal((3, 30, 30), np.float32).transpose(1, 2, 0), shape[::-1])
    wander, vigour = 0.14 * gap * coarse[..., :2], coarse[..., 2] + 0.35 * noise(shape, rng, 1.0)
    crown = np.cos(2 * np.pi * (u + wander[..., 0]) / gap) + np.cos(2 * np.pi * (v + wander[..., 1]) / along)
    crown += 0.3 * vigour
    plot = field(image, rng, 0.25, 0.5)
    soil = (142, 132, 106) if rng.random() < 0.5 else (96, 108, 74)
    image = paint(image, plot, material(image, rng, soil, 8, 5, 0.1))
    side = (round(0.16 * gap), round(0.16 * gap))
    image = paint(image, 0.6 * np.roll(smoothstep(crown, 0.6, 1.1), side, (0, 1)) * plot, np.full_like(image, 25))
    return paint(image, smoothstep(crown, 0.7, 1.1) * plot, material(image, rng, (54, 70, 44), 7, 9))


def terraces(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Steps along the contours of a slope, each with a dark riser."""
    shape = image.shape[:2]
    u, _ = turned(shape, rng.uniform(0, np.pi))
    height = u / rng.uniform(7, 22) + rng.uniform(0.6, 1.6) * fractal(shape, rng, 3.0, cells=2)
    step = wrapped(height, 1.0)
    tone = (step - 0.5) * rng.uniform(10, 40) - rng.uniform(15, 45) * (step > 0.85)
    lit = np.clip(1 + tone / 110, 0.3, 1.6)[..., None]
    return paint(
        image, patch(image, rng, 3, 0.3, 0.7) * _open(image), to_uint8(cv2.GaussianBlur(image * lit, (0, 0), 0.6))
    )


def even_ground(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Still water, a mown lawn or smooth sand: no texture, and yet sharp at the edge."""
    color = ((70, 100, 104), (88, 112, 68), (196, 184, 160), (62, 78, 64))[int(rng.integers(4))]
    alpha = field(image, rng) if rng.random() < 0.5 else patch(image, rng, rng.uniform(1, 3))
    return paint(image, alpha, material(image, rng, color, rng.uniform(1.5, 6), rng.uniform(0, 1.5), 0.04))


def meander(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A winding river with its banks."""
    shape = image.shape[:2]
    width = rng.uniform(5, 26)
    course = _winding(shape, rng)
    bank = contour(course, 0.0, width + rng.uniform(3, 12))
    image = paint(
        image, 0.8 * bank, material(image, rng, (170, 158, 128) if rng.random() < 0.5 else (60, 78, 46), 8, 6)
    )
    return paint(image, contour(course, 0.0, width), material(image, rng, _water(rng), 3, 1.5))


def contour_roads(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Narrow roads that wind along a slope."""
    course = _winding(image.shape[:2], rng)
    color = material(image, rng, (196, 186, 166) if rng.random() < 0.6 else (120, 118, 116), 5, 3)
    width = rng.uniform(2, 5)
    for level in rng.uniform(-0.7, 0.7, int(rng.integers(1, 3))):
        verge = 0.5 * contour(course, level, 2.2 * width)
        image = paint(image, verge, material(image, rng, (112, 114, 88), 6, 4))
        image = paint(image, 0.9 * contour(course, level, width), color)
    return image


def curved_borders(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Fields that follow the relief, each in a tone of its own, with balks between."""
    shape = image.shape[:2]
    height = (_winding(shape, rng) + 0.5 * fractal(shape, rng, 3.2, cells=2)) * rng.uniform(1.2, 2.5)
    level = np.floor(height)
    bands = np.clip(level - level.min(), 0, 15).astype(np.int32)
    tones = rng.uniform(0.7, 1.25, (16, 1)) * rng.uniform(0.95, 1.05, (16, 3))
    soil = material(image, rng, (128, 122, 92) if rng.random() < 0.5 else (98, 112, 72), 5, 4, 0.08)
    fields = to_uint8(soil * cv2.GaussianBlur(tones.astype(np.float32)[bands], (0, 0), 0.7))
    balk = contour(np.abs(height - level - 0.5), 0.5, rng.uniform(1, 4))
    fields = paint(fields, rng.uniform(0, 0.6) * balk, material(image, rng, (84, 92, 64), 5, 5))
    return paint(image, patch(image, rng, 2, 0.4, 0.8), fields)


def crop_edge(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One field of another crop beside its neighbours, with a balk between; its edges may cross the whole image."""
    alpha = field(image, rng, 0.4, 0.8)
    rim = cv2.GaussianBlur(alpha, (0, 0), rng.uniform(1.0, 2.5))
    balk = 4 * rim * (1 - rim)
    mean = np.array(cv2.mean(image)[:3])
    color = tuple(np.clip(mean * rng.uniform(0.75, 1.3) * rng.uniform(0.92, 1.08, 3), 20, 235))
    fill = material(image, rng, color, rng.uniform(4, 9), rng.uniform(2, 6), rng.uniform(0.05, 0.2))
    image = paint(image, alpha, fill)
    return paint(image, rng.uniform(0, 0.7) * balk, material(image, rng, (146, 138, 114), 5, 4))


def shoreline(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The shore of a large water with its beach."""
    shape = image.shape[:2]
    distance = seam(shape, rng) + rng.uniform(1, 6) * fractal(shape, rng, 2.0, cells=6)
    beach = smoothstep(distance, -rng.uniform(3, 14), 0)
    image = paint(image, rng.uniform(0.3, 0.9) * beach, material(image, rng, (188, 176, 148), 7, 4))
    return paint(image, smoothstep(distance, -0.8, 0.8), material(image, rng, _water(rng), 4, 1.5))


def _open(image: np.ndarray) -> np.ndarray:
    """Opacity 0-1 of open ground: 0 where houses and cars make strong contrasts."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    mean = cv2.blur(grey, (25, 25))
    spread = np.sqrt(np.maximum(cv2.blur(grey * grey, (25, 25)) - mean * mean, 0))
    return 1 - smoothstep(spread, 26, 40)


def _water(rng: np.random.Generator) -> Color:
    tone = rng.uniform(0.5, 1.3)
    return _toned(((28, 40, 48), (34, 46, 34), (20, 30, 52), (42, 58, 56))[int(rng.integers(4))], tone)


def _toned(color: Color, tone: float) -> Color:
    red, green, blue = color
    return tone * red, tone * green, tone * blue


def _lake(image: np.ndarray, rng: np.random.Generator, edge: float = 2.0) -> tuple[np.ndarray, np.ndarray]:
    """Opacity of a lake's bank and of its water."""
    width = rng.uniform(8, 26)
    soft = patch(image, rng, width)
    half = rng.uniform(0.3, 0.6)
    return smoothstep(soft, half - 0.35, half), smoothstep(soft, half, half + min(edge / width, 0.38))


def _winding(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """A surface whose contours wind as rivers and mountain roads do."""
    u, v = turned(shape, rng.uniform(0, np.pi))
    side = min(shape)
    wave = side * rng.uniform(0.3, 0.9)
    swing = wave * rng.uniform(0.06, 0.2) * np.sin(2 * np.pi * v / wave + rng.uniform(0, 6))
    swing += side * rng.uniform(0.03, 0.07) * fractal(shape, rng, 3.2, cells=3)
    return (u + swing) / np.float32(0.35 * side)
