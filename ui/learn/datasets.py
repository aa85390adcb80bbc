"""The folders that training data and models go to. No widgets."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from qgis.core import QgsApplication

from ...bridge.model_choice import models_folder

FEWEST = 4  # blocks with errors to compare on, as the worker wants them
PARTS = ("train", "test")
_TABLE = "metadata.jsonl"
_UNFINISHED = ".rsqi-"  # beside the folder of a new model, while it is trained


@dataclass(frozen=True)
class Dataset:
    """What a dataset holds: blocks to train and to compare on, and how many of these have errors."""

    train: int
    test: int
    test_errors: int

    @property
    def comparable(self) -> bool:
        """Can models be compared on it?"""
        return self.test_errors >= FEWEST


def datasets_folder() -> Path:
    """Return the folder of datasets in the profile, whether it exists or not."""
    return Path(QgsApplication.qgisSettingsDirPath()) / "rsqi" / "datasets"


def new_dataset() -> Path:
    """Return a folder named by today's date that does not exist yet."""
    return _free(datasets_folder(), date.today().isoformat())


def new_model_name() -> str:
    """Return a name for a model that does not exist yet; an unfinished training keeps its name."""
    unfinished = sorted(models_folder().glob(f"{_UNFINISHED}*/key"))
    if unfinished:
        return unfinished[-1].parent.name[len(_UNFINISHED) :]
    return _free(models_folder(), "model-1").name


def new_station_model() -> str:
    """Return a name for a model with thresholds of the station that does not exist yet."""
    return _free(models_folder(), "station").name


def is_unfinished(name: str) -> bool:
    """Is there a training of this name that was stopped?"""
    run = models_folder() / f"{_UNFINISHED}{name}" / "run"
    return bool(name) and ((run / "checkpoint.pt").is_file() or any(run.glob("*/checkpoint-*")))


def is_name(text: str) -> bool:
    """Can a model have this name?"""
    return bool(re.fullmatch(r"[\w][\w .\-]*", text)) and not text.endswith((" ", "."))


def read_dataset(folder: str) -> Dataset | None:
    """Return what the dataset in a folder holds; None if there is none."""
    parts = []
    for part in PARTS:
        table = Path(folder) / part / _TABLE
        try:
            lines = table.read_text(encoding="utf-8").splitlines() if folder and table.is_file() else []
            parts.append([bool(json.loads(line)["labels"]) for line in lines])
        except (OSError, ValueError, KeyError, TypeError):
            return None
    train, test = parts
    return Dataset(len(train), len(test), sum(test)) if train else None


def _free(folder: Path, name: str) -> Path:
    stem, number = re.sub(r"-\d{1,2}$", "", name) if name.startswith("model") else name, 1
    path = folder / name
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}"
    return path
