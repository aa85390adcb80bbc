"""The page of models on a station's own dataset: the paper's tables, what they do not show, and the worst blocks."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from urllib.parse import quote

import cv2
import numpy as np

from ...errors import OutputError
from ...files.atomic import whole_files
from ...files.clash import refuse_clashes
from ...files.earlier import refuse_earlier_file
from ..benchmark.marks import marks_of_classifier
from ..benchmark.run_model import INSPECTION, ONE_STEP
from ..pages import tables as paper
from . import tables
from .chinese import in_chinese
from .curve import draw_curve
from .measure import Measured, ModelOnDataset
from .worst import draw_worst, worst_labels, worst_outlines

_MARK = re.compile(r"<!-- RSQI evaluate ([0-9a-f]{12}) -->\n$")
_CURVE = "calibration.svg"
LANGUAGES = {"en": ("en",), "zh": ("zh",), "both": ("en", "zh")}
_AXES = {"en": ("probability said", "share true"), "zh": ("所报概率", "实际比例")}
_SCORES = (
    "Each block judged as an image of its own, by regions and pixels: once by what is drawn in it, once by what is "
    "found there.\n"
)


def pictures_of(page: Path) -> Path:
    """Return the folder of a page's pictures."""
    return page.with_name(f"{page.stem}_pictures")


def pages_of(page: Path, language: str = "en") -> dict[str, Path]:
    """Return the pages by language; of both the Chinese one lies beside the other."""
    beside = page.with_name(f"{page.stem}.zh{page.suffix}")
    return {code: beside if code == "zh" and language == "both" else page for code in LANGUAGES[language]}


def refuse_page(page: Path, read: list[Path], overwrite: bool = False, language: str = "en") -> None:
    """Refuse a page that would replace what is read or what RSQI has not written; ask before any work.

    Parameters
    ----------
    language : str
        ``"en"``, ``"zh"`` or ``"both"``.

    Raises
    ------
    RsqiError
        Says what lies there.
    """
    pages = pages_of(page, language).values()
    refuse_clashes([*pages, pictures_of(page)], read)
    for each in pages:
        refuse_earlier_file(each, is_own_page, overwrite)
    if pictures_of(page).exists() and not page.exists() and not overwrite:
        raise OutputError(f"{pictures_of(page)}: exists without its page; choose another output, or --overwrite")


def is_own_page(page: Path) -> bool:
    """Tell whether a file is a page of ours that nobody has changed."""
    try:
        text = page.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False
    found = _MARK.search(text)
    return bool(found and found.group(1) == _digest(text[: found.start()]))


def write_page(m: Measured, page: Path | None, language: str = "en") -> str:
    """Return the page as Markdown; with `page` write it there, with its pictures beside it, all or nothing.

    Parameters
    ----------
    language : str
        ``"en"``, ``"zh"``, or ``"both"``: the pages one after the other, and two files.
    """
    if page is None:
        return "\n".join(_in_languages(_text(m, ""), LANGUAGES[language]).values())
    pictures = pictures_of(page)
    page.parent.mkdir(parents=True, exist_ok=True)
    with whole_files(page, older=[pictures], what="the page", remedy="check the folder") as folder:
        (folder / pictures.name).mkdir()
        axes = _AXES[LANGUAGES[language][0]]
        text = _text(m, quote(pictures.name), folder / pictures.name, axes)
        texts = _in_languages(text, LANGUAGES[language])
        for code, file in pages_of(page, language).items():
            (folder / file.name).write_text(texts[code], encoding="utf-8", newline="\n")
    return "\n".join(texts.values())


def _in_languages(text: str, languages: tuple[str, ...]) -> dict[str, str]:
    return {code: sealed(in_chinese(text) if code == "zh" else text) for code in languages}


def _text(m: Measured, place: str, folder: Path | None = None, axes: tuple[str, str] = _AXES["en"]) -> str:
    return "\n".join(part for part in _sections(m, place, folder, axes) if part)


