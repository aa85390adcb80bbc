"""What the station's models are worth: the figures of each, as they were measured last, kept in the profile."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from .model_choice import models_folder

_FILE = "figures.json"
NAMES = ("f1", "iou", "clean_marked", "seconds")


def read_figures() -> dict:
    """Return by model (``"default"`` or its folder) its figures `NAMES`, ``dataset``, ``date`` and ``page``."""
    try:
        found = json.loads((models_folder() / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: row for name, row in found.items() if isinstance(row, dict)} if isinstance(found, dict) else {}


def keep_figures(dataset: str, page: str, models: list, figures: list) -> None:
    """Keep what `rsqi:evaluate` has found of models, in their order."""
    known = read_figures()
    told = {"dataset": dataset, "date": date.today().isoformat(), "page": page}
    for model, row in zip(models, figures):
        known[model] = dict({name: row.get(name) for name in NAMES}, **told)
    models_folder().mkdir(parents=True, exist_ok=True)
    (models_folder() / _FILE).write_text(json.dumps(known, indent=1, ensure_ascii=False), encoding="utf-8")


def page_of(dataset: str) -> Path:
    """Return the page for the figures of a dataset, in the profile."""
    return models_folder().parent / "evaluations" / f"{Path(dataset).name or 'dataset'}.md"
