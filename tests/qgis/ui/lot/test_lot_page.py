"""The page *Lot*: inspect, go on, see all of it, open one, and judge a second time."""

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from fake_iface import Iface
from qgis.core import QgsApplication, QgsProject, QgsSettings
from qgis.PyQt import sip
from qgis.PyQt.QtCore import Qt

NAMES = ("a", "b", "broken", "c")


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        QgsApplication.processEvents()
        time.sleep(0.01)
    return condition()


@pytest.fixture
def scenes(raster, tmp_path):
    from osgeo import gdal

    folder = tmp_path / "scenes"
    folder.mkdir()
    for place, name in enumerate(NAMES):
        path = folder / f"{name}.tif"
        shutil.copy(raster, path)
        dataset = gdal.Open(str(path), gdal.GA_Update)
        dataset.SetGeoTransform((500000 + 120 * place, 0.5, 0, 3400000, 0, -0.5))
        del dataset
    return folder


@pytest.fixture
def dock(application, fake, scenes, tmp_path):
    from rsqi.ui.dock import RsqiDock

    QgsSettings().remove("rsqi/lot_run")
    QgsSettings().remove("rsqi/lot")
    QgsSettings().setValue("rsqi/reviewer", "Li")
    iface = Iface()
    dock = RsqiDock(iface)
    dock.iface = iface
    dock.resize(420, 900)
    dock.show()
    dock.show_page("lot")
    page = dock.lot_page
    page.run_box.scenes_box.setFilePath(str(scenes))
    page.run_box.folder_box.setFilePath(str(tmp_path / "out"))
    yield dock
    dock.hide()
    dock.stop()
    QgsProject.instance().clear()
    QgsSettings().remove("rsqi/lot_run")
    QgsSettings().remove("rsqi/reviewer")
    for widget in (dock, iface.canvas, iface.bar):
        sip.delete(widget)


def inspect(dock):
    page = dock.lot_page
    page.run_box.run()
    assert until(lambda: not page.run_box.is_running()), page.run_box.status.text()
    page.reader.refresh()
    page.reader.finish()
    return page


def column(page, number):
    return [page.filter.index(row, number).data() for row in range(page.filter.rowCount())]


def judge(result, **verdicts):
    with closing(sqlite3.connect(result)) as database, database:
        for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            database.create_function(name, 1, lambda _: 0)
        for fid, status in verdicts.items():
            database.execute(
                "UPDATE errors SET status = ?, edited_by = 'Wang', edited_at = '2026-11-20T06:30:00Z' WHERE fid = ?",
                (status, int(fid[1:])),
            )


def test_all_scenes_stand_in_one_table_and_on_one_map_the_worst_first(dock):
    page = inspect(dock)
    assert column(page, 0) == ["broken", "c", "b", "a"]
    assert column(page, 1) == ["Failed", "Rejected", "Good", "Excellent"]
    assert column(page, 3)[0] == "it is truncated; copy it again" and column(page, 3)[1:] == ["open"] * 3
    assert "failed: 1. No verdict on the lot yet." in page.run_box.status.text()
    assert "lot.html" in page.run_box.report_link.text() and page.run_box.run_button.text() == "Go on"
    layer = page.map.layer
    assert layer.featureCount() == 4 and QgsProject.instance().mapLayer(layer.id()) is layer
    assert {f["name"]: f["grade"] for f in layer.getFeatures()}["c"] == "rejected"
    assert layer.crs().authid() == "EPSG:4547", "which an empty project takes, not the degrees of the footprints"
    assert QgsProject.instance().layerTreeRoot().children()[-1].layer() is layer


def test_a_cancelled_lot_goes_on_and_shows_what_waits_in_grey(dock, fake):
    fake("slow")
    page = dock.lot_page
    page.run_box.run()
    assert until(lambda: "a.tif" in page.run_box.status.text()), page.run_box.status.text()
    assert "left" in page.run_box.status.text() and page.run_box.progress.isVisible()
    page.run_box.run()  # a second time: nothing
    page.run_box.cancel()
    assert until(lambda: not page.run_box.is_running())
    assert page.run_box.status.text() == "Cancelled. What is done stays: 'Go on' inspects the rest."
    page.reader.finish()
    assert until(lambda: column(page, 1).count("not inspected") == 3), column(page, 1)
    waiting = [f for f in page.map.layer.getFeatures() if f["status"] == "waiting"]
    assert len(waiting) == 3 and all(f.hasGeometry() for f in waiting), "where their rasters lie"
    rule = page.map.layer.renderer().rootRule().children()[-1]
    assert "waiting" in rule.filterExpression() and rule.symbol().color().name() == "#9aa0a6"
    assert page.run_box.run_button.text() == "Go on"
    fake("result")
    page.run_box.scenes_box.setFilePath("")  # the folder itself knows what it is of
    page.run_box._scenes = lambda: [str(Path(page.run_box._known[0]).parent)]
    inspect(dock)
    assert "Inspected: 2, done before: 1" in page.run_box.status.text()


