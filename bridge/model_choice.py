"""The models that can be chosen: the one that comes with RSQI, and those that were fine-tuned here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from qgis.core import QgsApplication, QgsSettings

SETTING, FORMER = "rsqi/model", "rsqi/model_before"
DEFAULT = "default"
CARD, COMPARISON = "card.json", "verdict.json"
CONFIG = "config.json"  # of a Hugging Face checkpoint: a model's folder is one, or holds two


@dataclass(frozen=True)
class KnownModel:
    """A model.

    Attributes
    ----------
    value : str
        What the algorithms take: ``"default"`` or a folder.
    name : str
    comparison : dict
        How it compared with the one that it started from; empty if nobody has compared it.
    """

    value: str
    name: str
    comparison: dict


def models_folder() -> Path:
    """Return the folder of the fine-tuned models in the profile, whether it exists or not."""
    return Path(QgsApplication.qgisSettingsDirPath()) / "rsqi" / "models"


def known_models() -> list[KnownModel]:
    """Return the default model and those in the profile, the newest first, and the one in use wherever it is."""
    folders = [folder for folder in models_folder().glob("*") if is_model(folder) and not folder.name.startswith(".")]
    used = Path(chosen_model())
    if str(used) != DEFAULT and used not in folders:
        folders.append(used)
    folders.sort(key=lambda folder: _marks(folder)[-1].stat().st_mtime, reverse=True)
    return [KnownModel(DEFAULT, DEFAULT, {}), *(KnownModel(str(f), f.name, _comparison(f)) for f in folders)]


def chosen_model() -> str:
    """Return the model that inspections take unless another is named: ``"default"`` or a folder that exists."""
    value = str(QgsSettings().value(SETTING, "") or DEFAULT)
    return value if value == DEFAULT or _marks(Path(value)) else DEFAULT  # whether it fits the worker says


def is_model(folder: Path) -> bool:
    """Tell whether a folder holds a model card, or two checkpoints in folders of their own."""
    return (folder / CARD).is_file() or is_pair(str(folder))


def is_pair(value: str) -> bool:
    """Tell whether a model is two Hugging Face checkpoints."""
    marks = _marks(Path(value)) if value != DEFAULT else []
    return len(marks) == 2 and all(mark.parent.parent == Path(value) for mark in marks)


def has_station_thresholds(value: str) -> bool:
    """Tell whether the thresholds of a model were fitted to verdicts."""
    try:
        card = json.loads((Path(value) / CARD).read_text(encoding="utf-8"))
        return "station_thresholds" in card.get("training", {})
    except (OSError, ValueError, AttributeError, TypeError):
        return False


def former_model() -> str:
    """Return the model that was in use before this one; an empty string if there is none to go back to."""
    value = str(QgsSettings().value(FORMER, "") or "")
    fits = value == DEFAULT or (bool(value) and bool(_marks(Path(value))))
    return value if fits and value != chosen_model() else ""


def choose_model(value: str) -> None:
    """Let inspections take this model from now on."""
    if value != chosen_model():
        QgsSettings().setValue(FORMER, chosen_model())
    if value == DEFAULT:
        QgsSettings().remove(SETTING)
    else:
        QgsSettings().setValue(SETTING, value)


def _marks(folder: Path) -> list[Path]:
    """Return the files by which a model's folder is known: its card, or the configurations of its checkpoints."""
    card = folder / CARD
    found = [card] if card.is_file() else [folder / CONFIG, *sorted(folder.glob(f"*/{CONFIG}"))]
    return [file for file in found if file.is_file()]


def _comparison(folder: Path) -> dict:
    try:
        return json.loads((folder / COMPARISON).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
