"""Pieces of rows that stand out from what lies on both sides of them, with the mean profile across each."""

from __future__ import annotations

from dataclasses import dataclass, fields

import cv2
import numpy as np

SMOOTH = 9  # px along the line, over which texture is averaged before a pixel is asked whether it stands out
NEAR, FAR = 3, 4  # rows to either side that make the background of a pixel; a line is at most NEAR wide
BRIDGE = 7  # px; gaps up to this long within a line are bridged
SHORTEST = 11  # px
COLOR, LIGHT = 14, 18  # grey levels that a candidate stands out by at least, between channels or in luminance
ROUGHNESS = 3.0  # and by this many times what its surroundings do on average
REACH = 7  # rows of the profile to either side

CONTRAST = 6  # grey levels; differences under this are noise and say nothing about colour
STEP = 7  # px from one sampled contrast to the next; a prime, so that no pattern hides
PRIOR = 50  # contrasts that count as seen in every block, mostly grey ones
_MOSTLY_GREY = np.full((3, 3), 0.95 / 3) + np.eye(3) * 0.05 / 3

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True)
class Runs:
    """Pieces of rows, each with what its mean profile across shows. All arrays are [N].

    Attributes
    ----------
    row, start, end : numpy.ndarray
        int64, columns half open.
    above, below : numpy.ndarray
        int64, nearest rows that show the background.
    width : numpy.ndarray
        Rows that differ from the background by half as much as the strongest of them, which the row is one of.
    strength : numpy.ndarray
        Euclidean length of the offset from the background, in grey levels.
    direction : numpy.ndarray
        float32 [N, 3], the offset in R, G and B as a unit vector.
    foreign : numpy.ndarray
        How rare the offset's colour is among the contrasts in the block: 1 for the commonest, 10 where there is none
        like it. Natural lines are mixed from the colours around them, those of faults are not.
    one_sided : numpy.ndarray
        The offset from the more similar side, over the mean of both.
    shoulder, light_shoulder : numpy.ndarray
        What is left of the offset in the row beside the line, in the line's own direction and in luminance: 0 where it
        ends at once.
    unevenness : numpy.ndarray
        Range of the offset over the rows of the line, over its mean.
    roughness : numpy.ndarray
        Standard deviation of the profile beside the line, over the strength.
    """

    row: np.ndarray
    start: np.ndarray
    end: np.ndarray
    above: np.ndarray
    below: np.ndarray
    width: np.ndarray
    strength: np.ndarray
    direction: np.ndarray
    foreign: np.ndarray
    one_sided: np.ndarray
    shoulder: np.ndarray
    light_shoulder: np.ndarray
    unevenness: np.ndarray
    roughness: np.ndarray

    @property
    def length(self) -> np.ndarray:
        return self.end - self.start

    def select(self, keep: np.ndarray) -> Runs:
        """Return the runs that bool [N] or an index array picks."""
        return Runs(*(getattr(self, each.name)[keep] for each in fields(self)))


def find(rgb: np.ndarray, valid: np.ndarray, rarity: np.ndarray) -> Runs:
    """Find the runs along the rows of a block.

    Parameters
    ----------
    rgb : numpy.ndarray
        uint8 [H, W, 3].
    valid : numpy.ndarray
        bool [H, W]; runs end where it does.
    rarity : numpy.ndarray
        float64 [3, 3], the block's `color_rarity`.
    """
    if rgb.shape[0] <= 2 * NEAR or rgb.shape[1] < SHORTEST:
        return _measure(rgb, rarity, *np.zeros((3, 0), np.int64))
    smooth = cv2.blur(rgb, (SMOOTH, 1))
    red, green, blue = (plane.astype(np.int16) for plane in cv2.split(smooth))
    light = _contrast(cv2.cvtColor(smooth, cv2.COLOR_RGB2GRAY).astype(np.int16))
    color = cv2.max(_contrast(cv2.subtract(red, green)), _contrast(cv2.subtract(blue, green)))
    strong = cv2.max(
        cv2.compare(color, _floor(color, COLOR), cv2.CMP_GT), cv2.compare(light, _floor(light, LIGHT), cv2.CMP_GT)
    )
    strong = cv2.morphologyEx(strong, cv2.MORPH_CLOSE, np.ones((1, BRIDGE), np.uint8))
    strong[~valid] = 0
    return _measure(rgb, rarity, *_pieces(strong))


