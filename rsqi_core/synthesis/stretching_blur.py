"""Stretching blur pattern: texture smeared down a slope by an ortho-rectification that had no pixels for it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .defect import DEFECT, Defect, blend, difference, mask_of, only_visible, severity, united
from .fields import blob, coordinates, fractal, log_uniform, polygon, smoothstep

KINDS = ("slope", "even")
_KERNELS = (cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC)  # what orthophotos are resampled with
_MOST = 3  # facets of a slope


def apply(
    image: np.ndarray, rng: np.random.Generator, factor: float | None = None, kind: str | None = None
) -> Defect | None:
    """Stretch the texture of an irregular patch by up to `factor` along one direction, keeping it across.

    The factor is 4-20, in one patch of three 20-100: there a single row of pixels is drawn out. A patch may have up to
    three facets, as neighbouring triangles of a terrain model.

    ``slope``: the stretch grows from 1 at the ridge to `factor` down-slope; ``even``: it is the same all over the
    patch. None if the ground has too little texture for streaks to show.
    """
    kind = kind or str(rng.choice(KINDS, p=[0.6, 0.4]))
    factor = factor or (log_uniform(rng, 20, 100) if rng.random() < 0.35 else log_uniform(rng, 4, 20))
    facets = 1 if rng.random() < 0.6 else int(rng.integers(2, _MOST + 1))
    radius = min(image.shape[:2]) * log_uniform(rng, 0.07, 0.4) / facets**0.5
    kernel = int(rng.choice(_KERNELS, p=[0.4, 0.35, 0.25]))
    out, mask, angle = image, np.zeros(image.shape[:2], np.uint8), None
    for _ in range(facets):
        facet = _facet(image, rng, _Stretch(factor, kind, kernel, radius, angle))
        if facet is None:
            continue
        smeared, outline, angle = facet
        stretched = blend(out, smeared, outline)
        one = only_visible(mask_of(outline), image, stretched, 4, 21)
        if not _streaky(image, stretched, one == DEFECT, np.float32(np.cos(angle)), np.float32(np.sin(angle))):
            continue
        out, mask = stretched, united(one, mask)
    visible = difference(image, out, mask)
    if angle is None or visible < 7:
        return None
    parameters = {"kind": kind, "factor": factor, "angle": float(np.degrees(angle) % 180), "difference": visible}
    return Defect("stretching_blur", out, mask, severity(visible, 13, 24), parameters)


@dataclass(frozen=True)
class _Stretch:
    """How a facet is drawn out: how far, how it grows, the kernel, its radius in pixels, the way down in radians."""

    factor: float
    kind: str
    kernel: int
    radius: float
    angle: float | None


def _facet(
    image: np.ndarray, rng: np.random.Generator, stretch: _Stretch
) -> tuple[np.ndarray, np.ndarray, float] | None:
    """Return the whole image as drawn out, the opacity of the facet that shows it, and the way down."""
    shape = image.shape[:2]
    factor, radius = stretch.factor, stretch.radius
    outline = blob(shape, rng, radius, rng.uniform(1, 6), 0.3) if rng.random() < 0.75 else polygon(shape, rng, radius)
    moments = cv2.moments(outline)
    if moments["m00"] < 300:
        return None
    cx, cy = moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]
    if stretch.angle is None:
        ridge = 0.5 * np.arctan2(2 * moments["mu11"], moments["mu20"] - moments["mu02"])
        angle = float(ridge + np.pi / 2 * rng.choice([-1, 1]) + rng.normal(0, 0.4))  # mostly square to the longer axis
    else:
        angle = stretch.angle + float(rng.normal(0, 0.15))
    cosine, sine = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    x, y = coordinates(shape)
    along = (x - np.float32(cx)) * cosine + (y - np.float32(cy)) * sine
    across = (y - np.float32(cy)) * cosine - (x - np.float32(cx)) * sine
    if rng.random() < 0.5:
        outline = _frayed(outline, across, (cosine, sine), radius * log_uniform(rng, 0.05, 0.5), rng)
    inside = along[outline > 0.5]
    top, length = (float(v) for v in (inside.min(), np.ptp(inside))) if inside.size else (0.0, 1.0)
    down = np.clip(along - np.float32(top), 0, None)
    squeezed = down / np.float32(factor)
    if stretch.kind == "slope":
        reach = np.float32(length * rng.uniform(0.06, 0.25))
        squeezed += np.float32(1 - 1 / factor) * reach * (1 - np.exp(-down / reach))
    # The streaks fan out down-slope and bend by up to ten degrees with the relief, where there is any.
    bent = float(rng.random() < 0.6)
    fan, sway = (
        np.float32(bent * amount) for amount in (rng.uniform(0, 0.5) / max(length, 1), rng.uniform(0, 0.05) * length)
    )
    across = across / (1 + fan * down) + sway * fractal(shape, rng, 3.2, cells=2)
    from_top = np.float32(top) + squeezed
    if rng.random() < 0.4:  # the ridge is no straight line: each streak starts elsewhere
        from_top = from_top + _line(across, rng, radius * log_uniform(rng, 0.03, 0.3))
    map_x = np.float32(cx) + from_top * cosine - across * sine
    map_y = np.float32(cy) + from_top * sine + across * cosine
    smeared = cv2.remap(image, map_x, map_y, stretch.kernel, borderMode=cv2.BORDER_REFLECT)
    sharp = rng.random() < 0.5  # where one triangle of the terrain model ends, the next begins
    return smeared, (outline > 0.5).astype(np.float32) if sharp else smoothstep(outline, 0.2, 0.8), angle


def _frayed(
    outline: np.ndarray,
    across: np.ndarray,
    direction: tuple[np.float32, np.float32],
    reach: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Let each streak end elsewhere, up to some `reach` pixels farther or nearer than the outline says."""
    x, y = coordinates(outline.shape)
    shift = _line(across, rng, reach)
    cosine, sine = direction
    return cv2.remap(outline, x + shift * cosine, y + shift * sine, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _line(across: np.ndarray, rng: np.random.Generator, deviation: float) -> np.ndarray:
    """Return a random offset of some `deviation` for every streak, by its place `across`; float32 [H, W]."""
    width = 2 * int(np.hypot(*across.shape)) + 2
    line = fractal((2, width), rng, rng.uniform(0.5, 1.8), cells=round(width / log_uniform(rng, 8, 60)))[:1]
    return np.float32(deviation) * cv2.remap(
        line, across + np.float32(width / 2), np.zeros_like(across), cv2.INTER_LINEAR
    )


def _streaky(before: np.ndarray, after: np.ndarray, inside: np.ndarray, cosine: np.float32, sine: np.float32) -> bool:
    """Does the texture run along the stretch now, plain to see, and did it not run so before?"""
    if inside.sum() < 400:
        return False
    (along, across), (along_before, across_before) = (_energy(i, inside, cosine, sine) for i in (after, before))
    ratio = across / max(along, 0.1)
    return across > 5.0 and ratio > 1.5 and ratio > 1.4 * across_before / max(along_before, 0.1)


def _energy(image: np.ndarray, inside: np.ndarray, cosine: np.float32, sine: np.float32) -> tuple[float, float]:
    """Mean absolute slope along and across a direction."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    gx, gy = (cv2.Sobel(grey, cv2.CV_32F, *axis, scale=0.25)[inside] for axis in ((1, 0), (0, 1)))
    return float(np.abs(gx * cosine + gy * sine).mean()), float(np.abs(gy * cosine - gx * sine).mean())
