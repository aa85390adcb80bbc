"""*Set up* with a Python that only pretends: what is built, what stays when building fails, and what the page says."""

import json
import os
import sys
from pathlib import Path

import pytest
from qgis.core import QgsApplication, QgsProcessingException, QgsSettings
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QEventLoop, QTimer

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the pretended Python is a shell script")


@pytest.fixture
def place(application, tmp_path, monkeypatch):
    """Module `environment` with a profile folder of its own, and no Python named."""
    monkeypatch.delenv("RSQI_PYTHON", raising=False)
    monkeypatch.setattr(QgsApplication, "qgisSettingsDirPath", staticmethod(lambda: str(tmp_path / "profile")))
    QgsSettings().remove("rsqi")
    from rsqi.ui.setup import environment

    yield environment
    QgsSettings().remove("rsqi")


@pytest.fixture
def python(tmp_path, monkeypatch):
    """A pretended Python; call it to choose how it behaves."""
    path = tmp_path / "python"
    script = Path(__file__).with_name("fake_setup_python.py")
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n')
    path.chmod(0o755)
    monkeypatch.setenv("FAKE_SETUP_ME", str(path))

    def behave(mode):
        monkeypatch.setenv("FAKE_SETUP", mode)
        return str(path)

    behave("good")
    return behave


@pytest.fixture
def page(place, python):
    """The page, told to build with the pretended Python."""
    from rsqi.ui.setup.page import SetupPage

    made = SetupPage()
    made.sources.python_box.setFilePath(python("good"))
    yield made
    made.stop()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def build(builder, recipe, cancel_at=""):
    """Build to the end; return how it ended and with what."""
    loop, ended = QEventLoop(), []

    def end(how, what=None):
        ended[:] = [how, what]
        loop.quit()

    builder.finished.connect(lambda answer: end("finished", answer))
    builder.failed.connect(lambda text: end("failed", text))
    builder.cancelled.connect(lambda: end("cancelled"))
    if cancel_at:
        builder.stepped.connect(lambda text: builder.cancel() if cancel_at in text else None)
    QTimer.singleShot(0, lambda: builder.start(recipe))
    QTimer.singleShot(30_000, loop.quit)
    loop.exec()
    return ended


def wait(signal, act):
    loop, got = QEventLoop(), []
    signal.connect(lambda *values: (got.extend(values), loop.quit()))
    QTimer.singleShot(30_000, loop.quit)
    act()
    loop.exec()
    return got


def make(place, python, **changes):
    """Build an environment with a builder of its own."""
    from rsqi.ui.setup.builder import Builder
    from rsqi.ui.setup.recipe import Recipe

    return build(Builder(), Recipe(python=python, **changes))


def test_an_environment_is_built_tested_and_used(place, python):
    from rsqi.bridge.worker_client import find_python, profile_python

    assert place.state() is place.State.MISSING
    how, answer = make(place, python("good"))
    assert how == "finished" and answer["provider"] == "CPUExecutionProvider"
    assert place.state() is place.State.READY
    assert find_python() == str(profile_python())
    assert [path.name for path in place.profile_environment().parent.glob("env*")] == ["env"]


@pytest.mark.parametrize(
    ("mode", "words"), [("offline", "does not answer"), ("sick", "onnxruntime cannot be loaded"), ("old", "too old")]
)
def test_a_failed_repair_keeps_what_was_there(place, python, mode, words):
    make(place, python("good"))
    kept = place.profile_environment() / "kept"
    kept.touch()
    how, message = make(place, python(mode))
    assert how == "failed" and words in message
    assert kept.exists() and place.state() is place.State.READY
    assert not place.new_environment().exists()


def test_a_repair_takes_the_place_of_what_was_there(place, python):
    make(place, python("good"))
    (place.profile_environment() / "broken").touch()
    assert make(place, python("good"))[0] == "finished"
    assert not (place.profile_environment() / "broken").exists()


def test_cancelling_leaves_nothing(place, python):
    from rsqi.ui.setup.builder import Builder
    from rsqi.ui.setup.recipe import Recipe

    how, _ = build(Builder(), Recipe(python=python("slow")), cancel_at="numpy")
    assert how == "cancelled"
    assert place.state() is place.State.MISSING and not place.new_environment().exists()


def test_pip_gets_mirror_folder_and_proxy_but_nothing_of_qgis(place, python, tmp_path, monkeypatch):
    from rsqi.ui.setup import builder

    seen = tmp_path / "seen.json"
    monkeypatch.setenv("FAKE_SETUP_SEEN", str(seen))
    monkeypatch.setenv("PYTHONHOME", "/qgis")
    monkeypatch.setenv("PIP_TARGET", "/elsewhere")
    monkeypatch.setattr(builder, "proxy_variables", lambda url: {"HTTPS_PROXY": "http://user:secret@proxy:8080"})
    mirror = "https://user:secret@mirror.example/simple"
    ended = []
    made = builder.Builder()
    made.said.connect(ended.append)
    build(made, builder.Recipe(python=python("good"), index_url=mirror))
    environment = json.loads(seen.read_text())["environment"]
    assert environment["PIP_INDEX_URL"] == mirror and environment["HTTPS_PROXY"].endswith("@proxy:8080")
    assert not {"PYTHONHOME", "PYTHONPATH", "PIP_TARGET"} & set(environment)
    assert "secret" not in "\n".join([*ended, *json.loads(seen.read_text())["arguments"]])
    make(place, python("good"), wheelhouse=str(tmp_path))
    arguments = json.loads(seen.read_text())["arguments"]
    assert arguments[arguments.index("--find-links") + 1] == str(tmp_path) and "--no-index" in arguments


