"""Random fields that the recipes share: fractal noise, blobs, polygons and seam lines, all float32 [H, W]."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

Shape = tuple[int, int]


def fractal(shape: Shape, rng: np.random.Generator, beta: float = 2.0, cells: int = 3) -> np.ndarray:
    """Return fractal noise with power spectrum 1/f^beta, zero mean and unit deviation.

    `cells` is the number of features of the coarsest octave along the longer side. Octaves stop at two pixels, and the
    finest are skipped once their amplitude is under two per cent.
    """
    h, w = shape
    longest = max(h, w)
    total, amplitude, n = None, 1.0, max(2, cells)
    while total is None or (n <= longest // 2 and amplitude > 0.02):
        rows, columns = max(2, round(n * h / longest)) + 1, max(2, round(n * w / longest)) + 1
        octave = amplitude * rng.standard_normal((rows, columns), np.float32)
        # Each octave is added at its own size and the sum enlarged: far cheaper than enlarging every octave to the end.
        total = octave if total is None else octave + cv2.resize(total, (columns, rows), interpolation=cv2.INTER_CUBIC)
        amplitude *= 2.0 ** (-beta / 2.0)
        n *= 2
    total = cv2.resize(total, (w, h), interpolation=cv2.INTER_CUBIC)
    mean, deviation = (float(value[0, 0]) for value in cv2.meanStdDev(total))
    return (total - np.float32(mean)) * np.float32(1 / max(deviation, 1e-6))


def log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw a number whose logarithm is uniform: sizes and factors for which halving and doubling are alike."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def streaks(shape: Shape, rng: np.random.Generator, beta: float, cells: int, ratio: float, angle: float) -> np.ndarray:
    """Return fractal noise drawn out `ratio` times along the direction `angle` (radians)."""
    side = int(np.hypot(*shape)) + 2
    narrow = fractal((side, max(8, int(side / ratio))), rng, beta, cells)
    return turned(cv2.resize(narrow, (side, side), interpolation=cv2.INTER_CUBIC), shape, angle)


def turned(field: np.ndarray, shape: Shape, angle: float) -> np.ndarray:
    """Turn a square `field`, as long as the diagonal of `shape`, by `angle` and cut `shape` from its middle."""
    cosine, sine = np.cos(angle), np.sin(angle)
    turn = np.array([[cosine, sine], [-sine, cosine]])
    middle, center = np.array(field.shape[::-1]) / 2, np.array(shape[::-1]) / 2
    move = np.column_stack([turn, middle - turn @ center])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(field, move, shape[::-1], flags=flags, borderMode=cv2.BORDER_REPLICATE)


def smoothstep(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Rise smoothly from 0 at `low` to 1 at `high`."""
    t = np.clip((values - np.float32(low)) * np.float32(1 / max(high - low, 1e-6)), 0, 1)
    return t * t * (3 - 2 * t)


@lru_cache(maxsize=4)
def coordinates(shape: Shape) -> tuple[np.ndarray, np.ndarray]:
    """Return x and y of every pixel as float32 grids, shared and therefore read-only."""
    y, x = np.meshgrid(np.arange(shape[0], dtype=np.float32), np.arange(shape[1], dtype=np.float32), indexing="ij")
    x.flags.writeable = y.flags.writeable = False
    return x, y


def blob(shape: Shape, rng: np.random.Generator, radius: float, edge: float, roughness: float = 0.35) -> np.ndarray:
    """Return the opacity 0-1 of an irregular patch.

    Parameters
    ----------
    radius : float
        Mean radius in pixels; the patch may leave the image.
    edge : float
        Width of the transition in pixels.
    roughness : float
        How far the border strays, as a share of the radius.
    """
    h, w = shape
    x, y = coordinates(shape)
    cx, cy = rng.uniform(0.1, 0.9) * w, rng.uniform(0.1, 0.9) * h
    if radius > 0.3 * min(h, w):
        cx, cy = rng.uniform(0.3, 0.7) * w, rng.uniform(0.3, 0.7) * h
    angle, stretch = rng.uniform(0, np.pi), np.sqrt(rng.uniform(1.0, 2.2))
    cosine, sine = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    u, v = (x - np.float32(cx)), (y - np.float32(cy))
    distance = np.float32(radius) - cv2.magnitude(
        (u * cosine + v * sine) / np.float32(stretch), (v * cosine - u * sine) * np.float32(stretch)
    )
    border = fractal(shape, rng, 2.2, cells=max(2, int(max(h, w) / max(radius, 8))))
    return smoothstep(distance + np.float32(roughness * radius) * border, -edge / 2, edge / 2)


