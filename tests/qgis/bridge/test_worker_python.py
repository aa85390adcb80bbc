"""Where the worker's Python is looked for."""

import shutil

import pytest
from qgis.core import (
    QgsProcessingException,
)
from runner import algorithm, run


def test_missing_environment_says_what_to_do(application, raster, monkeypatch):
    monkeypatch.delenv("RSQI_PYTHON", raising=False)
    with pytest.raises(QgsProcessingException, match="RSQI has no worker Python yet"):
        run(application, "inspect", {"INPUT": str(raster), "OUTPUT": "memory:"})
    monkeypatch.setenv("RSQI_PYTHON", "/nowhere/python")
    with pytest.raises(QgsProcessingException, match="/nowhere/python named by RSQI_PYTHON does not exist"):
        run(application, "inspect", {"INPUT": str(raster), "OUTPUT": "memory:"})
    assert algorithm(application, "inspect").canExecute()[0] is False


def test_python_is_looked_for_in_order(application, fake_python, monkeypatch):
    from qgis.core import QgsSettings
    from rsqi.bridge import worker_python

    monkeypatch.delenv("RSQI_PYTHON", raising=False)
    profile = worker_python.profile_python()
    profile.parent.mkdir(parents=True)
    profile.symlink_to(fake_python)
    (worker_python.profile_environment() / "pyvenv.cfg").write_text(f"home = {fake_python.parent}\n")
    try:
        assert worker_python.find_python() == str(profile)
        QgsSettings().setValue(worker_python.SETTING, "/bin/sh")
        assert worker_python.find_python() == "/bin/sh"
        monkeypatch.setenv("RSQI_PYTHON", str(fake_python))
        assert worker_python.find_python() == str(fake_python)
    finally:
        shutil.rmtree(worker_python.profile_environment())
        QgsSettings().remove(worker_python.SETTING)
