"""The formats in which data sets come: which one a folder holds, and the pictures in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import RsqiError
from ..limits import DATASET_FORMATS
from .annotated import PICTURES, Annotated, named, pictures_in, polygon
from .records import Station, find_records
from .vocabulary import Vocabulary

AUTO, RECORDS, FOLDERS, COCO, LABELME, PAIRS = DATASET_FORMATS
_RECORD_FILES = (".shp", ".gpkg")
_IMAGE_FOLDERS = ("image", "images", "img", "imgs", "jpegimages", "影像", "图像")
_MASK_FOLDERS = (
    "mask",
    "masks",
    "label",
    "labels",
    "gt",
    "annotation",
    "annotations",
    "segmentationclass",
    "掩膜",
    "标签",
)
_MASK_ENDING = re.compile(r"[_-](mask|label|gt|seg)$", re.IGNORECASE)


def find_entries(source: Path, form: str, vocabulary: Vocabulary) -> tuple[str, list[Station | Path | Annotated]]:
    """Find what a source holds, at any depth.

    Parameters
    ----------
    form : str
        One of `DATASET_FORMATS`.

    Returns
    -------
    form : str
        The format that it was read in.
    entries : list
        What `read_record` and `read_annotated` take.

    Raises
    ------
    RsqiError
        There is nothing of this format, or it has classes that are unknown.
    """
    form = _format_of(source) if form == AUTO else form
    if form == RECORDS:
        return form, list(find_records(source))
    if not source.is_dir():
        raise RsqiError(f"{source}: no folder; the format {form} is a folder of pictures")
    entries: list[Station | Path | Annotated] = [*_READERS[form](source, vocabulary)]
    if not entries:
        raise RsqiError(f"{source}: nothing of the format {form} in it ({_WHAT[form]})")
    return form, entries


def _format_of(source: Path) -> str:
    """Return the format of a source: the first that it holds anything of."""
    if source.is_file():
        return RECORDS
    if any(path.suffix.lower() in _RECORD_FILES for path in source.rglob("*")):
        return RECORDS
    for form, key in ((COCO, "annotations"), (LABELME, "shapes")):
        if any(key in values for _, values in _jsons(source)):
            return form
    pictures = list(pictures_in(source))
    places = _by_place(pictures)
    if any(_mask_of(picture, places) for picture in pictures):
        return PAIRS
    if any(picture.parent != source for picture in pictures):
        return FOLDERS
    if pictures:
        raise RsqiError(f"{source}: pictures without classes, masks or polygons; put them into folders by class")
    return RECORDS  # which says that there is none


def _folders(source: Path, vocabulary: Vocabulary) -> Iterator[Annotated]:
    """Pictures whose class is the first folder above them that names one; ``cloud/2020/a.png`` is a cloud."""
    pictures = list(pictures_in(source))
    above = {picture: [p.name for p in picture.relative_to(source).parents][:-1] for picture in pictures}
    if loose := [picture for picture, names in above.items() if not names]:
        raise RsqiError(f"{loose[0]}: lies in no folder of a class")
    known: dict[str, tuple[int, ...] | None] = {}
    for names in above.values():
        for name in names:
            if name not in known:
                try:
                    known[name] = named([name], vocabulary, source)[name]
                except RsqiError:
                    known[name] = None
    chosen = {picture: next((n for n in names if known[n] is not None), names[0]) for picture, names in above.items()}
    types = named(chosen.values(), vocabulary, source)
    for picture, name in chosen.items():
        yield Annotated(picture, labels=types[name])


def _coco(source: Path, vocabulary: Vocabulary) -> Iterator[Annotated]:
    places = {picture.name: picture for picture in pictures_in(source)}
    for file, values in _jsons(source):
        if "annotations" in values:
            yield from _of_coco(file, values, places, vocabulary)


def _of_coco(
    file: Path, values: Mapping[str, Any], places: Mapping[str, Path], vocabulary: Vocabulary
) -> Iterator[Annotated]:
    try:
        classes = {category["id"]: str(category["name"]) for category in values["categories"]}
        images = {image["id"]: str(image["file_name"]) for image in values["images"]}
        used = {classes[annotation["category_id"]] for annotation in values["annotations"]}
        types = named(used, vocabulary, file)
        drawn: dict[Any, list[tuple[int, Any]]] = {number: [] for number in images}
        for annotation in values["annotations"]:
            where, rings = f"{file}, annotation {annotation.get('id')}", annotation.get("segmentation")
            if not isinstance(rings, list) or not rings:
                raise RsqiError(f"{where}: no polygons; export outlines, neither run lengths nor boxes alone")
            for ring in rings:
                shape = polygon(zip(ring[::2], ring[1::2]))
                if shape is None:
                    raise RsqiError(f"{where}: a polygon of fewer than three points")
                drawn[annotation["image_id"]] += _each(types[classes[annotation["category_id"]]], shape)
    except (KeyError, TypeError, ValueError) as error:
        raise RsqiError(f"{file}: not a COCO file: {error!r}") from error
    for number, name in images.items():
        yield Annotated(_picture(file, name, places), polygons=tuple(drawn[number]))


def _labelme(source: Path, vocabulary: Vocabulary) -> Iterator[Annotated]:
    files = [(file, values) for file, values in _jsons(source) if "shapes" in values]
    places = {picture.name: picture for picture in pictures_in(source)}
    try:
        types = named((str(shape["label"]) for _, values in files for shape in values["shapes"]), vocabulary, source)
    except (KeyError, TypeError) as error:
        raise RsqiError(f"{source}: not files of labelme: {error!r}") from error
    for file, values in files:
        drawn: list[tuple[int, Any]] = []
        for n, shape in enumerate(values["shapes"], 1):
            outline = _outline(shape, f"{file}, shape {n}")
            drawn += _each(types[str(shape["label"])], outline)
        name = str(values.get("imagePath") or "").replace("\\", "/")
        yield Annotated(_picture(file, name or f"{file.stem}.png", places), polygons=tuple(drawn))


def _outline(shape: Mapping[str, Any], where: str) -> Any:
    """Return the polygon of a shape of labelme."""
    kind = shape.get("shape_type") or "polygon"
    try:
        points = [(float(x), float(y)) for x, y in shape["points"]]
    except (KeyError, TypeError, ValueError) as error:
        raise RsqiError(f"{where}: not a shape of labelme: {error!r}") from error
    if kind == "rectangle" and len(points) == 2:
        (left, top), (right, bottom) = points
        points = [(left, top), (right, top), (right, bottom), (left, bottom)]
    elif kind != "polygon":
        raise RsqiError(f"{where}: a {kind}; errors are polygons or rectangles")
    found = polygon(points)
    if found is None:
        raise RsqiError(f"{where}: a polygon of fewer than three points")
    return found


def _pairs(source: Path, vocabulary: Vocabulary) -> Iterator[Annotated]:
    pictures = list(pictures_in(source))
    places = _by_place(pictures)
    masks = {picture: mask for picture in pictures if (mask := _mask_of(picture, places))}
    taken = set(masks.values())
    for picture in pictures:
        if picture in masks:
            yield Annotated(picture, mask=masks[picture])
        elif picture not in taken and not _is_mask(picture):
            yield Annotated(picture, mask=picture.with_name(f"{picture.stem}_mask.png"))  # told as missing when read


def _by_place(pictures: Sequence[Path]) -> dict[tuple[Path, str], Path]:
    return {(picture.parent, picture.stem.casefold()): picture for picture in pictures}


def _is_mask(picture: Path) -> bool:
    return bool(_MASK_ENDING.search(picture.stem)) or picture.parent.name.casefold() in _MASK_FOLDERS


def _mask_of(picture: Path, places: Mapping[tuple[Path, str], Path]) -> Path | None:
    """Return the mask of a picture: ``a_mask`` beside it, or ``masks/a`` beside its folder ``images``."""
    if _is_mask(picture):
        return None
    stem = picture.stem.casefold()
    for ending in ("mask", "label", "gt", "seg"):
        for joint in "_-":
            if found := places.get((picture.parent, f"{stem}{joint}{ending}")):
                return found
    for above in picture.parents:
        if above.name.casefold() in _IMAGE_FOLDERS:
            beside = [p for p in above.parent.iterdir() if p.is_dir() and p.name.casefold() in _MASK_FOLDERS]
            below = picture.parent.relative_to(above)
            endings = ("", "_mask", "_label", "_gt")
            found_all = (places.get((folder / below, f"{stem}{ending}")) for folder in beside for ending in endings)
            return next((found for found in found_all if found), None)
    return None


def _each(types: Sequence[int], shape: Any) -> list[tuple[int, Any]]:
    return [(category_id, shape) for category_id in types]


def _picture(file: Path, name: str, places: Mapping[str, Path]) -> Path:
    """Return the picture that a file names: at its place, else anywhere in the folder by its name."""
    here = file.parent / name
    return here if here.is_file() else places.get(Path(name).name, here)


def _jsons(source: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the JSON objects in a folder and below it."""
    for file in sorted(source.rglob("*.json")):
        if any(part.startswith(".") for part in file.relative_to(source).parts):
            continue
        try:
            values = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RsqiError(f"{file}: cannot be read: {' '.join(str(error).split())}") from error
        if isinstance(values, dict):
            yield file, values


_READERS: dict[str, Callable[[Path, Vocabulary], Iterator[Annotated]]] = {
    FOLDERS: _folders,
    COCO: _coco,
    LABELME: _labelme,
    PAIRS: _pairs,
}
_ALL = ", ".join(PICTURES)
_WHAT = {
    FOLDERS: f"folders by class with pictures: {_ALL}",
    COCO: "a JSON file with images, annotations and categories",
    LABELME: "a JSON file a picture, with shapes",
    PAIRS: "pictures with a_mask.png beside a.png, or folders images and masks",
}
