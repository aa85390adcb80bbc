"""The figures: small pictures of the raster with the outlines of the errors over them, as SVG."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape

import cv2
import numpy as np
import shapely
from affine import Affine
from shapely.affinity import affine_transform

from ..evidence import EvidenceMap, heat
from ..raster import Raster, read_thumbnail
from ..taxonomy import ErrorClass, ErrorType, by_id
from .content import Figure
from .subject import Reported, Subject

OVERVIEW = 1400  # units, and pixels at most; longer side of the picture of the whole raster
CARD = (450, 300)  # units; of the picture of one error
NET = (1000, 440)  # units; of the map of the seams
EVIDENCE = 6  # errors whose evidence is shown
CARDS = 24  # errors shown in pictures of their own
_CONTEXT = 1.7  # times the error's own size is shown around it,
_LEAST = 96  # px, but never less than this
_MARKER = 10  # units; a smaller error gets a ring around it
_THIN = 9  # units; round a thinner error the outline keeps off, so that the error can be seen
_NOTHING = (235, 239, 242)  # paper where there is no image
_GOOD_ENOUGH = 1.25  # times as fine as the picture of the whole a card would be: then a part of that will do
_SHARP = 3  # from this magnification on, pixels stay pixels


@dataclass(frozen=True)
class View:
    """A window of the raster as a small picture, and how it lies on a figure.

    Attributes
    ----------
    rgb : numpy.ndarray
        uint8 [H, W, 3].
    size : (float, float)
        Width and height of the figure in units.
    frame : (float, float, float, float)
        Left, top, width and height of the picture in the figure.
    to_figure : affine.Affine
        Map units to units of the figure.
    metres : float or None
        Of ground to one unit.
    north : float or None
        Clockwise from straight up, in degrees.
    """

    rgb: np.ndarray
    size: tuple[float, float]
    frame: tuple[float, float, float, float]
    to_figure: Affine
    metres: float | None
    north: float | None


class Source:
    """The image behind a report's figures.

    Parameters
    ----------
    raster : Raster
    subject : Subject
        Whose window lies in the raster (:func:`fits`).
    """

    def __init__(self, raster: Raster, subject: Subject):
        self.raster, self.subject = raster, subject
        self.window = window_of(raster, subject)

    @cached_property
    def whole(self) -> tuple[np.ndarray, np.ndarray]:
        """All of the window, small, as :func:`rsqi_core.raster.read_thumbnail` gives it."""
        return read_thumbnail(self.raster, self.window, OVERVIEW)

    def picture(self, window: tuple[int, int, int, int], longest: int) -> tuple[np.ndarray, np.ndarray]:
        """Return a part, out of `whole` where that is fine enough, so that large errors are not read again."""
        if window == self.window:
            return self.whole
        if longest / max(window[2:]) > _GOOD_ENOUGH * min(1.0, OVERVIEW / max(self.window[2:])):
            return read_thumbnail(self.raster, window, longest)
        rows, columns = self.whole[1].shape
        (left, right), (top, bottom) = (
            (math.floor((start - first) * size / length), math.ceil((start + side - first) * size / length))
            for start, side, first, length, size in zip(
                window, window[2:], self.window, self.window[2:], (columns, rows)
            )
        )
        rgb, valid = (picture[top:bottom, left:right] for picture in self.whole)
        return rgb, valid


def count(subject: Subject) -> int:
    """Return how many pictures a report has."""
    return 1 + min(CARDS, len(subject.errors))


def overview(source: Source, numbered: int, text: tuple[str, ...]) -> Figure:
    """Draw all errors over the whole window, the first `numbered` of them with their numbers."""
    errors = source.subject.errors
    labels = {n: str(n + 1) for n in range(min(numbered, len(errors)))}
    return _figure(_view(source, source.window, None), errors, labels, text)


def card(source: Source, error: Reported, text: tuple[str, ...]) -> Figure:
    """Draw one error with some of what lies around it."""
    x, y, width, height = source.window
    in_raster = affine_transform(error.geometry, (~source.raster.transform).to_shapely())
    left, top, right, bottom = in_raster.bounds
    across = max(_CONTEXT * (right - left), _CONTEXT * (bottom - top) * CARD[0] / CARD[1], _LEAST)
    sides = min(width, round(across)), min(height, round(across * CARD[1] / CARD[0]))
    corner = [
        round(min(max((low + high - side) / 2, start), start + length - side))
        for low, high, side, start, length in ((left, right, sides[0], x, width), (top, bottom, sides[1], y, height))
    ]
    others = [other for other in source.subject.errors if other is not error]
    return _figure(_view(source, (*corner, *sides), CARD), [error], {}, text, others)


def evidence_card(source: Source, error: Reported, found: EvidenceMap, text: tuple[str, ...]) -> Figure:
    """Draw where the model saw an error in its block, over the image and under the error's outline."""
    view = _view(source, found.window, CARD)
    left, top, width, height = view.frame
    picture = heat(found, (max(1, round(height)), max(1, round(width))))
    data = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGBA2BGRA))[1]
    over = (
        f'<image x="{left:.2f}" y="{top:.2f}" width="{width:.2f}" height="{height:.2f}" preserveAspectRatio="none" '
        f'xlink:href="data:image/png;base64,{base64.b64encode(data).decode("ascii")}"/>'
    )
    path = _path(_outline(error.geometry, view))
    outline = f'<path d="{path}" fill="none" stroke="{{}}" stroke-width="{{}}"/>'
    parts = [_image(view), over, outline.format("#1a1a1a", 3.4), outline.format("#ffffff", 1.4), _scale_bar(view)]
    return Figure(_svg(view.size, parts), *view.size, text)


