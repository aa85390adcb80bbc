"""Bad seams for testing: two or more parts of a mosaic that differ in tone, or do not fit."""

from __future__ import annotations

import cv2
import numpy as np

from ...synthesis.defect import AMBIGUOUS, DEFECT, Defect, to_uint8
from .shapes import curve, soften, spectral, structure
from .straight import bent_edges

_BAND = 6  # px each side of the line that belong to the error
_GAP = 18  # px of seam without evidence beside evidence
_DOUBT = 16  # px each side within which nobody could say
_STEP = {"subtle": (5.0, 8.0), "medium": (10.0, 18.0), "strong": (21.0, 45.0)}  # grey levels across the seam
_MOST_FACTOR = 2.5  # a tone that has to be overdone more than that does not fit this ground
_LEAST_STEP = 4.0  # grey levels; less is not seen (domain facts, section 3)
_HIDDEN = 0.22  # share of the local spread of tones below which a step is lost in them
_SHIFT = {"subtle": (2.0, 3.2), "medium": (4.0, 8.5), "strong": (10.0, 26.0)}  # px
_BROKEN = 13.0  # grey levels by which the two sides of a broken structure differ
_STRUCTURE = 4.0  # of straight edges that a shift can break
_TONES = ("gain", "gamma", "histogram", "vignette", "haze")
_MOVES = ("shift", "rotation", "homography", "repeated", "missing")