def test_what_is_known_to_fail_is_not_begun(place, python, tmp_path, monkeypatch):
    assert "does not exist" in make(place, python("good"), wheelhouse=str(tmp_path / "none"))[1]
    assert "begins with https" in make(place, python("good"), index_url="pypi.org")[1]
    monkeypatch.setattr(place, "free_gigabytes", lambda: 0.1)
    assert "about 1 GB" in make(place, python("good"))[1]


def test_new_requirements_call_for_an_update(place, python, monkeypatch):
    make(place, python("good"))
    monkeypatch.setattr(place, "requirements", lambda *_: ("numpy>=99",))
    assert place.state() is place.State.OUTDATED


def test_an_environment_whose_python_went_with_an_old_qgis_is_broken(place, python):
    from rsqi.bridge.worker_client import find_python

    make(place, python("good"))
    config = place.profile_environment() / "pyvenv.cfg"
    config.write_text("home = /nowhere/QGIS 3.22/apps/Python39\nversion = 3.9.5\n")
    assert place.state() is place.State.BROKEN
    with pytest.raises(QgsProcessingException, match="press Repair"):
        find_python()


def test_an_update_can_wait(page, monkeypatch, place):
    wait(page.ready, page.main_button.click)
    monkeypatch.setattr(place, "requirements", lambda *_: ("numpy>=99",))
    page.refresh()
    assert page.needed and page.main_button.text() == "Update"
    wait(page.ready, page.later_button.click)
    assert not page.needed


def test_removing_can_be_undone(place, python):
    make(place, python("good"))
    place.remove()
    assert place.state() is place.State.MISSING
    place.undo_remove()
    assert place.state() is place.State.READY


def test_the_proxy_of_qgis_is_handed_on(application):
    from qgis.core import QgsNetworkAccessManager
    from qgis.PyQt.QtNetwork import QNetworkProxy
    from rsqi.ui.setup.command import proxy_variables

    manager = QgsNetworkAccessManager.instance()
    before = manager.fallbackProxy()
    proxy = QNetworkProxy(QNetworkProxy.ProxyType.HttpProxy, "proxy.example", 3128, "me", "p@ss")
    manager.setFallbackProxyAndExcludes(proxy, ["http://intranet.example"], [])
    try:
        variables = proxy_variables()
    finally:
        manager.setFallbackProxyAndExcludes(before, [], [])
    assert variables["HTTPS_PROXY"] == "http://me:p%40ss@proxy.example:3128"
    assert variables["NO_PROXY"] == "intranet.example"


def test_one_button_leads_from_nothing_to_ready(page):
    assert page.main_button.text() == "Set up" and "not set up yet" in page.title.text()
    wait(page.ready, page.main_button.click)
    assert "RSQI is set up" in page.title.text() and page.main_button.text() == "Test"
    assert "12 ms on the processor (CPUExecutionProvider)" in page.verdict.text().replace("\u200b", "")
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
    assert page.main_button.text() == "Set up" and "nothing was changed" in page.verdict.text()


def test_leaving_the_last_page_ends_the_build(page, python, place):
    python("slow")
    page.main_button.click()
    builder = page._builder
    page.stop()
    assert not builder.running and not place.new_environment().exists()


def test_remove_and_undo_on_the_page(page, place):
    wait(page.ready, page.main_button.click)
    page.remove_button.click()
    assert page.main_button.text() == "Set up"
    page.verdict.linkActivated.emit("undo")
    assert page.main_button.text() == "Test" and place.state() is place.State.READY


def test_diagnostics_are_those_of_doctor(page, monkeypatch):
    monkeypatch.setattr(Path, "home", staticmethod(lambda: page_home()))

    def page_home():
        from rsqi.bridge.worker_client import profile_environment

        return profile_environment().parents[1]

    wait(page.ready, page.main_button.click)
    page.copy_diagnostics()
    wait(page._test.answered, lambda: None)
    text = QgsApplication.clipboard().text()
    assert "runs on                 CPUExecutionProvider" in text and "qgis python" in text
    assert "~/rsqi/env" in text and str(page_home()) not in text


def test_without_a_worker_diagnostics_tell_what_failed(page, python):
    python("offline")
    wait(page._builder.failed, page.main_button.click)
    page.copy_diagnostics()
    text = QgsApplication.clipboard().text()
    assert "does not answer" in page.verdict.text()
    assert "no worker Python yet" in text and "No matching distribution found for affine" in text


def test_a_build_takes_the_place_of_a_named_python_that_is_gone(page, place):
    QgsSettings().setValue("rsqi/python", "/nowhere/python")
    page.refresh()
    assert "missing" in page.title.text() and page.main_button.text() == "Set up"
    wait(page.ready, page.main_button.click)
    assert place.state() is place.State.READY


def test_the_options_keep_the_python_and_the_sources_of_packages(place, python):
    from rsqi.ui.settings import SettingsPage

    page = SettingsPage()
    page.python_box.setFilePath(python("good"))
    page.setup.sources.index_box.setEditText("https://mirror.example/simple")
    page.apply()
    assert place.state() is place.State.OWN and place.read_recipe().index_url == "https://mirror.example/simple"
    page.python_box.setFilePath("")
    page.apply()
    assert place.state() is place.State.MISSING
    page.setup.stop()
    page.deleteLater()


def test_the_options_test_the_python_that_is_being_typed(place, python):
    from rsqi.ui.settings import SettingsPage

    page = SettingsPage()
    page.python_box.setFilePath(python("good"))
    wait(page.setup._test.answered, page.test)
    assert "CPUExecutionProvider" in page.verdict.text() and page.test_button.isEnabled()
    page.setup.stop()
    page.deleteLater()
