"""The page *Score*: it follows every edit, refuses nonsense in schemes, and judges images and lots."""

import json
import sqlite3
import time
from contextlib import closing

import pytest
from qgis.core import QgsGeometry, QgsProject, QgsRasterLayer, QgsRectangle, QgsSettings, QgsVectorLayer
from qgis.PyQt.QtCore import QEventLoop, Qt
from results import write_result


@pytest.fixture
def page(application, tmp_path, monkeypatch):
    """A page without any memory of earlier ones."""
    from rsqi.bridge import schemes
    from rsqi.ui.score.page import ScorePage

    monkeypatch.setattr(schemes, "folder", lambda: tmp_path / "schemes")
    for key in ("rsqi/scheme", "rsqi/score_mode", "rsqi/lot"):
        QgsSettings().remove(key)
    made = ScorePage(None)
    made.show()
    yield made
    made.stop()
    made.deleteLater()
    QgsProject.instance().clear()


@pytest.fixture
def layer(tmp_path):
    """A cloud of 2 % (C) and a hole of 400 pixels (C): 92 points."""
    return opened(write_result(tmp_path / "a.gpkg", (1, 100, 200), (10, 10, 10), inspected="cloud,pixel_missing"))


def opened(path):
    found = QgsVectorLayer(path if "|" in path else f"{path}|layername=errors", "errors", "ogr")
    assert found.isValid()
    return found


def wait(application, until):
    end = time.monotonic() + 90
    while not until() and time.monotonic() < end:
        application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
    assert until()


def value(page):
    return page.live_panel.score.value if page.live_panel.score else None


def change(layer, fid, **values):
    for name, new in values.items():
        layer.changeAttributeValue(fid, layer.fields().indexFromName(name), new)


def test_score_and_arithmetic_are_shown(page, layer, application):
    page.set_layer(layer)
    wait(application, lambda: value(page) == 92)
    panel = page.live_panel
    assert panel.card.score_label.text() == "92.0" and panel.card.grade_label.text() == "Excellent"
    assert panel.card.count_label.text() == "Errors found: 2 · not yet reviewed: 2"
    assert panel.card.lines_label.text() == "100 - (12×0 + 4×2 + 1×0)/1 - 42×0 = 92"
    assert [panel.table.item(0, column).text() for column in range(5)] == ["Cloud", "-4", "1C", "1", "20,000"]
    assert panel.table.item(1, 3).text() == "–" and "Not inspected: Shadow," in panel.gaps_text.text()


def test_a_journal_that_somebody_else_has_begun_hides_no_error(page, layer, application):
    page.set_layer(layer)
    wait(application, lambda: value(page) == 92)
    path = layer.source().split("|")[0]
    with closing(sqlite3.connect(path)) as other:  # as another QGIS in edit mode
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("UPDATE summary SET width = width")
        other.commit()
        page.live_panel.score = None
        layer.dataChanged.emit()
        wait(application, lambda: value(page) is not None)
        assert value(page) == 92


def test_every_edit_changes_the_score(page, layer, application):
    page.set_layer(layer)
    wait(application, lambda: value(page) == 92)
    layer.startEditing()
    change(layer, 1, status="rejected")
    wait(application, lambda: value(page) == 96)
    layer.changeGeometry(2, QgsGeometry.fromRect(QgsRectangle(500400, 3399500, 500500, 3399600)))  # 1 %: an A
    wait(application, lambda: value(page) == 58)
    assert "An A error rejects the image: Pixel Missing." in page.live_panel.card.lines_label.text()
    layer.deleteFeature(2)
    wait(application, lambda: value(page) == 100)
    layer.rollBack()
    wait(application, lambda: value(page) == 92)


def test_a_drawn_error_counts_before_and_after_it_is_saved(page, layer, application):
    page.set_layer(layer)
    wait(application, lambda: value(page) == 92)
    layer.startEditing()
    feature = next(layer.getFeatures())
    feature.setId(-1)
    feature["fid"], feature["category_id"], feature["status"] = None, 6, "added"
    assert layer.addFeature(feature)
    wait(application, lambda: value(page) == 80)
    assert layer.commitChanges()
    page.live.refresh()
    wait(application, lambda: not page.live._timer.isActive())
    assert value(page) == 80 and sum(part.count for part in page.live_panel.score.by_type.values()) == 3


def test_outdated_severities_are_written_when_asked(page, layer, application):
    page.set_layer(layer)
    wait(application, lambda: value(page) == 92)
    assert page.live_panel.outdated_row.isVisible()
    page.live_panel.update_button.click()
    wait(application, lambda: not page.live_panel.outdated_row.isVisible())
    assert [(f["severity"], f["penalty"]) for f in layer.getFeatures()] == [("C", 4), ("C", 4)]
    assert not layer.isEditable()
    summary = next(opened(layer.source().replace("layername=errors", "layername=summary")).getFeatures())
    assert [summary[name] for name in ("score", "error_count", "count_cloud")] == [92, 2, 1]


