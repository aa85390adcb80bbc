"""The page *Set up*: what it shows, and what its buttons do."""

from qgis.core import QgsSettings
from setting_up import wait


def test_an_update_can_wait(page, monkeypatch, environment):
    wait(page.ready, page.main_button.click)
    monkeypatch.setattr(environment, "requirements", lambda *_: ("numpy>=99",))
    page.refresh()
    assert page.needed and page.main_button.text() == "Update"
    wait(page.ready, page.later_button.click)
    assert not page.needed


def test_one_button_leads_from_nothing_to_ready(page):
    assert page.main_button.text() == "Set up" and "not set up yet" in page.title.text()
    wait(page.ready, page.main_button.click)
    assert "RSQI is set up" in page.title.text() and page.main_button.text() == "Test"
    assert "12 ms on the processor (CPUExecutionProvider)" in page.result_label.text().replace("\u200b", "")
    assert page.log.toPlainText().count("Successfully installed") == 1


def test_a_second_page_shows_the_same_build_and_lets_it_go_on(page, python):
    from rsqi.ui.setup.page import SetupPage

    python("slow")
    page.main_button.click()
    second = SetupPage()
    assert second.main_button.text() == page.main_button.text() == "Cancel"
    second.stop()
    assert page._builder.running
    page.main_button.click()
    assert page.main_button.text() == "Set up" and "nothing was changed" in page.result_label.text()


def test_leaving_the_last_page_ends_the_build(page, python, environment):
    python("slow")
    page.main_button.click()
    builder = page._builder
    page.stop()
    assert not builder.running and not environment.new_environment().exists()


def test_remove_and_undo_on_the_page(page, environment):
    wait(page.ready, page.main_button.click)
    page.remove_button.click()
    assert page.main_button.text() == "Set up"
    page.result_label.linkActivated.emit("undo")
    assert page.main_button.text() == "Test" and environment.state() is environment.State.READY


def test_a_build_takes_the_place_of_a_named_python_that_is_gone(page, environment):
    QgsSettings().setValue("rsqi/python", "/nowhere/python")
    page.refresh()
    assert "missing" in page.title.text() and page.main_button.text() == "Set up"
    wait(page.ready, page.main_button.click)
    assert environment.state() is environment.State.READY
