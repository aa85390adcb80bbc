"""The checks of a whole image in words, in the language of QGIS."""

from __future__ import annotations

from ..rsqi_core.image_checks import MEANINGS, NAMES, Check
from .i18n import language, tr


def check_name(code: str) -> str:
    """Return the name of a check."""
    return NAMES[code]["zh" if language() == "zh" else "en"]


def check_help(code: str) -> str:
    """Return how a check measures."""
    return MEANINGS[code]["zh" if language() == "zh" else "en"]


def result_text(check: Check) -> str:
    """Return whether the check passed."""
    return {True: tr("passed"), False: tr("failed"), None: tr("not measured")}[check.passed]