def test_the_mode_is_chosen_and_remembered(page, layer, application):
    from rsqi.bridge import schemes

    page.set_layer(layer)
    wait(application, lambda: value(page) == 92)
    page.live_panel.mode_box.setCurrentIndex(1)
    page.live_panel.mode_box.activated.emit(1)
    wait(application, lambda: value(page) == pytest.approx(100 - 2 * 2 - 200 * 100 * 1e-4, abs=0.02))
    assert schemes.mode() == "area"


def test_without_a_summary_the_image_is_asked_for(page, tmp_path, raster, application):
    page.set_layer(opened(write_result(tmp_path / "b.gpkg", (1, 40, 25), summary=False)))
    assert page.live_panel.raster_row.isVisible() and page.live_panel.score is None
    image = QgsRasterLayer(str(raster), "image")
    QgsProject.instance().addMapLayer(image)
    page.live_panel.raster_box.setLayer(image)
    wait(application, lambda: value(page) == 58)  # 20 % of the image


def test_a_page_that_is_stopped_hears_nothing(page, layer, application):
    page.set_layer(layer)
    wait(application, lambda: value(page) == 92)
    page.stop()
    layer.startEditing()
    change(layer, 1, status="rejected")
    application.processEvents()
    assert not page.live._timer.isActive()
    layer.rollBack()


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


def test_the_image_is_checked(page, raster, application):
    QgsProject.instance().addMapLayer(QgsRasterLayer(str(raster), "image"))
    page.image_panel.run()
    wait(application, lambda: page.image_panel._run is None)
    table = page.image_panel.table
    results = {table.item(row, 0).text(): table.item(row, 3).text() for row in range(table.rowCount())}
    assert results["Dark clipping"] == "passed" and results["Cloud cover"] == "not measured"


def test_a_lot_is_judged_as_its_results_come_in(page, tmp_path, application):
    panel = page.lot_panel
    panel.size_box.setValue(20)
    assert panel.plan.text() == "Inspect 3 of the 20 images in detail."
    files = [write_result(tmp_path / f"{name}.gpkg", (1, 100, 200)) for name in "abc"]
    panel.add(files[:2])
    wait(application, lambda: len(panel._units) == 2 and panel._run is None)
    assert "No verdict yet: 1 more to inspect." in panel.plan.text() and not panel.card.isVisibleTo(panel)
    panel.add(files[2:])
    wait(application, lambda: len(panel._units) == 3 and panel._run is None)
    assert panel.card.grade_label.text() == "Excellent" and panel.card.score_label.text() == "96.0"
    panel.size_box.setValue(1500)
    assert "750 (56), 750 (56)" in panel.plan.text()


def test_a_sample_is_drawn_and_waits_for_its_results(page, tmp_path, application):
    panel = page.lot_panel
    images = [str(tmp_path / f"{n:02}.tif") for n in range(30)]
    panel.draw_sample(images, "2026-11-21")
    drawn = [path for path, _ in panel.files()]
    assert len(drawn) == 5 and set(drawn) <= set(images) and panel.size_box.value() == 30
    assert "Drawn with the key 2026-11-21." in panel.plan.text() and panel.table.item(0, 3).text() == "to inspect"
    for path in drawn:
        write_result(path.replace(".tif", "_rsqi.gpkg"))
    panel.score_anew()
    wait(application, lambda: len(panel._units) == 5 and panel._run is None)
    assert panel.card.grade_label.text() == "Excellent"


def test_a_lot_is_kept_for_the_next_time(page, tmp_path, application):
    from rsqi.ui.score.lot_panel import LotPanel

    page.lot_panel.draw_sample([str(tmp_path / f"{n}.tif") for n in range(4)], "key")
    kept = LotPanel()
    assert kept.files() == page.lot_panel.files() and kept.size_box.value() == 4 and "key" in kept.plan.text()


def test_a_file_that_is_no_result_is_named_and_stops_no_other(page, tmp_path, application):
    (tmp_path / "other.gpkg").write_bytes(b"")
    page.lot_panel.add([str(tmp_path / "other.gpkg"), write_result(tmp_path / "a.gpkg")])
    wait(application, lambda: len(page.lot_panel._units) == 1 and page.lot_panel._run is None)
    assert page.lot_panel.table.item(0, 3).text() == "not readable"
    assert "other.gpkg is no result" in page.lot_panel.message.text()
