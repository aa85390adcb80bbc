"""The outline of an error around places that a person points at: what the model sees there, led to the image's edges.

The window around the places is judged as a block is. Where the model sees the type about as well as at these places,
and the colour is about theirs, is a first guess; GrabCut (OpenCV) moves its line to where the colours part. Types that
have no colour of their own keep the model's line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from affine import Affine
from scipy import ndimage
from shapely.affinity import affine_transform, translate
from shapely.geometry import MultiPolygon

from .blocks import Block
from .classify import as_tile, describe
from .errors import Cancelled, ParameterError, RasterError
from .merge import LabelMap
from .models import Model, load
from .parameters import Parameters, from_mapping
from .polygons import polygonize
from .progress import Emit, no_events
from .raster import Raster, open_raster
from .segment import segment
from .smooth import smoothed
from .strips.decimate import tile_shape
from .taxonomy import REGION_TYPES, by_code, by_id

Place = tuple[float, float]

LARGEST = 2048  # px; side of the largest window
_FALL = 3.0  # of the log-odds from a place to the rim of what is taken for the same
_COLOUR = 30.0  # in CIELAB, likewise; lightness counts less, as a cloud is lit unevenly
_LIGHTNESS = 0.7
_DOT = 2  # px; radius around a place that is certain
_ROUNDS = 3  # of GrabCut
_MARGIN = 16  # px around the first guess in which GrabCut may move the line
_TONED = ("cloud", "shadow", "spectral_overflow")  # types that part from their surroundings by colour


@dataclass(frozen=True)
class Outline:
    """An error as it was outlined.

    Attributes
    ----------
    category_id : int
        Of a region type.
    geometry : MultiPolygon
        In the units of the raster's CRS.
    probability : float
        0..1, what the segmenter says of the type at the places.
    """

    category_id: int
    geometry: MultiPolygon
    probability: float


def run_request(
    request: Mapping[str, Any],
    emit: Emit = no_events,
    cancelled: Callable[[], bool] = lambda: False,
    claim: Callable[[str], None] = lambda folder: None,
) -> dict[str, Any]:
    """Answer a worker's request: ``raster``, ``at``, and perhaps ``without``, ``type`` and ``parameters``.

    Returns
    -------
    dict
        ``category_id``, ``probability`` and ``wkb`` in hexadecimal digits.
    """
    if not isinstance(request.get("raster"), str) or not request["raster"]:
        raise ParameterError("the request has no 'raster'")
    parameters = from_mapping(request.get("parameters") or {})
    at, without = (_places(request.get(name) or ()) for name in ("at", "without"))
    with open_raster(request["raster"], parameters.bands, parameters.nodata) as raster:
        emit("started", raster=request["raster"], width=raster.width, height=raster.height)
        found = outline_at(raster, at, without, request.get("type") or None, parameters)
    if cancelled():
        raise Cancelled("cancelled; nothing was written")
    return {"category_id": found.category_id, "probability": found.probability, "wkb": found.geometry.wkb_hex}


def outline_at(
    raster: Raster,
    at: Sequence[Place],
    without: Sequence[Place] = (),
    code: str | None = None,
    parameters: Parameters | None = None,
    model: Model | None = None,
) -> Outline:
    """Outline the error that lies at some places.

    Parameters
    ----------
    at, without : sequence of (x, y)
        In map coordinates: places inside, at least one, and places that are not part of it.
    code : str, optional
        Region type; by default the one that the model sees best at the places.
    parameters : Parameters, optional
        Of which model, device and tolerance are used.
    model : Model, optional
        One that is open already.

    Raises
    ------
    ParameterError
        There is no place, one lies outside the raster, or the type is no region type.
    RasterError
        There are no data at the first place.
    """
    parameters = parameters or Parameters()
    if not at:
        raise ParameterError("a place inside the error is needed: give --at X,Y")
    category_id = None if code is None else by_code(code).id
    if category_id is not None and category_id > len(REGION_TYPES):
        known = ", ".join(t.code for t in REGION_TYPES)
        raise ParameterError(f"'{code}' has no outline around a place; these have: {known}")
    model = model or load(parameters.model, parameters.device)
    inside, outside = (_pixels(raster, places) for places in (at, without))
    side = model.card.tile_size
    while True:
        window = _window(raster, inside, side)
        seen = _Window(raster, window, inside, outside, model)
        chosen = category_id or seen.likeliest()
        mask = seen.mask(chosen)
        if not _meets_rim(mask, window, raster) or side >= LARGEST:
            break
        side *= 2
    return Outline(chosen, _geometry(mask, window, raster.transform, parameters.tolerance), seen.probability(chosen))


class _Window:
    """What can be seen around the places, on the grid of the network.

    Parameters
    ----------
    window : (int, int, int, int)
        Column, row, width and height in pixels of the raster.
    inside, outside : list of (int, int)
        Columns and rows in the raster.
    """

    def __init__(
        self,
        raster: Raster,
        window: tuple[int, int, int, int],
        inside: list[tuple[int, int]],
        outside: list[tuple[int, int]],
        model: Model,
    ):
        left, top, width, height = window
        side = model.card.tile_size
        rows, columns = tile_shape(Block(max(width, height), 0, 0, left, top, width, height), side)
        self._rgb, self._valid = raster.read(*window, (rows, columns))

        def of_grid(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
            found = [((x - left) * columns // width, (y - top) * rows // height) for x, y in places]
            return [(x, y) for x, y in found if 0 <= x < columns and 0 <= y < rows]

        self._inside, self._outside = of_grid(inside), of_grid(outside)
        if not self._valid[self._inside[0][1], self._inside[0][0]]:
            raise RasterError(f"{raster.path}: there are no data at this place")
        picture = as_tile(self._rgb, side)[None]
        described = describe(model, picture)
        self._logits = segment(model, picture, described)[0, :, :rows, :columns]
        self._evidence = np.zeros((len(REGION_TYPES), rows, columns), np.float32)
        if described.evidence is not None:
            for k, plane in enumerate(described.evidence[0, : len(REGION_TYPES)]):
                self._evidence[k] = cv2.resize(plane, (side, side), interpolation=cv2.INTER_LINEAR)[:rows, :columns]

    def likeliest(self) -> int:
        """The type that segmenter and classifier together see best at the places."""
        seen = [self._logits[1:, y, x] - self._logits[0, y, x] + self._evidence[:, y, x] for x, y in self._inside]
        return 1 + int(np.mean(seen, axis=0).argmax())

    def probability(self, category_id: int) -> float:
        """What the segmenter says of a type at the places, 0..1."""
        odds = self._odds(category_id)
        return float(np.mean([1 / (1 + np.exp(-odds[y, x])) for x, y in self._inside]))

    def mask(self, category_id: int) -> np.ndarray:
        """Where the error is, bool [rows, columns]."""
        odds, like = self._odds(category_id), np.zeros(self._valid.shape, bool)
        distance = self._colour_distance() if by_id(category_id).code in _TONED else None
        for x, y in self._inside:
            near = odds >= min(0.0, odds[y, x] - _FALL)
            like |= near if distance is None else near & (distance < _COLOUR)
        guess = self._held(like)
        if distance is None:
            return self._held(ndimage.binary_fill_holes(guess))
        return self._held(ndimage.binary_fill_holes(self._refined(guess)))

    def _odds(self, category_id: int) -> np.ndarray:
        """Log-odds of a type against all else, float32 [rows, columns]."""
        others = np.logaddexp.reduce(np.delete(self._logits, category_id, axis=0), axis=0)
        odds: np.ndarray = self._logits[category_id] - others
        return odds

    def _colour_distance(self) -> np.ndarray:
        """How far each pixel's colour is from the nearest of those at the places, float32 [rows, columns]."""
        lab = cv2.cvtColor(cv2.GaussianBlur(self._rgb, (0, 0), 1.0), cv2.COLOR_RGB2LAB).astype(np.float32)
        weights = np.array([_LIGHTNESS, 1, 1], np.float32)
        each = [np.linalg.norm((lab - lab[y, x]) * weights, axis=2) for x, y in self._inside]
        nearest: np.ndarray = np.min(each, axis=0)
        return nearest

    def _refined(self, guess: np.ndarray) -> np.ndarray:
        """Move the line of a guess to where the colours part."""
        left, top, width, height = cv2.boundingRect(guess.view(np.uint8))
        rows = slice(max(0, top - _MARGIN), top + height + _MARGIN)
        columns = slice(max(0, left - _MARGIN), left + width + _MARGIN)
        marks = np.where(guess, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
        marks[~self._valid] = cv2.GC_BGD
        for places, mark in ((self._outside, cv2.GC_BGD), (self._inside, cv2.GC_FGD)):
            for place in places:
                cv2.circle(marks, place, _DOT, mark, -1)
        part = np.ascontiguousarray(marks[rows, columns])
        if not (part % 2 == 0).any():  # nothing that could be background
            return guess
        picture = np.ascontiguousarray(self._rgb[rows, columns, ::-1])
        cv2.setRNGSeed(1)  # its clusters begin by chance: the same click gives the same outline
        cv2.grabCut(picture, part, None, np.zeros((1, 65)), np.zeros((1, 65)), _ROUNDS, cv2.GC_INIT_WITH_MASK)
        refined = np.zeros_like(guess)
        refined[rows, columns] = part % 2 == 1
        return refined

    def _held(self, mask: np.ndarray) -> np.ndarray:
        """Return the pieces in which the places lie, without what was taken away."""
        marks = (mask & self._valid).astype(np.uint8)
        for place in self._inside:
            cv2.circle(marks, place, _DOT, 1, -1)
        for place in self._outside:
            cv2.circle(marks, place, 2 * _DOT, 0, -1)
        _, pieces = cv2.connectedComponents(marks, connectivity=4)
        wanted = {int(pieces[y, x]) for x, y in self._inside} - {0}
        return np.isin(pieces, list(wanted)) & self._valid


def _places(given: Any) -> list[Place]:
    try:
        return [(float(x), float(y)) for x, y in given]
    except (TypeError, ValueError):
        raise ParameterError("places must be pairs of coordinates") from None


def _pixels(raster: Raster, places: Sequence[Place]) -> list[tuple[int, int]]:
    """Return columns and rows of places in map coordinates."""
    found = []
    for x, y in places:
        column, row = ~raster.transform * (x, y)
        if not (0 <= column < raster.width and 0 <= row < raster.height):
            raise ParameterError(f"{x:g},{y:g} lies outside {raster.path}; give it in the raster's own CRS")
        found.append((int(column), int(row)))
    return found


def _window(raster: Raster, places: list[tuple[int, int]], side: int) -> tuple[int, int, int, int]:
    """Return a window of at least `side` pixels around the places, within the raster."""
    edges = []
    for values, size in zip(zip(*places), (raster.width, raster.height)):
        low, high = min(values), max(values) + 1
        wanted = min(size, max(side, 2 * (high - low)))
        first = min(max(0, (low + high - wanted) // 2), size - wanted)
        edges.append((first, wanted))
    (left, width), (top, height) = edges
    return left, top, width, height


def _meets_rim(mask: np.ndarray, window: tuple[int, int, int, int], raster: Raster) -> bool:
    """Does the error reach an edge of the window beyond which the raster goes on?"""
    left, top, width, height = window
    open_edges = (
        (mask[0], top > 0),
        (mask[-1], top + height < raster.height),
        (mask[:, 0], left > 0),
        (mask[:, -1], left + width < raster.width),
    )
    return any(goes_on and edge.any() for edge, goes_on in open_edges)


def _geometry(mask: np.ndarray, window: tuple[int, int, int, int], transform: Affine, tolerance: float) -> MultiPolygon:
    """Return the outline of a mask in map coordinates."""
    left, top, width, height = window
    whole = cv2.resize(mask.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    labels = LabelMap(height, width)
    labels.label[:] = whole
    labels.block_size[:] = whole
    found = polygonize(labels, Affine.identity(), least=lambda size: 0)
    parts = [part for polygon in smoothed([p.geometry for p in found], tolerance) for part in polygon.geoms]
    return affine_transform(translate(MultiPolygon(parts), left, top), transform.to_shapely())
