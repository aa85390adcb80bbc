"""The hidden folder of unfinished work: begun anew or gone on with, and at the end moved or removed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..files.atomic import PREFIX
from ..files.earlier import refuse_bytes
from .comparison import Comparison

RUN = "run"
VERDICT = "verdict.json"
_KEY = "key"


def unfinished(output: Path) -> Path:
    """Return the hidden folder beside an output."""
    return output.parent / f"{PREFIX}{output.name}"


def refuse_taken(output: Path, read: Iterable[Path], what: str = "new model") -> None:
    """Refuse an output that exists, or beside which the unfinished work would take the place of what is read.

    Raises
    ------
    OutputError
        Says which.
    """
    if os.path.lexists(output):
        raise OutputError(f"{output} exists already; choose another name for the {what}")
    refuse_bytes(output)
    folder = unfinished(output).resolve()
    for path in read:
        if folder in (path.resolve(), *path.resolve().parents):
            raise OutputError(
                f"{path}: lies in the folder of an unfinished run to {output}, which would be removed; "
                "move it, or choose another output"
            )


def begin_or_go_on(folder: Path, course: Mapping[str, Any]) -> Path:
    """Keep what the same course has learned in the folder, remove that of another one; return the run's folder.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    key = hashlib.sha256(json.dumps(course, sort_keys=True).encode()).hexdigest()
    note, run = folder / _KEY, folder / RUN
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not note.exists() or note.read_text(encoding="ascii") != key:
            shutil.rmtree(run, ignore_errors=True)
            note.write_text(key, encoding="ascii")
        run.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written: {error.strerror}") from error
    return run


def move_to(output: Path, model: Path, comparison: Comparison) -> None:
    """Put the verdict into a finished model's folder, and move it to the output."""
    text = json.dumps(comparison.as_mapping(), indent=1) + "\n"
    try:
        (model / VERDICT).write_text(text, encoding="utf-8")
        model.rename(output)
    except OSError as error:
        raise OutputError(f"{output}: cannot be written: {error.strerror}") from error


def remove(folder: Path) -> None:
    """Remove the folder; files that cannot be removed do no harm."""
    with suppress(OSError):
        shutil.rmtree(folder)
