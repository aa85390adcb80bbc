"""The calibration curve as SVG: said on the one axis, true on the other."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import numpy as np

_SIDE, _LEFT, _TOP, _LEGEND = 320, 48, 16, 260  # px
_COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf")


def draw_curve(curves: Mapping[str, np.ndarray], axes: tuple[str, str] = ("probability said", "share true")) -> str:
    """Draw `reliability` tables by name; the larger a dot, the more labels it stands for; `axes` are their names."""
    width, height = _LEFT + _SIDE + _LEGEND, _TOP + _SIDE + 44
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" '
        'font-size="11">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<path d="M{_x(0)} {_y(0)}H{_x(1)}V{_y(1)}H{_x(0)}Z" fill="none" stroke="#808080"/>',
        f'<path d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}" stroke="#b0b0b0" stroke-dasharray="4 3"/>',
    ]
    for value in (0, 0.5, 1):
        parts.append(f'<text x="{_x(value)}" y="{_y(0) + 14}" text-anchor="middle">{value:g}</text>')
        parts.append(f'<text x="{_LEFT - 6}" y="{_y(value) + 4}" text-anchor="end">{value:g}</text>')
    parts.append(f'<text x="{_x(0.5)}" y="{_y(0) + 32}" text-anchor="middle">{escape(axes[0])}</text>')
    parts.append(f'<text transform="translate(14 {_y(0.5)}) rotate(-90)" text-anchor="middle">{escape(axes[1])}</text>')
    for n, (name, table) in enumerate(curves.items()):
        colour, points = _COLOURS[n % len(_COLOURS)], table[table[:, 2] > 0]
        line = " ".join(f"{_x(said):.1f},{_y(so):.1f}" for said, so, _ in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        for said, so, count in points:
            radius = 1.5 + 4.5 * np.sqrt(count / table[:, 2].max())
            parts.append(f'<circle cx="{_x(said):.1f}" cy="{_y(so):.1f}" r="{radius:.1f}" fill="{colour}"/>')
        y = _TOP + 14 + 18 * n
        parts.append(f'<rect x="{_x(1) + 14}" y="{y - 8}" width="10" height="10" fill="{colour}"/>')
        parts.append(f'<text x="{_x(1) + 30}" y="{y}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _x(value: float) -> float:
    return _LEFT + _SIDE * value


def _y(value: float) -> float:
    return _TOP + _SIDE * (1 - value)
