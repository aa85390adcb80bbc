"""The editor of schemes: an edit scores at once, and nonsense is refused."""

import json

import pytest
from qgis.PyQt.QtCore import Qt
from scored_layer import value, wait


def own_scheme(page, application):
    page.scheme_panel.copy()
    return page.scheme_panel.models


def edit(model, row, column, text, application):
    accepted = model.setData(model.index(row, column), text)
    application.processEvents()
    return accepted


def test_the_default_scheme_cannot_be_edited(page):
    model = page.scheme_panel.models["general"]
    assert not model.flags(model.index(2, 1)) & Qt.ItemFlag.ItemIsEditable
    assert "not the standard's text" in page.scheme_panel.title.text()


def test_an_edited_scheme_scores_at_once_and_can_be_undone(page, layer, application):
    page.set_layer(layer)
    models = own_scheme(page, application)
    assert edit(models["general"], 4, 1, "10", application)  # points of a C
    wait(application, lambda: value(page) == 80)
    page.scheme_panel.undo()
    wait(application, lambda: value(page) == 92)


@pytest.mark.parametrize(
    ("table", "row", "column", "text", "message"),
    [
        ("general", 2, 1, "-1", "A negative number"),
        ("general", 2, 1, "many", "'many' is not a number"),
        ("general", 6, 1, "0", "t has to be above 0"),
        ("general", 8, 1, "70", "limits of the grades have to fall"),
        ("rules", 0, 4, "", "'' is not a number"),
    ],
)
def test_nonsense_is_refused_where_it_is_written(page, application, table, row, column, text, message):
    model = own_scheme(page, application)[table]
    before = model.data(model.index(row, column))
    assert not edit(model, row, column, text, application)
    assert message in page.scheme_panel.message.text() and page.scheme_panel.message.isVisibleTo(page.scheme_panel)
    assert model.data(model.index(row, column)) == before


def test_shares_are_written_in_per_cent(page, application, tmp_path):
    model = own_scheme(page, application)["rules"]
    assert model.data(model.index(0, 4)) == "10"
    assert edit(model, 0, 4, "12,5 %", application)
    page.scheme_panel.export(tmp_path / "out.json")
    assert (
        json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["types"]["cloud"]["rules"][0]["above"] == 0.125
    )


def test_rules_are_added_moved_and_removed(page, application):
    model = own_scheme(page, application)["rules"]
    panel, count = page.scheme_panel, model.rowCount()
    panel.rule_view.setCurrentIndex(model.index(0, 1))
    panel.rule_buttons[0].click()
    assert model.rowCount() == count + 1 and model.data(model.index(1, 1)) == "A"
    assert edit(model, 1, 1, "D", application)
    panel.rule_view.setCurrentIndex(model.index(1, 1))
    panel.rule_buttons[2].click()
    assert model.data(model.index(0, 1)) == "D" and panel.rule_view.currentIndex().row() == 0
    panel.rule_buttons[1].click()
    assert model.rowCount() == count and model.data(model.index(0, 1)) == "A"


def test_a_removed_scheme_comes_back(page, application):
    from rsqi.bridge import schemes

    own_scheme(page, application)
    path = schemes.chosen()
    page.scheme_panel.remove()
    assert schemes.chosen() is None and not path.exists()
    page.scheme_panel.undo()
    assert schemes.chosen() == path and path.exists()


def test_a_wrong_file_is_not_imported(page, tmp_path):
    from rsqi.bridge import schemes

    (tmp_path / "wrong.json").write_text('{"format": 1}', encoding="utf-8")
    page.scheme_panel._add_scheme(lambda: schemes.import_scheme(tmp_path / "wrong.json"))
    assert "is missing" in page.scheme_panel.message.text() and schemes.own() == []
