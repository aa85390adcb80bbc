"""Built things that look like an error and are none: roofs, yards, roads, rails, panels, power lines.

Every function takes and returns a uint8 [H, W, 3] image.
"""

from __future__ import annotations

import cv2
import numpy as np

from .defect import to_uint8
from .lookalike_ground import Color, field, material, noise, paint, turned, wrapped

_SHADE = 0.2  # share of the light that is missing beside a roof; from a quarter on it would be an error (`shadow`)
_EIGHTHS = 3  # shift of OpenCV's fixed-point drawing coordinates


def roofs(
    image: np.ndarray, rng: np.random.Generator, colors: tuple[Color, ...], stagger: float = 0.0, optics: float = 0.5
) -> np.ndarray:
    """Build a cluster of gabled or flat roofs, with shade too faint to count as their shadow.

    Parameters
    ----------
    colors : tuple of Color
        One is drawn for each roof.
    stagger : float
        Shift of every second row, as a share of the pitch.
    optics : float
        How soft the roofs' edges are, in pixels.
    """
    side = min(image.shape[:2])
    angle, pitch = rng.uniform(0, np.pi / 2), side * rng.uniform(0.09, 0.3)
    axes = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    center = rng.uniform(0.3, 0.7, 2) * side
    length, breadth = rng.uniform(0.5, 0.85), rng.uniform(0.4, 0.75)
    sun = np.array([np.cos(a := rng.uniform(0, 2 * np.pi)), np.sin(a)]) * pitch * rng.uniform(0.08, 0.25)
    gabled = rng.random() < 0.5
    rows, columns = (int(n) for n in rng.integers(1, 5, 2))
    out, shadow, cover = image.copy(), *np.zeros((2, *image.shape[:2]), np.float32)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) / 2
    houses = []
    for row in range(rows):
        for column in range(columns):
            if rng.random() < 0.15:
                continue
            size = pitch * np.array([length, breadth]) * rng.uniform(0.85, 1.1, 2)
            place = np.array([column - columns / 2 + stagger * (row % 2), row - rows / 2]) * pitch
            place = center + (place + rng.normal(0, 0.03, 2) * pitch) @ axes
            houses.append((place, size))
            _fill(shadow, corners * size @ axes + place + sun, 1.0)
    out = paint(out, _SHADE * cv2.GaussianBlur(shadow, (0, 0), 0.7), np.full_like(out, (18, 20, 26)))
    for place, size in houses:
        color = np.array(colors[int(rng.integers(len(colors)))]) * rng.uniform(0.9, 1.08)
        outline = corners * size
        _fill(out, outline @ axes + place, color)
        _fill(cover, outline @ axes + place, 1.0)
        if gabled:
            half = outline.copy()
            half[2:, 1] = 0
            _fill(out, half @ axes + place, color * rng.uniform(0.72, 0.9))
        elif rng.random() < 0.6:  # a flat roof carries plant rooms
            for spot in rng.uniform(-0.35, 0.35, (3, 2)):
                _fill(out, (corners * 0.12 + spot) * size @ axes + place, color * 0.75)
    soft = cv2.add(cv2.GaussianBlur(out, (0, 0), optics), cv2.merge([2 * noise(cover.shape, rng)] * 3), dtype=cv2.CV_8U)
    return paint(out, cv2.GaussianBlur(cover, (0, 0), max(optics, 0.8)), soft)


