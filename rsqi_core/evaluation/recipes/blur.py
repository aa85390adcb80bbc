"""Blur for testing: optical transfer functions in the Fourier domain, lost resolution, overdone denoising."""

from __future__ import annotations

import cv2
import numpy as np

from ...synthesis.defect import Defect, mask_of, to_uint8
from .shapes import border_fade, curve, outline, radius, soften, spectral, texture

_KINDS = ("defocus", "jitter", "atmosphere", "pyramid", "denoise")
_RADIUS = {"subtle": (1.6, 2.2), "medium": (2.6, 4.0), "strong": (4.4, 8.0)}  # px of the circle of confusion
_PATH = {"subtle": (5, 8), "medium": (9, 16), "strong": (18, 36)}  # px of camera travel
_CUTOFF = {"subtle": (0.15, 0.19), "medium": (0.085, 0.13), "strong": (0.04, 0.075)}  # cycles a px
_FACTOR = {"subtle": (2.0, 2.5), "medium": (2.8, 4.2), "strong": (4.6, 8.0)}  # loss of resolution
_MEDIAN = {"subtle": (5, 1), "medium": (7, 2), "strong": (13, 2)}  # px, passes
_LOST = {"subtle": 0.35, "medium": 0.5, "strong": 0.6}  # share of the detail
_DETAIL = 5.0  # grey levels of Laplacian that the ground must hold before


def plant(image: np.ndarray, rng: np.random.Generator, severity: str, inside: bool) -> Defect | None:
    """Blur a patch, one side, or (not `inside`) nearly the whole image."""
    shape = image.shape[:2]
    kind = str(rng.choice(_KINDS))
    if rng.random() < 0.7 or inside:
        alpha = outline(shape, rng, radius(shape, rng, (0.14, 0.5), inside), inside)
        alpha = soften(alpha, rng.uniform(2, 24))
    else:  # a tilted plane of focus: one side sharp, the other not
        turn = rng.uniform(0, 2 * np.pi)
        x, y = np.meshgrid(np.linspace(-1, 1, shape[1]), np.linspace(-1, 1, shape[0]))
        plane = x * np.cos(turn) + y * np.sin(turn) + 0.1 * spectral(shape, rng, 4.2)
        alpha = np.clip((plane + rng.uniform(-0.5, 0.5)) / rng.uniform(0.1, 0.6) + 0.5, 0, 1).astype(np.float32)
    alpha = alpha * border_fade(shape, 16) if inside else alpha
    soft, parameters = _soften(image, kind, severity, rng)
    grain = rng.normal(0, rng.uniform(0, 1.5), (*shape, 1)).astype(np.float32)
    weight = alpha[..., None]
    blurred = to_uint8(image * (1 - weight) + (soft + grain) * weight)
    mask = mask_of(alpha, 0.6, 0.1)
    core = mask == 1
    if core.mean() < 0.01:
        return None
    before, after = texture(image)[core].mean(), texture(blurred)[core].mean()
    if before < _DETAIL or after > before * (1 - _LOST[severity]):
        return None
    return Defect("blur", blurred, mask, severity, {"kind": kind, **parameters})


def _soften(
    image: np.ndarray, kind: str, severity: str, rng: np.random.Generator
) -> tuple[np.ndarray, dict[str, float]]:
    """Soften the whole image: float32 [H, W, 3], and what was drawn."""
    if kind == "pyramid":
        factor = rng.uniform(*_FACTOR[severity])
        small = tuple(max(8, round(side / factor)) for side in image.shape[1::-1])
        low = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
        way = int(rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
        return cv2.resize(low.astype(np.float32), image.shape[1::-1], interpolation=way), {"factor": round(factor, 2)}
    if kind == "denoise":
        side, passes = _MEDIAN[severity]
        smooth = image
        for _ in range(passes):
            smooth = cv2.medianBlur(smooth, side)
        return cv2.blur(smooth, (3, 3)).astype(np.float32), {"side_px": side, "passes": passes}
    if kind == "defocus":
        size = rng.uniform(*_RADIUS[severity])
        kernel, drawn = _disk(size), {"radius_px": round(size, 2)}
    elif kind == "jitter":
        size = rng.uniform(*_PATH[severity])
        kernel, drawn = _path(size, rng), {"path_px": round(size, 1)}
    else:
        size = rng.uniform(*_CUTOFF[severity])
        kernel, drawn = None, {"cutoff": round(size, 3)}
    rows, columns = (cv2.getOptimalDFTSize(side + 64) for side in image.shape[:2])
    bottom, right = rows - image.shape[0] - 32, columns - image.shape[1] - 32
    padded = cv2.copyMakeBorder(image, 32, bottom, 32, right, cv2.BORDER_REFLECT_101).astype(np.float32)
    if kernel is None:  # long exposure through turbulent air: exp(-(f / f0)^(5/3))
        f = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.fftfreq(columns)[None])
        transfer = np.zeros((rows, columns, 2), np.float32)
        transfer[..., 0] = np.exp(-((f / size) ** (5 / 3)))
    else:
        spread = np.zeros((rows, columns), np.float32)
        spread[: kernel.shape[0], : kernel.shape[1]] = kernel
        spread = np.roll(spread, [-(side // 2) for side in kernel.shape], (0, 1))
        transfer = cv2.dft(spread, flags=cv2.DFT_COMPLEX_OUTPUT)
    bands = [
        cv2.idft(
            cv2.mulSpectrums(cv2.dft(band, flags=cv2.DFT_COMPLEX_OUTPUT), transfer, 0),
            flags=cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT,
        )
        for band in cv2.split(padded)
    ]
    return cv2.merge(bands)[32 : 32 + image.shape[0], 32 : 32 + image.shape[1]], drawn


def _disk(size: float) -> np.ndarray:
    """Point spread of a defocused lens of `size` px radius, its rim smoothed."""
    half = int(size) + 2
    x, y = np.meshgrid(np.arange(-half, half + 1), np.arange(-half, half + 1))
    disk = np.clip(size + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    return disk / disk.sum()


def _path(length: float, rng: np.random.Generator) -> np.ndarray:
    """Point spread of a shaking camera that travels `length` px along a bent path."""
    heading = rng.uniform(0, 2 * np.pi) + 0.9 * np.cumsum(curve(64, rng, 40)) / 16
    track = np.cumsum(np.stack([np.cos(heading), np.sin(heading)], 1), 0) * length / 64
    half = int(length / 2) + 3
    track = track - (track.max(0) + track.min(0)) / 2 + half
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    np.add.at(kernel, tuple(np.rint(track[:, ::-1]).astype(int).T), 1)
    kernel = cv2.blur(kernel, (3, 3), borderType=cv2.BORDER_CONSTANT)
    return kernel / kernel.sum()