def color_rarity(rgb: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """Inverse covariance of the directions that contrasts in the block have in colour, float64 [3, 3].

    Each contrast counts alike, however strong: a few strong stripes must not make their own colour common.
    """
    contrasts = [
        (b.astype(np.float32) - a)[known & also]
        for a, b, known, also in (
            (rgb[:-FAR:STEP, ::STEP], rgb[FAR::STEP, ::STEP], valid[:-FAR:STEP, ::STEP], valid[FAR::STEP, ::STEP]),
            (rgb[::STEP, :-FAR:STEP], rgb[::STEP, FAR::STEP], valid[::STEP, :-FAR:STEP], valid[::STEP, FAR::STEP]),
        )
    ]
    vectors = np.concatenate(contrasts)
    size = _norm(vectors)
    seen = size > CONTRAST
    vectors = vectors[seen] / size[seen, None]
    covariance = (vectors.T @ vectors + PRIOR * _MOSTLY_GREY) / (len(vectors) + PRIOR)
    return np.linalg.inv(covariance + 0.01 * np.eye(3))


def paint(rgb: np.ndarray, runs: Runs) -> np.ndarray:
    """Mark the pixels of `runs` that share the offset of their run, bool [H, W]; the gaps of dashes stay out."""
    length = runs.length
    owner = np.repeat(np.arange(length.size), length)
    column = np.arange(owner.size) + np.repeat(runs.start + length - np.cumsum(length), length)
    smooth, fine = cv2.blur(rgb, (SMOOTH, 1)), cv2.blur(rgb, (3, 1))
    above, below = smooth[runs.above[owner], column], smooth[runs.below[owner], column]
    offset = fine[runs.row[owner], column] - (above.astype(np.float32) + below) / 2
    hit = np.einsum("nc,nc->n", offset, runs.direction[owner]) > 0.5 * runs.strength[owner]
    found = np.zeros(rgb.shape[:2], bool)
    found[runs.row[owner[hit]], column[hit]] = True
    return found


def _contrast(plane: np.ndarray) -> np.ndarray:
    """Return how far each pixel of int16 [H, W] stands out from both its sides, 0 if only from one."""
    height = plane.shape[0]
    padded = cv2.copyMakeBorder(plane, FAR, FAR, 0, 0, cv2.BORDER_REPLICATE)
    above = cv2.add(padded[FAR - NEAR : FAR - NEAR + height], padded[:height])
    below = cv2.add(padded[FAR + NEAR : FAR + NEAR + height], padded[2 * FAR :])
    twice = cv2.add(plane, plane)
    out = cv2.max(cv2.subtract(twice, cv2.max(above, below)), cv2.subtract(cv2.min(above, below), twice))
    return cv2.max(out, 0) >> 1


def _floor(contrast: np.ndarray, least: int) -> np.ndarray:
    """Return the contrast that a candidate needs where the surroundings are rough, int16 [H, W]."""
    height, width = contrast.shape
    coarse = cv2.resize(contrast, (-(-width // 8), -(-height // 8)), interpolation=cv2.INTER_AREA)
    coarse = cv2.blur(coarse.astype(np.float32), (5, 5)) * ROUGHNESS
    coarse = np.maximum(coarse, least).astype(np.int16)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)


def _pieces(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return row, start and end of the runs of uint8 [H, W] that are long enough."""
    padded = cv2.copyMakeBorder(mask, 0, 0, 1, 1, cv2.BORDER_CONSTANT, value=0)
    stride = padded.shape[1]
    flat = padded.ravel()
    turns = np.flatnonzero(flat[1:] != flat[:-1])
    start, end = turns[::2], turns[1::2]
    long = end - start >= SHORTEST
    row = start[long] // stride
    return row, start[long] - row * stride, end[long] - row * stride


def _measure(rgb: np.ndarray, rarity: np.ndarray, row: np.ndarray, start: np.ndarray, end: np.ndarray) -> Runs:
    profile = _profiles(rgb, row, start, end)
    middle = np.full(row.size, REACH)
    # A first guess of the background, so that the rows of the line can be told.
    above, below = _pair(profile, middle - 4, -1), _pair(profile, middle + 4, 1)
    offset = profile[:, REACH] - (above + below) / 2
    slope = np.linspace(-REACH / 9, REACH / 9, 2 * REACH + 1, dtype=np.float32)
    ground = ((above + below) / 2)[:, None] + (below - above)[:, None] * slope[None, :, None]
    size = np.maximum(_norm(offset), 1)
    along = np.einsum("nkc,nc->nk", profile - ground, offset / size[:, None]) / size[:, None]
    first, last = _extent(along > 0.5, -1), _extent(along > 0.5, 1)

    # The background right beside them, past one row that compression or resampling may have smeared into.
    above, below = _pair(profile, first - 2, -1), _pair(profile, last + 2, 1)
    rows = np.arange(2 * REACH + 1)[None]
    inside = (rows >= first[:, None]) & (rows <= last[:, None])
    line = (profile * inside[..., None]).sum(1) / inside.sum(1)[:, None]
    offset = line - (above + below) / 2
    strength = np.maximum(_norm(offset), 1)
    direction = offset / strength[:, None]
    along = np.einsum("nkc,nc->nk", profile, direction)
    up, down = (np.einsum("nc,nc->n", line - side, direction) for side in (above, below))
    beside, beneath = _at(profile, first - 1), _at(profile, last + 1)
    shoulders, lights = [], []
    for side, ground, step in ((beside, above, up), (beneath, below, down)):
        shoulders.append(np.einsum("nc,nc->n", side - ground, direction) / np.maximum(step, 1))
        lights.append(np.abs((side - ground) @ _LUMA) / (np.abs((line - ground) @ _LUMA) + 3))
    highest = np.where(inside, along, -np.inf).max(1)
    lowest = np.where(inside, along, np.inf).min(1)
    away = (rows < first[:, None] - 1) | (rows > last[:, None] + 1)
    count = np.maximum(away.sum(1), 1)
    mean = (along * away).sum(1) / count
    spread = np.sqrt((np.square(along - mean[:, None]) * away).sum(1) / count)
    change = profile - ((above + below) / 2)[:, None]
    near = (rows >= first[:, None] - 1) & (rows <= last[:, None] + 1)
    own = _owns(np.sqrt(np.square(change).sum(2)), near, np.zeros_like(strength))
    own &= _owns(np.abs(change @ _LUMA), inside, 0.2 * strength)
    return Runs(
        row=row,
        start=start,
        end=end,
        above=np.clip(row + first - REACH - 2, 0, rgb.shape[0] - 1),
        below=np.clip(row + last - REACH + 2, 0, rgb.shape[0] - 1),
        width=np.where(own, last - first + 1, 2 * REACH + 1),
        strength=strength,
        direction=direction,
        foreign=np.sqrt(np.einsum("nc,cd,nd->n", direction, rarity, direction)),
        one_sided=np.minimum(up, down) / strength,
        shoulder=np.maximum(*shoulders),
        light_shoulder=np.maximum(*lights),
        unevenness=(highest - lowest) / strength,
        roughness=spread / strength,
    )


def _owns(offset: np.ndarray, near: np.ndarray, least: np.ndarray) -> np.ndarray:
    """Does the middle row have half the offset of the strongest row near it, or has that less than `least`? bool [N].

    Compression spreads colour over two rows but hardly luminance.
    """
    highest = np.where(near, offset, 0).max(1)
    return (offset[:, REACH] >= 0.5 * highest) | (highest < least)


def _profiles(rgb: np.ndarray, row: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Mean of each run and of the pieces beside it, float32 [N, 2 REACH + 1, 3]; the border row goes on outside."""
    sums = cv2.integral(rgb)  # int32 that may wrap: differences come out right all the same
    height, stride = rgb.shape[0], sums.shape[1]
    rows = np.clip(row[:, None] + np.arange(-REACH, REACH + 1), 0, height - 1) * stride
    flat = sums.reshape(-1, 3)
    left, right = rows + start[:, None], rows + end[:, None]
    total = flat[right + stride] - flat[left + stride] - flat[right] + flat[left]
    return total.astype(np.float32) / (end - start)[:, None, None]


def _extent(on: np.ndarray, step: int) -> np.ndarray:
    """Return the last index from the middle of bool [N, K] in the direction `step` up to which all are True."""
    index = np.full(len(on), REACH)
    going = np.ones(len(on), bool)
    for k in range(1, REACH - 2):
        going &= on[:, REACH + step * k]
        index[going] = REACH + step * k
    return index


def _at(profile: np.ndarray, index: np.ndarray) -> np.ndarray:
    return profile[np.arange(len(profile)), index]


def _pair(profile: np.ndarray, index: np.ndarray, step: int) -> np.ndarray:
    return (_at(profile, index) + _at(profile, index + step)) / 2


def _norm(vectors: np.ndarray) -> np.ndarray:
    return np.sqrt(np.square(vectors).sum(1))
