"""Interface texts: English in the source, other languages read straight from ``resources/i18n/rsqi_<language>.ts``."""

from __future__ import annotations

from functools import cache

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QFile, QIODevice, QXmlStreamReader

from .paths import TRANSLATIONS


def language(locale: str | None = None) -> str:
    """Return the language of a locale name, by default of QGIS: ``zh-Hans``, ``zh_CN`` and ``zh`` all give ``zh``."""
    return (locale or QgsApplication.locale()).replace("-", "_").split("_")[0].lower()


@cache
def catalogue(lang: str) -> dict[str, str]:
    """Return source text -> translation for `lang`; empty when there is no such .ts file.

    The .ts file itself is read, so that no compiled file can be missing or out of date.
    """
    file = QFile(str(TRANSLATIONS / f"rsqi_{lang}.ts"))
    if not file.exists() or not file.open(QIODevice.OpenModeFlag.ReadOnly):
        return {}
    texts: dict[str, str] = {}
    source = ""
    reader = QXmlStreamReader(file)
    while not reader.atEnd():
        reader.readNext()
        if not reader.isStartElement():
            continue
        if reader.name() == "source":
            source = reader.readElementText()
        elif reader.name() == "translation":
            translation = reader.readElementText()
            if translation:
                texts[source] = translation
    file.close()
    return texts


def tr(text: str) -> str:
    """Return `text` in the language of QGIS, or as it is when there is no translation."""
    return catalogue(language()).get(text, text)
