"""The page *Review* as it is used: keys on the map and in the list, edits by QGIS's tools, and nothing left behind."""

import shutil
import sqlite3
import time
from contextlib import closing, contextmanager

import pytest
from qgis.core import (
    NULL,
    QgsApplication,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayerUtils,
)
from qgis.gui import QgsGui, QgsMapToolPan
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAction, QApplication, QLabel, QPushButton
from review_scene import Iface, add_seam, box, layer_of, painted, stored

KEY = Qt.Key


@pytest.fixture
def page(path):
    from rsqi.bridge import layer_style
    from rsqi.bridge.live_score import LiveScore
    from rsqi.ui.review.page import ReviewPage

    iface = Iface()
    page = ReviewPage(iface, LiveScore())
    page.iface = iface
    layer = layer_of(path)
    layer_style.apply(layer, "errors")
    QgsProject.instance().addMapLayer(layer)
    page.set_layer(layer)
    page.show()
    yield page
    page.stop()
    page.deleteLater()
    QgsProject.instance().clear()
    iface.window.deleteLater()


def press(page, *keys, on=None):
    for key in keys:
        QTest.keyClick(on or page.iface.canvas, key)
        QApplication.processEvents()


def until(condition, seconds=5):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.01)
    return condition()


def states(path):
    return [row["status"] for _, row in sorted(stored(path).items())]


