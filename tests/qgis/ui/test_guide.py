"""The user guide: complete in both languages, and its links lead somewhere."""

import re
from pathlib import Path

import pytest

pytest.importorskip("qgis.core")
from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QUrl

GUIDE = Path(__file__).parents[3] / "docs" / "guide"


@pytest.fixture
def window(application):
    from rsqi.ui.guide import GuideWindow

    found = GuideWindow()
    found.resize(500, 400)
    found.show()
    yield found
    found.deleteLater()


def headings(text):
    return re.findall(r"^#+ (.+)$", text, re.MULTILINE)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_links_to_headings_lead_somewhere(application, language):
    from rsqi.ui.guide import slug

    text = (GUIDE / f"{language}.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(#([^)]+)\)", text)
    assert links and set(links) <= {slug(title) for title in headings(text)}


def test_every_page_leads_to_its_section(application):
    from rsqi.ui.guide import SECTIONS

    titles = re.findall(r"^## (.+)$", (GUIDE / "en.md").read_text(encoding="utf-8"), re.MULTILINE)
    named = {"setup": "Set up", "words": "Find and ask", "scheme": "Score", "by hand": "Score", "models": "Learn"}
    for page, (number, *_) in SECTIONS.items():
        assert titles[number] == named.get(page, page.capitalize())


def test_both_languages_have_the_same_parts_and_pictures(application):
    texts = [(GUIDE / f"{language}.md").read_text(encoding="utf-8") for language in ("en", "zh")]
    pictures = [re.findall(r"images/(\w+)\.\w+\.jpg", text) for text in texts]
    assert len(headings(texts[0])) == len(headings(texts[1])) and pictures[0] == pictures[1]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_names_every_key_of_the_review(application, language):
    from rsqi.ui.review.keys import DEFAULTS

    text = (GUIDE / f"{language}.md").read_text(encoding="utf-8")
    keys = {name for command, name in DEFAULTS.items() if not command.startswith("type_")}
    assert {name for name in keys if f"**{name}**" not in text} == set()


def test_it_opens_in_the_language_of_qgis_and_goes_to_headings(window):
    assert "User guide" in window.toPlainText()
    window._follow(QUrl("#learn"))
    QgsApplication.processEvents()
    assert window.verticalScrollBar().value() > 0
    window._follow(QUrl("zh.md"))
    assert "用户指南" in window.toPlainText()


def test_algorithms_lead_to_the_guide(application):
    algorithm = QgsApplication.processingRegistry().algorithmById("rsqi:finetune")
    assert Path(QUrl(algorithm.helpUrl()).toLocalFile()).is_file()
