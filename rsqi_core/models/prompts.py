"""The words that stand for each region type: a file in the model folder that anybody may edit, else RSQI's own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import ModelError
from ..files.atomic import whole_file
from ..resources import path as resource
from ..taxonomy import REGION_TYPES
from .checkpoints import read_json

PROMPTS = "prompts.json"
LANGUAGES = {"zh": ("zh",), "en": ("en",), "both": ("zh", "en")}
BACKGROUND = "background"
THRESHOLD = 0.5  # probability of a pixel, for a type that the file sets none for

_CODES = tuple(t.code for t in REGION_TYPES)


@dataclass(frozen=True)
class Prompts:
    """Texts and thresholds.

    Attributes
    ----------
    file : pathlib.Path
        Where they were read.
    texts : dict
        By code of a region type, and by `BACKGROUND`: the texts whose mean stands for it. A type without texts is not
        looked for.
    thresholds : dict
        Probability 0-1 of a pixel by code, for those that the file sets.
    """

    file: Path
    texts: Mapping[str, tuple[str, ...]]
    thresholds: Mapping[str, float] = field(default_factory=dict)

    def threshold(self, code: str) -> float:
        """Return the probability from which a pixel is of a type."""
        return self.thresholds.get(code, THRESHOLD)


def read_prompts(*folders: Path) -> Prompts:
    """Read ``prompts.json`` of the first folder that has one, else RSQI's own.

    Raises
    ------
    ModelError
        Says what in the file makes no sense.
    """
    own = (folder / PROMPTS for folder in folders)
    file = next((file for file in own if file.exists()), resource("prompts", "default.json"))
    values = read_json(file)
    language, types = values.get("language", "en"), values.get("types", {})
    if language not in LANGUAGES:
        raise ModelError(f"{file}: language '{language}' is not one of {', '.join(LANGUAGES)}")
    if not isinstance(types, dict) or (unknown := sorted(set(types) - set(_CODES))):
        said = f"'{unknown[0]}' is no region type" if isinstance(types, dict) else "types must be an object"
        raise ModelError(f"{file}: {said}; the types are {', '.join(_CODES)}")
    given = {**types, BACKGROUND: values.get(BACKGROUND, {})}
    texts = {code: _texts(file, code, value, LANGUAGES[language]) for code, value in given.items()}
    if not any(texts[code] for code in types):
        raise ModelError(f"{file}: holds no text in language '{language}'; write some, or set another language")
    return Prompts(file, {code: found for code, found in texts.items() if found}, _thresholds(file, values))


def write_thresholds(prompts: Prompts, folder: Path, thresholds: Mapping[str, float]) -> Path:
    """Write the prompts with other thresholds as ``prompts.json`` of a model folder; return the file."""
    values = {**read_json(prompts.file), "thresholds": {code: round(t, 3) for code, t in thresholds.items()}}
    target = folder / PROMPTS
    with whole_file(target, "the prompts") as part:
        part.write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return target


def _texts(file: Path, code: str, value: Any, languages: tuple[str, ...]) -> tuple[str, ...]:
    lists = [value.get(language, []) for language in languages] if isinstance(value, dict) else [value]
    texts = [text for each in lists for text in (each if isinstance(each, list) else [each])]
    if not all(isinstance(text, str) for text in texts):
        raise ModelError(f'{file}: {code} must hold texts by language, such as {{"en": ["a cloud"]}}')
    return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))


def _thresholds(file: Path, values: Mapping[str, Any]) -> dict[str, float]:
    given = values.get("thresholds") or {}
    try:
        found = {code: float(value) for code, value in given.items()}
    except (AttributeError, TypeError, ValueError):
        raise ModelError(f"{file}: thresholds must be numbers by type") from None
    for code, value in found.items():
        if code not in _CODES or not 0 < value < 1:
            said = "give a region type and a number between 0 and 1"
            raise ModelError(f"{file}: threshold {value:g} of '{code}': {said}")
    return found