def test_keys_on_the_map_judge_and_go_on(page, path):
    assert page.list.fid == 1
    press(page, KEY.Key_A)
    assert page.list.fid == 3, "the next unreviewed one of the list, which is sorted by type"
    press(page, KEY.Key_X, KEY.Key_2)
    assert states(path) == ["accepted", "unreviewed", "rejected", "corrected"] and page.list.fid == 2
    QTest.keyClick(page.iface.canvas, KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert states(path)[3] == "unreviewed" and page.list.fid == 4, "undo returns to what it took back"


def test_next_and_previous_stop_at_the_ends(page):
    press(page, KEY.Key_N, KEY.Key_N)
    assert page.list.fid == 4
    press(page, KEY.Key_N, KEY.Key_N, KEY.Key_P, on=page.list)
    assert page.list.fid == 4


def test_a_text_field_keeps_its_letters(page, path):
    for field in (page.filter_bar.search_box, page.comment_box, page.reviewer_box):
        field.setFocus()
        QTest.keyClicks(field, "ax4")
        assert field.text() == "ax4"
        page.filter_bar.search_box.clear()
    assert set(states(path)) == {"unreviewed"}


def test_keys_rest_while_the_page_is_hidden(page, path):
    page.hide()
    press(page, KEY.Key_A)
    assert set(states(path)) == {"unreviewed"}


def test_one_verdict_for_many_is_one_step_back(page, path):
    page.list.selectAll()
    page.run_command("reject")
    assert set(states(path)) == {"rejected"}
    page.run_command("undo")
    assert set(states(path)) == {"unreviewed"}


def test_a_list_of_the_unreviewed_shrinks_while_it_is_walked(page):
    page.filter_bar.status_box.setCurrentIndex(1)
    page.run_command("accept")
    assert page.list.table.order == [3, 4, 2] and page.list.fid == 3
    assert page.progress_line.label.text() == "1 of 4 reviewed, 3 in the list, 1 hidden"


def test_only_errors_in_the_map_view_are_listed_as_a_person_moves_the_map(page):
    canvas = page.iface.canvas
    canvas.setExtent(box(80, 80, 60, 60).boundingBox())
    page.filter_bar.view_box.setChecked(True)
    assert page.list.table.order == [1]
    assert page.progress_line.label.text() == "0 of 4 reviewed, 1 in the list, 3 hidden"
    canvas.setExtent(box(0, 0, 310, 310).boundingBox())
    assert until(lambda: page.list.table.order == [1, 2])
    page.go_to(2)
    page.run_command("zoom")
    QTest.qWait(300)
    assert page.list.table.order == [1, 2], "going to an error is no choice of a view"
    page.filter_bar.view_box.setChecked(False)
    assert len(page.list.table.order) == 4


def test_a_comment_stays_with_its_error(page, path):
    page.comment_box.setText("roof, no cloud")
    QTest.keyClick(page.comment_box, KEY.Key_Return)
    page.run_command("next")
    assert stored(path, 1)["comment"] == "roof, no cloud" and page.comment_box.text() == ""


def test_deductions_follow_a_verdict_into_the_file(page, path):
    heard = []
    page.changed.connect(lambda: heard.append(stored(path, 1)["penalty"]))
    page.run_command("reject")
    assert until(lambda: stored(path, 1)["penalty"] == 0)
    assert heard[0] == 1.0 and heard[-1] == 0, "the score hears of the verdict, then of the deductions"
    assert stored(path, 3)["edited_by"] == NULL, "a deduction is no edit"


def test_looking_changes_no_file(page, path):
    before = stored(path)
    until(lambda: False, 0.5)
    assert stored(path) == before


def test_what_somebody_else_does_is_shown(page, path):
    from rsqi.ui.review.decisions import Decisions

    other = Decisions()
    other.set_layer(layer_of(path))
    other.reject([4])
    other.set_layer(None)
    assert until(lambda: page.list.table.rows[4].status == "rejected")


# Edits by QGIS's own tools


def draw(page, geometry):
    """Add a polygon as QGIS's tool does."""
    layer = page.decisions.layer
    geometry.convertToMultiType()
    feature = QgsVectorLayerUtils.createFeature(layer, geometry)
    layer.beginEditCommand("Add feature")
    layer.addFeature(QgsFeature(feature))
    layer.endEditCommand()
    QApplication.processEvents()


def test_a_drawn_error_is_complete_and_saved_at_once(page, path):
    page.iface.add_tool("mActionAddFeature")
    press(page, KEY.Key_D, KEY.Key_0)
    assert "Pixel Missing" in page.mode_label.text()
    draw(page, box(700, 700, 30, 20))
    row = stored(path, 5)
    assert (row["category_id"], row["label"], row["status"], row["source"]) == (10, "像素缺失", "added", "technician")
    assert row["area_m2"] == pytest.approx(600, rel=2e-3) and row["edited_by"]
    press(page, KEY.Key_5)
    assert (stored(path, 5)["category_id"], stored(path, 5)["status"]) == (5, "added"), "the type may come after"
    press(page, KEY.Key_Escape)
    assert not page.tools.digitising.mode and not page.decisions.layer.isEditable()
    page.run_command("undo")
    page.run_command("undo")
    assert stored(path, 5) is None


def test_a_reshaped_error_is_measured_anew(page, path):
    layer = page.decisions.layer
    layer.startEditing()
    shape = box(100, 100, 40, 20)
    shape.convertToMultiType()
    layer.changeGeometry(1, shape)
    QApplication.processEvents()
    row = stored(path, 1)
    assert row["area_m2"] == pytest.approx(800, rel=2e-3) and row["status"] == "corrected" and row["edited_by"]
    page.run_command("undo")
    assert layer_of(path).getFeature(1).geometry().area() == pytest.approx(400)
    assert stored(path, 1)["status"] == "unreviewed"


def test_both_parts_of_a_split_error_are_errors_of_its_type(page, path):
    layer = page.decisions.layer
    layer.startEditing()
    layer.splitFeatures([QgsPointXY(500110, 3400000), QgsPointXY(500110, 3400200)])
    QApplication.processEvents()
    rows = stored(path)
    assert len(rows) == 5 and rows[5]["category_id"] == 1 and rows[5]["source"] == "model"
    assert {rows[1]["status"], rows[5]["status"]} == {"corrected"}
    assert rows[1]["area_m2"] == pytest.approx(200, rel=2e-3) == rows[5]["area_m2"]
    page.run_command("undo")
    assert len(stored(path)) == 4 and layer_of(path).getFeature(1).geometry().area() == pytest.approx(400)


def test_a_deleted_error_comes_back_under_its_number(page, path):
    layer, before = page.decisions.layer, stored(path)
    layer.startEditing()
    layer.deleteFeature(3)
    QApplication.processEvents()
    assert 3 not in stored(path) and 3 not in page.list.table.rows
    page.run_command("undo")
    assert stored(path) == before


def test_the_form_changes_the_names_with_the_type(page, path):
    layer = page.decisions.layer
    layer.startEditing()
    layer.changeAttributeValue(1, layer.fields().indexFromName("category_id"), 6)
    layer.changeAttributeValue(2, layer.fields().indexFromName("comment"), "one pixel")
    QApplication.processEvents()
    rows = stored(path)
    assert (rows[1]["label_en"], rows[1]["status"]) == ("Distortion", "corrected")
    assert (rows[2]["comment"], rows[2]["status"]) == ("one pixel", "unreviewed")


# Around it


def test_blocks_seen_by_key_are_counted(page):
    press(page, KEY.Key_B, KEY.Key_B)
    assert "1 of 4 seen" in page.block_bar.progress_label.text()
    QTest.keyClick(page.iface.canvas, KEY.Key_B, Qt.KeyboardModifier.ShiftModifier)
    assert page.block_bar.seen_box.isChecked()


def test_what_is_selected_on_the_map_is_selected_in_the_list(page):
    page.decisions.layer.selectByIds([3, 4])
    assert page.list.selected() == [3, 4]


def test_stopping_leaves_nothing_behind(page, path):
    canvas, layer = page.iface.canvas, page.decisions.layer
    page.run_command("zoom")
    page.block_bar.heat_box.setCurrentIndex(2)
    page.filter_bar.slider.setValue(80)
    assert until(lambda: "confidence" in layer.renderer().classAttribute())
    items = len(canvas.scene().items())
    page.stop()
    press(page, KEY.Key_A)
    assert set(states(path)) == {"unreviewed"}
    assert layer.renderer().classAttribute() == "category_id"
    assert len(canvas.scene().items()) == items - 1 and list(QgsProject.instance().mapLayers()) == [layer.id()]


def test_without_a_layer_the_page_says_what_to_do(page):
    page.set_layer(None)
    assert page._stack.currentIndex() == 0 and page.list.table.order == []
    press(page, KEY.Key_A, KEY.Key_D, KEY.Key_B)


# The map


def menu_at(page, place):
    """Ask for the map's menu at a place, as QGIS does before it shows it; return its texts."""
    from qgis.PyQt.QtWidgets import QMenu

    class Event:
        def mapPoint(self):
            return place

    menu = QMenu()
    menu.addAction("QGIS's own")
    page.map_choice.extend_menu(menu, Event())
    return menu, [action.text().partition("\t")[0] for action in menu.actions() if not action.isSeparator()]


def test_nothing_is_painted_over_the_error_under_judgement(page):
    layer = page.decisions.layer
    page.run_command("zoom")
    assert painted(layer) == [2, 3, 4] and layer.opacity() < 0.6, "the others are faint"
    page.go_to(3)
    assert until(lambda: painted(layer) == [1, 2, 4])
    page.filter_bar.slider.setValue(65)
    assert until(lambda: painted(layer) == [1])
    page.filter_bar.slider.setValue(0)
    assert until(lambda: painted(layer) == [1, 2, 4])
    page.run_command("block")
    assert painted(layer) == [1, 2, 3, 4] and layer.opacity() == 1, "a block is looked at with all its errors"
    page.go_to(2)
    assert until(lambda: painted(layer) == [1, 3, 4])
    page.iface.add_tool("mActionReshapeFeatures")
    page.run_command("reshape")
    assert painted(layer) == [1, 2, 3, 4], "QGIS's tools see only what is drawn"
    page.run_command("leave")
    assert painted(layer) == [1, 3, 4]
    page.set_layer(None)
    assert painted(layer) == [1, 2, 3, 4] and layer.opacity() == 1
    assert layer.renderer().classAttribute() == "category_id"


def test_nothing_is_painted_over_the_seam_under_judgement(page, path):
    from rsqi.bridge import layer_style

    seams = add_seam(path, 3, QgsGeometry.fromWkt("LINESTRING(500500 3400510, 500520 3400510)"))
    layer_style.apply(seams, "seams")
    rules = [rule.filterExpression() for rule in seams.renderer().rootRule().children()]
    QgsProject.instance().addMapLayer(seams)
    page.go_to(1)
    assert until(lambda: seams.opacity() < 0.6) and painted(seams) == [1], "the line of another error is faint"
    page.go_to(3)
    assert until(lambda: painted(seams) == [])
    page.hide()
    assert painted(seams) == [1] and seams.opacity() == 1
    assert [rule.filterExpression() for rule in seams.renderer().rootRule().children()] == rules


def marked(page):
    """The middle of what the map outlines as the error under judgement, None where it outlines nothing."""
    geometry = page.navigator._outline.asGeometry()
    return None if geometry.isEmpty() else geometry.boundingBox().center()


def test_what_a_filter_leaves_is_what_the_map_shows(page):
    canvas, errors = page.iface.canvas, page.decisions.layer
    page.go_to(4)
    page.filter_bar.type_box.setCurrentIndex(page.filter_bar.type_box.findData(10))
    middle = errors.getFeature(2).geometry().boundingBox().center()
    assert page.list.fid == 2 and marked(page).distance(middle) < 0.1, "a verdict is about what is outlined"
    assert until(lambda: canvas.extent().contains(middle))
    page.filter_bar.severity_box.setCurrentIndex(1)
    assert page.list.fid is None and marked(page) is None
    page.filter_bar.type_box.setCurrentIndex(page.filter_bar.type_box.findData(1))
    page.filter_bar.severity_box.setCurrentIndex(0)
    assert page.list.fid == page.list.table.order[0]
    assert until(lambda: canvas.extent().contains(errors.getFeature(1).geometry().boundingBox()))


def test_without_an_error_in_the_list_only_drawing_is_offered(page):
    buttons = page.decision_bar.buttons
    assert all(buttons[name].isEnabled() for name in ("accept", "type", "merge", "draw"))
    page.filter_bar.search_box.setText("no such error")
    assert not any(buttons[name].isEnabled() for name in ("accept", "reject", "type", "zoom", "evidence", "reshape"))
    assert all(buttons[name].isEnabled() for name in ("draw", "outline", "follow", "side"))
    page.iface.add_tool("mActionReshapeFeatures")
    page.run_command("reshape")
    assert page.tools.mode == "", "there is nothing to reshape"


def test_another_layer_begins_with_its_own_first_error(page, path, tmp_path):
    from rsqi.bridge import layer_style

    page.go_to(4)
    other = layer_of(shutil.copy(path, tmp_path / "other.gpkg"))
    layer_style.apply(other, "errors")
    QgsProject.instance().addMapLayer(other)
    page.set_layer(other)
    assert page.list.fid == 1 and painted(other) == [2, 3, 4]


def test_all_marks_are_hidden_as_long_as_the_key_is_down(page, raster):
    canvas, image = page.iface.canvas, QgsRasterLayer(str(raster), "image")
    QgsProject.instance().addMapLayer(image)
    canvas.setLayers([page.decisions.layer, image])
    page.run_command("zoom")
    QTest.keyPress(canvas, KEY.Key_H)
    assert canvas.layers() == [image] and not page.navigator._outline.isVisible()
    QTest.keyRelease(canvas, KEY.Key_H)
    assert canvas.layers() == [page.decisions.layer, image] and page.navigator._outline.isVisible()
    QTest.mousePress(page.decision_bar.buttons["peek"], Qt.MouseButton.LeftButton)
    assert canvas.layers() == [image]
    QTest.mouseRelease(page.decision_bar.buttons["peek"], Qt.MouseButton.LeftButton)
    assert len(canvas.layers()) == 2
    QTest.keyPress(canvas, KEY.Key_H)
    page.hide()
    assert len(canvas.layers()) == 2, "nothing stays hidden when the page goes"


def test_keys_on_the_map_need_the_tool_of_the_review(page, path):
    canvas = page.iface.canvas
    assert canvas.mapTool() is page.map_choice.tool and page.decision_bar.buttons["tool"].isChecked()
    other = QgsMapToolPan(canvas)
    canvas.setMapTool(other)
    press(page, KEY.Key_A)
    assert set(states(path)) == {"unreviewed"} and not page.decision_bar.buttons["tool"].isChecked()
    press(page, KEY.Key_A, on=page.list)
    assert states(path)[0] == "accepted", "in the panel they always are in force"
    page.decision_bar.buttons["tool"].click()
    press(page, KEY.Key_A)
    assert states(path)[2] == "accepted"
    page.hide()
    assert canvas.mapTool() is other


def test_a_click_on_the_map_chooses_the_smallest_error_there_and_leaves_the_map(page):
    canvas = page.iface.canvas
    canvas.setExtent(box(80, 80, 60, 60).boundingBox())
    page.go_to(4)
    until(lambda: False, 0.3)
    canvas.setExtent(box(80, 80, 60, 60).boundingBox())
    before = canvas.extent()
    place = canvas.getCoordinateTransform().transform(QgsPointXY(500110, 3400110))
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(round(place.x()), round(place.y())))
    assert page.list.fid == 1 and canvas.extent() == before
    page.filter_bar.type_box.setCurrentIndex(10)
    assert not page.map_choice.choose_at(QgsPointXY(500110, 3400110))
    assert "does not show this error" in page.iface.texts()[-1]


