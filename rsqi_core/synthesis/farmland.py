"""Farmland of the procedural landscape: a warped patchwork of parcels with furrows, bunds and tracks."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .terrain import fractal, strips

# colour (R, G, B), contrast of the rows, contrast of patches, share
CROPS = (
    ((92, 104, 68), 0.16, 0.10, 1.3),  # young green crop
    ((78, 92, 58), 0.14, 0.10, 1.0),  # dense green crop
    ((106, 114, 80), 0.18, 0.10, 1.0),
    ((128, 126, 88), 0.15, 0.12, 1.0),  # ripening
    ((162, 148, 110), 0.14, 0.10, 0.8),  # stubble
    ((178, 166, 132), 0.10, 0.08, 0.35),  # straw
    ((130, 113, 90), 0.22, 0.12, 0.9),  # bare soil
    ((110, 95, 77), 0.24, 0.12, 0.6),  # fresh plough
    ((152, 136, 112), 0.18, 0.12, 0.6),  # dry soil
    ((110, 112, 80), 0.06, 0.22, 1.0),  # fallow
    ((96, 100, 84), 0.05, 0.16, 0.4),  # flooded paddy
    ((122, 118, 92), 0.24, 0.16, 0.4),  # film and mulch rows
)


Polygon = list[tuple[float, float]]  # corners, x and y in pixels


@dataclass(frozen=True)
class Farmland:
    """The patchwork, all arrays on the image's grid.

    Attributes
    ----------
    albedo : numpy.ndarray
        float32 [H, W, 3] colour under level light, grey levels.
    parcel : numpy.ndarray
        uint16 [H, W] parcel number, from 1.
    track : numpy.ndarray
        float32 [H, W] opacity 0-1 of the tracks between blocks of parcels.
    hedge : numpy.ndarray
        float32 [N, 2] column and row of shrubs and trees along the edges.
    angle : numpy.ndarray
        float32 [parcels + 1] direction of the rows in radians.
    """

    albedo: np.ndarray
    parcel: np.ndarray
    track: np.ndarray
    hedge: np.ndarray
    angle: np.ndarray


def farmland(size: int, rng: np.random.Generator, metre: float) -> Farmland:
    """Lay out parcels over a square of `size` pixels; `metre` is the number of pixels in a metre."""
    # Parcels are drawn with straight edges and bent afterwards, together with their rows and tracks.
    bend_x, bend_y = (_bend(size, rng, metre) for _ in range(2))
    margin = int(max(np.abs(bend_x).max(), np.abs(bend_y).max())) + 8
    side = size + 2 * margin
    grid = np.arange(size, dtype=np.float32) + margin
    map_x, map_y = bend_x + grid[None, :], bend_y + grid[:, None]

    square = [(0.0, 0.0), (float(side), 0.0), (float(side), float(side)), (0.0, float(side))]
    blocks = _divide(square, rng, (rng.uniform(80, 150) * metre) ** 2)
    labels = np.zeros((side, side), np.uint16)
    edges = np.full((side, side), 128, np.uint8)
    tracks = np.zeros((side, side), np.uint8)
    angles, shrubs = [0.0], []
    for block in blocks:
        parcels, angle = _parcels(block, rng, metre)
        for polygon in parcels:
            points = _fixed(polygon)
            number = min(len(angles), 65535)
            cv2.fillPoly(labels, [points], number, cv2.LINE_8, 4)
            angles.append(angle + rng.choice([0, np.pi / 2], p=[0.85, 0.15]))
            tone = int(np.clip(128 + rng.normal(0, 60), 30, 226))
            cv2.polylines(edges, [points], True, tone, int(rng.choice([1, 1, 2])), cv2.LINE_AA, 4)
            if rng.random() < 0.16:
                shrubs.append(_along(polygon, rng, metre))
    for block in blocks:
        if rng.random() < 0.55:
            k = int(rng.integers(len(block)))
            ends = _fixed([block[k], block[(k + 1) % len(block)]])
            width = max(1, round(rng.uniform(1.6, 3.6) * metre))
            cv2.polylines(tracks, [ends], False, 255, width, cv2.LINE_AA, 4)
        if rng.random() < 0.35:
            shrubs.append(_along(block, rng, metre))

    parcel = cv2.remap(labels, map_x, map_y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    edge = cv2.remap(edges, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    track = cv2.remap(tracks, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    directions = np.array(angles, np.float32)
    albedo = _crops(parcel, directions, map_x, map_y, rng, metre)
    for part in strips(size):
        albedo[part] *= (1 + (edge[part].astype(np.float32) - 128) * 0.0022)[..., None]
    hedge = _bent(np.concatenate(shrubs), bend_x, bend_y, margin) if shrubs else np.zeros((0, 2), np.float32)
    return Farmland(albedo, parcel, track.astype(np.float32) / 255, hedge, directions)


def _bend(size: int, rng: np.random.Generator, metre: float) -> np.ndarray:
    return rng.uniform(5, 11) * metre * fractal(size, 260 * metre, rng, octaves=4, gain=0.42)


def _bent(points: np.ndarray, bend_x: np.ndarray, bend_y: np.ndarray, margin: int) -> np.ndarray:
    """Carry points of the straight layout to the image by inverting the bend, inside the image only."""
    size = bend_x.shape[0]
    straight = points - margin
    there = straight.copy()
    for _ in range(3):
        column, row = np.clip(there.round().astype(int), 0, size - 1).T
        there = straight - np.stack([bend_x[row, column], bend_y[row, column]], 1)
    return there[((there >= 0) & (there < size)).all(1)].astype(np.float32)


def _fixed(polygon: Polygon) -> np.ndarray:
    return np.round(np.array(polygon) * 16).astype(np.int32)


def _area(polygon: Polygon) -> float:
    x, y = np.array(polygon).T
    return float(abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2)


def _long_axis(polygon: Polygon) -> tuple[float, float]:
    """Return the direction in radians and the length of the longest side."""
    best = (0.0, -1.0)
    for (x0, y0), (x1, y1) in zip(polygon, polygon[1:] + polygon[:1]):
        length = float(np.hypot(x1 - x0, y1 - y0))
        if length > best[1]:
            best = (float(np.arctan2(y1 - y0, x1 - x0)), length)
    return best


def _cut(polygon: Polygon, point: tuple[float, float], angle: float) -> tuple[Polygon, Polygon]:
    """Cut a convex polygon along a line through `point`."""
    nx, ny = -np.sin(angle), np.cos(angle)
    sides = [(x - point[0]) * nx + (y - point[1]) * ny for x, y in polygon]
    left: Polygon = []
    right: Polygon = []
    for k, (corner, here) in enumerate(zip(polygon, sides)):
        following, there = polygon[(k + 1) % len(polygon)], sides[(k + 1) % len(polygon)]
        (left if here >= 0 else right).append(corner)
        if here * there < 0:
            t = here / (here - there)
            cross = (corner[0] + t * (following[0] - corner[0]), corner[1] + t * (following[1] - corner[1]))
            left.append(cross)
            right.append(cross)
    return left, right


def _divide(polygon: Polygon, rng: np.random.Generator, target: float, skew: float = 0.22) -> list[Polygon]:
    """Divide a convex polygon across its long axis until the pieces are about `target` square pixels."""
    done, waiting = [], [polygon]
    while waiting:
        piece = waiting.pop()
        if len(piece) < 3:
            continue
        if _area(piece) < target * np.exp(rng.normal(0, 0.45)):
            done.append(piece)
            continue
        x, y = np.array(piece).T
        share = rng.uniform(0.36, 0.64)
        angle, _ = _long_axis(piece)
        axis = np.array([np.cos(angle), np.sin(angle)])
        along = x * axis[0] + y * axis[1]
        across = -x * axis[1] + y * axis[0]
        if np.ptp(across) > np.ptp(along):
            angle, axis, along = angle + np.pi / 2, np.array([-axis[1], axis[0]]), across
        offset = along.min() + share * np.ptp(along)
        centre = np.array([x.mean(), y.mean()])
        point = centre + (offset - centre @ axis) * axis
        waiting.extend(_cut(piece, (float(point[0]), float(point[1])), angle + np.pi / 2 + rng.normal(0, skew)))
    return done


def _parcels(block: Polygon, rng: np.random.Generator, metre: float) -> tuple[list[Polygon], float]:
    """Divide a block into parallel strips, into patches, or leave it whole."""
    angle, _ = _long_axis(block)
    kind = rng.random()
    if kind < 0.08:
        return [block], angle
    if kind < 0.45:
        return _divide(block, rng, rng.uniform(500, 3500) * metre**2, 0.1), angle
    width = rng.uniform(7, 30) * metre
    if rng.random() < 0.35:
        angle += np.pi / 2
    x, y = np.array(block).T
    across = -x * np.sin(angle) + y * np.cos(angle)
    strips, rest = [], block
    position = across.min() + width * rng.uniform(0.6, 1.4)
    while position < across.max() - 0.5 * width and len(rest) >= 3:
        point = (-position * np.sin(angle), position * np.cos(angle))
        beyond, strip = _cut(rest, point, angle + rng.normal(0, 0.012))
        if len(strip) >= 3:
            strips.append(strip)
        rest = beyond
        position += width * rng.uniform(0.6, 1.5)
    if len(rest) >= 3:
        strips.append(rest)
    if rng.random() < 0.5:  # some strips are shared by two farmers
        shared = [_divide(strip, rng, 0.7 * _area(strip), 0.05) if rng.random() < 0.4 else [strip] for strip in strips]
        strips = [piece for pieces in shared for piece in pieces]
    return strips, angle


def _along(polygon: Polygon, rng: np.random.Generator, metre: float) -> np.ndarray:
    """Points for shrubs along one or two edges of a polygon, in uneven groups."""
    corners = np.array(polygon)
    points = []
    for k in rng.permutation(len(corners))[: int(rng.integers(1, 3))]:
        start, end = corners[k], corners[(k + 1) % len(corners)]
        count = int(np.hypot(*(end - start)) / (rng.uniform(2.5, 12) * metre))
        t = rng.random(max(count, 1))
        points.append(start + t[:, None] * (end - start) + rng.normal(0, 0.8 * metre, (t.size, 2)))
    return np.concatenate(points)


def _streaks(rng: np.random.Generator, wavelengths: tuple[float, ...], length: int = 8192) -> np.ndarray:
    """Periodic 1-D noise, unit deviation: the profile across rows."""
    total = np.zeros(length, np.float32)
    for wavelength in wavelengths:
        n = max(4, int(length / wavelength))
        knots = np.resize(rng.standard_normal(n).astype(np.float32), n + 1)
        total += np.interp(np.arange(length) * n / length, np.arange(n + 1), knots).astype(np.float32)
    return total / total.std()


def _crops(
    parcel: np.ndarray, angle: np.ndarray, x: np.ndarray, y: np.ndarray, rng: np.random.Generator, metre: float
) -> np.ndarray:
    count, size = angle.size, parcel.shape[0]
    share = np.array([crop[3] for crop in CROPS]) * rng.gamma(1.2, 1.0, len(CROPS))  # what grows differs by region
    kind = rng.choice(len(CROPS), count, p=share / share.sum())
    color = np.array([crop[0] for crop in CROPS], np.float32)[kind]
    color *= np.exp(rng.normal(0, 0.07, (count, 1))) * np.exp(rng.normal(0, 0.02, (count, 3)))
    rows = np.array([crop[1] for crop in CROPS], np.float32)[kind] * rng.uniform(0.3, 1.1, count).astype(np.float32)
    patches = np.array([crop[2] for crop in CROPS], np.float32)[kind] * rng.uniform(0.5, 1.4, count).astype(np.float32)
    broad = rng.uniform(0, 0.06, count).astype(np.float32)
    phase = rng.uniform(0, 8192, count).astype(np.float32)
    tilt = rng.normal(0, 0.03, count).astype(np.float32)

    steps = np.float32(4 / metre)  # table entries a pixel: rows keep their width in metres at any resolution
    fine, coarse = _streaks(rng, (3.2, 4.5, 9)), _streaks(rng, (60, 150, 400))
    spots = fractal(size, 40 * metre, rng, octaves=6, gain=0.72)
    drift = fractal(size, 90 * metre, rng, octaves=2)
    cosine, sine = np.cos(angle), np.sin(angle)
    albedo = np.empty((size, size, 3), np.float32)
    for part in strips(size):
        at = parcel[part]
        across = y[part] * cosine[at] - x[part] * sine[at] + phase[at]
        index = (across * steps).astype(np.int32) & 8191
        tone = 1 + 0.55 * rows[at] * fine[index] + broad[at] * coarse[index]
        tone += 0.55 * patches[at] * spots[part] + tilt[at] * drift[part]
        albedo[part] = color[at] * np.maximum(tone, 0.4)[..., None]
    return albedo
