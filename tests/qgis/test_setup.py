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
def environment(application, tmp_path, monkeypatch):
    """Module `environment` with a profile folder of its own, and no Python named."""
    monkeypatch.delenv("RSQI_PYTHON", raising=False)
    monkeypatch.setattr(QgsApplication, "qgisSettingsDirPath", staticmethod(lambda: str(tmp_path / "profile")))
    QgsSettings().remove("rsqi")
    from rsqi.ui.setup import environment as module

    yield module
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
def page(environment, python):
    """The page, told to build with the pretended Python."""
    from rsqi.ui.setup.page import SetupPage

    made = SetupPage()
    made.sources.python_box.setFilePath(python("good"))
    yield made
    made.stop()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def build(builder, options, cancel_at=""):
    """Build to the end; return how it ended and with what."""
    loop, ended = QEventLoop(), []

    def end(how, what=None):
        ended[:] = [how, what]
        loop.quit()

    builder.finished.connect(lambda answer: end("finished", answer))
    builder.failed.connect(lambda text: end("failed", text))
    builder.cancelled.connect(lambda: end("cancelled"))
    if cancel_at:
        builder.step_changed.connect(lambda text: builder.cancel() if cancel_at in text else None)
    QTimer.singleShot(0, lambda: builder.start(options))
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


def make(environment, python, **changes):
    """Build an environment with a builder of its own."""
    from rsqi.ui.setup.build_options import BuildOptions
    from rsqi.ui.setup.builder import Builder

    return build(Builder(), BuildOptions(python=python, **changes))


def test_an_environment_is_built_tested_and_used(environment, python):
    from rsqi.bridge.worker_python import find_python, profile_python

    assert environment.state() is environment.State.MISSING
    how, answer = make(environment, python("good"))
    assert how == "finished" and answer["provider"] == "CPUExecutionProvider"
    assert environment.state() is environment.State.READY
    assert find_python() == str(profile_python())
    assert [path.name for path in environment.profile_environment().parent.glob("env*")] == ["env"]


@pytest.mark.parametrize(
    ("mode", "words"), [("offline", "does not answer"), ("sick", "onnxruntime cannot be loaded"), ("old", "too old")]
)
def test_a_failed_repair_keeps_what_was_there(environment, python, mode, words):
    make(environment, python("good"))
    kept = environment.profile_environment() / "kept"
    kept.touch()
    how, message = make(environment, python(mode))
    assert how == "failed" and words in message
    assert kept.exists() and environment.state() is environment.State.READY
    assert not environment.new_environment().exists()


def test_a_repair_takes_the_place_of_what_was_there(environment, python):
    make(environment, python("good"))
    (environment.profile_environment() / "broken").touch()
    assert make(environment, python("good"))[0] == "finished"
    assert not (environment.profile_environment() / "broken").exists()


def test_cancelling_leaves_nothing(environment, python):
    from rsqi.ui.setup.build_options import BuildOptions
    from rsqi.ui.setup.builder import Builder

    how, _ = build(Builder(), BuildOptions(python=python("slow")), cancel_at="numpy")
    assert how == "cancelled"
    assert environment.state() is environment.State.MISSING and not environment.new_environment().exists()


def test_pip_gets_mirror_folder_and_proxy_but_nothing_of_qgis(environment, python, tmp_path, monkeypatch):
    from rsqi.ui.setup import builder

    seen = tmp_path / "seen.json"
    monkeypatch.setenv("FAKE_SETUP_SEEN", str(seen))
    monkeypatch.setenv("PYTHONHOME", "/qgis")
    monkeypatch.setenv("PIP_TARGET", "/elsewhere")
    monkeypatch.setattr(builder, "proxy_variables", lambda url: {"HTTPS_PROXY": "http://user:secret@proxy:8080"})
    mirror = "https://user:secret@mirror.example/simple"
    ended = []
    made = builder.Builder()
    made.logged.connect(ended.append)
    build(made, builder.BuildOptions(python=python("good"), index_url=mirror))
    variables = json.loads(seen.read_text())["environment"]
    assert variables["PIP_INDEX_URL"] == mirror and variables["HTTPS_PROXY"].endswith("@proxy:8080")
    assert not {"PYTHONHOME", "PYTHONPATH", "PIP_TARGET"} & set(variables)
    assert "secret" not in "\n".join([*ended, *json.loads(seen.read_text())["arguments"]])
    make(environment, python("good"), wheelhouse=str(tmp_path))
    arguments = json.loads(seen.read_text())["arguments"]
    assert arguments[arguments.index("--find-links") + 1] == str(tmp_path) and "--no-index" in arguments


