"""The live score: it follows every edit."""

import sqlite3
from contextlib import closing

import pytest
from qgis.core import QgsGeometry, QgsProject, QgsRasterLayer, QgsRectangle
from results import write_result
from scored_layer import change, opened, value, wait


def test_score_and_arithmetic_are_shown(page, layer, application):
    page.set_layer(layer)
    wait(application, lambda: value(page) == 92)
    panel = page.live_panel
    assert panel.card.score_label.text() == "92.0" and panel.card.grade_label.text() == "Excellent"
    assert panel.card.count_label.text() == "Errors found: 2 · not yet reviewed: 2"
    assert panel.card.lines_label.text() == "100 - (12×0 + 4×2 + 1×0)/1 - 42×0 = 92"
    assert [panel.table.item(0, column).text() for column in range(5)] == ["Cloud", "-4", "1C", "1", "20,000"]
    assert panel.table.item(1, 3).text() == "–" and "Not inspected: Shadow," in panel.gaps_text.text()


def test_where_nothing_was_inspected_no_score_is_shown(page, application, tmp_path):
    page.set_layer(opened(write_result(tmp_path / "b.gpkg", inspected="")))
    card = page.live_panel.card
    wait(application, lambda: card.isVisible())
    assert (card.score_label.text(), card.grade_label.text()) == ("–", "Not scored")
    assert card.lines_label.text() == "No score: nothing was inspected."
    assert "Cloud, Shadow" in page.live_panel.gaps_text.text()


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


def test_a_layer_without_errors_is_scored_and_then_left_alone(page, layer, application):
    layer.startEditing()
    layer.deleteFeatures(layer.allFeatureIds())
    assert layer.commitChanges()
    page.set_layer(layer)
    wait(application, lambda: value(page) == 100)
    wait(application, lambda: not page.live._timer.isActive())
    assert not page.live._timer.isActive(), "each look at the empty layer would call for the next"


def test_an_image_is_proposed_once_even_if_it_is_none(page, monkeypatch):
    from rsqi.ui.score import live_panel

    panel, asked = page.live_panel, []
    monkeypatch.setattr(live_panel, "image_below", lambda layer: asked.append(layer))
    monkeypatch.setattr(panel.raster_box, "setLayer", lambda layer: panel._show_reason("no image"))
    panel._show_reason("no image")
    assert len(asked) == 1 and not panel.hint.isHidden()
