"""What a report can be: its languages, its files, and how it is scored."""

from __future__ import annotations

from ..rsqi_core.scoring import MODES
from .i18n import language

LANGUAGES = ("zh", "en", "both")
LANGUAGE_NAMES = ["中文", "English", "中文 + English"]
SCORE_MODES = (None, *MODES)  # None: as the inspection was scored
ENDINGS = {"PDF": ".pdf", "HTML": ".html", "CSV": ".csv", "XLSX": ".xlsx", "SHAPEFILE": ".shp"}  # by output


def own_language() -> str:
    """Return the language of `LANGUAGES` that QGIS has: Chinese, else English."""
    return "zh" if language() == "zh" else "en"
