"""The models that can be chosen: the one that comes with RSQI, and those that were fine-tuned here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from qgis.core import QgsApplication, QgsSettings

SETTING = "rsqi/model"
DEFAULT = "default"
CARD, COMPARISON = "card.json", "verdict.json"


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
    folders = [file.parent for file in models_folder().glob(f"*/{CARD}") if not file.parent.name.startswith(".")]
    used = Path(chosen_model())
    if str(used) != DEFAULT and used not in folders:
        folders.append(used)
    folders.sort(key=lambda folder: (folder / CARD).stat().st_mtime, reverse=True)
    return [KnownModel(DEFAULT, DEFAULT, {}), *(KnownModel(str(f), f.name, _comparison(f)) for f in folders)]


def chosen_model() -> str:
    """Return the model that inspections take unless another is named: ``"default"`` or a folder that exists."""
    value = str(QgsSettings().value(SETTING, "") or DEFAULT)
    return value if value == DEFAULT or (Path(value) / CARD).is_file() else DEFAULT


def choose_model(value: str) -> None:
    """Let inspections take this model from now on."""
    if value == DEFAULT:
        QgsSettings().remove(SETTING)
    else:
        QgsSettings().setValue(SETTING, value)


def _comparison(folder: Path) -> dict:
    try:
        return json.loads((folder / COMPARISON).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
