"""Where the plugin's own files lie."""

from __future__ import annotations

from pathlib import Path

PLUGIN_FOLDER = Path(__file__).parent.parent
ICONS = PLUGIN_FOLDER / "resources" / "icons"
STYLES = PLUGIN_FOLDER / "resources" / "styles"
TRANSLATIONS = PLUGIN_FOLDER / "resources" / "i18n"


def guide_path(language: str) -> Path:
    """Return the user guide: the Chinese one for ``"zh"``, else the English one."""
    return PLUGIN_FOLDER / "docs" / "guide" / ("zh.md" if language == "zh" else "en.md")