def plant_trace(
    image: np.ndarray, rng: np.random.Generator, severity: str, inside: bool, second: np.ndarray | None = None
) -> Defect | None:
    """Give the parts of a mosaic unlike tones; `second` is the same place on another date, uint8 as `image`.

    The seam cuts through the whole image, `inside` or not.
    """
    parts, path = _parts(image.shape[:2], rng)
    if second is not None:  # two dates know but one kind of seam
        parts = np.minimum(parts, 1)
    count = int(parts.max()) + 1
    tone = "second" if second is not None else str(rng.choice(_TONES))
    ground = image.astype(np.float32)
    changes = [np.zeros_like(ground)]
    changes += [_tone(ground, tone, parts == k, rng, second) - ground for k in range(1, count)]
    step, line = _across([cv2.blur(change, (25, 25)) for change in changes], parts)
    typical = float(np.median(step[line])) if line.any() else 0.0
    if typical < 0.5:
        return None
    # A busy ground hides a small step, so it gets a larger one.
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    busy = float(grey.std())
    factor = 1.0 if tone == "second" else rng.uniform(*_STEP[severity]) * (0.65 + busy / 55) / typical
    if tone == "second":
        severity = next((name for name, (low, _) in reversed(_STEP.items()) if typical >= low), "")
        if not severity:
            return None
    if factor > _MOST_FACTOR:
        return None
    feather = rng.choice([0, 0, 1, 3, 8])
    toned = ground.copy()
    for k in range(1, count):
        share = (parts == k).astype(np.float32)
        toned += (soften(share, 2 * feather) if feather else share)[..., None] * (factor * changes[k])
    toned = to_uint8(toned)
    kept = toned.astype(np.float32) - ground  # what clipping left of the step
    seen, _ = _across([_mean_in(kept, parts == k) for k in range(count)], parts)
    spread = np.sqrt(np.maximum(cv2.blur(grey * grey, (31, 31)) - cv2.blur(grey, (31, 31)) ** 2, 0))
    shown = line & (seen >= np.maximum(_LEAST_STEP, _HIDDEN * spread))
    mask = _band(shown, line, _BAND + int(feather) // 2)
    if (mask == DEFECT).sum() < 0.4 * (2 * _BAND) * max(image.shape[:2]):
        return None
    contrast = float(np.median(seen[shown] / np.maximum(spread[shown], 1)))
    parameters = {"kind": tone, "path": path, "step": round(typical * factor, 1), "feather_px": int(feather)}
    parameters |= {"contrast": round(contrast, 2)}  # step over the local spread of tones
    return Defect("stitching_trace", toned, mask, severity, parameters)


def plant_misalignment(image: np.ndarray, rng: np.random.Generator, severity: str, inside: bool) -> Defect | None:
    """Move the parts of a mosaic against each other; where nothing broken crosses the seam the mask is 255.

    The seam cuts through the whole image, `inside` or not.
    """
    shape = image.shape[:2]
    parts, path = _parts(shape, rng)
    count = int(parts.max()) + 1
    move = str(rng.choice(_MOVES))
    shift = rng.uniform(*_SHIFT[severity])
    shifts = [shift, *(shift * rng.uniform(-1, 1, max(count - 2, 0)))]
    moves = [np.eye(3), *(_move(parts == k, move, shifts[k - 1], rng) for k in range(1, count))]
    moved = [image, *(_moved(image, matrix) for matrix in moves[1:])]
    step, line = _across([picture.astype(np.float32) for picture in moved], parts)
    # The gap between the two pictures along a stretch of seam: high where a structure breaks.
    broken = cv2.blur(step, (15, 15)) / np.maximum(cv2.blur(line.astype(np.float32), (15, 15)), 1e-6)
    seen = line & (broken >= _BROKEN) & (structure(image) >= _STRUCTURE)
    if seen.sum() < max(40, 0.3 * line.sum()):
        return None
    joined = image.copy()
    for k in range(1, count):
        joined[parts == k] = moved[k][parts == k]
    if rng.random() < 0.35:
        joined[parts > 0] = to_uint8(joined[parts > 0] * rng.uniform(0.94, 1.06) + rng.uniform(-5, 5))
    if rng.random() < 0.4:
        near = cv2.dilate(line.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        joined[near] = cv2.blur(joined, (3, 3))[near]
    mask = _band(seen, line, _BAND)
    dx, dy = _displacement(moves, parts)
    edges = bent_edges(image, dx, dy, mask == DEFECT)
    parameters = {"kind": move, "path": path, "shift_px": round(float(shift), 1), "bent_edges": edges}
    return Defect("stitching_misalignment", joined, mask, severity, parameters)


def _parts(shape: tuple[int, int], rng: np.random.Generator) -> tuple[np.ndarray, str]:
    """Cut the image into the parts of a mosaic: uint8 [H, W] labels 0.., and the name of the cut."""
    path = str(rng.choice(["straight", "steps", "wander", "net", "frame"], p=(0.3, 0.2, 0.2, 0.18, 0.12)))
    rows, columns = shape
    x, y = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32))
    if path == "net":
        seeds = rng.uniform(0, 1, (int(rng.integers(3, 6)), 2)) * (columns, rows)
        far = np.stack([(x - a) ** 2 + (y - b) ** 2 for a, b in seeds])
        return far.argmin(0).astype(np.uint8), path
    if path == "frame":  # the corner of one photo over another
        corner = rng.uniform(0.2, 0.8, 2) * (columns, rows)
        turn = rng.normal(0, 0.12)
        u = (x - corner[0]) * np.cos(turn) + (y - corner[1]) * np.sin(turn)
        v = (y - corner[1]) * np.cos(turn) - (x - corner[0]) * np.sin(turn)
        return ((u > 0) & (v > 0)).astype(np.uint8), path
    turn = rng.choice([0, np.pi / 2]) + rng.normal(0, 0.1) if rng.random() < 0.5 else rng.uniform(0, np.pi)
    middle = rng.uniform(0.25, 0.75, 2) * (columns, rows)
    u = (x - middle[0]) * np.cos(turn) + (y - middle[1]) * np.sin(turn)
    v = (y - middle[1]) * np.cos(turn) - (x - middle[0]) * np.sin(turn)
    length = 2 * (rows + columns)
    if path == "straight":
        return (v > 0).astype(np.uint8), path
    if path == "steps":  # a seam that follows the edges of the tiles of a block
        cell = int(rng.uniform(0.12, 0.35) * min(shape))
        offsets = np.repeat(rng.uniform(-0.4, 0.4, length // cell + 1) * cell, cell)[:length]
    else:
        offsets = 0.12 * min(shape) * curve(length, rng, 0.5 * min(shape)) + 5 * curve(length, rng, 14)
    return (v > offsets[np.clip(u + length / 2, 0, length - 1).astype(np.int32)]).astype(np.uint8), path


def _across(pictures: list[np.ndarray], parts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How much the pictures of two neighbouring parts differ along their seam.

    Returns the difference in grey levels (largest band, float32 [H, W], 0 off the seam) and the seam (bool [H, W]).
    """
    step, line = np.zeros(parts.shape, np.float32), np.zeros(parts.shape, bool)
    for here, there in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
        a, b = parts[here], parts[there]
        at = np.nonzero(a != b)
        first, second = (np.empty((at[0].size, 3), np.float32) for _ in range(2))
        for k, picture in enumerate(pictures):
            values = picture[at]
            first[a[at] == k] = values[a[at] == k]
            second[b[at] == k] = values[b[at] == k]
        step[at] = np.maximum(step[at], np.abs(first - second).max(-1))
        line[at] = True
    return step, line


def _mean_in(values: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Local mean over the pixels of one part."""
    weight = part.astype(np.float32)[..., None]
    return cv2.blur(values * weight, (25, 25)) / np.maximum(cv2.blur(weight, (25, 25)), 1e-3)[..., None]


def _band(seen: np.ndarray, line: np.ndarray, width: int) -> np.ndarray:
    """Mark a band along the seam: 1 where the error is `seen`, 255 beside it and along the rest of the `line`."""
    mask = np.zeros(line.shape, np.uint8)
    distance = cv2.distanceTransform((~line).astype(np.uint8), cv2.DIST_L2, 3)
    mask[distance <= _DOUBT] = AMBIGUOUS
    if seen.any():
        # Short gaps in the evidence do not break a line in a technician's eyes.
        near = cv2.distanceTransform((~seen).astype(np.uint8), cv2.DIST_L2, 3) <= _GAP
        distance = cv2.distanceTransform((~(near & line)).astype(np.uint8), cv2.DIST_L2, 3)
        mask[distance <= width] = DEFECT
    return mask


def _tone(
    ground: np.ndarray, kind: str, part: np.ndarray, rng: np.random.Generator, second: np.ndarray | None
) -> np.ndarray:
    """Return the whole image, float32 [H, W, 3], in the tone of another photo: of `second`, or of a kind."""
    if second is not None:
        return second.astype(np.float32)
    if kind == "gain":
        return ground * np.exp(rng.normal(0, 0.12) + rng.normal(0, 0.05, 3)) + rng.normal(0, 5) + rng.normal(0, 3, 3)
    if kind == "gamma":
        return 255 * (ground / 255) ** np.exp(rng.normal(0, 0.3) + rng.normal(0, 0.06, 3))
    if kind == "histogram":  # matched to the statistics of some other scene
        mean = ground.mean((0, 1))
        other = mean + rng.normal(0, 16) + rng.normal(0, 5, 3)
        return (ground - mean) * rng.uniform(0.75, 1.3) + other
    distance = cv2.distanceTransform(part.astype(np.uint8), cv2.DIST_L2, 3)[..., None]
    if kind == "vignette":  # darkest at the edge of the photo
        return ground * (1 - rng.uniform(0.08, 0.4) * np.exp(-distance / rng.uniform(60, 220)))
    veil = 0.14 + 0.03 * spectral(part.shape, rng, 3.4)[..., None]
    return ground * (1 - veil) + (rng.uniform(165, 235) + rng.uniform(-10, 10, 3)) * veil


def _move(part: np.ndarray, kind: str, shift: float, rng: np.random.Generator) -> np.ndarray:
    """Return the matrix [3, 3] that moves a photo by about `shift` px in the middle of the seam."""
    rows, columns = part.shape
    points = np.nonzero(cv2.morphologyEx(part.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)))
    middle = np.array([points[1].mean(), points[0].mean()]) if points[0].size else np.array([columns, rows]) / 2
    inner = np.nonzero(part)
    outward = np.array([inner[1].mean(), inner[0].mean()]) - middle if inner[0].size else np.array([1.0, 0.0])
    outward = outward / max(float(np.hypot(*outward)), 1e-6)
    turn = rng.uniform(0, 2 * np.pi)
    step = shift * np.array([np.cos(turn), np.sin(turn)])
    if kind in ("repeated", "missing"):  # a strip along the seam is seen twice, or not at all
        step = outward * (shift if kind == "repeated" else -min(shift, 12.0))
    elif step @ outward < 0 and rng.random() < 0.7:
        step = -step
    matrix = np.eye(3)
    matrix[:2, 2] = step
    if kind == "rotation":
        degrees = np.rad2deg(2 * shift / min(rows, columns)) * rng.choice([-1, 1])
        spin = cv2.getRotationMatrix2D(tuple(map(float, middle)), degrees, rng.uniform(0.99, 1.01))
        matrix = matrix @ np.vstack([spin, [0, 0, 1]])
    elif kind == "homography":
        corners = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
        outwards = np.sign(corners - 1)  # so that nothing is uncovered
        pulled = corners + outwards * np.abs(rng.normal(0, 0.7 * abs(shift), (4, 2)))
        matrix = matrix @ cv2.getPerspectiveTransform(corners, pulled.astype(np.float32))
    return matrix


def _moved(image: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    size = image.shape[1::-1]
    return cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)


def _displacement(moves: list[np.ndarray], parts: np.ndarray) -> np.ndarray:
    """Px by which each place of the mosaic was moved, float64 [2, H, W] in x and y."""
    places = np.indices(parts.shape, np.float64)[::-1]
    displacement = np.zeros_like(places)
    for k, matrix in enumerate(moves):
        inside = parts == k
        here = np.vstack([places[:, inside], np.ones(int(inside.sum()))])
        there = np.linalg.solve(matrix, here)
        displacement[:, inside] = here[:2] - there[:2] / there[2]
    return displacement