def white_roofs(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Bright roofs that do not clip."""
    return roofs(image, rng, ((232, 234, 238), (246, 246, 244), (214, 216, 218)))


def white_sheets(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Tarpaulins, tanks, plain flat roofs: even shapes near white without a shadow, with soft rims."""
    side = min(image.shape[:2])
    cover = np.zeros(image.shape[:2], np.float32)
    for _ in range(int(rng.integers(1, 6))):
        center, size = rng.uniform(0.05, 0.95, 2) * side, rng.uniform(0.05, 0.35) * side
        if rng.random() < 0.25:
            corners = cv2.ellipse2Poly((0, 0), (round(size / 2) + 1,) * 2, 0, 0, 360, 10)
        else:
            corners = cv2.boxPoints(((0, 0), (size, size * rng.uniform(0.3, 1.0)), rng.uniform(0, 90)))
        _fill(cover, corners + center, 1.0)
    tone = rng.uniform(225, 262)
    sheet = material(image, rng, (tone, tone, tone), rng.uniform(0.2, 3), rng.uniform(0, 1.5))
    return paint(image, cv2.GaussianBlur(cover, (0, 0), rng.uniform(0.6, 3)), sheet)


def saturated_roofs(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Roofs so bright that the sensor clips, with a roll-off at the rim as optics have it."""
    bright = roofs(image, rng, ((252, 252, 252), (244, 244, 248)), optics=rng.uniform(0.8, 1.3))
    levels = np.arange(256, dtype=np.float32)
    return cv2.LUT(bright, to_uint8(levels + np.maximum(levels - 200, 0) * rng.uniform(0.2, 0.8)))


def colored_roofs(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Blue, red or green sheet-metal roofs."""
    palette = (
        ((52, 92, 172), (66, 112, 184), (84, 128, 186)),
        ((184, 76, 58), (168, 82, 64), (196, 104, 78)),
        ((62, 132, 104), (72, 142, 122)),
    )[int(rng.choice(3, p=[0.45, 0.4, 0.15]))]
    return roofs(image, rng, palette)


def staggered_blocks(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Houses whose rows are out of step."""
    grey = ((150, 146, 140), (122, 100, 86), (176, 172, 166), (104, 104, 108))
    return roofs(image, rng, grey, stagger=rng.uniform(0.2, 0.5))


def greenhouses(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Long parallel tunnels of foil, white or bluish, with bright ridges."""
    shape = image.shape[:2]
    u, v = turned(shape, rng.uniform(0, np.pi))
    width, length = rng.uniform(5, 13), min(shape) * rng.uniform(0.2, 0.5)
    tunnel = wrapped(u, width) / width
    block = wrapped(v + rng.uniform(0, length), length * 1.15) < length
    color = ((205, 214, 222), (150, 186, 214), (226, 228, 226))[int(rng.integers(3))]
    ridge = (1 - 2 * np.abs(tunnel - 0.5)) * rng.uniform(10, 40)
    foil = cv2.add(material(image, rng, color, 6, 2), cv2.merge([ridge] * 3), dtype=cv2.CV_8U)
    return paint(image, field(image, rng) * _within((tunnel - 0.12) * width) * block, foil)


def sports_field(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A pitch with its lines, in a running track or alone."""
    shape = image.shape[:2]
    u, v = turned(shape, rng.uniform(0, np.pi))
    u, v = u - rng.uniform(-0.15, 0.15) * shape[1], v - rng.uniform(-0.15, 0.15) * shape[0]
    half = min(shape) * rng.uniform(0.08, 0.22)
    length = half * rng.uniform(1.3, 1.8)
    if rng.random() < 0.6:
        oval = np.hypot(u, np.maximum(np.abs(v) - length * 0.8, 0)) - half * 1.25
        clay = material(image, rng, (164, 84, 66) if rng.random() < 0.75 else (72, 98, 150), 3, 2)
        image = paint(image, _within(-oval + half * 0.45), clay)
        lanes = np.abs(wrapped(oval, half * 0.12) - half * 0.06) > half * 0.06 - 0.5
        image = paint(image, 0.5 * lanes * _within(half * 0.42 - np.abs(oval)), np.full_like(image, 225))
        image = paint(image, _within(-oval), material(image, rng, (82, 116, 66), 4, 2))
    edge = np.minimum(half - np.abs(u), length - np.abs(v))
    mown = (wrapped(v, half * 0.4) < half * 0.2).astype(np.float32) * np.float32(rng.uniform(4, 14))
    color = ((78, 118, 62), (64, 104, 66), (62, 102, 148))[int(rng.choice(3, p=[0.5, 0.3, 0.2]))]
    grass = cv2.add(material(image, rng, color, 3, 2), cv2.merge([mown] * 3), dtype=cv2.CV_8U)
    image = paint(image, _within(edge), grass)
    lines = np.minimum(np.abs(edge - 1.5), np.where(edge > 0, np.abs(v), 9))
    lines = np.minimum(lines, np.where(edge > 0, np.abs(np.hypot(u, v) - half * 0.3), 9))
    return paint(image, 0.85 * _within(0.7 - lines), np.full_like(image, 235))


def concrete(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A pale apron with joints and stains."""
    u, v = turned(image.shape[:2], rng.uniform(0, np.pi))
    slab = rng.uniform(9, 30)
    joints = np.minimum(np.abs(wrapped(u, slab) - slab / 2), np.abs(wrapped(v, slab) - slab / 2))
    tone = rng.uniform(185, 232)
    ground = material(image, rng, (tone, tone * 0.985, tone * 0.95), 7, 2.5, 0.1)
    ground = paint(ground, rng.uniform(0.15, 0.4) * _within(0.6 - joints), np.full_like(image, int(tone * 0.75)))
    return paint(image, field(image, rng), ground)


def asphalt(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A dark yard with parking bays, some of them taken."""
    u, v = turned(image.shape[:2], rng.uniform(0, np.pi))
    tone = rng.uniform(42, 84)
    ground = material(image, rng, (tone, tone, tone * 1.04), 4, 2.5, 0.1)
    bay, row = rng.uniform(7, 12), rng.uniform(34, 56)
    lines = np.where(wrapped(v, row) < 0.4 * row, np.abs(wrapped(u, bay) - bay / 2), 9)
    ground = paint(ground, rng.uniform(0.3, 0.65) * _within(0.55 - lines), np.full_like(image, 200))
    column, depth = (np.floor_divide(u + bay / 2, bay) % 61).astype(int), (np.floor_divide(v, row) % 31).astype(int)
    paints = rng.choice([30, 60, 120, 200, 235], (61, 31)).astype(np.float32)
    taken = rng.random((61, 31)) < rng.uniform(0, 0.6)
    car = (np.abs(wrapped(u, bay) - 0.0) > bay * 0.66) | (np.abs(wrapped(u, bay)) < bay * 0.34)
    car &= np.abs(wrapped(v, row) - 0.2 * row) < 0.15 * row
    cars = paints[column, depth][..., None].repeat(3, 2).astype(np.uint8)
    ground = paint(ground, cv2.GaussianBlur((car & taken[column, depth]).astype(np.float32), (0, 0), 0.6), cars)
    return paint(image, field(image, rng), ground)


def roads(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A main road with marks; side roads meet it from both sides without facing each other."""
    shape = image.shape[:2]
    u, v = turned(shape, rng.uniform(0, np.pi))
    u = u - rng.uniform(-0.25, 0.25) * min(shape)
    half = rng.uniform(4, 12)
    tone = rng.uniform(70, 190)
    surface = material(image, rng, (tone, tone, tone * 0.98), 4, 2.5)
    alpha = _within(half - np.abs(u))
    at = rng.uniform(-0.4, 0.3) * min(shape)
    for sign in (-1, 1):
        alpha = np.maximum(alpha, _within(rng.uniform(0.5, 0.9) * half - np.abs(v - at)) * (sign * u > 0))
        at += rng.choice([-1, 1]) * rng.uniform(0.6, 5) * half
    verge = material(image, rng, (140, 132, 108), 6, 4)
    image = paint(image, 0.5 * cv2.GaussianBlur(alpha, (0, 0), 2.5), verge)
    image = paint(image, alpha, surface)
    dash = rng.uniform(8, 26)
    white = (235, 235, 230) if rng.random() < 0.7 else (225, 190, 70)
    marks = _within(rng.uniform(0.5, 1.1) - np.abs(u)) * (wrapped(v, dash) < dash * rng.uniform(0.35, 0.6))
    if rng.random() < 0.5:
        marks = np.maximum(marks, _within(0.6 - np.abs(np.abs(u) - half + 1.8)))
    return paint(image, 0.85 * marks, np.full_like(image, white))


def lane_lines(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A wide road whose lanes are parted by painted lines, solid or dashed, which run straight across the image."""
    shape = image.shape[:2]
    u, v = turned(shape, rng.uniform(0, np.pi))
    u = u - rng.uniform(-0.3, 0.3) * min(shape)
    lane, count = rng.uniform(14, 60), int(rng.integers(1, 5))
    half = lane * count / 2 + rng.uniform(2, 12)
    tone = rng.uniform(60, 170)
    image = paint(image, _within(half - np.abs(u)), material(image, rng, (tone, tone, tone * 0.98), 5, 3))
    width, dash = rng.uniform(0.5, 2.5), rng.uniform(20, 90)
    white = (240, 240, 235) if rng.random() < 0.7 else (225, 190, 70)
    marks = np.zeros(shape, np.float32)
    for k in range(count + 1):
        line = _within(width - np.abs(u - (k - count / 2) * lane))
        dashed = k not in (0, count) and rng.random() < 0.6
        marks = np.maximum(marks, line * (wrapped(v, dash) < 0.5 * dash) if dashed else line)
    worn = np.clip(0.8 + 0.25 * noise(shape, rng, 3.0), 0, 1)
    return paint(image, marks * worn, np.full_like(image, white))


def parking_lot(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Asphalt with rows of short painted lines, all of one direction and one distance."""
    shape = image.shape[:2]
    u, v = turned(shape, rng.uniform(0, np.pi))
    stall, depth = rng.uniform(6, 30), rng.uniform(14, 60)
    tone = rng.uniform(60, 150)
    plot = field(image, rng, 0.25, 0.6)
    image = paint(image, plot, material(image, rng, (tone, tone, tone), 5, 3))
    width = rng.uniform(0.5, 1.6)
    between = np.abs(wrapped(v, stall) - stall / 2)
    row = wrapped(u, 2.4 * depth)
    marks = _within(width - between) * (row < depth)
    if rng.random() < 0.5:
        marks = np.maximum(marks, _within(width - np.abs(row - depth / 2)) * (row < depth))
    return paint(image, 0.85 * marks * plot, np.full_like(image, (235, 235, 230)))


def rails(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One to four tracks on ballast, nearly straight."""
    shape = image.shape[:2]
    u, v = turned(shape, rng.uniform(0, np.pi))
    u = u - rng.uniform(-0.25, 0.25) * min(shape) + rng.uniform(-1, 1) * 4e-4 * v * v
    tracks, gauge = int(rng.integers(1, 5)), rng.uniform(3, 7)
    pitch = gauge * rng.uniform(2.2, 3)
    half = tracks * pitch / 2
    image = paint(image, _within(half - np.abs(u)), material(image, rng, (122, 112, 102), 5, 7))
    inside = wrapped(u + half, pitch) - pitch / 2
    sleepers = (wrapped(v, 3.4) < 1.5) & (np.abs(inside) < gauge * 0.8)
    image = paint(image, 0.35 * sleepers * (np.abs(u) < half), np.full_like(image, 70))
    rail = _within(0.7 - np.abs(np.abs(inside) - gauge / 2)) * (np.abs(u) < half)
    return paint(image, 0.8 * rail, np.full_like(image, (205, 200, 196) if rng.random() < 0.6 else (70, 60, 56)))


def solar_panels(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Rows of panels with their frames."""
    u, v = turned(image.shape[:2], rng.uniform(0, np.pi))
    row, cell = rng.uniform(7, 20), rng.uniform(4, 9)
    depth = wrapped(u, row) / row
    panel = _within((0.34 - np.abs(depth - 0.5)) * row)
    frame = _within(0.5 - np.abs(wrapped(v, cell) - cell / 2))
    blue = material(image, rng, (44, 52, 78) if rng.random() < 0.7 else (54, 56, 62), 3, 2)
    blue = paint(blue, 0.45 * frame, np.full_like(image, (150, 160, 180)))
    ground = material(image, rng, (140, 134, 112) if rng.random() < 0.5 else (98, 112, 74), 6, 4, 0.2)
    shaded = paint(ground, 0.6 * np.roll(panel, 2, 0), np.full_like(image, 30))
    return paint(image, field(image, rng), paint(shaded, panel, blue))


def power_lines(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Two to six sagging wires from pylon to pylon."""
    shape = image.shape[:2]
    u, v = turned(shape, rng.uniform(0, np.pi))
    gap = rng.uniform(3, 14)
    sag = 2e-4 * rng.uniform(-1, 1) * v * v
    wires = rng.uniform(-0.2, 0.2) * min(shape) + gap * np.arange(int(rng.integers(2, 7)))
    away = np.min([np.abs(u - wire - sag) for wire in wires], 0)
    color = (225, 225, 225) if rng.random() < 0.4 else (40, 40, 44)
    image = paint(image, rng.uniform(0.35, 0.75) * _within(rng.uniform(0.3, 0.7) - away), np.full_like(image, color))
    stand = rng.uniform(-0.4, 0.4) * min(shape)
    cross = np.minimum(np.abs(v - stand), np.abs(np.abs(v - stand) - 3)) < 0.7
    mast = cross & (u > wires[0] - 3) & (u < wires[-1] + 3)
    return paint(image, 0.7 * cv2.GaussianBlur(mast.astype(np.float32), (0, 0), 0.6), np.full_like(image, 190))


def _within(distance: np.ndarray) -> np.ndarray:
    """Opacity of where a distance in pixels is positive, one pixel soft."""
    return np.clip(distance + 0.5, 0, 1).astype(np.float32)


def _fill(canvas: np.ndarray, points: np.ndarray, value: float | np.ndarray) -> None:
    color = tuple(float(v) for v in np.clip(np.atleast_1d(value), 0, 255))
    cv2.fillPoly(canvas, [np.round(points * 2**_EIGHTHS).astype(np.int32)], color, cv2.LINE_AA, _EIGHTHS)
