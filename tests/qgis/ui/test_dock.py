"""The dock: which page it shows."""

import os
import sqlite3
import time
from contextlib import closing

import pytest
from fake_iface import Iface
from qgis.core import QgsApplication, QgsGeometry, QgsProject
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QPoint
from qgis.PyQt.QtWidgets import QAbstractButton, QApplication, QToolButton
from review_scene import add_seam, layer_of, write


def until(condition, seconds=5):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        QgsApplication.processEvents()
        time.sleep(0.01)
    return condition()


def test_the_set_up_is_shown_while_there_is_no_worker(application, fake, monkeypatch):
    from rsqi.ui.dock import RsqiDock

    iface = Iface()
    dock = RsqiDock(iface)
    python = os.environ["RSQI_PYTHON"]
    monkeypatch.setenv("RSQI_PYTHON", "")
    dock.show_setup_if_needed()
    assert dock._inspect_stack.currentWidget() is dock.setup_page
    monkeypatch.setenv("RSQI_PYTHON", python)
    dock.setup_page.ready.emit()
    assert dock._inspect_stack.currentWidget() is dock.inspect_page
    dock.stop()
    for widget in (dock, iface.canvas, iface.bar):
        sip.delete(widget)


def test_the_button_of_the_settings_opens_their_page(application, fake):
    from rsqi.ui.dock import RsqiDock
    from rsqi.ui.settings import PAGE

    iface = Iface()
    dock = RsqiDock(iface)
    buttons = dock.inspect_page.findChildren(QToolButton)
    next(button for button in buttons if button.toolTip() == "RSQI settings").click()
    assert iface.options == [PAGE]
    dock.stop()
    for widget in (dock, iface.canvas, iface.bar):
        sip.delete(widget)


@pytest.fixture
def dock(application, fake, tmp_path):
    """A dock in a window, and `dock.open` that opens a result with so many errors."""
    from rsqi.ui.dock import RsqiDock

    iface = Iface()
    dock = RsqiDock(iface)
    dock.iface = iface

    def open_result(errors):
        path = write(tmp_path / "result.gpkg")
        with closing(sqlite3.connect(path)) as file, file:
            file.execute("UPDATE summary SET inspected = 'cloud,pixel_missing'")
        layer = layer_of(path)
        layer.startEditing()
        layer.deleteFeatures([feature.id() for feature in layer.getFeatures()][errors:])
        assert layer.commitChanges()
        QgsProject.instance().addMapLayer(layer)
        dock.inspect_page.finished.emit(layer)
        return layer

    dock.open = open_result
    dock.show()
    yield dock
    dock.hide()
    dock.stop()
    QgsProject.instance().clear()
    for widget in (dock, iface.canvas, iface.bar):
        sip.delete(widget)


def test_help_opens_the_guide_at_every_page(dock):
    for page in dock._shown:
        dock.show_page(page)
        dock.guide_button.open()
        assert dock.guide_button._window.isVisible()


def test_a_layer_of_seams_is_no_layer_of_errors(dock, tmp_path):
    errors = dock.open(3)
    seams = add_seam(tmp_path / "result.gpkg", 1, QgsGeometry.fromWkt("LINESTRING(500100 3400110, 500120 3400110)"))
    QgsProject.instance().addMapLayer(seams)
    dock.iface.currentLayerChanged.emit(seams)
    assert dock.review_page.decisions.layer is errors and len(dock.review_page.decisions.rows) == 3
    dock.review_page.run_command("accept")
    assert [reviewed.layer_id for reviewed in reviewed_layers_of_the_project()] == [errors.id()]


def reviewed_layers_of_the_project():
    from rsqi.ui.learn.reviewed import reviewed_layers

    return reviewed_layers(QgsProject.instance())


def test_a_review_begins_at_the_first_error_that_nobody_has_judged(dock):
    layer = dock.open(4)
    page, canvas = dock.review_page, dock.iface.canvas
    first = layer.getFeature(page.list.table.order[0]).geometry().boundingBox()
    assert until(lambda: canvas.extent().contains(first) and canvas.extent().width() < 10 * first.width())
    page.run_command("accept")
    second = page.list.fid
    page.go_to(page.list.table.order[0])
    dock.inspect_page.finished.emit(layer)
    assert page.list.fid == second


def test_the_last_verdict_offers_the_score_and_the_score_the_report(dock):
    dock.open(2)
    page = dock.review_page
    assert dock.page == "review" and dock.steps.buttons["review"].isChecked()
    page.run_command("accept")
    assert not page.next_step.isVisible()
    page.run_command("reject")
    assert page.next_step.isVisible() and dock.iface.bar.currentItem() is None, "said once, where one goes on"
    assert page.next_step.label.text() == "2 of 2 reviewed"
    page.next_step.button.click()
    assert dock.page == "score"
    assert until(dock.score_page.next_step.isVisible)
    assert dock.score_page.next_step.label.text() == "All errors are reviewed."
    dock.score_page.next_step.button.click()
    assert dock.page == "report" and dock.score_page.report_panel.isVisible()


def test_an_unreviewed_error_is_named_before_the_report(dock):
    dock.open(2)
    dock.steps.buttons["score"].click()
    assert until(dock.score_page.next_step.isVisible)
    assert dock.score_page.next_step.label.text() == "2 errors are not yet reviewed."


def test_a_clean_image_says_so_and_goes_on_to_the_score(dock):
    dock.open(0)
    assert dock.page == "score"
    assert until(dock.score_page.next_step.isVisible)
    assert dock.score_page.next_step.label.text() == "No errors were found: there is nothing to review."
    dock.steps.buttons["review"].click()
    page = dock.review_page
    assert page.clean.isVisible() and not page.list.isVisible() and not page.decision_bar.isVisible()
    page.clean.next_step.button.click()
    assert dock.page == "score"


def test_what_is_no_step_stands_behind_more(dock):
    for name, action in dock.steps.actions_aside.items():
        action.trigger()
        assert dock.page == name and dock.steps.more.text() == action.text()
        assert not any(button.isChecked() for button in dock.steps.buttons.values())
    dock.steps.buttons["inspect"].click()
    assert dock.steps.more.text() == "More" and not dock.steps.more.isChecked()


TITLES = {
    "review": "Review",
    "score": "Score",
    "by hand": "By hand",
    "report": "Report",
    "learn": "Learn",
    "models": "All models",
    "lot": "Lot",
    "scheme": "Score",
    "setup": "Set up",
    "inspect": "Inspect",
}


@pytest.mark.parametrize("section", TITLES)
def test_help_opens_the_guide_at_the_section_of_the_page(dock, section, monkeypatch):
    dock.show_page({"by hand": "score", "models": "learn", "setup": "inspect"}.get(section, section))
    dock.score_page.tabs.setCurrentIndex(int(section == "by hand"))
    dock._inspect_stack.setCurrentWidget(dock.setup_page if section == "setup" else dock.inspect_page)
    if section == "models":
        monkeypatch.setattr(
            QApplication, "focusWidget", staticmethod(lambda: dock.learn_page.models.findChild(QAbstractButton))
        )
    dock.guide_button.click()
    window = dock.guide_button._window
    QgsApplication.processEvents()
    assert window.cursorForPosition(QPoint(5, 5)).block().text() == TITLES[section]
