"""The hidden folder of an unfinished fine-tuning: begun anew or gone on with, and at the end moved or removed."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..errors import OutputError
from .comparison import Comparison

RUN = "run"
VERDICT = "verdict.json"
_KEY = "key"


def begin_or_go_on(folder: Path, course: Mapping[str, Any]) -> None:
    """Keep what the same course has learned in the folder; remove that of another one."""
    key = hashlib.sha256(json.dumps(course, sort_keys=True).encode()).hexdigest()
    note = folder / _KEY
    if not note.exists() or note.read_text(encoding="ascii") != key:
        shutil.rmtree(folder / RUN, ignore_errors=True)
        note.write_text(key, encoding="ascii")


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
