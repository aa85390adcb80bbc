"""Connected errors and their outlines, traced band by band as if the label map had come as one array."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
import shapely
from affine import Affine
from rasterio.features import shapes
from shapely.geometry import MultiPolygon, Polygon

from .disjoint_sets import DisjointSets
from .merge import LabelMap
from .taxonomy import BACKGROUND, IGNORED, REGION_TYPES
from .uniform import is_uniform

_LAST_REGION = REGION_TYPES[-1].id  # the region types are the first of the taxonomy


@dataclass
class Component:
    """Pixels of one error type joined by their eight neighbours.

    Eight, as stripes are often diagonal and one pixel wide, and with four neighbours each pixel of one would be an
    error of its own. Outlines of eight neighbours touch themselves at corners, which is not valid; so parts are traced
    with four, always valid, and make up one MultiPolygon.

    Attributes
    ----------
    category_id : int
        1..10.
    pixels : int
    confidence_sum : int
        Of the confidences 0..255.
    sizes : Counter
        Pixels by block size.
    evidence : int
        Pixels that the classifier's evidence alone has marked.
    parts : list of Polygon
        In pixel coordinates, each within one band.
    bands : int
        In how many bands the component has been met.
    """

    category_id: int
    pixels: int
    confidence_sum: int
    sizes: Counter[int]
    evidence: int = 0
    parts: list[Polygon] = field(default_factory=list)
    bands: int = 1

    @property
    def confidence(self) -> float:
        """Mean probability 0..1."""
        return self.confidence_sum / (255.0 * self.pixels)

    @property
    def block_size(self) -> int:
        """The block size that gave most of the pixels; of equal ones the smallest."""
        return min(self.sizes, key=lambda size: (-self.sizes[size], size))

    @property
    def by_evidence(self) -> bool:
        """Has the classifier's evidence alone marked most of it?"""
        return 2 * self.evidence > self.pixels

    def join(self, other: Component) -> None:
        """Take over what another band or branch of the same error has found."""
        self.pixels += other.pixels
        self.confidence_sum += other.confidence_sum
        self.sizes.update(other.sizes)
        self.evidence += other.evidence
        self.parts.extend(other.parts)
        self.bands += other.bands

    def outline(self) -> MultiPolygon:
        """Return the outline, without the cuts between bands."""
        if self.bands == 1:
            return MultiPolygon(self.parts)
        whole = shapely.union_all(self.parts)
        return MultiPolygon([_without_cuts(part) for part in shapely.get_parts(whole)])


