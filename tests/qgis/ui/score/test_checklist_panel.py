"""The tab *By hand*: verdicts of a person and of Processing algorithms, in file and score."""

import sqlite3
from contextlib import closing

import pytest
from qgis.core import QgsFeatureRequest, QgsSettings
from results import write_result
from scored_layer import opened, value, wait


@pytest.fixture
def panel(page, layer, application):
    """The panel with a layer of 92 points."""
    QgsSettings().setValue("rsqi/reviewer", "Li")
    page.set_layer(layer)
    wait(application, lambda: value(page) == 92)
    page.tabs.setCurrentWidget(page.checklist_panel)
    yield page.checklist_panel
    QgsSettings().remove("rsqi/reviewer")


def rows(layer, columns="code, verdict, severity, defects, judged_by", table="checklist"):
    with closing(sqlite3.connect(layer.source().split("|")[0])) as database:
        return database.execute(" ".join(("SELECT", columns, "FROM", table))).fetchall()


def press(panel, code, verdict, severity=""):
    panel.choose(code)
    panel.bar.buttons[verdict, severity].click()


def table_rows(page):
    """Points and severities of the rows that the table of the score shows."""
    table = page.live_panel.table
    shown = [row for row in range(table.rowCount()) if not table.isRowHidden(row)]
    assert sum(map(table.rowHeight, shown)) < table.maximumHeight(), "no row is cut"
    return {table.item(row, 0).text(): [table.item(row, column).text() for column in (1, 2)] for row in shown}


def test_a_verdict_is_in_the_score_the_file_and_the_tree(page, panel, layer, application):
    from rsqi.rsqi_core.scoring.checklist_file import load_list

    press(panel, "naming", "defect", "C")
    wait(application, lambda: value(page) == 88)
    assert ("naming", "defect", "C", 1, "Li") in rows(layer)
    assert [code for code, *_ in rows(layer)] == [item.code for item in load_list()]
    wait(application, lambda: rows(layer, "score", "summary") == [(88.0,)])
    assert page.live_panel.card.count_label.text() == "Errors found: 2 · not yet reviewed: 2"
    assert table_rows(page)["By hand"] == ["-4", "1C"] and table_rows(page)["Total"] == ["-12", "3C"]
    panel.bar.count_box.setValue(3)
    wait(application, lambda: value(page) == 80)
    assert panel.tree.currentItem().text(1) == "C × 3"
    press(panel, "crs", "defect", "A")
    wait(application, lambda: value(page) == 38)
    assert "An A defect of the checklist rejects the image" in page.live_panel.card.lines_label.text()
    press(panel, "crs", "defect", "A")  # again: it is taken back
    press(panel, "naming", "met")
    wait(application, lambda: value(page) == 92)
    assert "By hand" not in table_rows(page)
    panel.bar.comment_box.setText("as agreed in May")
    panel.bar.comment_box.editingFinished.emit()
    assert rows(layer, "comment").count(("as agreed in May",)) == 1


def test_another_layer_brings_its_own_verdicts(page, panel, layer, application, tmp_path):
    press(panel, "naming", "defect", "B")
    wait(application, lambda: value(page) == 80)
    page.set_layer(opened(write_result(tmp_path / "b.gpkg")))
    wait(application, lambda: value(page) == 100)
    assert not any(each.verdict for each in panel.judged())
    page.set_layer(opened(layer.source()))
    wait(application, lambda: value(page) == 80)
    panel.choose("naming")
    assert panel.current().severity == "B" and panel.bar.buttons["defect", "B"].isChecked()


def test_a_locked_file_keeps_its_verdicts_and_says_so(page, panel, layer, application):
    with closing(sqlite3.connect(layer.source().split("|")[0])) as other:
        other.execute("BEGIN IMMEDIATE")
        press(panel, "naming", "defect", "C")
        assert "in use by another program" in panel.status.text()
        other.execute("ROLLBACK")
    assert panel.current().verdict == "" and not panel.bar.buttons["defect", "C"].isChecked()
    press(panel, "naming", "met")
    assert panel.status.text() == "" and panel.current().verdict == "met"


