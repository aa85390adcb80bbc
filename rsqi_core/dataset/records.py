"""Find the records under a folder and read them: a raster, and the errors somebody found in it."""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FieldError

from ..errors import RasterError, RsqiError
from ..locate import find_file
from ..notes import Note
from ..raster import Raster, open_raster
from ..taxonomy import BACKGROUND, TYPES
from .draw import prepare
from .place import to_pixels
from .reviewed import REJECTED, UNREVIEWED, Reviewed, read_reviewed
from .vocabulary import Vocabulary

UNKNOWN = -1
RASTERS = (".tif", ".tiff", ".img")
# What stations and RSQI call the field, the likeliest first; a shapefile cuts names to ten bytes.
FIELDS = ("错误描述", "错漏描述", "错误类型", "错漏类别", "问题描述", "质量问题", "labels", "label", "category_id")
_ENCODINGS = ("utf-8", "gb18030")  # GB 18030 contains GBK
_OGR_ERRORS = (DataLayerError, DataSourceError, FieldError)


class RecordError(RsqiError):
    """A record cannot be used."""

    code = "record"


@dataclass(frozen=True)
class Station:
    """A raster, None if there is none, and the shapefiles of its errors."""

    raster: Path | None
    shapefiles: tuple[Path, ...]


@dataclass(frozen=True)
class Record:
    """A raster with the errors found in it.

    Attributes
    ----------
    raster : str
        What `open_raster` takes.
    window : (int, int, int, int)
        Column, row, width and height of the part that was inspected.
    geometries : numpy.ndarray
        Shapely polygons [N] in pixels of the raster, ready to be drawn.
    category_ids : numpy.ndarray
        int [N]: 1..10, or -1 for an error whose type is not known.
    rejected : numpy.ndarray
        Shapely polygons [M] in pixels of the raster: what was found there, and is none.
    mask : numpy.ndarray or None
        uint8 [H, W] of the window in place of polygons: 0, 1..10, 255 where nobody could say.
    labels : tuple of int or None
        Types in the whole picture, of which nobody has drawn where they are.
    is_picture : bool
        Whether it is a picture out of a data set, one of several of a scene; else a raster that was inspected.
    notes : tuple of str
        What a person should know of it.
    unknown : Counter
        Descriptions that name no type or several, and how many errors have each.
    """

    raster: str
    window: tuple[int, int, int, int]
    geometries: np.ndarray
    category_ids: np.ndarray
    notes: tuple[str, ...]
    unknown: Counter[str] = field(default_factory=Counter)
    rejected: np.ndarray = field(default_factory=lambda: np.array([], object))
    mask: np.ndarray | None = None
    labels: tuple[int, ...] | None = None
    is_picture: bool = False


def find_records(source: Path) -> Iterator[Station | Path]:
    """Yield the records in a source: stations' folders at any depth, and GeoPackages.

    Shapefiles belong to the only raster of their folder, or to the raster of their name. GeoPackages count where there
    are no shapefiles beside them, since `rsqi inspect` can write both.

    Raises
    ------
    RecordError
        The source does not exist or holds nothing that could be a record.
    """
    if source.is_file() and source.suffix.lower() == ".gpkg":
        yield source
        return
    if not source.is_dir():
        raise RecordError(f"{source}: give a folder of records or a GeoPackage that inspect wrote")
    found = False
    for folder in sorted([source, *(path for path in source.rglob("*") if path.is_dir())]):
        for record in _records_of(folder):
            found = True
            yield record
    if not found:
        raise RecordError(f"{source}: no shapefile or GeoPackage of errors in it")


def read_record(record: Station | Path, vocabulary: Vocabulary, unreviewed: float | None = None) -> Record:
    """Read what was found and bring it onto the pixels of the raster.

    Parameters
    ----------
    unreviewed : float, optional
        Take errors that no technician has looked at for true from this confidence on. Otherwise they are of unknown
        type.

    Raises
    ------
    RsqiError
        Something is missing or unreadable, or does not fit together.
    """
    if isinstance(record, Station):
        return _read_station(record, vocabulary)
    return _read_reviewed(record, unreviewed)