def test_a_right_click_offers_all_that_can_be_done_with_an_error(page, path):
    menu, texts = menu_at(page, QgsPointXY(500110, 3400110))
    assert page.list.fid == 1 and texts[-1] == "QGIS's own"
    assert [text.partition(":")[0] for text in texts[:3]] == ["Accept", "Reject", "Type"] and len(texts) == 10
    entries = {action.text().partition("\t")[0]: action for action in menu.actions()}
    assert not entries["Delete what you have drawn"].isEnabled(), "a model has found it"
    entries["Type"].menu().actions()[5].trigger()
    assert stored(path, 1)["label_en"] == "Distortion"
    menu, texts = menu_at(page, QgsPointXY(500900, 3400900))
    assert texts == ["QGIS's own"]
    page.iface.canvas.setMapTool(QgsMapToolPan(page.iface.canvas))
    assert menu_at(page, QgsPointXY(500110, 3400110))[1] == ["QGIS's own"], "another tool's click is not ours"


def test_only_what_was_drawn_can_be_deleted(page, path):
    page.go_to(1)
    press(page, KEY.Key_Delete)
    assert 1 in stored(path) and "Only what was drawn" in page.iface.texts()[-1]
    page.iface.add_tool("mActionAddFeature")
    press(page, KEY.Key_D)
    draw(page, box(700, 700, 30, 20))
    press(page, KEY.Key_Escape)
    page.go_to(5)
    press(page, KEY.Key_Delete)
    assert 5 not in stored(path) and page.list.fid in stored(path)
    page.run_command("undo")
    assert stored(path, 5)["source"] == "technician"