def add(panel, check=None, code="own", **more):
    from dataclasses import replace

    from rsqi.bridge import checklist
    from rsqi.rsqi_core.scoring.checklist import AlgorithmCheck

    item = replace(panel.judged()[0].item, code=code, check=AlgorithmCheck(**check) if check else None, **more)
    checklist.save_items([*(each.item for each in panel.judged()), item])
    panel.show_list()
    panel.choose(code)


@pytest.mark.parametrize(
    ("met", "verdict"),
    [
        ({"output": "ERROR_COUNT", "bound": "equals", "limit": 2}, "met"),
        ({"output": "ERROR_COUNT", "bound": "above", "limit": 2}, "defect"),
        ({}, "met"),
    ],
)
def test_an_algorithm_gives_the_verdict(panel, application, met, verdict):
    parameters = {"INPUT": "@errors"}
    add(panel, {"id": "rsqi:score", "parameters": parameters, **met}, severity="B")
    panel.bar.run_button.click()
    wait(application, lambda: panel.current().verdict)
    assert panel.current().verdict == verdict and panel.status.text() == ""
    if met:
        assert panel.bar.outcome.text() == "ERROR_COUNT = 2"
    assert panel.current().severity == ("B" if verdict == "defect" else "")


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ({"id": "no:such"}, "There is no Processing algorithm no:such here"),
        ({"id": "rsqi:score", "parameters": {"INPUT": "nowhere.gpkg"}}, ""),
        (
            {
                "id": "rsqi:score", "parameters": {"INPUT": "@errors"},
                "output": "X", "bound": "above", "limit": 1,
            },
            "rsqi:score has given no X",
        ),
    ],
)  # fmt: skip
def test_an_algorithm_that_fails_is_one_line_and_no_verdict(panel, application, check, words):
    add(panel, check)
    panel.bar.run_button.click()
    wait(application, lambda: panel.status.text() and panel._run is None)
    assert words in panel.status.text() and "\n" not in panel.status.text()
    assert panel.current().verdict == ""


def test_the_list_is_edited_for_the_scheme_in_use(panel, application, tmp_path):
    from rsqi.bridge import checklist, schemes
    from rsqi.ui.score.item_dialog import ItemDialog

    dialog = ItemDialog(None, panel._elements(), panel.judged()[0].item.element, panel)
    dialog.accept()
    assert "This cannot be taken" in dialog.problem.text()  # it has no text
    dialog.text_box.setText("The order number is on the sheet")
    dialog.algorithm_box.setText("native:a")
    dialog.parameters_box.setPlainText("{")
    dialog.accept()
    assert "This cannot be taken" in dialog.problem.text()
    dialog.parameters_box.setPlainText("{}")
    panel._take(dialog.item({each.item.code for each in panel.judged()}), None)
    assert panel.current().item.text["en"] == "The order number is on the sheet"
    assert checklist.own_file().is_file() and checklist.own_file() not in schemes.own()
    panel._remove()
    assert not any("order number" in each.item.text["en"] for each in panel.judged())
    press(panel, "crs", "met")
    panel._remove()
    assert "take the verdict back" in panel.status.text()
    checklist.restore_items()
    assert not checklist.own_file().exists()


def test_a_damaged_list_is_one_line(panel, application):
    from rsqi.bridge import checklist

    checklist.own_file().parent.mkdir(parents=True, exist_ok=True)
    checklist.own_file().write_text("{", encoding="utf-8")
    panel.show_list()
    assert "not valid JSON" in panel.status.text()


def test_a_layer_in_no_geopackage_says_that_nothing_is_kept(page, application, tmp_path):
    layer = opened(write_result(tmp_path / "c.gpkg", (1, 10, 10))).materialize(QgsFeatureRequest())
    page.set_layer(layer)
    press(page.checklist_panel, "crs", "met")
    assert "lies in no GeoPackage" in page.checklist_panel.status.text()
    assert page.checklist_panel.current().verdict == "met"


def test_score_and_lot_algorithms_charge_the_defects(panel, layer, page, application):
    from runner import run

    press(panel, "naming", "defect", "B")
    wait(application, lambda: value(page) == 80)
    results, _ = run(application, "score", {"INPUT": layer})
    assert results["SCORE"] == 80