def _records_of(folder: Path) -> Iterator[Station | Path]:
    files = sorted(path for path in folder.iterdir() if path.is_file())
    shapefiles = [path for path in files if path.suffix.lower() == ".shp"]
    if not shapefiles:
        yield from (path for path in files if path.suffix.lower() == ".gpkg")
        return
    stems = {path.stem for path in files if path.suffix.lower() in RASTERS}
    rasters = [
        path
        for path in files
        # What inspect --mask writes beside its result is no image.
        if path.suffix.lower() in RASTERS and path.stem.removesuffix("_mask") not in stems - {path.stem}
    ]
    if len(rasters) == 1:
        yield Station(rasters[0], tuple(shapefiles))
        return
    for raster in rasters:
        own = tuple(path for path in shapefiles if path.stem.casefold() == raster.stem.casefold())
        if own:
            yield Station(raster, own)
    paired = {raster.stem.casefold() for raster in rasters}
    for path in shapefiles:
        if path.stem.casefold() not in paired:
            yield Station(None, (path,))


def _read_station(station: Station, vocabulary: Vocabulary) -> Record:
    if station.raster is None:
        raise RecordError(f"{station.shapefiles[0]}: no raster ({', '.join(RASTERS)}) of its name beside it")
    geometries: list[np.ndarray] = []
    category_ids: list[np.ndarray] = []
    notes: list[str] = []
    unknown: Counter[str] = Counter()
    with open_raster(station.raster) as raster:
        for path in station.shapefiles:
            shapes, texts, crs = _read_shapefile(path, vocabulary)
            found = [vocabulary.category_of(text) for text in texts]
            unknown.update(text for text, category_id in zip(texts, found) if category_id is None)
            ids = np.array([UNKNOWN if category_id is None else category_id for category_id in found], int)
            kept = ids != BACKGROUND
            try:
                placed, index, remarks = to_pixels(shapes, crs, raster)
            except RsqiError as error:
                raise RecordError(f"{path}: {error}") from error
            geometries.append(placed[kept[index]])
            category_ids.append(ids[index][kept[index]])
            notes += [_of(path, remark) for remark in remarks]
        record = _record(raster, (0, 0, raster.width, raster.height), geometries, category_ids, notes)
    return replace(record, unknown=unknown)


def _read_reviewed(path: Path, unreviewed: float | None) -> Record:
    reviewed = read_reviewed(path)
    ids, notes = reviewed.category_ids, []
    waiting = reviewed.statuses == UNREVIEWED
    if unreviewed is not None:
        waiting &= reviewed.confidences < unreviewed
    if waiting.any():
        ids = np.where(waiting, UNKNOWN, ids)
        text = "{path}: not used because unreviewed: {count} of {total} errors"
        notes.append(
            Note("dataset_waiting", text, path=str(path), count=int(np.count_nonzero(waiting)), total=len(ids))
        )
    with open_raster(_raster_of(path, reviewed)) as raster:
        placed, index, remarks = to_pixels(reviewed.geometries, reviewed.crs, raster)
        kept = reviewed.statuses[index] != REJECTED
        column, row = ~raster.transform * (reviewed.transform * (0, 0))
        window = round(column), round(row), reviewed.width, reviewed.height
        if min(window[:2]) < 0 or window[0] + window[2] > raster.width or window[1] + window[3] > raster.height:
            text = "{path}: {raster} is not the image that was inspected"
            raise RecordError(Note("dataset_other_image", text, path=str(path), raster=raster.path))
        notes += [_of(path, remark) for remark in remarks]
        record = _record(raster, window, [placed[kept]], [ids[index][kept]], notes)
        return replace(record, rejected=placed[~kept])


