"""*Set up* with a profile folder of its own and a Python that only pretends."""

import os
import sys
from pathlib import Path

import pytest
from qgis.core import QgsApplication, QgsSettings


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
    if os.name == "nt":
        pytest.skip("the pretended Python is a shell script")
    path = tmp_path / "python"
    script = Path(__file__).parents[1] / "fake_setup_python.py"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n')
    path.chmod(0o755)
    monkeypatch.setenv("FAKE_SETUP_ME", str(path))

    def behave(mode):
        monkeypatch.setenv("FAKE_SETUP", mode)
        return str(path)

    behave("good")
    return behave