def test_coordinates_go_to_the_clipboard(page):
    page.go_to(1)
    page.run_command("copy")
    x, y = map(float, QApplication.clipboard().text().split(", "))
    assert 500100 <= x <= 500120 and 3400100 <= y <= 3400120
    assert "EPSG:4547" in page.iface.texts()[-1]


def test_keys_are_in_the_table_of_qgis_and_follow_it(page, path):
    manager = QgsGui.shortcutsManager()
    action = next(each for each in manager.listActions() if each.objectName() == "rsqiReviewKey_accept")
    assert action.text() == "RSQI review: Accept: it is an error" and not action.associatedWidgets()
    try:
        manager.setObjectKeySequence(action, "Y")
        assert page.decision_bar.buttons["accept"].text().endswith("Y")
        press(page, KEY.Key_A)
        assert set(states(path)) == {"unreviewed"}
        press(page, KEY.Key_Y)
        assert states(path)[0] == "accepted"
    finally:
        manager.setObjectKeySequence(action, "A")
    page.stop()
    assert not any(each.objectName().startswith("rsqiReviewKey") for each in manager.listActions())


def test_the_sheet_of_keys_leads_to_the_table_of_qgis(page):
    from rsqi.ui.review.key_help import KeyHelp

    opened = []
    action = QAction(page.iface.window)
    action.setObjectName("mActionConfigureShortcuts")
    action.triggered.connect(lambda: opened.append(True))
    page.help_button.click()
    sheet = page.findChild(KeyHelp)
    sheet.findChild(QPushButton).click()
    assert opened and not sheet.isVisible()
    hint = next(label for label in sheet.findChildren(QLabel) if label.text().startswith("They work here"))
    assert hint.isEnabled(), "what is said can be read"