def net(
    source: Source,
    lines: Sequence[tuple[shapely.LineString, str, float]],
    labels: Sequence[tuple[shapely.LineString, str]],
    text: tuple[str, ...],
) -> Figure:
    """Draw lines, each with a colour and a width, over a small picture of the whole window, some with a number."""
    view = _view(source, source.window, NET)
    wide, tall = (max(1, round(side)) for side in view.frame[2:])
    if wide < view.rgb.shape[1]:
        view = replace(view, rgb=cv2.resize(view.rgb, (wide, tall), interpolation=cv2.INTER_AREA))
    parts = [_image(view)]
    taken: list[tuple[float, float, float, float]] = []
    for line, color, thick in lines:
        drawn = shapely.simplify(affine_transform(line, view.to_figure.to_shapely()), 0.5)
        path = "M" + " ".join(f"{x:.1f} {y:.1f}" for x, y in shapely.get_coordinates(drawn))
        for stroke, wider in (("#1a1a1a", 2.0), (color, 0.0)):
            parts.append(f'<path d="{path}" fill="none" stroke="{stroke}" stroke-width="{thick + wider:g}"/>')
    for line, label in labels:
        middle = affine_transform(line, view.to_figure.to_shapely()).interpolate(0.5, normalized=True)
        parts.append(_badge(label, (middle.x, middle.y, middle.x, middle.y), view, taken))
    parts.append(_scale_bar(view))
    return Figure(_svg(view.size, parts), *view.size, text)


def fits(raster: Raster, subject: Subject) -> bool:
    """Tell whether the errors can have been found in this raster: same pixels, and the window inside."""
    mine, theirs = np.array(raster.transform[:6]), np.array(subject.transform[:6])
    scale = np.abs(mine[[0, 1, 3, 4]]).max()
    if np.abs(mine - theirs)[[0, 1, 3, 4]].max() > 1e-6 * scale:
        return False
    x, y, width, height = window_of(raster, subject)
    return x >= 0 and y >= 0 and x + width <= raster.width and y + height <= raster.height


def window_of(raster: Raster, subject: Subject) -> tuple[int, int, int, int]:
    """Return column, row, width and height of a subject's window in the raster."""
    column, row = ~raster.transform * (subject.transform.c, subject.transform.f)
    return round(column), round(row), *subject.size


