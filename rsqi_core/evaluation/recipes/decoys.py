"""Ground that looks like an error and is none: what a careful inspector must leave unmarked."""

from __future__ import annotations

from typing import Callable

import cv2
import numpy as np

from ...taxonomy import by_code
from . import ground
from .shapes import centre, curve, radius, soften, spectral, texture

_ROUGH = 8.0  # grey levels of Laplacian in rough country


def decoy(image: np.ndarray, rng: np.random.Generator, code: str | None = None) -> np.ndarray:
    """Paint ground onto uint8 [H, W, 3] that resembles the error `code` (drawn if not given); the image holds no error.

    Raises
    ------
    ParameterError
        If `code` is not a type.
    """
    chosen = by_code(code).code if code else str(rng.choice(list(DECOYS)))
    return DECOYS[chosen](image, rng)


def _white_ground(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Snow, sand or white roofs; unlike a cloud they keep the relief and the grain of the ground."""
    rough = not ground.is_built(image) and float(np.median(texture(image))) > _ROUGH
    kind = rng.choice(["snow", "snow", "sand", "roofs"] if rough else ["sand", "roofs"])
    if kind == "roofs":
        return ground.roofs(image, rng, [(232, 232, 230), (240, 238, 228), (218, 224, 230)])
    shape = image.shape[:2]
    if kind == "sand":
        field, _ = ground.field(image, rng, (0.12, 0.4))
        tone = ground.pick(image, rng, (214, 198, 165), (222, 208, 184), (205, 182, 150))
        return ground.paint(
            image, field, tone + ground.grain(image, rng) + 5 * spectral(shape, rng, 2.0, longest=80)[..., None]
        )
    grey = cv2.blur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (3, 3)).astype(np.float32)
    relief = grey - cv2.blur(grey, (31, 31))
    # Trees, walls and roads stick out of the snow.
    lying = spectral(shape, rng, 3.2, longest=0.6 * min(shape)) + 0.1 * np.clip(relief, -30, 10)
    lying -= 9 * (cv2.blur(texture(image), (9, 9)) < ground.EVEN)  # nor does it lie on water
    alpha = soften((lying > np.quantile(lying, 1 - rng.uniform(0.08, 0.4))).astype(np.float32), 2)
    snow = ground.pick(image, rng, (218, 223, 232), (226, 228, 230)) + 0.9 * np.clip(relief, -40, 20)[..., None]
    return ground.paint(image, alpha, snow + ground.grain(image, rng, 0.6))


def _dark_ground(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Dark water, burnt stubble, asphalt: darker, but not a darker version of what surrounds them."""
    kind = rng.choice(["asphalt"] if ground.is_built(image) else ["water", "water", "burnt", "asphalt"])
    shape = image.shape[:2]
    if kind == "water":
        alpha = ground.lake(image, rng, (0.12, 0.35), 3)
        ripple = 1.5 * spectral(shape, rng, 0.5)[..., None]
        return ground.paint(image, alpha, ground.pick(image, rng, (28, 42, 44), (38, 52, 48), (22, 32, 46)) + ripple)
    alpha, _ = ground.field(image, rng, (0.12, 0.35))
    if kind == "burnt":
        soot = 7 * spectral(shape, rng, 1.6, longest=40)[..., None]
        return ground.paint(
            image, alpha, ground.pick(image, rng, (52, 44, 40), (40, 36, 34)) + soot + ground.grain(image, rng)
        )
    return ground.paint(
        image, alpha, ground.pick(image, rng, (62, 63, 66), (76, 76, 78)) + 2 * spectral(shape, rng, 0.3)[..., None]
    )


def _furrows(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ploughed or planted rows that end at the borders of their field."""
    shape = image.shape[:2]
    alpha, bearing = ground.field(image, rng, (0.14, 0.42))
    x, y = np.meshgrid(np.arange(shape[1], dtype=np.float32), np.arange(shape[0], dtype=np.float32))
    across = y * np.float32(np.cos(bearing)) - x * np.float32(np.sin(bearing))
    across += 1.2 * spectral(shape, rng, 3.4, longest=200)
    spacing = rng.uniform(4, 14)
    rows = np.sin(2 * np.pi * across / spacing)
    if rng.random() < 0.4:  # trees or vines: rows of dots
        along = x * np.float32(np.cos(bearing)) + y * np.float32(np.sin(bearing))
        rows = np.where(rows > 0, rows * (0.5 + 0.5 * np.sin(2 * np.pi * along / (1.3 * spacing))), rows)
    rows = rows * (0.75 + 0.25 * spectral(shape, rng, 2.4, longest=60))
    base = ground.pick(image, rng, (128, 104, 78), (112, 118, 72), (96, 112, 66), (146, 128, 98))
    swing = rng.uniform(8, 26) * np.array([1.0, 0.95, 0.8], np.float32)
    return ground.paint(image, alpha, base + rows[..., None] * swing + ground.grain(image, rng))


def _even_ground(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Calm water, lawn or bare soil: no detail to be sharp, but the border is."""
    shape = image.shape[:2]
    kind = rng.choice(["lawn", "soil"] if ground.is_built(image) else ["water", "lawn", "soil"])
    alpha = ground.lake(image, rng, (0.14, 0.4), 2) if kind == "water" else ground.field(image, rng, (0.14, 0.4))[0]
    tone = {
        "water": ground.pick(image, rng, (92, 122, 128), (110, 128, 112), (70, 96, 108)),
        "lawn": ground.pick(image, rng, (92, 122, 70), (108, 134, 84)),
        "soil": ground.pick(image, rng, (168, 142, 112), (186, 164, 132)),
    }[str(kind)]
    broad = rng.uniform(2, 6) * spectral(shape, rng, 3.4)[..., None]
    return ground.paint(image, alpha, tone + broad + rng.uniform(0.8, 2.0) * spectral(shape, rng, 0.2)[..., None])


def _strong_colors(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Blue and red roofs, a running track round its pitch: strong colours that belong there."""
    if rng.random() < 0.65:
        return ground.roofs(image, rng, [(52, 96, 178), (70, 128, 196), (162, 76, 62), (186, 98, 74), (66, 150, 110)])
    shape = image.shape[:2]
    size = 0.5 * radius(shape, rng, (0.2, 0.45), False)
    middle, bearing = ground.open_ground(image, rng, 2 * size, True), rng.uniform(0, np.pi)
    axis = np.array([np.cos(bearing), np.sin(bearing)])
    ends = [tuple(int(v) for v in middle + way * 0.9 * size * axis) for way in (-1, 1)]
    painted, grain = image, ground.grain(image, rng, 0.6)
    for width, color in ((1.0, (168, 74, 58)), (0.72, (84, 136, 72))):
        canvas = np.zeros(shape, np.uint8)
        cv2.line(canvas, *ends, 255, max(3, int(2 * width * size * 0.8)), cv2.LINE_AA)
        lanes = soften(canvas.astype(np.float32) / 255, 1)
        painted = ground.paint(painted, lanes, ground.pick(image, rng, color) + grain)
    canvas = np.zeros(shape, np.uint8)
    cv2.ellipse(canvas, tuple(int(v) for v in middle), (int(0.16 * size),) * 2, 0, 0, 360, 255, 1, cv2.LINE_AA)
    side = np.array([-axis[1], axis[0]])
    half = [tuple(int(v) for v in middle + way * 0.5 * size * side) for way in (-1, 1)]
    cv2.line(canvas, *half, 255, 1, cv2.LINE_AA)
    return ground.paint(painted, 0.7 * canvas.astype(np.float32) / 255, np.array([228.0, 230, 226]))


def _winding(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A river that meanders or a road that follows the contours."""
    shape = image.shape[:2]
    length = int(1.6 * max(shape))
    river = rng.random() < 0.5
    bearing = rng.uniform(0, np.pi)
    t = np.arange(length) - length / 2
    swing = rng.uniform(0.05, 0.14) * min(shape)
    side = swing * np.sin(2 * np.pi * t / rng.uniform(4, 7) / swing + 1.5 * curve(length, rng, 3 * swing))
    side += 0.5 * swing * curve(length, rng, 4 * swing)
    axis, cross = np.array([np.cos(bearing), np.sin(bearing)]), np.array([-np.sin(bearing), np.cos(bearing)])
    middle = centre(shape, rng, 0.3 * min(shape), True)
    points = middle + t[:, None] * axis + side[:, None] * cross
    canvas = np.zeros(shape, np.uint8)
    width = int(rng.integers(6, 22) if river else rng.integers(4, 9))
    cv2.polylines(canvas, [np.round(points[::3]).astype(np.int32)], False, 255, width, cv2.LINE_AA)
    alpha = soften(canvas.astype(np.float32) / 255, 1)
    color = (
        ground.pick(image, rng, (78, 98, 88), (112, 112, 88))
        if river
        else ground.pick(image, rng, (176, 168, 154), (120, 120, 120))
    )
    grain = (2 if river else 5) * spectral(shape, rng, 0.6)[..., None]
    return ground.paint(image, alpha, color + grain)


def _other_field(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One field that is riper or wetter than its neighbours, or a shore: an edge, but not of a photo.

    Nothing goes on across the edge: an object whose tone changes halfway would be a true seam.
    """
    shape = image.shape[:2]
    if rng.random() < 0.4 and not ground.is_built(image):
        alpha = ground.lake(image, rng, (0.3, 0.6), 2)
        return ground.paint(
            image,
            alpha,
            ground.pick(image, rng, (84, 104, 104), (64, 88, 96)) + 2 * spectral(shape, rng, 1.0)[..., None],
        )
    alpha, _ = ground.field(image, rng, (0.16, 0.45))
    around = (cv2.dilate(alpha, np.ones((25, 25), np.uint8)) > 0.5) & (alpha == 0)
    tone = image[around].mean(0) if around.any() else image.mean((0, 1))
    tone = tone * np.exp(rng.normal(0, 0.05, 3) + rng.choice([-1, 1]) * rng.uniform(0.06, 0.22))
    crop = 4 * spectral(shape, rng, 2.4, longest=90)[..., None]
    return ground.paint(image, alpha, tone + crop + ground.grain(image, rng))


def _staggered(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A road with side roads that join it at different places: ends that do not meet, on purpose."""
    shape = image.shape[:2]
    bearing = rng.uniform(0, np.pi)
    axis, cross = np.array([np.cos(bearing), np.sin(bearing)]), np.array([-np.sin(bearing), np.cos(bearing)])
    middle = centre(shape, rng, 0.25 * min(shape), True)
    reach = 1.5 * max(shape)
    width = int(rng.integers(4, 8))
    canvas = np.zeros(shape, np.uint8)
    segments = [(middle - reach * axis, middle + reach * axis)]
    place = -0.5 * min(shape)
    while place < 0.5 * min(shape):
        place += rng.uniform(50, 0.3 * min(shape))
        for way in (-1, 1):
            start = middle + (place + rng.uniform(6, 28) * way) * axis
            segments.append((start, start + way * reach * cross))
    for start, end in segments:
        cv2.line(canvas, tuple(int(v) for v in start), tuple(int(v) for v in end), 255, width, cv2.LINE_AA)
    alpha = soften(canvas.astype(np.float32) / 255, 1)
    tone = ground.pick(image, rng, (132, 132, 132), (160, 154, 144), (108, 108, 112))
    return ground.paint(image, alpha, tone + 4 * spectral(shape, rng, 0.8)[..., None])


def _marks(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Road marks, rails or rows of solar panels: thin straight lines that lie on the ground."""
    shape = image.shape[:2]
    kind = rng.choice(["road", "rails", "panels"])
    bearing = rng.choice([0, np.pi / 2]) + rng.normal(0, 0.08) if rng.random() < 0.6 else rng.uniform(0, np.pi)
    x, y = np.meshgrid(np.arange(shape[1], dtype=np.float32), np.arange(shape[0], dtype=np.float32))
    middle = centre(shape, rng, 0.2 * min(shape), True)
    x, y = x - middle[0], y - middle[1]
    along = x * np.float32(np.cos(bearing)) + y * np.float32(np.sin(bearing))
    across = y * np.float32(np.cos(bearing)) - x * np.float32(np.sin(bearing))
    across += 5e-4 * rng.normal() * along**2 / max(shape) * 100  # hardly ever quite straight

    def line(offset: float, width: float) -> np.ndarray:
        return np.clip(width / 2 + 0.5 - np.abs(across - offset), 0, 1)

    grain = 4 * spectral(shape, rng, 0.8)[..., None]
    if kind == "road":
        half = rng.uniform(7, 15)
        painted = ground.paint(image, line(0, 2 * half), ground.pick(image, rng, (92, 92, 95), (120, 119, 118)) + grain)
        period = rng.uniform(14, 30)
        dashes = (np.mod(along, period) < 0.5 * period) * line(0, 1.4)
        marks = np.maximum(dashes, np.maximum(line(half - 2, 1.2), line(2 - half, 1.2)))
        return ground.paint(painted, (0.8 * marks).astype(np.float32), np.array([222.0, 222, 214]))
    if kind == "rails":
        painted = ground.paint(image, line(0, 16), ground.pick(image, rng, (118, 108, 100), (100, 94, 90)) + 2 * grain)
        sleepers = (np.mod(along, 4) < 2) * line(0, 9) * 0.35
        painted = ground.paint(painted, sleepers.astype(np.float32), np.array([74.0, 68, 64]))
        return ground.paint(painted, 0.8 * np.maximum(line(-3, 1.3), line(3, 1.3)), np.array([186.0, 182, 178]))
    pitch = rng.uniform(9, 18)
    rows, columns = rng.uniform(40, 110), rng.uniform(50, 160)
    plot = (np.abs(across) < rows) & (np.abs(along) < columns)
    panels = np.clip(1.5 - np.abs(np.mod(across, pitch) - pitch / 2) / (0.25 * pitch), 0, 1) * plot
    gravel = soften(plot.astype(np.float32), 2)
    image = ground.paint(image, gravel, ground.pick(image, rng, (132, 126, 112), (104, 112, 82)) + 2 * grain)
    seams = 1 - 0.25 * (np.mod(along, 12) < 1)
    glass = ground.pick(image, rng, (44, 58, 92), (36, 44, 66)) * seams[..., None]
    return ground.paint(image, panels.astype(np.float32), glass + 0.5 * grain)


def _clipped(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Roofs that clip to white and water that sinks to black: lost tones, but they roll off towards the rim."""
    shape = image.shape[:2]
    if rng.random() < 0.6 and not ground.is_built(image):
        water = ground.lake(image, rng, (0.12, 0.35), 4)
        depth = soften((water > 0.9).astype(np.float32), 40)[..., None] ** 2
        floor = np.array([20.0, 26, 27]) * (1 - depth) + rng.uniform(-6, 3) * depth
        return ground.paint(image, water, floor + 1.2 * spectral(shape, rng, 0.4)[..., None], low=0)
    shape_canvas = np.zeros(shape, np.uint8)
    bearing, scale = rng.uniform(0, 90), max(1.0, min(shape) / 700)
    for _ in range(int(rng.integers(1, 5))):
        at = ground.open_ground(image, rng, 50 * scale, True)
        box = (tuple(map(float, at)), tuple(scale * rng.uniform(34, 90, 2)), bearing)
        cv2.fillConvexPoly(shape_canvas, np.round(cv2.boxPoints(box)).astype(np.int32), 255, cv2.LINE_AA)
    body = soften(shape_canvas.astype(np.float32) / 255, 1)
    glare = soften((body > 0.9).astype(np.float32), 14 * scale)[..., None] ** 2
    white = np.array([214.0, 216, 214]) + rng.uniform(40, 70) * glare + 1.5 * spectral(shape, rng, 0.4)[..., None]
    return ground.paint(image, body, white, high=255)


DECOYS: dict[str, Callable[[np.ndarray, np.random.Generator], np.ndarray]] = {
    "cloud": _white_ground,
    "shadow": _dark_ground,
    "stretching_blur": _furrows,
    "blur": _even_ground,
    "spectral_overflow": _strong_colors,
    "distortion": _winding,
    "stitching_trace": _other_field,
    "stitching_misalignment": _staggered,
    "stripe_noise": _marks,
    "pixel_missing": _clipped,
}
