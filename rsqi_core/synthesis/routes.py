"""Roads and rivers of the procedural landscape: curved courses and what is painted along them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .terrain import lay


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
    outside = ~np.all((line > -margin) & (line < size + margin), 1)
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


def network(size: int, rng: np.random.Generator, metre: float) -> list[tuple[RoadClass, list[np.ndarray]]]:
    """Draw the courses of all roads, humble classes first; as many as the area asks for."""
    roads = []
    for road in ROADS:
        expected = size / metre / road.spacing
        count = int(expected) + int(rng.random() < expected - int(expected))
        roads.append((road, [course(size, rng, metre, road.wander) for _ in range(count)]))
    return roads


def pave(
    albedo: np.ndarray,
    lines: list[np.ndarray],
    road: RoadClass,
    tone: np.ndarray,
    rng: np.random.Generator,
    metre: float,
) -> np.ndarray:
    """Paint the roads of one class on the colours [H, W, 3] in place.

    `tone` float32 [H, W] varies the surface. Returns the opacity 0-1 of roads with their shoulders, float32 [H, W].
    """
    size = albedo.shape[0]
    widths = [max(1, round(road.width * metre * rng.uniform(0.85, 1.15))) for _ in lines]
    shoulder = 2 * max(1, round(road.shoulder * metre))
    rim = _drawn(size, lines, [width + shoulder for width in widths])
    rim = cv2.GaussianBlur(rim, (0, 0), 0.5 * metre)
    lay(albedo, 0.75 * rim, tuple(np.array((132, 122, 98)) * rng.uniform(0.85, 1.1)), tone)
    color = np.array(road.color) * rng.uniform(0.9, 1.08) + rng.normal(0, 2, 3)
    lay(albedo, 0.95 * _drawn(size, lines, widths), tuple(color), tone)
    normals = [_normals(line) for line in lines]

    def beside(share: float, inset: float = 0.0) -> list[np.ndarray]:
        return [a + (share * w - inset) * n for a, w, n in zip(lines, widths, normals)]

    ruts = (-0.3, -0.12, 0.12, 0.3) if road.marked else (-0.2, 0.2)
    worn = color * (0.93 if road.name != "dirt" else 1.1)
    lay(albedo, 0.4 * _drawn(size, [rut for share in ruts for rut in beside(share)], 1), tuple(worn), tone)
    if road.marked:
        edges = beside(0.5, 0.6 * metre) + beside(-0.5, -0.6 * metre)
        lay(albedo, 0.7 * _drawn(size, edges, 1), (198, 196, 188), tone)
        dashes = [dash for line in lines for dash in _dashes(line, metre)]
        lay(albedo, 0.75 * _drawn(size, dashes, 1), (206, 202, 184), tone)
    return rim


def _drawn(size: int, lines: list[np.ndarray], widths: list[int] | int) -> np.ndarray:
    """Opacity 0-1 of antialiased lines, float32 [size, size]."""
    canvas = np.zeros((size, size), np.uint8)
    each = widths if isinstance(widths, list) else [widths] * len(lines)
    for line, width in zip(lines, each):
        cv2.polylines(canvas, [_fixed(line)], False, 255, width, cv2.LINE_AA, 4)
    return canvas.astype(np.float32) / np.float32(255)


def _dashes(line: np.ndarray, metre: float) -> list[np.ndarray]:
    length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    starts = np.arange(0, length[-1], 10 * metre)
    return [np.array([np.interp((s, s + 4 * metre), length, line[:, k]) for k in range(2)]).T for s in starts]


def _normals(line: np.ndarray) -> np.ndarray:
    along = np.gradient(line, axis=0)
    along /= np.maximum(np.hypot(*along.T), 1e-6)[:, None]
    return np.stack([-along[:, 1], along[:, 0]], 1)


def _fixed(line: np.ndarray) -> np.ndarray:
    return np.round(line * 16).astype(np.int32)