def polygon(shape: Shape, rng: np.random.Generator, radius: float, edge: float = 1.0) -> np.ndarray:
    """Return the opacity 0-1 of a hard-edged convex or rectangular patch, as buildings and terrain cast it."""
    h, w = shape
    center = np.array([rng.uniform(0.15, 0.85) * w, rng.uniform(0.15, 0.85) * h])
    if rng.random() < 0.5:
        box = (
            tuple(map(float, center)),
            (2 * radius, float(radius * rng.uniform(0.4, 1.6))),
            float(rng.uniform(0, 90)),
        )
        points = cv2.boxPoints(box)
    else:
        angles = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(5, 11))))
        radii = radius * rng.uniform(0.6, 1.3, angles.size)
        points = center + np.stack([np.cos(angles) * radii, np.sin(angles) * radii], 1)
    alpha = np.zeros(shape, np.float32)
    cv2.fillPoly(alpha, [np.round(points * 8).astype(np.int32)], 1.0, cv2.LINE_8, 3)
    return cv2.GaussianBlur(alpha, (0, 0), max(edge, 0.3))


def seam(shape: Shape, rng: np.random.Generator, image: np.ndarray | None = None) -> np.ndarray:
    """Return the signed distance in pixels (approximate) to a line that cuts the image in two.

    The line is straight, broken, wavy, the net between several photos of which some are the far side, or, when `image`
    uint8 [H, W, 3] is given, sometimes a least-cost path along its edges, as mosaicking software draws it.
    """
    h, w = shape
    kinds = ["straight", "broken", "wavy", "net"]
    kind = rng.choice(kinds if image is None else [*kinds, "path"])
    if image is not None and kind == "path":
        return _path_distance(image, rng)
    if kind == "net":
        return _net_distance(shape, rng)
    x, y = coordinates(shape)
    angle = rng.choice([0.0, np.pi / 2]) + rng.normal(0, 0.12) if rng.random() < 0.6 else rng.uniform(0, np.pi)
    cx, cy = rng.uniform(0.2, 0.8) * w, rng.uniform(0.2, 0.8) * h
    distance = (x - cx) * np.cos(angle) + (y - cy) * np.sin(angle)
    if kind == "broken":
        other = angle + rng.choice([-1, 1]) * rng.uniform(0.3, 1.6)
        second = (x - cx) * np.cos(other) + (y - cy) * np.sin(other)
        distance = np.minimum(distance, second) if rng.random() < 0.5 else np.maximum(distance, second)
    elif kind == "wavy":
        distance = distance + rng.uniform(3, 0.1 * min(h, w)) * fractal(shape, rng, 2.6, cells=2)
    return distance.astype(np.float32)


def _net_distance(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    """Signed distance to the borders between photos, each of which shows what lies nearest to its centre."""
    x, y = coordinates(shape)
    centres = rng.uniform(0, 1, (int(rng.integers(3, 7)), 2)) * shape
    away = np.stack([cv2.magnitude(y - np.float32(row), x - np.float32(column)) for row, column in centres])
    far = max(1, round(rng.uniform(0.3, 0.6) * len(centres)))
    return _from_side(away[:far].min(0) < away[far:].min(0))


def _path_distance(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Signed distance to a cheapest top-to-bottom (or left-to-right) path that follows strong edges."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    if turned := rng.random() < 0.5:
        grey = grey.T
    small = cv2.resize(grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA).astype(np.float32)
    gradient = np.abs(cv2.Sobel(small, cv2.CV_32F, 1, 0)) + np.abs(cv2.Sobel(small, cv2.CV_32F, 0, 1))
    rows, cols = small.shape
    cost = 1.0 / (1.0 + gradient / 20.0)
    start = rng.uniform(0.25, 0.75) * cols
    cost += 0.02 * (np.abs(np.arange(cols) - start) / cols)[None, :]
    steps = np.zeros((rows, cols), np.int8)
    total = cost[0]
    for row in range(1, rows):
        padded = np.pad(total, 1, constant_values=np.inf)
        options = np.stack([padded[:-2], padded[1:-1], padded[2:]])
        best = options.argmin(0)
        steps[row] = best - 1
        total = cost[row] + options[best, np.arange(cols)]
    path = np.empty(rows, np.float32)
    column = int(total.argmin())
    for row in range(rows - 1, -1, -1):
        path[row] = column
        column += int(steps[row, column])  # not of eight bits, as the step is
    line = cv2.resize(path[:, None] * 4 + 2, (1, grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    distance = _from_side(np.arange(grey.shape[1], dtype=np.float32)[None, :] > line)
    return np.ascontiguousarray(distance.T if turned else distance)


def _from_side(side: np.ndarray) -> np.ndarray:
    """Signed distance to the border of a bool [H, W] map, positive where it is set."""
    inside, outside = (cv2.distanceTransform(part.astype(np.uint8), cv2.DIST_L2, 3) for part in (side, ~side))
    return inside - outside


def seam_mask(distance: np.ndarray, width: float = 6.0) -> np.ndarray:
    """Return the mask of a band `width` pixels to each side of a seam, with a rim of the same width as ambiguous."""
    away = np.abs(distance)
    return np.where(away <= width, 1, np.where(away <= 2 * width, 255, 0)).astype(np.uint8)