def test_severity_and_source_filter_the_list_and_the_hidden_are_counted(page):
    bar = page.filter_bar
    bar.source_box.setCurrentIndex(bar.source_box.findData("rule"))
    assert page.list.table.order == []
    assert page.progress_line.label.text() == "0 of 4 reviewed, 0 in the list, 4 hidden"
    bar.source_box.setCurrentIndex(0)
    bar.severity_box.setCurrentIndex(bar.severity_box.findData("D"))
    assert len(page.list.table.order) == 4
    bar.severity_box.setCurrentIndex(bar.severity_box.findData("A"))
    assert page.list.table.order == []


# Room


def test_every_tool_that_edits_has_an_icon_a_name_and_its_key(page):
    from rsqi.ui.review.keys import key_name

    for command in ("draw", "follow", "reshape", "vertices", "split", "merge", "delete"):
        button = page.decision_bar.buttons[command]
        assert not button.icon().isNull() and button.text().endswith(f"  {key_name(command)}") and button.toolTip()


@pytest.mark.parametrize("locale", ["en_US", "zh_CN"])
def test_at_the_least_width_no_name_of_a_type_is_cut(page, path, monkeypatch, locale):
    from rsqi.bridge.live_score import LiveScore
    from rsqi.ui.review.page import ReviewPage

    monkeypatch.setattr(QgsApplication, "locale", staticmethod(lambda: locale))
    narrow = ReviewPage(page.iface, LiveScore())
    narrow.set_layer(page.decisions.layer)
    narrow.run_command("type_8")  # Stitching Misalignment
    narrow.resize(narrow.minimumSizeHint().width(), 620)
    narrow.show()
    QApplication.processEvents()
    assert narrow.list.columnWidth(0) >= narrow.list.sizeHintForColumn(0)
    assert narrow.list.header.length() <= narrow.list.viewport().width(), "the last column is not cut"
    for choice in (narrow.filter_bar.type_box, narrow.filter_bar.status_box):
        assert choice.width() >= choice.sizeHint().width(), "no name is cut"
    height = narrow.minimumSizeHint().height()
    assert height <= 600, "QGIS leaves no more on a screen of 768 px"
    narrow.resize(900, height)
    QApplication.processEvents()
    assert narrow.list.table.data(narrow.list.table.index(0, 4)).endswith(("Corrected", "已修正", "修正"))
    narrow.stop()
    narrow.deleteLater()