def test_what_is_known_to_fail_is_not_begun(environment, python, tmp_path, monkeypatch):
    assert "does not exist" in make(environment, python("good"), wheelhouse=str(tmp_path / "none"))[1]
    assert "begins with https" in make(environment, python("good"), index_url="pypi.org")[1]
    monkeypatch.setattr(environment, "free_gigabytes", lambda: 0.1)
    assert "about 1 GB" in make(environment, python("good"))[1]


def test_new_requirements_call_for_an_update(environment, python, monkeypatch):
    make(environment, python("good"))
    monkeypatch.setattr(environment, "requirements", lambda *_: ("numpy>=99",))
    assert environment.state() is environment.State.OUTDATED


def test_an_environment_whose_python_went_with_an_old_qgis_is_broken(environment, python):
    from rsqi.bridge.worker_python import find_python

    make(environment, python("good"))
    config = environment.profile_environment() / "pyvenv.cfg"
    config.write_text("home = /nowhere/QGIS 3.22/apps/Python39\nversion = 3.9.5\n")
    assert environment.state() is environment.State.BROKEN
    with pytest.raises(QgsProcessingException, match="press Repair"):
        find_python()


def test_an_update_can_wait(page, monkeypatch, environment):
    wait(page.ready, page.main_button.click)
    monkeypatch.setattr(environment, "requirements", lambda *_: ("numpy>=99",))
    page.refresh()
    assert page.needed and page.main_button.text() == "Update"
    wait(page.ready, page.later_button.click)
    assert not page.needed


def test_removing_can_be_undone(environment, python):
    make(environment, python("good"))
    environment.remove()
    assert environment.state() is environment.State.MISSING
    environment.undo_remove()
    assert environment.state() is environment.State.READY


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


def test_diagnostics_are_those_of_doctor(page, monkeypatch):
    monkeypatch.setattr(Path, "home", staticmethod(lambda: page_home()))

    def page_home():
        from rsqi.bridge.worker_python import profile_environment

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
    assert "does not answer" in page.result_label.text()
    assert "no worker Python yet" in text and "No matching distribution found for affine" in text


def test_a_build_takes_the_place_of_a_named_python_that_is_gone(page, environment):
    QgsSettings().setValue("rsqi/python", "/nowhere/python")
    page.refresh()
    assert "missing" in page.title.text() and page.main_button.text() == "Set up"
    wait(page.ready, page.main_button.click)
    assert environment.state() is environment.State.READY


def test_the_options_keep_the_python_and_the_sources_of_packages(environment, python):
    from rsqi.ui.settings import SettingsPage

    page = SettingsPage()
    page.python_box.setFilePath(python("good"))
    page.setup.sources.index_box.setEditText("https://mirror.example/simple")
    page.apply()
    assert (
        environment.state() is environment.State.OWN
        and environment.read_options().index_url == "https://mirror.example/simple"
    )
    page.python_box.setFilePath("")
    page.apply()
    assert environment.state() is environment.State.MISSING
    page.setup.stop()
    page.deleteLater()


def test_the_options_test_the_python_that_is_being_typed(environment, python):
    from rsqi.ui.settings import SettingsPage

    page = SettingsPage()
    page.python_box.setFilePath(python("good"))
    wait(page.setup._test.answered, page.test)
    assert "CPUExecutionProvider" in page.result_label.text() and page.test_button.isEnabled()
    page.setup.stop()
    page.deleteLater()
