"""What decoys are painted with: places that fit the scene, fields, lakes, roofs, and a grain like that of the image."""

from __future__ import annotations

import cv2
import numpy as np

from ...synthesis.defect import to_uint8
from .shapes import centre, radius, soften, spectral, structure, texture

EVEN = 2.5  # grey levels of Laplacian; what has less is most likely water
_BUILT = 4.0  # of straight edges, on average over the scene
_LOW, _HIGH = 3.0, 252.0  # grey levels: no paint is clipped unless that is asked for


def paint(
    image: np.ndarray, alpha: np.ndarray, surface: np.ndarray, low: float = _LOW, high: float = _HIGH
) -> np.ndarray:
    """Lay `surface` (float, [H, W, 3] or a colour) over the image where `alpha` (float32 [H, W]) says."""
    weight = alpha[..., None]
    painted = to_uint8(np.clip(image * (1 - weight) + surface * weight, low, high))
    return np.where(weight > 0, painted, image)


def grain(image: np.ndarray, rng: np.random.Generator, rough: float = 1.0) -> np.ndarray:
    """A fine texture about as strong as that of the ground, `rough` times: float32 [H, W, 1], grey levels."""
    level = min(0.12 * float(np.median(texture(image))) + 0.6, 2.5)
    white = rng.standard_normal(image.shape[:2], dtype=np.float32)
    return (rough * level * (0.5 * white + 2.2 * cv2.blur(white, (3, 3))))[..., None]


def is_built(image: np.ndarray) -> bool:
    """Whether the scene is a town, where roofs and yards fit better than lakes and snow."""
    return float(structure(image).mean()) > _BUILT


def open_ground(image: np.ndarray, rng: np.random.Generator, size: float, inside: bool) -> np.ndarray:
    """The place, x and y, of six that has the fewest buildings and roads round it, and no water."""
    side = int(size) | 1
    busy = cv2.blur(structure(image) + 20 * (texture(image) < EVEN), (side, side))
    places = [centre(image.shape[:2], rng, size, inside) for _ in range(6)]
    return min(places, key=lambda at: float(busy[int(at[1]), int(at[0])]))


def field(image: np.ndarray, rng: np.random.Generator, shares: tuple[float, float]) -> tuple[np.ndarray, float]:
    """Outline of a field or yard of four corners, float32 [H, W] with a thin soft edge, and its bearing."""
    shape = image.shape[:2]
    size = radius(shape, rng, shares, False)
    middle = open_ground(image, rng, 1.4 * size, False)
    bearing = rng.uniform(0, np.pi)
    angles = bearing + np.pi / 4 + np.sort(np.arange(4) * np.pi / 2 + rng.normal(0, 0.12, 4))
    corners = middle + size * np.stack([np.cos(angles) * rng.uniform(0.8, 1.3, 4), np.sin(angles)], 1)
    canvas = np.zeros(shape, np.uint8)
    cv2.fillPoly(canvas, [np.round(corners).astype(np.int32)], 255, cv2.LINE_AA)
    return soften(canvas.astype(np.float32) / 255, 2), bearing


def lake(image: np.ndarray, rng: np.random.Generator, shares: tuple[float, float], edge: float) -> np.ndarray:
    """Outline of a pond or lake, float32 [H, W], with a shore of about `edge` px."""
    shape = image.shape[:2]
    size = radius(shape, rng, shares, False)
    x, y = open_ground(image, rng, size, False)
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    basin = 1 - np.hypot(columns - x, rows - y) / size + 0.4 * spectral(shape, rng, 4.4, longest=2 * size)
    parts, labels, stats, _ = cv2.connectedComponentsWithStats((basin > 0).astype(np.uint8))
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax()) if parts > 1 else -1
    return soften((labels == largest).astype(np.float32), edge)


def pick(image: np.ndarray, rng: np.random.Generator, *choices: tuple[float, float, float]) -> np.ndarray:
    """One of some colours, a little changed and as light as the scene: float32 [3]."""
    light = np.clip((image.mean() / 110) ** 0.4, 0.75, 1.1)
    changed = np.array(choices[rng.integers(len(choices))]) * light + rng.normal(0, 6) + rng.normal(0, 2.5, 3)
    return changed.astype(np.float32)


def roofs(image: np.ndarray, rng: np.random.Generator, colors: list[tuple[float, float, float]]) -> np.ndarray:
    """Rows of gabled or flat roofs of the given colours."""
    shape = image.shape[:2]
    painted = image
    speckle = grain(image, rng, 0.7)
    bearing = rng.uniform(0, 90)
    scale = max(1.0, min(shape) / 700)
    origin = open_ground(image, rng, 60 * scale, True)
    turn = np.deg2rad(bearing)
    axis, cross = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    length, depth = scale * rng.uniform(22, 70), scale * rng.uniform(14, 36)
    color = pick(image, rng, *colors)
    for k in range(int(rng.integers(2, 9))):
        at = origin + axis * (k % 3 - 1) * length * 1.4 + cross * (k // 3 - 1) * depth * 1.9
        box = (tuple(map(float, at)), (length * rng.uniform(0.7, 1), depth * rng.uniform(0.8, 1)), bearing)
        corners = cv2.boxPoints(box)
        canvas = np.zeros(shape, np.uint8)
        cv2.fillConvexPoly(canvas, np.round(corners).astype(np.int32), 255, cv2.LINE_AA)
        body = canvas.astype(np.float32) / 255
        tone = np.ones(shape, np.float32)
        if rng.random() < 0.7:  # the half that faces the sun is lighter
            ridge = (corners[[0, 1]].mean(0), corners[[2, 3]].mean(0))
            half = np.zeros(shape, np.uint8)
            cv2.fillConvexPoly(half, np.round([corners[0], *ridge, corners[3]]).astype(np.int32), 1)
            tone -= rng.uniform(0.08, 0.22) * half
        painted = paint(painted, body, (color + rng.normal(0, 5)) * tone[..., None] + speckle)
    return painted