# What is refused


@contextmanager
def locked(path):
    """Keep a GeoPackage locked, as another program does that writes into it."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_a_locked_file_is_named_at_once_and_keeps_what_it_has(page, path):
    refused = []
    page.decisions.refused.connect(refused.append)
    page.block_bar.refused.connect(refused.append)
    start = time.monotonic()
    with locked(path):
        page.run_command("accept")
        page.run_command("block")
        page.run_command("block")
    assert time.monotonic() - start < 2, "SQLite would wait 5 s for each statement"
    assert set(states(path)) == {"unreviewed"} and page.list.fid == 1
    assert len(refused) == 2 and all("result.gpkg is in use by another program" in text for text in refused)
    page.run_command("accept")
    assert states(path)[0] == "accepted"


def test_an_edit_waits_for_the_lock_and_says_so_once(page, path, monkeypatch):
    from rsqi.ui.review import digitising

    monkeypatch.setattr(digitising, "RETRY_MS", 50)
    page.iface.add_tool("mActionAddFeature")
    press(page, KEY.Key_D)
    with locked(path):
        draw(page, box(700, 700, 30, 20))
        until(lambda: False, 0.5)
        assert len([text for text in page.iface.texts() if "in use" in text]) == 1
    assert until(lambda: 5 in stored(path)), "nothing that was drawn is lost"


def bow_tie():
    return QgsGeometry.fromWkt(
        "Polygon((500700 3400700, 500740 3400740, 500740 3400700, 500700 3400740, 500700 3400700))"
    )


def test_an_outline_that_crosses_itself_is_refused_where_it_does(page, path):
    page.iface.add_tool("mActionAddFeature")
    press(page, KEY.Key_D)
    draw(page, bow_tie())
    assert len(stored(path)) == 4 and not page.decisions.layer.isModified()
    assert [text for text in page.iface.texts() if "crosses itself" in text] == page.iface.texts()
    place = page.navigator._cross.center()
    assert (round(place.x()), round(place.y())) == (500720, 3400720)
    assert page.decisions.history.last() is None
    draw(page, box(700, 700, 30, 20))
    assert len(stored(path)) == 5 and page.navigator._cross is None


def test_a_reshaped_outline_that_crosses_itself_is_taken_back(page, path):
    layer = page.decisions.layer
    layer.startEditing()
    shape = bow_tie()
    shape.convertToMultiType()
    layer.changeGeometry(1, shape)
    QApplication.processEvents()
    assert layer_of(path).getFeature(1).geometry().area() == pytest.approx(400)
    assert layer.getFeature(1).geometry().isGeosValid() and stored(path, 1)["status"] == "unreviewed"
    assert "crosses itself" in page.iface.texts()[-1] and page.decisions.history.last() is None


def test_the_order_of_the_list_is_chosen_and_a_title_takes_it_back(page):
    from rsqi.ui.review.error_rows import GAIN, WORST

    table, rows, box = page.list.table, page.decisions.rows, page.filter_bar.order_box
    fid = page.list.fid
    box.setCurrentIndex(box.findData(WORST))
    assert [rows[n].worst for n in table.order] == sorted((row.worst for row in rows.values()), reverse=True)
    assert page.list.fid == fid and not page.list.header.isSortIndicatorShown()
    box.setCurrentIndex(box.findData(GAIN))
    gains = [rows[n].gain for n in table.order]
    judged = [gain for gain in gains if gain is None]
    assert gains == sorted(gains[: len(gains) - len(judged)], reverse=True) + judged and gains[0]
    page.list.go_to(table.order[0])
    press(page, KEY.Key_A, on=page.list)
    assert rows[table.order[0]].status == "accepted" and page.list.fid == table.order[1], "goes on in this order"
    page.list.header.sectionClicked.emit(2)
    page.list.sortByColumn(2, Qt.SortOrder.DescendingOrder)
    assert box.currentData() == "" and page.list.header.isSortIndicatorShown()
    areas = [rows[n].area_m2 for n in table.order]
    assert areas == sorted(areas, reverse=True)
