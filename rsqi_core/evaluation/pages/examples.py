"""Found and missed examples side by side, for the pages of the benchmark; only of pictures that may be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ...errors import OutputError
from ...files.atomic import reason, write_whole
from ...synthesis.compose import Sample
from ...synthesis.defect import DEFECT
from ...synthesis.sheet import contact_sheet, outline
from ...taxonomy import CODES, ErrorClass, by_code
from ..benchmark.frozen import Entry

FREE = ("odm_seneca", "naip", "landscape")  # CC0, public domain, our own; the other sets state no licence to republish
EACH = 3  # examples found and missed
SIDE = 256  # px of a shown picture
_MARKED, _PLANTED = "#ffffff", "#ff0000"


@dataclass(frozen=True)
class Example:
    """One block: the probability of its first type, whether that was marked, and the marked pixels, bool [H, W]."""

    entry: Entry
    sample: Sample
    probability: float
    found: bool
    marked: np.ndarray


def may_be_shown(entry: Entry) -> bool:
    """Does the licence of the picture allow to publish it?"""
    return entry.source.startswith(FREE)


def names_of_examples() -> tuple[str, ...]:
    """Return the names of the pictures that `write_examples` may write."""
    return tuple(map(_name, CODES))


def _name(code: str) -> str:
    return f"{code}.jpg"


def write_examples(folder: Path, examples: Sequence[Example]) -> dict[str, str]:
    """Write one JPEG a type, the surest finds above the clearest misses; return the file names by code.

    Found ones are taken by probability, missed ones strong before others and then by probability, none by hand.
    """
    names = {}
    for code in CODES:
        mine = [example for example in examples if example.entry.codes[0] == code]
        found = sorted((a for a in mine if a.found), key=lambda a: -a.probability)[:EACH]
        missed = sorted((a for a in mine if not a.found), key=lambda a: (a.entry.severity != "strong", -a.probability))
        rows, captions = [], []
        for word, chosen in (("found", found), ("missed", missed[:EACH])):
            if chosen:
                rows.append([picture for example in chosen for picture in _shown(example)])
                said = [(f"{word}, p {example.probability:.2f}", example.entry.severity, "") for example in chosen]
                captions.append([text for texts in said for text in texts])
        if rows:
            names[code] = _name(code)
            _write(folder / names[code], contact_sheet(rows, captions))
    return names


def _shown(example: Example) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Image, planted and marked, shrunk to `SIDE`; small errors are cut out at full size."""
    code = example.entry.codes[0]
    planted = next(defect.mask for defect in example.sample.defects if defect.code == code)
    image = example.sample.image
    small = by_code(code).error_class is ErrorClass.PIXEL
    window = _around(planted == DEFECT) if small else (slice(None), slice(None))
    image, planted, marked = image[window], planted[window], example.marked[window]
    pictures = (image, outline(image, planted, _PLANTED, 2), outline(image, marked.astype(np.uint8), _MARKED, 2))
    return tuple(cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for picture in pictures)


def _around(planted: np.ndarray) -> tuple[slice, slice]:
    middle = [int(np.median(each)) for each in np.nonzero(planted)]
    y, x = (int(np.clip(m - SIDE // 2, 0, n - SIDE)) for m, n in zip(middle, planted.shape))
    return slice(y, y + SIDE), slice(x, x + SIDE)


def _write(path: Path, image: np.ndarray) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path.parent}: cannot make this folder: {reason(error)}") from error
    write_whole(path, cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 82])[1].tobytes())
