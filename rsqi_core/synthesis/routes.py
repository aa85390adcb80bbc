"""Roads and rivers of the procedural landscape: curved courses and what is painted along them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class RoadClass:
    """How one class of road looks; widths in metres, colours in grey levels."""

    name: str
    width: float
    shoulder: float
    color: tuple[int, int, int]
    spacing: float
    wander: float
    marked: bool = False


ROADS = (
    RoadClass("dirt", 2.8, 0.8, (164, 147, 120), 260, 0.62),
    RoadClass("concrete", 4.5, 1.2, (171, 167, 156), 420, 0.42),
    RoadClass("asphalt", 8.5, 2.2, (112, 111, 109), 1100, 0.24, marked=True),
)


def course(size: int, rng: np.random.Generator, metre: float, wander: float) -> np.ndarray:
    """Return a curve [N, 2] (column, row) through the whole image that never loops.

    `wander` is how far, in radians, it strays from its general direction (standard deviation).
    """
    step = 6 * metre
    count = int(1.5 * size / step) + 8
    start, heading = rng.uniform(0.1, 0.9, 2) * size, rng.uniform(0, 2 * np.pi)
    distance = np.arange(-count, count + 1) * step
    angle = np.zeros(distance.size)
    for wavelength in (900, 420, 200, 95):
        length = wavelength * metre * rng.uniform(0.8, 1.25)
        angle += (wavelength / 900) ** 0.5 * np.sin(2 * np.pi * distance / length + rng.uniform(0, 2 * np.pi))
    angle = heading + 1.25 * np.tanh(wander * angle)
    steps = step * np.stack([np.cos(angle), np.sin(angle)], 1)
    line = np.cumsum(steps, 0)
    line += start - line[count]
    margin = 40 * metre
    outside = ~((line > -margin) & (line < size + margin)).all(1)
    first = count - np.argmax(outside[count::-1]) if outside[:count].any() else 0
    last = count + np.argmax(outside[count:]) if outside[count:].any() else distance.size
    return line[first : last + 1]


def river(size: int, rng: np.random.Generator, metre: float, bank_noise: np.ndarray) -> np.ndarray:
    """Return the signed distance in metres to the bank of a river, negative in the water; float32 [size, size]."""
    line = course(size, rng, metre, 0.6)
    canvas = np.full((size, size), 255, np.uint8)
    cv2.polylines(canvas, [_fixed(line)], False, 0, 1, cv2.LINE_8, 4)
    distance = cv2.distanceTransform(canvas, cv2.DIST_L2, 5) / np.float32(metre)
    return distance - rng.uniform(9, 24) - 4.0 * bank_noise


def network(size: int, rng: np.random.Generator, metre: float) -> list[tuple[RoadClass, np.ndarray]]:
    """Draw the courses of all roads, humble ones first; as many as the area asks for."""
    roads = []
    for road in ROADS:
        expected = size / metre / road.spacing
        count = int(expected) + int(rng.random() < expected - int(expected))
        roads += [(road, course(size, rng, metre, road.wander)) for _ in range(count)]
    return roads


def pave(
    albedo: np.ndarray, line: np.ndarray, road: RoadClass, grain: np.ndarray, rng: np.random.Generator, metre: float
) -> np.ndarray:
    """Paint a road on the colours [H, W, 3] in place; return its opacity with shoulders, uint8 [H, W]."""
    size = albedo.shape[0]
    fixed = [_fixed(line)]
    width = max(1, round(road.width * metre * rng.uniform(0.9, 1.1)))
    rim = np.zeros((size, size), np.uint8)
    cv2.polylines(rim, fixed, False, 255, width + 2 * max(1, round(road.shoulder * metre)), cv2.LINE_AA, 4)
    rim = cv2.GaussianBlur(rim, (0, 0), 0.8)
    verge = np.array((132, 122, 98), np.float32) * rng.uniform(0.85, 1.1)
    _blend(albedo, rim, verge * np.ones(3, np.float32), 0.75, grain)
    body = np.zeros_like(rim)
    cv2.polylines(body, fixed, False, 255, width, cv2.LINE_AA, 4)
    color = np.array(road.color, np.float32) * rng.uniform(0.88, 1.1) + rng.normal(0, 2, 3).astype(np.float32)
    _blend(albedo, body, color, 0.95, grain)
    normal = _normals(line)
    if road.marked:
        for offset in (-width / 2 + 0.5 * metre, width / 2 - 0.5 * metre):
            _stroke(albedo, line + offset * normal, (196, 194, 186), 0.75)
        _dashes(albedo, line, (206, 202, 184), metre)
        ruts = (-0.3, -0.12, 0.12, 0.3)
    else:
        ruts = (-0.2, 0.2)
    darker = color * (0.92 if road.name != "dirt" else 1.12)
    for rut in ruts:
        _stroke(albedo, line + rut * width * normal, tuple(darker), 0.35)
    return rim


def _blend(albedo: np.ndarray, opacity: np.ndarray, color: np.ndarray, strength: float, grain: np.ndarray) -> None:
    rows = np.flatnonzero(opacity.any(1))
    if rows.size == 0:
        return
    part = slice(rows[0], rows[-1] + 1)
    inside = opacity[part] > 0
    alpha = (opacity[part][inside].astype(np.float32) * np.float32(strength / 255))[:, None]
    paint = color.astype(np.float32) * (1 + 0.02 * grain[part][inside])[:, None]
    albedo[part][inside] += alpha * (paint - albedo[part][inside])


def _stroke(albedo: np.ndarray, line: np.ndarray, color: tuple, strength: float) -> None:
    canvas = np.zeros(albedo.shape[:2], np.uint8)
    cv2.polylines(canvas, [_fixed(line)], False, 255, 1, cv2.LINE_AA, 4)
    inside = canvas > 0
    alpha = (canvas[inside].astype(np.float32) * np.float32(strength / 255))[:, None]
    albedo[inside] += alpha * (np.array(color, np.float32) - albedo[inside])


def _dashes(albedo: np.ndarray, line: np.ndarray, color: tuple, metre: float) -> None:
    canvas = np.zeros(albedo.shape[:2], np.uint8)
    length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    starts = np.arange(0, length[-1], 10 * metre)
    for start in starts:
        piece = np.array([np.interp((start, start + 4 * metre), length, line[:, k]) for k in range(2)]).T
        cv2.polylines(canvas, [_fixed(piece)], False, 255, 1, cv2.LINE_AA, 4)
    inside = canvas > 0
    alpha = (canvas[inside].astype(np.float32) * np.float32(0.8 / 255))[:, None]
    albedo[inside] += alpha * (np.array(color, np.float32) - albedo[inside])


def _normals(line: np.ndarray) -> np.ndarray:
    along = np.gradient(line, axis=0)
    along /= np.maximum(np.hypot(*along.T), 1e-6)[:, None]
    return np.stack([-along[:, 1], along[:, 0]], 1)


def _fixed(line: np.ndarray) -> np.ndarray:
    return np.round(line * 16).astype(np.int32)
