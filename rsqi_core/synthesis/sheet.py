"""Contact sheets: many synthesised crops beside their truth on one picture, so that a person can judge them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ..errors import OutputError
from ..files.atomic import reason, write_whole
from ..files.earlier import refuse_foreign
from ..imagery.picture import Picture
from ..taxonomy import by_code
from .compose import Sample, compose, draw_codes
from .defect import AMBIGUOUS, DEFECT
from .nuisance import crop

SIDE = 256  # px of a crop
ROWS, COLUMNS = 5, 4
SEVERAL, CLEAN = "several", "clean"
_GAP, _CAPTION = 4, 16  # px
_PAPER, _INK = (24, 24, 24), (235, 235, 235)
_TRIES = 12
_HEAD = 33  # bytes of signature and header of a PNG
_MARK = b"tEXtSoftware\0RSQI contact sheet"  # kind and content of a chunk


@dataclass(frozen=True)
class Material:
    """What crops are composed of.

    Attributes
    ----------
    backgrounds : sequence of numpy.ndarray
        uint8 [H, W, 3], clean, sides of 205 px or more.
    mattes : sequence of numpy.ndarray
        uint8 [H, W] opacities of real clouds.
    pairs : sequence of numpy.ndarray
        uint8 [S, S, 6], two photos of one place (`overlap.twins`), S 256 or more.
    """

    backgrounds: Sequence[np.ndarray]
    mattes: Sequence[np.ndarray] = ()
    pairs: Sequence[np.ndarray] = ()


def outline(image: np.ndarray, mask: np.ndarray, color: str, width: int = 1) -> np.ndarray:
    """Draw a line around what `mask` marks; the marked pixels themselves stay visible.

    Parameters
    ----------
    image : numpy.ndarray
        uint8 [H, W, 3]; not changed.
    mask : numpy.ndarray
        bool or uint8 [H, W]; 1 is outlined, any other value (255: ignored) is not.
    color : str
        ``#rrggbb``, for example `ErrorType.color`.
    width : int
        Of the line, in pixels.

    Returns
    -------
    numpy.ndarray
        uint8 [H, W, 3].
    """
    marked = (np.asarray(mask) == DEFECT).astype(np.uint8)
    around = cv2.dilate(marked, np.ones((2 * width + 1, 2 * width + 1), np.uint8)) > marked
    drawn = image.copy()
    drawn[around] = tuple(bytes.fromhex(color.lstrip("#")))
    return drawn


def contact_sheet(rows: Sequence[Sequence[np.ndarray]], captions: Sequence[Sequence[str]] = ()) -> np.ndarray:
    """Lay out rows of pictures on one dark sheet, each with a line of text under it.

    Parameters
    ----------
    rows : sequence of sequences of numpy.ndarray
        uint8 [h, w, 3]; sizes may differ, a cell is as large as the largest picture.
    captions : sequence of sequences of str
        One ASCII text a picture, cut to the cell's width; missing ones stay empty.

    Returns
    -------
    numpy.ndarray
        uint8 [H, W, 3].
    """
    pictures = [picture for row in rows for picture in row]
    height, width = (max((picture.shape[axis] for picture in pictures), default=1) for axis in (0, 1))
    line = _CAPTION if any(text for row in captions for text in row) else 0
    down, right = height + line + _GAP, width + _GAP
    sheet = np.full((len(rows) * down + _GAP, max(map(len, rows), default=0) * right + _GAP, 3), _PAPER, np.uint8)
    for i, row in enumerate(rows):
        for j, picture in enumerate(row):
            y, x = _GAP + i * down, _GAP + j * right
            sheet[y : y + picture.shape[0], x : x + picture.shape[1]] = picture
            text = captions[i][j] if i < len(captions) and j < len(captions[i]) else ""
            if text:
                strip = np.ascontiguousarray(sheet[y + height : y + height + line, x : x + width])
                cv2.putText(strip, text, (1, line - 4), cv2.FONT_HERSHEY_SIMPLEX, 0.38, _INK, 1, cv2.LINE_AA)
                sheet[y + height : y + height + line, x : x + width] = strip
    return sheet


def truth_drawn(sample: Sample) -> np.ndarray:
    """Return the sample's picture, uint8 [S, S, 3], with every planted error outlined in its type's colour."""
    drawn = sample.image
    for defect in sample.defects:
        drawn = outline(drawn, np.where(sample.valid, defect.mask, AMBIGUOUS), by_code(defect.code).color)
    return drawn


def make_sheet(
    name: str,
    material: Material,
    rng: np.random.Generator,
    rows: int = ROWS,
    columns: int = COLUMNS,
) -> np.ndarray:
    """Compose crops as training sees them, each beside the same crop with its truth outlined.

    Parameters
    ----------
    name : str
        A type code, `SEVERAL` (two or three errors a crop) or `CLEAN` (no error: clean ground and hard negatives).
    material : Material
        What the crops are composed of.

    Returns
    -------
    numpy.ndarray
        uint8 [H, W, 3], `rows` x `columns` pairs.
    """
    pictures, captions = [], []
    for _ in range(rows):
        samples = [_sample(name, material, rng) for _ in range(columns)]
        pictures.append([picture for sample in samples for picture in (sample.image, truth_drawn(sample))])
        captions.append([text for sample in samples for text in (_caption(sample), "")])
    return contact_sheet(pictures, captions)


def write_sheets(folder: Path, names: Sequence[str], material: Material, seed: int = 0) -> Iterator[Path]:
    """Write one PNG for each of `names` (see `make_sheet`) into `folder` and yield its path.

    Raises
    ------
    OutputError
        If the folder or a file cannot be written, or a picture lies there that is no contact sheet.
    """
    refuse_other_pictures(folder, names)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: the folder cannot be made ({reason(error)}); choose another") from error
    for k, name in enumerate(names):
        sheet = make_sheet(name, material, np.random.default_rng([seed, k]))
        write_sheet(path := _path(folder, name), sheet)
        yield path


def refuse_other_pictures(folder: Path, names: Sequence[str]) -> None:
    """Refuse to write sheets over pictures of the same names that are none.

    Raises
    ------
    OutputError
    """
    refuse_foreign((_path(folder, name) for name in names), _is_sheet)


def refuse_other_picture(path: Path) -> None:
    """Refuse to write a sheet over a file that is none; errors as of `refuse_other_pictures`."""
    refuse_foreign([path], _is_sheet)


def write_sheet(path: Path, sheet: np.ndarray) -> None:
    """Write a contact sheet, uint8 [H, W, 3], as a PNG that is known for one."""
    write_whole(path, _marked(cv2.imencode(".png", sheet[..., ::-1])[1].tobytes()))


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.png"


def _marked(png: bytes) -> bytes:
    """Say in a PNG what has made it."""
    chunk = (len(_MARK) - 4).to_bytes(4, "big") + _MARK + zlib.crc32(_MARK).to_bytes(4, "big")
    return png[:_HEAD] + chunk + png[_HEAD:]


def _is_sheet(path: Path) -> bool:
    with path.open("rb") as file:
        return _MARK in file.read(_HEAD + 2 * len(_MARK))


def _sample(name: str, material: Material, rng: np.random.Generator) -> Sample:
    """Compose one crop; where the ground shows no error of the wanted type, try another ground."""
    for _ in range(_TRIES):
        codes: tuple[str, ...] = () if name == CLEAN else (name,)
        while name == SEVERAL and len(codes) < 2:
            codes = draw_codes(rng, clean=0)
        background = crop(material.backgrounds[int(rng.integers(len(material.backgrounds)))], rng, SIDE)
        sample = compose(Picture(background), rng, codes, material.mattes, pairs=material.pairs)
        if len(sample.defects) >= min(len(codes), 2):
            break
    return sample


def _caption(sample: Sample) -> str:
    """Say what was planted: the recipe's kind and the severity, and the type where there are several."""
    several = len(sample.defects) > 1
    texts = []
    for defect in sample.defects:
        kind = defect.parameters.get("kind", "")
        texts.append(" ".join(part for part in (defect.code if several else kind, defect.severity) if part))
    return ", ".join(texts)
