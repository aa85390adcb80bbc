"""The tone across a seam, from its left to its right: read from the image, drawn as SVG."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.affinity import affine_transform
from shapely.ops import substring

from ..raster import Raster
from ..seams.profile import HALF, profiles
from .content import Figure

SIZE = (450, 300)  # units
_PIECES = 8  # places along a line that are looked at, however long it is,
_PIECE = 256  # px of it at each
_COLORS = ("#d32f2f", "#2e7d32", "#1565c0")
_INK, _GREY = "#14202c", "#9aa5ad"
_LEFT, _TOP, _RIGHT, _BOTTOM = 54, 14, 436, 262  # of the plot in the figure
_ROOM = 0.1  # of the range of tones, above and below


def mean_tones(raster: Raster, line: shapely.LineString) -> np.ndarray | None:
    """Return the mean red, green and blue at each pixel across a line in map units; None where nothing is valid.

    Returns
    -------
    numpy.ndarray
        float [2 * HALF, 3], 0-255 as the image is inspected; NaN where no pixel is valid.
    """
    course = affine_transform(line, (~raster.transform).to_shapely())
    count = min(_PIECES, max(1, int(course.length // _PIECE)))
    total, known = np.zeros((2 * HALF, 3)), np.zeros((2 * HALF, 1))
    for start in np.linspace(0, max(0.0, course.length - _PIECE), count):
        piece = substring(course, start, start + _PIECE)
        for profile in profiles(raster.read, (raster.width, raster.height), shapely.get_coordinates(piece)):
            total += (profile.rgb * profile.valid[..., None]).sum(0)
            known += profile.valid.sum(0)[:, None]
    if not known.any():
        return None
    return np.where(known > 0, total / np.maximum(known, 1), np.nan)


def plot(tones: np.ndarray, text: tuple[str, ...]) -> Figure:
    """Draw one curve a band, dashed the mean of each side, and the seam in the middle."""
    low, high = float(np.nanmin(tones)), float(np.nanmax(tones))
    room = max(1.0, _ROOM * (high - low))
    scale = (_BOTTOM - _TOP) / (high - low + 2 * room)

    def x(across: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * (across + HALF) / (2 * HALF)

    def y(tone: float) -> float:
        return _BOTTOM - (tone - low + room) * scale

    parts = [
        f'<rect width="{SIZE[0]}" height="{SIZE[1]}" fill="#ffffff"/>',
        f'<rect x="{_LEFT}" y="{_TOP}" width="{_RIGHT - _LEFT}" height="{_BOTTOM - _TOP}" fill="#f5f7f8"/>',
        f'<path d="M{x(0):.1f} {_TOP}V{_BOTTOM}" stroke="{_GREY}" stroke-width="1.5" stroke-dasharray="3 4"/>',
    ]
    across = np.arange(2 * HALF) - HALF + 0.5
    for band, color in enumerate(_COLORS):
        for side, start in ((slice(0, HALF), -HALF), (slice(HALF, None), 0)):
            if np.isfinite(tones[side, band]).any():
                mean = y(float(np.nanmean(tones[side, band])))
                parts.append(
                    f'<path d="M{x(start):.1f} {mean:.1f}H{x(start + HALF):.1f}" fill="none" stroke="{color}" '
                    'stroke-width="1.5" stroke-dasharray="8 5"/>'
                )
        points = [f"{x(a):.1f} {y(t):.1f}" for a, t in zip(across, tones[:, band]) if np.isfinite(t)]
        parts.append(f'<path d="M{" ".join(points)}" fill="none" stroke="{color}" stroke-width="3"/>')
    for tone in (low, high):
        parts.append(_text(_LEFT - 6, y(tone) + 6, "end", f"{tone:.0f}"))
    for place, anchor, label in ((_LEFT, "start", f"−{HALF} px"), (_RIGHT, "end", f"+{HALF} px")):
        parts.append(_text(place, _BOTTOM + 24, anchor, label))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE[0]} {SIZE[1]}" font-family="sans-serif" '
        f'stroke-linejoin="round">{"".join(parts)}</svg>'
    )
    return Figure(svg, *SIZE, text)


def _text(x: float, y: float, anchor: str, label: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="18" text-anchor="{anchor}" fill="{_INK}">{label}</text>'
