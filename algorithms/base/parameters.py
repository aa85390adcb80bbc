"""Parameters that several algorithms have."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProcessingException, QgsProcessingParameterEnum

from ...bridge.i18n import tr
from ...bridge.inspect_options import device_names, training_device_names
from ...bridge.report_options import LANGUAGE_NAMES, LANGUAGES, own_language

_TABLE = Path("train") / "metadata.jsonl"


def require_dataset(folder: str) -> None:
    """Refuse a folder that holds no dataset; an empty name is refused elsewhere."""
    if folder and not (Path(folder) / _TABLE).is_file():
        text = tr("There is no dataset in the folder {path}: export training data first.")
        raise QgsProcessingException(text.format(path=folder))


def device_parameter(name: str, training: bool = False) -> QgsProcessingParameterEnum:
    """Return a choice of `inspect_options.DEVICES`, or of those that can train."""
    names = training_device_names() if training else device_names()
    return QgsProcessingParameterEnum(name, tr("Device"), names, defaultValue=0)


def language_parameter(name: str, title: str) -> QgsProcessingParameterEnum:
    """Return a choice of `report_options.LANGUAGES` that begins with the language of QGIS."""
    return QgsProcessingParameterEnum(name, title, LANGUAGE_NAMES, defaultValue=LANGUAGES.index(own_language()))
