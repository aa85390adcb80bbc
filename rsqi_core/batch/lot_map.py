"""A map of the scenes of a lot, as SVG: their footprints in the colours of their grades."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from ..report.content import Figure, Text
from ..scoring import GRADE_COLORS
from .outcome import Outcome, Ring

_WIDTH, _HEIGHT = 1000.0, 640.0  # units at most, with the margin
_MARGIN, _FOOT = 24.0, 26.0
_LEAST = 7.0  # units; a smaller scene gets a dot
_LETTER = 15.0  # units; a number is drawn where there is room for it


def draw_map(scenes: Sequence[tuple[str, Outcome]], text: Text) -> Figure | None:
    """Draw the scenes that lie somewhere; None if none does.

    Parameters
    ----------
    scenes : sequence of (str, Outcome)
        Names and outcomes, the worst first; they are numbered from 1.
    """
    placed = [(n, name, each) for n, (name, each) in enumerate(scenes, 1) if each.footprint]
    if not placed:
        return None
    rings = _unrolled([each.footprint for _, _, each in placed])
    west, east = min(x for ring in rings for x, _ in ring), max(x for ring in rings for x, _ in ring)
    south, north = min(y for ring in rings for _, y in ring), max(y for ring in rings for _, y in ring)
    squeeze = math.cos(math.radians((south + north) / 2))  # a degree of longitude against one of latitude
    wide, high = max((east - west) * squeeze, 1e-9), max(north - south, 1e-9)
    scale = min((_WIDTH - 2 * _MARGIN) / wide, (_HEIGHT - 2 * _MARGIN - _FOOT) / high)
    width, height = max(wide * scale, 240) + 2 * _MARGIN, high * scale + 2 * _MARGIN + _FOOT
    left = (width - wide * scale) / 2
    drawn = []
    for (n, name, outcome), ring in reversed(list(zip(placed, rings))):  # the worst lie above
        points = [(left + (x - west) * squeeze * scale, _MARGIN + (north - y) * scale) for x, y in ring]
        drawn.append(_scene(n, name, outcome, points))
    ends = _degrees(west, "E", "W"), _degrees(east, "E", "W"), _degrees(south, "N", "S"), _degrees(north, "N", "S")
    foot = f"{ends[0]} – {ends[1]}, {ends[2]} – {ends[3]}"
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.1f} {height:.1f}" '
        'font-family="Noto Sans CJK SC, Microsoft YaHei, sans-serif">'
        f'<rect width="{width:.1f}" height="{height:.1f}" fill="#eef2f5"/>{"".join(drawn)}'
        f'<text x="{width / 2:.1f}" y="{height - 14:.1f}" font-size="14" text-anchor="middle" fill="#5d6b7a">'
        f"{foot}</text></svg>"
    )
    return Figure(svg, width, height, text)


def _scene(number: int, name: str, outcome: Outcome, points: Sequence[tuple[float, float]]) -> str:
    color = GRADE_COLORS[outcome.grade]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    middle = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    paint = f'fill="{color}" fill-opacity="0.72" stroke="{color}" stroke-width="1.2"'
    if max(wide, high) < _LEAST:
        shape = f'<circle cx="{middle[0]:.1f}" cy="{middle[1]:.1f}" r="{_LEAST / 2}" {paint}>'
        end = "</circle>"
    else:
        corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        shape, end = f'<polygon points="{corners}" {paint}>', "</polygon>"
    drawn = f"{shape}<title>{escape(name)}</title>{end}"
    if wide > _LETTER * (0.6 * len(str(number)) + 0.6) and high > 1.3 * _LETTER:
        drawn += (
            f'<text x="{middle[0]:.1f}" y="{middle[1] + 0.36 * _LETTER:.1f}" font-size="{_LETTER}" '
            f'font-weight="bold" text-anchor="middle" fill="#ffffff">{number}</text>'
        )
    return drawn


def _unrolled(rings: Sequence[Ring]) -> list[Ring]:
    """Return the rings side by side also where they lie on both sides of the 180th meridian."""
    longitudes = [x for ring in rings for x, _ in ring]
    if max(longitudes) - min(longitudes) <= 180:
        return list(rings)
    return [tuple((x + 360 if x < 0 else x, y) for x, y in ring) for ring in rings]


def _degrees(value: float, positive: str, negative: str) -> str:
    value = (value + 180) % 360 - 180 if positive == "E" else value
    return f"{abs(value):.4f}° {positive if value >= 0 else negative}"