def _view(source: Source, window: tuple[int, int, int, int], size: tuple[float, float] | None) -> View:
    """Look at `window` in a figure of `size`, or in one of its own shape."""
    subject = source.subject
    x, y, width, height = window
    if size is None:
        size = OVERVIEW * width / max(width, height), OVERVIEW * height / max(width, height)
    scale = min(size[0] / width, size[1] / height)
    rgb, valid = source.picture(window, max(1, round(max(width, height) * min(1.0, scale))))
    rgb = np.where(valid[..., None], rgb, np.array(_NOTHING, np.uint8))
    if scale >= _SHARP:
        rgb = np.repeat(np.repeat(rgb, int(scale), 0), int(scale), 1)
    left, top = (size[0] - width * scale) / 2, (size[1] - height * scale) / 2
    in_window = ~(source.raster.transform * Affine.translation(x, y))
    metres = north = None
    if (ground := subject.metres_per_pixel) is not None:
        metres = ground / scale
        column, row = in_window * (0, 1)
        origin = in_window * (0, 0)
        north = math.degrees(math.atan2(column - origin[0], origin[1] - row))
    to_figure = Affine.translation(left, top) * Affine.scale(scale) * in_window
    return View(rgb, size, (left, top, width * scale, height * scale), to_figure, metres, north)


def _figure(
    view: View,
    errors: Sequence[Reported],
    labels: dict[int, str],
    text: tuple[str, ...],
    nearby: Sequence[Reported] = (),
) -> Figure:
    outlines = [_outline(error.geometry, view) for error in errors]
    together: dict[ErrorType, list[shapely.Geometry]] = {}
    # The largest first, so that a cloud's outline does not cover the stripe in it.
    for error, outline in sorted(zip(errors, outlines), key=lambda each: -each[0].area_m2):
        together.setdefault(by_id(error.category_id), []).append(outline)
    parts = [_image(view), *_thin(nearby, view)]
    for error_type, shapes in together.items():
        path = _path(shapely.union_all(shapes))  # what lies close together has one outline
        dashed = ' stroke-dasharray="14 6"' if error_type.error_class is ErrorClass.BOUNDARY else ""
        # A dark rim below every colour keeps white readable on clouds and yellow on fields.
        parts.append(
            f'<path d="{path}" fill="none" stroke="#1a1a1a" stroke-width="6.4" stroke-opacity="0.75"/>'
            f'<path d="{path}" fill="{error_type.color}" fill-opacity="0.12" fill-rule="evenodd" '
            f'stroke="{error_type.color}" stroke-width="3.2"{dashed}/>'
        )
    taken: list[tuple[float, float, float, float]] = []
    for n, label in labels.items():
        parts.append(_badge(label, outlines[n].bounds, view, taken))
    parts.append(_scale_bar(view))
    if view.north is not None and labels:
        parts.append(_north(view))
    return Figure(_svg(view.size, parts), *view.size, text)


def _svg(size: tuple[float, float], parts: Sequence[str]) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {size[0]:g} {size[1]:g}" font-family="sans-serif" stroke-linejoin="round">{"".join(parts)}</svg>'
    )


def _thin(errors: Sequence[Reported], view: View) -> Iterator[str]:
    """Draw errors that are not what the figure is about, where they reach into it."""
    left, top, width, height = view.frame
    frame = shapely.box(left, top, left + width, top + height)
    seen = affine_transform(frame, (~view.to_figure).to_shapely())
    for error in errors:
        if error.geometry.intersects(seen):
            color = by_id(error.category_id).color
            path = _path(_outline(error.geometry, view))
            yield f'<path d="{path}" fill="none" stroke="{color}" stroke-width="1.3"/>'


def _image(view: View) -> str:
    left, top, width, height = view.frame
    options = [cv2.IMWRITE_JPEG_QUALITY, 88]
    data = base64.b64encode(cv2.imencode(".jpg", view.rgb[:, :, ::-1], options)[1]).decode("ascii")
    paper = "#{:02x}{:02x}{:02x}".format(*_NOTHING)
    return (
        f'<rect width="{view.size[0]:g}" height="{view.size[1]:g}" fill="{paper}"/>'
        f'<image x="{left:.2f}" y="{top:.2f}" width="{width:.2f}" height="{height:.2f}" '
        f'preserveAspectRatio="none" xlink:href="data:image/jpeg;base64,{data}"/>'
    )


def _outline(geometry: shapely.Geometry, view: View) -> shapely.Geometry:
    """Return what is drawn of an error: its shape within the frame, or a circle around one too small to see."""
    left, top, width, height = view.frame
    shape = affine_transform(geometry, view.to_figure.to_shapely())
    x0, y0, x1, y1 = shape.bounds
    if max(x1 - x0, y1 - y0) < _MARKER:
        return shapely.Point((x0 + x1) / 2, (y0 + y1) / 2).buffer(_MARKER, 12)
    shape = shapely.make_valid(shapely.simplify(shape, 0.5))
    if shape.length and 2 * shape.area / shape.length < _THIN:
        shape = shape.buffer(_THIN - 2, 4)
    # Just outside the frame, so that an error that goes on there has no line along the rim.
    inside = shapely.clip_by_rect(shape, left - 8, top - 8, left + width + 8, top + height + 8)
    return shape if inside.is_empty else shapely.make_valid(inside)