def _record(
    raster: Raster,
    window: tuple[int, int, int, int],
    geometries: Sequence[np.ndarray],
    category_ids: Sequence[np.ndarray],
    notes: Iterable[str],
) -> Record:
    shapes = prepare(np.concatenate(geometries))
    return Record(
        str(Path(raster.path).resolve()), window, shapes, np.concatenate(category_ids).astype(int), tuple(notes)
    )


def _of(path: Path, remark: str) -> Note:
    return Note("remark", "{path}: {remark}", path=str(path), remark=remark)


def _raster_of(path: Path, reviewed: Reviewed) -> str:
    """Return the raster of a GeoPackage."""
    noted = str(reviewed.stored.summary.get("raster") or "")
    found = find_file(noted, path)
    if found is None:
        name = noted.replace("\\", "/").rsplit("/", 1)[-1]
        text = "{path}: its raster {raster} is gone; put {name} beside it"
        raise RasterError(Note("dataset_gone", text, path=str(path), raster=noted, name=name))
    return found


def _read_shapefile(path: Path, vocabulary: Vocabulary) -> tuple[np.ndarray, list[str], str | None]:
    """Return polygons in map units, their descriptions and the CRS."""
    try:
        # As Latin-1 every byte comes through; which encoding it is shows in the words, not in a .cpg that may lie.
        meta, _, wkb, columns = pyogrio.raw.read(path, encoding="ISO-8859-1")
    except (*_OGR_ERRORS, OSError) as error:
        raise RecordError(f"{path}: cannot read the shapefile: {' '.join(str(error).split())}") from error
    shapes = shapely.from_wkb(wkb)
    present = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    shapes = shapes[present]
    if not np.isin(shapely.get_type_id(shapes), (3, 6)).all():
        raise RecordError(f"{path}: holds {meta['geometry_type']}, but errors are polygons")
    if not len(shapes):
        return shapes, [], meta["crs"]
    texts = _descriptions(path, list(meta["fields"]), [column[present] for column in columns], vocabulary)
    return shapes, texts, meta["crs"]


def _descriptions(path: Path, names: list[str], columns: list[np.ndarray], vocabulary: Vocabulary) -> list[str]:
    """Return the description of each error: of the field, read in the encoding, that says the most.

    A field of a usual name goes before others that name types as well.
    """
    best, best_rank = None, (False, 0, 0)
    for encoding in _ENCODINGS:
        for name, column in zip(names, columns):
            title = _decode(name, encoding)
            usual = _usual(title or "")
            texts = _texts(column, encoding, numbers=usual is not None)
            if texts is None or title is None:
                continue
            count = sum(vocabulary.category_of(text) is not None for text in texts)
            rank = (count > 0 and usual is not None, count, -FIELDS.index(usual) if usual else -len(FIELDS))
            if (best is None and usual) or rank > best_rank:
                best, best_rank = texts, max(rank, best_rank)
    if best is None:
        raise RecordError(f"{path}: no field says what kind of error the polygons are; expected {FIELDS[0]}")
    return best


def _usual(name: str) -> str | None:
    """Return the usual field name that `name` is, perhaps cut short."""
    return next((known for known in FIELDS if len(name) >= 3 and known.startswith(name.lower())), None)


def _texts(column: np.ndarray, encoding: str, numbers: bool) -> list[str] | None:
    """Return a column as text; None if it is none in this encoding. Whole numbers become the types' codes."""
    if column.dtype.kind in "iu" and numbers:
        return [TYPES[n - 1].code if 1 <= n <= len(TYPES) else str(n) for n in column.tolist()]
    if column.dtype != object:
        return None
    texts = [_decode(value, encoding) if isinstance(value, str) else "" for value in column]
    whole = [" ".join(text.split()) for text in texts if text is not None]
    return whole if len(whole) == len(texts) else None


def _decode(latin: str, encoding: str) -> str | None:
    """Decode what was read as Latin-1; a last character that the field's width cut off is left out."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(latin.encode("latin-1"), final=False)
    except UnicodeError:
        return None