def test_reviews_by_anybody_show_and_can_be_filtered(dock, tmp_path):
    page = inspect(dock)
    judge(tmp_path / "out" / "a.gpkg", **{f"_{fid}": "accepted" for fid in range(1, 11)})
    judge(tmp_path / "out" / "b.gpkg", _1="rejected")
    page.reader.refresh()
    page.reader.finish()
    rows = dict(zip(column(page, 0), zip(column(page, 5), column(page, 6), column(page, 3))))
    assert rows["a"] == ("10/10", "Wang", "passes") and rows["b"] == ("1/10", "Wang", "open")
    at = dict(zip(column(page, 0), column(page, 7)))
    assert at["a"].startswith("2026-11-20") and at["c"] == ""

    def show(state="", grade=""):
        page.state_box.setCurrentIndex(page.state_box.findData(state))
        page.grade_box.setCurrentIndex(page.grade_box.findData(grade))
        page._filter()
        return column(page, 0)

    assert show("done") == ["a"] and "hidden by the filters: 3" in page.counts.text()
    assert show("partly") == ["b"] and show("none") == ["c"] and show("failed") == ["broken"]
    assert show(grade="rejected") == ["c"] and show("done", "rejected") == []
    assert len(show()) == 4 and "hidden" not in page.counts.text()


def test_a_click_zooms_and_a_double_click_opens_the_review(dock, tmp_path):
    page = inspect(dock)
    index = page.filter.index(column(page, 0).index("b"), 0)
    page.table.setCurrentIndex(index)
    page.table.clicked.emit(index)
    seen = dock.iface.canvas.extent()
    assert seen.contains(seen.center()) and abs(seen.center().x() - 500170) < 5 and dock.page == "lot"
    page.table.activated.emit(index)
    assert dock.page == "review"
    layer = dock.iface.active
    assert Path(layer.source().split("|")[0]) == tmp_path / "out" / "b.gpkg"
    sources = [each.source() for each in QgsProject.instance().mapLayers().values()]
    assert str(tmp_path / "scenes" / "b.tif") in sources and not page.map.layer.labelsEnabled()
    page.table.setCurrentIndex(page.filter.index(0, 0))
    page.open_current()
    assert "broken is not inspected" in dock.iface.bar.currentItem().text()


def test_a_scene_selected_on_the_map_becomes_the_current_one(dock):
    page = inspect(dock)
    fid = next(f.id() for f in page.map.layer.getFeatures() if f["name"] == "c")
    page.map.layer.selectByIds([fid])
    assert page.table.entry().name == "c"


def test_without_an_image_nothing_can_be_done_with_one(dock):
    page = dock.lot_page
    buttons = page.open_button, page.all_button, page.judge_button
    assert not any(button.isEnabled() for button in buttons)
    inspect(dock)
    assert all(button.isEnabled() for button in buttons)


def test_the_inspected_scenes_go_into_the_verdict(dock):
    page = inspect(dock)
    page._judge()
    assert [Path(path).stem for path, _ in page.verdict_panel.files()] == ["a", "b", "c"]
    page.verdict_panel.table.selectAll()
    page.verdict_panel.remove()


def test_a_second_person_judges_what_the_first_has_and_sees_no_verdict(dock, tmp_path):
    page = inspect(dock)
    judge(tmp_path / "out" / "b.gpkg", _1="accepted", _2="rejected")
    page.table.setCurrentIndex(page.filter.index(column(page, 0).index("b"), 0))
    page.open_current()
    errors = dock.iface.active
    dock.show_page("lot")
    page.tabs.setCurrentWidget(page.second)
    page.reader.refresh()
    page.reader.finish()
    second = page.second
    second.draw()
    assert second.question.text() == "Error 1 of 2: what is it?" and second.answers.isVisible()
    assert not QgsProject.instance().layerTreeRoot().findLayer(errors.id()).isVisible()
    second.buttons[1].click()
    second.buttons[5].click()
    assert second.message.text() == "All drawn errors are judged."
    assert QgsProject.instance().layerTreeRoot().findLayer(errors.id()).isVisible()
    page.reader.finish()
    assert until(lambda: "Judged by two: 2, alike: 50%" in page.counts.text()), page.counts.text()
    assert dict(zip(column(page, 0), column(page, 8)))["b"] == "2/2 50%"
    second.draw()
    assert "There is nothing to draw" in second.message.text()


def test_nobody_judges_the_own_verdicts_again(dock, tmp_path):
    page = inspect(dock)
    judge(tmp_path / "out" / "b.gpkg", _1="accepted")
    QgsSettings().setValue("rsqi/reviewer", "Wang")
    page.reader.refresh()
    page.reader.finish()
    page.second.draw()
    assert "There is nothing to draw" in page.second.message.text()


def test_the_page_is_not_wider_than_the_dock(dock):
    page = inspect(dock)
    assert page.minimumSizeHint().width() <= page.verdict_panel.minimumSizeHint().width() + 10
    assert page.table.horizontalScrollBarPolicy() != Qt.ScrollBarPolicy.ScrollBarAlwaysOff


def test_all_scenes_are_shown_on_the_map(dock):
    page = inspect(dock)
    dock.iface.canvas.resize(600, 400)
    page.show_all()
    seen, whole = dock.iface.canvas.extent(), page.map.layer.extent()
    assert seen.contains(whole) and seen.width() < 3 * whole.width()


def test_the_plugin_can_be_unloaded_while_a_lot_is_inspected(dock, fake, tmp_path):
    fake("slow")
    page = dock.lot_page
    page.run_box.run()
    assert until(lambda: "a.tif" in page.run_box.status.text())
    page.stop()
    assert not page.run_box.is_running() and not page.map.is_shown()
    assert (tmp_path / "out" / "a.gpkg").is_file() and not (tmp_path / "out" / "lot.html").exists()