class Tracer:
    """Follows the errors down a raster; keeps those that reach the last row seen, and yields the others.

    Parameters
    ----------
    least : callable
        Region errors of fewer pixels than it gives for their block size are dropped. Boundary and pixel errors never
        are: the limit would delete every stripe and missing pixel.
    """

    def __init__(self, least: Callable[[int], float]):
        self._least = least
        self._row = 0
        self._open: list[Component] = []
        self._rim: tuple[np.ndarray, np.ndarray] | None = None  # labels of the last row, and whose they are among open

    def drops(self, component: Component) -> bool:
        """Is this a region error under the limit?"""
        return component.category_id <= _LAST_REGION and component.pixels < self._least(component.block_size)

    def add(self, band: LabelMap, last: bool = False) -> list[Component]:
        """Take the next rows; return the components that are complete, those that are to be dropped among them.

        Most of the latter lie within one band: these are erased in it at once and not returned.

        Parameters
        ----------
        band : LabelMap
        last : bool
            No rows follow.
        """
        if not self._open and is_uniform(band.label):  # nothing but nodata
            self._row += band.height
            return []
        ids, found = _label(band)
        above, below = self._contacts(band.label[0], ids[0])
        held = np.zeros(found.count + 1, bool)
        held[below] = True
        if not last:
            held[ids[-1]] = True
        small = (found.category_id <= _LAST_REGION) & (found.pixels < found.least(self._least)) & ~held
        small[0] = False
        if small.any():
            _erase(band, ids, small)
        components = found.components(~small)
        for outline, number in _outlines(ids, self._row):
            components[number].parts.append(outline)
        numbers = list(components)
        place = np.full(found.count + 1, -1)
        place[numbers] = len(self._open) + np.arange(len(numbers))
        complete: list[Component] = []
        going_on: list[Component] = []
        nodes = [*self._open, *components.values()]
        touching = set() if last else set(place[ids[-1][ids[-1] > 0]].tolist())
        owner = np.full(len(nodes) + 1, -1)
        sets = DisjointSets(len(nodes))
        for pair in zip(above.tolist(), place[below].tolist()):
            sets.join(*pair)
        for group in sets.groups():
            whole = nodes[group[0]]
            for other in group[1:]:
                whole.join(nodes[other])
            if touching.isdisjoint(group):
                complete.append(whole)
            else:
                owner[group] = len(going_on)
                going_on.append(whole)
        self._row += band.height
        self._open, self._rim = going_on, (band.label[-1].copy(), owner[place[ids[-1]]])
        return complete

    def _contacts(self, labels: np.ndarray, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the pairs of an open component and one of the first row, uint8 and int32 [width], that touch."""
        if self._rim is None or not self._open or not ids.any():
            return np.zeros(0, int), np.zeros(0, int)
        above, owner = (np.pad(each, 1) for each in self._rim)
        width, pairs = len(ids), []
        for shift in range(3):
            same = (ids > 0) & (above[shift : shift + width] == labels)
            pairs.append(np.stack([owner[shift : shift + width][same], ids[same]]))
        return tuple(np.unique(np.concatenate(pairs, 1), axis=1))


@dataclass(frozen=True)
class _Found:
    """Measures of the components of one band, each [count + 1]; number 0 is no component."""

    category_id: np.ndarray
    pixels: np.ndarray
    confidence_sum: np.ndarray
    sizes: dict[int, np.ndarray]  # pixels by block size
    evidence: np.ndarray

    @property
    def count(self) -> int:
        return len(self.pixels) - 1

    def least(self, of_size: Callable[[int], float]) -> np.ndarray:
        """Return what `of_size` gives for the block size that gave most of the pixels, of equal ones the smallest."""
        if not self.sizes:
            return np.zeros(self.count + 1)
        sizes = sorted(self.sizes)
        most = np.argmax([self.sizes[size] for size in sizes], axis=0)
        return np.array([of_size(size) for size in sizes])[most]

    def components(self, keep: np.ndarray) -> dict[int, Component]:
        """Return those that bool [count + 1] `keep` picks, by their numbers, still without outlines."""
        made = {}
        for n in (np.flatnonzero(keep[1:]) + 1).tolist():
            sizes = Counter({size: int(counts[n]) for size, counts in self.sizes.items() if counts[n]})
            category_id, pixels, confidence_sum, evidence = (
                int(each[n]) for each in (self.category_id, self.pixels, self.confidence_sum, self.evidence)
            )
            made[n] = Component(category_id, pixels, confidence_sum, sizes, evidence)
        return made


def _label(band: LabelMap) -> tuple[np.ndarray, _Found]:
    """Number the components of a band, int32 [height, width], and measure them."""
    ids = np.zeros(band.label.shape, np.int32)
    categories = [0]
    counts = cv2.calcHist([band.label], [0], None, [256], [0, 256]).ravel()
    for category_id in np.flatnonzero(counts).tolist():
        if category_id in (BACKGROUND, IGNORED):
            continue
        mask = (band.label == category_id).view(np.uint8)
        left, top, width, height = cv2.boundingRect(mask)
        box = slice(top, top + height), slice(left, left + width)
        number, own = cv2.connectedComponents(mask[box], connectivity=8, ltype=cv2.CV_32S)
        ids[box] += np.where(own, own + np.int32(len(categories) - 1), 0)
        categories += [category_id] * (number - 1)
    where = np.flatnonzero(ids)
    owner, size, count = ids.ravel()[where], band.block_size.ravel()[where], len(categories)
    confidence = np.bincount(owner, band.confidence.ravel()[where], count)
    sizes = {int(each): np.bincount(owner[size == each], minlength=count) for each in np.unique(size)}
    evidence = np.bincount(owner[band.evidence.ravel()[where]], minlength=count)
    return ids, _Found(np.array(categories), np.bincount(owner, minlength=count), confidence, sizes, evidence)


def _erase(band: LabelMap, ids: np.ndarray, small: np.ndarray) -> None:
    """Set the components that bool [count + 1] `small` picks to background."""
    gone = small[ids]
    for array in (band.label, band.confidence, band.block_size, band.evidence, ids):
        array[gone] = 0


def _outlines(ids: np.ndarray, row: int) -> Iterator[tuple[Polygon, int]]:
    """Yield the parts of all components, traced with four neighbours, and their numbers; `row` is the band's first."""
    left, top, width, height = cv2.boundingRect((ids != 0).view(np.uint8))
    part = np.ascontiguousarray(ids[top : top + height, left : left + width])
    if not part.size:
        return
    place = Affine.translation(left, row + top)
    # The numbers are their own mask: background costs nothing.
    for outline, number in shapes(part, mask=part != 0, connectivity=4, transform=place):
        shell, *holes = outline["coordinates"]
        yield Polygon(shell, holes), int(number)


def _without_cuts(polygon: Polygon) -> Polygon:
    """Drop the vertices that lie within a straight edge, as the cuts between bands leave them."""
    return Polygon(_corners(polygon.exterior), [_corners(ring) for ring in polygon.interiors])


def _corners(ring: shapely.LinearRing) -> np.ndarray:
    points = shapely.get_coordinates(ring)[:-1]
    before, after = points - np.roll(points, 1, 0), np.roll(points, -1, 0) - points
    return points[before[:, 0] * after[:, 1] != before[:, 1] * after[:, 0]]
