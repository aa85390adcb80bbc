"""What is known of an environment in the profile folder."""

import pytest
from qgis.core import QgsProcessingException
from setting_up import make


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


def test_removing_can_be_undone(environment, python):
    make(environment, python("good"))
    environment.remove()
    assert environment.state() is environment.State.MISSING
    environment.undo_remove()
    assert environment.state() is environment.State.READY
