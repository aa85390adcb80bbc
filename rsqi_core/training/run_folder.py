"""The folder of a run: its files, and what must not lie at their places."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from ..dataset.layout import TABLE, TEST, TRAIN
from ..files.clash import refuse_clashes
from ..files.earlier import refuse_foreign
from .checkpoint import BEST, CHECKPOINT
from .curve import DRAWING, ROWS
from .stream import Material

SETTINGS = "settings.json"
_FILES = (CHECKPOINT, BEST, ROWS, DRAWING, SETTINGS)
_NOTED = {"samples", "batch", "seed"}  # of the settings of every run


def refuse_other_folder(folder: Path, material: Material, init: Path | None = None) -> None:
    """Refuse to train into a folder whose files are read, or are none of a run.

    Raises
    ------
    OutputError
        Names the file.
    """
    files = [folder / name for name in _FILES]
    refuse_clashes(files, _files_read(material, init))
    refuse_foreign(files, lambda _: _is_run(folder))


def _files_read(material: Material, init: Path | None) -> Iterable[Path]:
    if material.pool:
        yield material.pool
    if material.dataset:
        yield from (material.dataset / part / TABLE for part in (TRAIN, TEST))
    if material.teacher:
        yield from (file for file in material.teacher.rglob("*") if file.is_file())
    if init:
        yield from (file for file in init.iterdir() if file.is_file()) if init.is_dir() else (init,)


def _is_run(folder: Path) -> bool:
    """Tell whether a folder is that of a run, by its settings, which are written first."""
    try:
        noted = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(noted, dict) and noted.keys() >= _NOTED
