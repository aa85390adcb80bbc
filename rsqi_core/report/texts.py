"""The words of a report, in Chinese, English or both, and how its numbers are printed."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Mapping

from .. import resources
from ..errors import ParameterError
from ..taxonomy import ErrorType
from .content import Text

LANGUAGES = {"zh": ("zh",), "en": ("en",), "both": ("zh", "en")}


class Words:
    """Texts in the languages of one report.

    Parameters
    ----------
    lang : {"zh", "en", "both"}

    Raises
    ------
    ParameterError
        Another language.
    """

    def __init__(self, lang: str):
        if lang not in LANGUAGES:
            raise ParameterError(f"report language '{lang}' is not one of {', '.join(LANGUAGES)}")
        self.languages = LANGUAGES[lang]
        self._texts = load("texts")

    def __call__(self, key: str, *values: Any) -> Text:
        """Return the text named `key` with its gaps filled; a value may itself be a text in these languages."""
        return tuple(
            self._texts[key][lang].format(*(value[n] if isinstance(value, tuple) else value for value in values))
            for n, lang in enumerate(self.languages)
        )

    def of(self, texts: Mapping[str, str]) -> Text:
        """Return what is given by language."""
        return tuple(texts[lang] for lang in self.languages)

    def name(self, error_type: ErrorType) -> Text:
        """Return the name of an error type."""
        return tuple(getattr(error_type, lang) for lang in self.languages)

    def join(self, parts: list[Text], separator: Mapping[str, str] | None = None) -> Text:
        """Return several texts as one, with the marks of each language between."""
        marks = separator or {"zh": "、", "en": ", "}
        return tuple(marks[lang].join(part[n] for part in parts) for n, lang in enumerate(self.languages))


@cache
def load(name: str) -> dict[str, Any]:
    """Return a JSON file of ``resources/report``."""
    return json.loads(resources.path("report", f"{name}.json").read_text(encoding="utf-8"))


def number(value: float) -> str:
    """Return an area or the like in at most four figures, all of them from a thousand on."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"


def points(value: float) -> str:
    """Return deducted points; a dash for none."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "–"


def share(value: float) -> str:
    """Return a share as per cent."""
    return f"{100 * value:.3f} %"
