"""The captions and the questions of a dataset: what a model of words learns, and is measured on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..describe import LANGUAGES, language_of
from ..errors import RsqiError
from .layout import QUESTIONS, TABLE, TRAIN
from .rows import read_rows

CAPTION = "caption"  # kind of an example without a question
_REMEDY = "make the dataset with `rsqi dataset`"


@dataclass(frozen=True)
class Example:
    """A picture, what is asked of it, and what is to be said.

    Attributes
    ----------
    image : pathlib.Path
    question : str
        Empty for a caption.
    answer : str
    language : {"zh", "en"}
    kind : str
        `CAPTION`; of a question ``any`` for the whole picture, or the code of a type.
    """

    image: Path
    question: str
    answer: str
    language: str
    kind: str = CAPTION


def read_captions(folder: Path, part: str, language: str = "") -> list[Example]:
    """Return the captions of a part of a dataset: its columns ``description`` and ``description_*``.

    Parameters
    ----------
    language : str
        ``zh`` or ``en``; empty for all.

    Raises
    ------
    RsqiError
        There is no dataset, it has no captions, or a picture is missing.
    """
    found = list(_captions(folder, part))
    return _chosen(found, language, f"{folder / part / TABLE}: no row has a description; {_REMEDY}")


def read_questions(folder: Path, part: str, language: str = "") -> list[Example]:
    """Return the questions of a part of a dataset, as in its ``qa.jsonl``; else as `read_captions`."""
    read_rows(folder, TRAIN)  # is it a dataset?
    table = folder / part / QUESTIONS
    nothing = f"{table}: no questions here; {_REMEDY}, from records with outlines"
    if not table.is_file():
        raise RsqiError(nothing)
    return _chosen(list(_questions(table)), language, nothing)


def _captions(folder: Path, part: str) -> Iterator[Example]:
    table = folder / part / TABLE
    for n, row in enumerate(read_rows(folder, part), 1):
        texts = [str(value) for name, value in row.items() if name.partition("_")[0] == "description" and value]
        for text in texts:
            yield Example(_picture(table, n, row, "file_name"), "", text, language_of(text))


def _questions(table: Path) -> Iterator[Example]:
    try:
        lines = table.read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
    except (OSError, ValueError) as error:
        raise RsqiError(f"{table}: not the questions of a dataset: {error!r}") from error
    for n, row in enumerate(rows, 1):
        texts = (row.get("question"), row.get("answer")) if isinstance(row, dict) else ()
        if not texts or not all(isinstance(text, str) and text.strip() for text in texts):
            raise RsqiError(f"{table}, row {n}: not the questions of a dataset: it needs a question and an answer")
        language = row.get("language") or language_of(row["question"])
        kind = str(row.get("type") or "any")
        yield Example(_picture(table, n, row, "image"), row["question"], row["answer"], language, kind)


def _picture(table: Path, n: int, row: Mapping[str, Any], name: str) -> Path:
    given = row.get(name)
    image = table.parent / given if isinstance(given, str) and given else None
    if image is None or not image.is_file():
        raise RsqiError(f"{table}, row {n}: its picture {given or ''} is missing; {_REMEDY} again")
    return image


def _chosen(found: list[Example], language: str, nothing: str) -> list[Example]:
    if not found:
        raise RsqiError(nothing)
    chosen = [each for each in found if language in ("", each.language)]
    if not chosen:
        there = ", ".join(name for name in LANGUAGES if any(each.language == name for each in found))
        raise RsqiError(f"{nothing.partition(':')[0]}: nothing in language '{language}'; it has {there}")
    return chosen
