"""What is built, and what stays when building fails."""

import json

import pytest
from setting_up import build, make


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