def sealed(text: str) -> str:
    """Return a page with the mark by which `is_own_page` knows that nobody has changed it."""
    text = text.rstrip() + "\n\n"
    return f"{text}<!-- RSQI evaluate {_digest(text)} -->\n"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _sections(m: Measured, place: str, folder: Path | None, axes: tuple[str, str]) -> list[str]:
    outlined = m.outlined
    sections = [f"# {m.dataset.name}: its test part\n", _make_up(m), tables.counts(m)]
    sections += ["## Table 3: block classification\n", _classification(m)]
    if any(block.mask for block in m.blocks):
        sections += ["## Table 5: segmentation of regions\n", _segmentation(m, outlined)]
        sections += ["## Table 6: pixel errors by rule\n", paper.rules(m.rules)]
        sections.append("## Table 7: one step against two\n")
        for found in m.models:
            sections += [_heading(m, found), paper.integration(found.result, outlined, found.model.card.constraint)]
        sections += ["## Objects, as an inspection outlines them\n", tables.objects(m)]
        sections += ["## Score error\n", _SCORES, tables.scores(m)]
    else:
        sections.append("No block has a mask: there are no pixels for Tables 5 to 7, and no objects.\n")
    sections.append("## Detection by type\n")
    spotless = (m.truth == 0).all(1)
    for found in m.models:
        sections += [_heading(m, found), paper.detection(found.result, m.truth, spotless)]
    sections.append("## Confusion\n")
    for found in m.models:
        sections += [_heading(m, found), tables.confusion_of_blocks(found, m.truth)]
        sections.append(tables.confusion_of_pixels(found.result) if outlined.any() else "")
    sections += ["## Calibration\n", tables.calibration(m)]
    if folder is not None:
        curves = {found.result.name: tables.calibration_of(found, m.truth) for found in m.models}
        (folder / _CURVE).write_text(draw_curve(curves, axes), encoding="utf-8", newline="\n")
        sections += [f"![calibration]({place}/{_CURVE})\n", *_worst(m, place, folder)]
    return sections


def _make_up(m: Measured) -> str:
    masks = sum(block.mask is not None for block in m.blocks)
    scenes = len({block.scene for block in m.blocks})
    lines = [
        f"{len(m.blocks)} blocks of {scenes} scenes, {masks} of them with a mask, {m.megapixels.sum():.1f} Mpx known. "
        "Intervals hold 95 % of 1000 resamples of the blocks; means are over the types that occur.\n"
    ]
    for found in m.models:
        times = "classifier {:.0f} ms, segmenter {:.0f} ms a block".format(*found.result.milliseconds)
        lines.append(f"* {found.result.name}: `{found.model.hash[:8]}`, {found.model.provider}; {times}")
        if found.model.lacking:
            lines.append(f"  has no output for {', '.join(found.model.lacking)}")
    if m.lacking:
        lines.append(f"\nNo block of the test part shows {', '.join(m.lacking)}: nothing can be said of that.")
    return "\n".join(lines) + "\n"


def _heading(m: Measured, found: ModelOnDataset) -> str:
    return f"{found.result.name}:\n" if len(m.models) > 1 else ""


def _classification(m: Measured) -> str:
    rows: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for found in m.models:
        rows[f"{found.result.name}, classifier"] = marks_of_classifier(found.result), m.truth
        rows[f"{found.result.name}, with the rules"] = found.marked, m.truth
    return paper.classification(rows)


def _segmentation(m: Measured, outlined: np.ndarray) -> str:
    rows = {
        f"{found.result.name}, {setting}": found.result.confusions[setting][outlined]
        for found in m.models
        for setting in (ONE_STEP, INSPECTION)
    }
    return paper.segmentation(rows)


def _worst(m: Measured, place: str, folder: Path) -> list[str]:
    sections = ["## The worst blocks\n", "Image, truth and what an inspection finds, the worst first.\n"]
    for n, found in enumerate(m.models, 1):
        kinds = (("labels", worst_labels(found, m.truth)), ("outlines", worst_outlines(found)))
        for kind, chosen in kinds:
            if not chosen:
                sections.append(f"{found.result.name}: no wrong {kind}.\n")
                continue
            name = f"worst-{kind}-{n}.jpg"
            sheet = draw_worst(found, m.blocks, chosen)
            data = cv2.imencode(".jpg", sheet[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
            (folder / name).write_bytes(data)
            sections.append(f"{found.result.name}, {kind}:\n\n![{kind} of {found.result.name}]({place}/{name})\n")
    return sections
