"""What *Copy diagnostics* puts on the clipboard."""

from pathlib import Path

from qgis.core import QgsApplication
from setting_up import wait


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
