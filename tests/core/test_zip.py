"""The ZIP holds what the plugin reads at a station, and nothing that only developers need."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def names():
    command = ["git", "archive", "--worktree-attributes", "HEAD"]
    archive = subprocess.run(command, cwd=ROOT, capture_output=True)
    if archive.returncode:
        pytest.skip("not a git checkout")
    listed = subprocess.run(["tar", "-t"], input=archive.stdout, capture_output=True, check=True)
    return set(listed.stdout.decode().split())


def test_what_set_up_and_help_read_is_there(names):
    wanted = {"metadata.txt", "LICENSE", "pyproject.toml", "docs/guide/en.md", "docs/guide/zh.md"}
    assert wanted <= names
    assert {f"{room}/__init__.py" for room in ("algorithms", "bridge", "ui", "rsqi_core")} <= names
    assert any(name.startswith("docs/guide/images/") for name in names)
    assert "resources/models/default/card.json" in names


def test_what_developers_need_is_not(names):
    apart = ("tests/", "tools/", "training/", ".ci", "docs/images", "docs/bench")
    assert not [name for name in names if name.startswith(apart)]