def _path(shape: shapely.Geometry) -> str:
    """Return the rings of a shape as the data of an SVG path."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return " ".join(_ring(ring) for part in parts for ring in (part.exterior, *part.interiors))


def _ring(ring: shapely.LinearRing) -> str:
    points = " ".join(f"{x:.1f} {y:.1f}" for x, y in ring.coords[:-1])
    return f"M{points}Z"


def _badge(
    label: str,
    bounds: tuple[float, float, float, float],
    view: View,
    taken: list[tuple[float, float, float, float]],
) -> str:
    """Put the number where it covers no other number, if there is such a place beside the outline."""
    width, height = 13 * len(label) + 15, 29
    x0, y0, x1, y1 = bounds
    middle = (x0 + x1 - width) / 2, (y0 + y1 - height) / 2
    above, below = y0 - height - 3, y1 + 3
    places = [(x1 + 4, above), (x0 - width - 4, above), (x1 + 4, below), (x0 - width - 4, below)]
    places += [(middle[0], above), (middle[0], below), (x1 + 6, middle[1]), (x0 - width - 6, middle[1])]
    if min(x1 - x0 - width, y1 - y0 - height) > 20:
        places.insert(0, (x0 + 6, y0 + 6))
    places.append(middle)
    boxes = []
    for x, y in places:
        x, y = min(max(x, 2), view.size[0] - width - 2), min(max(y, 2), view.size[1] - height - 2)
        boxes.append((x, y, x + width, y + height))

    def covered(box: tuple[float, float, float, float]) -> float:
        return sum(
            max(0, min(box[2], t[2]) - max(box[0], t[0])) * max(0, min(box[3], t[3]) - max(box[1], t[1])) for t in taken
        )

    best = min(boxes, key=covered)
    taken.append(best)
    x, y, _, _ = best
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width}" height="{height}" rx="6" fill="#14202c" fill-opacity="0.85"/>'
        f'<text x="{x + width / 2:.1f}" y="{y + 21.5:.1f}" font-size="21" font-weight="bold" text-anchor="middle" '
        f'fill="#ffffff">{escape(label)}</text>'
    )


def _scale_bar(view: View) -> str:
    """Draw a bar of round length, in metres or, where the ground is unknown, in pixels of the raster."""
    per_unit = view.metres if view.metres is not None else abs((~view.to_figure).determinant) ** 0.5
    wanted = view.size[0] * 0.22 * per_unit
    power = 10.0 ** math.floor(math.log10(wanted))
    length = max(step * power for step in (1, 2, 5) if step * power <= wanted)
    if view.metres is None:
        label = f"{length:g} px"
    elif length >= 1000:
        label = f"{length / 1000:g} km"
    else:
        label = f"{length:g} m" if length >= 1 else f"{length * 100:g} cm"
    bar = length / per_unit
    x, y = 14, view.size[1] - 14
    back = max(bar, 11 * len(label)) + 20
    return (
        f'<rect x="{x}" y="{y - 44}" width="{back:.1f}" height="44" rx="5" fill="#ffffff" fill-opacity="0.86"/>'
        f'<path d="M{x + 10} {y - 18}v9h{bar:.1f}v-9" fill="none" stroke="#14202c" stroke-width="3"/>'
        f'<text x="{x + back / 2:.1f}" y="{y - 22}" font-size="19" text-anchor="middle" fill="#14202c">{label}</text>'
    )


def _north(view: View) -> str:
    x, y = view.size[0] - 46, 54
    return (
        f'<circle cx="{x:g}" cy="{y}" r="36" fill="#ffffff" fill-opacity="0.86"/>'
        f'<g transform="translate({x:g} {y}) rotate({view.north:.2f})">'
        '<path d="M0 -14 L11 24 L0 16 L-11 24 Z" fill="#14202c"/>'
        '<text y="-15" font-size="19" font-weight="bold" text-anchor="middle" fill="#14202c">N</text></g>'
    )
