"""Every text of the interface has a complete Chinese translation, and it is found by every name of the locale."""

import ast
import re
import string
from pathlib import Path

import pytest
from qgis.core import QgsApplication

ROOT = Path(__file__).parents[3]


def sources():
    """Return every literal given to tr(), with the file it is in."""
    texts = {}
    rooms = (ROOT / name for name in ("bridge", "algorithms", "ui"))
    for path in [ROOT / "plugin.py", *(file for room in rooms for file in room.rglob("*.py"))]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr":
                texts[ast.literal_eval(node.args[0])] = path.name
    return texts


def fields(text):
    return sorted((name, spec) for _, name, spec, _ in string.Formatter().parse(text) if name)


def test_chinese_is_complete(application):
    from rsqi.bridge.i18n import catalogue

    chinese = catalogue("zh")
    texts = sources()
    assert len(texts) > 100
    assert {text: file for text, file in texts.items() if text not in chinese} == {}, "without translation"
    assert set(chinese) - set(texts) == set(), "translated, but used nowhere"
    assert "unfinished" not in (ROOT / "resources" / "i18n" / "rsqi_zh.ts").read_text(encoding="utf-8")


def test_chinese_keeps_the_placeholders(application):
    from rsqi.bridge.i18n import catalogue

    for source, translation in catalogue("zh").items():
        assert fields(source) == fields(translation), source
        assert re.search(r"[\u4e00-\u9fff]", translation) or source == translation, source


@pytest.mark.parametrize("locale", ["zh_CN", "zh-Hans", "zh", "zh_Hans_CN"])
def test_locale_of_chinese(application, monkeypatch, locale):
    from rsqi.bridge import i18n

    monkeypatch.setattr(QgsApplication, "locale", staticmethod(lambda: locale))
    assert i18n.tr("Cancel") == "取消"


def test_other_languages_stay_english(application, monkeypatch):
    from rsqi.bridge import i18n

    monkeypatch.setattr(QgsApplication, "locale", staticmethod(lambda: "de_DE"))
    assert i18n.tr("Cancel") == "Cancel"
