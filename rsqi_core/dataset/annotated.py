"""Pictures of data sets as other tools keep them: what each says, and how it becomes a record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from ..errors import RsqiError
from ..raster import open_raster
from .class_names import UnknownClass, types_of, unknown_line
from .draw import prepare
from .palette import MaskError, Palette, read_mask
from .records import Record
from .vocabulary import Vocabulary

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")
LARGEST = 4096  # px; side of a picture whose errors are known by name only


@dataclass(frozen=True)
class Annotated:
    """A picture and what its data set says of it, in one of three ways.

    Attributes
    ----------
    image : pathlib.Path
    labels : tuple of int or None
        Types in it, of which nobody has drawn where they are.
    mask : pathlib.Path or None
        Of the same size.
    polygons : tuple of (int, shapely polygon)
        Type and outline in pixels; used where there are neither labels nor a mask, none for a clean picture.
    """

    image: Path
    labels: tuple[int, ...] | None = None
    mask: Path | None = None
    polygons: tuple[tuple[int, shapely.Polygon], ...] = ()


def pictures_in(folder: Path) -> Iterator[Path]:
    """Yield the pictures in a folder and below it, in order, but for what is hidden and parts of datasets."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            if not (path / "metadata.jsonl").exists():
                yield from pictures_in(path)
        elif path.suffix.lower() in PICTURES:
            yield path


def named(names: Iterable[str], vocabulary: Vocabulary, where: Path) -> dict[str, tuple[int, ...]]:
    """Return the types of each name of a class.

    Raises
    ------
    UnknownClass
        Lists all names that are none, with the nearest.
    """
    found = {name: types_of(name, vocabulary) for name in sorted(set(names))}
    if strange := [name for name, ids in found.items() if ids is None]:
        raise UnknownClass(f"{where}: {unknown_line(strange)}")
    return {name: ids for name, ids in found.items() if ids is not None}


def polygon(points: Iterable[Iterable[float]]) -> shapely.Polygon | None:
    """Return a polygon of (x, y) points, None where they span none."""
    ring = [tuple(point) for point in points]
    if len(ring) < 3:
        return None
    shape = shapely.Polygon(ring)
    return shape if shape.length > 0 else None


def read_annotated(entry: Annotated, palette: Palette) -> Record:
    """Read what is known of a picture.

    Raises
    ------
    RsqiError
        The picture or its mask cannot be read, or the two do not fit.
    """
    if not entry.image.is_file():
        raise RsqiError(f"{entry.image}: no such picture")
    with open_raster(entry.image) as raster:
        width, height = raster.width, raster.height
    mask, shapes, ids = None, np.array([], object), np.array([], int)
    if entry.labels is not None:
        if max(width, height) > LARGEST:
            raise RsqiError(
                f"{entry.image}: {width} x {height} px are too large for a picture of which only the class is known "
                f"(at most {LARGEST}); cut it, or outline its errors"
            )
    elif entry.mask is not None:
        mask = read_mask(entry.mask, palette)
        if mask.shape != (height, width):
            size = f"{mask.shape[1]} x {mask.shape[0]} px"
            raise MaskError(f"{entry.mask}: {size}, but {entry.image.name} has {width} x {height}")
    elif entry.polygons:
        shapes = prepare(np.array([shape for _, shape in entry.polygons], object))
        ids = np.array([category_id for category_id, _ in entry.polygons], int)
    path = str(entry.image.resolve())
    return Record(path, (0, 0, width, height), shapes, ids, (), mask=mask, labels=entry.labels, is_picture=True)
