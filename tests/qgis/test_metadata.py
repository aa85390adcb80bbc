"""The plugin's card has all that the plugin site asks for."""

import configparser
import importlib.util
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_metadata_is_complete():
    metadata = configparser.ConfigParser(interpolation=None)
    metadata.read(ROOT / "metadata.txt", encoding="utf-8")
    general = metadata["general"]
    assert general["qgisMinimumVersion"] == "3.22" and general["qgisMaximumVersion"] == "4.99"
    assert general["hasProcessingProvider"] == "yes" and general["supportsQt6"] == "True"
    assert all(general[f"{key}[zh]"] for key in ("name", "description", "about"))
    assert (ROOT / general["icon"]).is_file()
    init = (ROOT / "rsqi_core" / "__init__.py").read_text(encoding="utf-8")
    assert f'__version__ = "{general["version"]}"' in init


@pytest.fixture
def check():
    spec = importlib.util.spec_from_file_location("check_release", ROOT / "tools" / "check_release.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_release_needs_addresses_that_lead_somewhere(check, tmp_path):
    card = tmp_path / "metadata.txt"
    text = (ROOT / "metadata.txt").read_text(encoding="utf-8")
    real = "".join(f"{key}=https://rsqi.dev/{key}\n" for key in check.ADDRESSES)
    kept = "\n".join(line for line in text.splitlines() if line.partition("=")[0] not in check.ADDRESSES)
    card.write_text(f"{kept}\n{real}", encoding="utf-8")
    assert check.placeholders(card) == []
    card.write_text(f"{kept}\n{real}".replace("rsqi.dev/tracker", "example.org"), encoding="utf-8")
    assert check.placeholders(card) == ["tracker"]
    card.write_text(kept, encoding="utf-8")
    assert check.placeholders(card) == list(check.ADDRESSES)


def test_make_zip_refuses_a_release_with_placeholders_in_one_line(check):
    if not check.placeholders():
        pytest.skip("the card has real addresses")
    done = subprocess.run(["make", "zip", "RELEASE=1"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode and "no release: metadata.txt has placeholders for email" in done.stderr
    dry = subprocess.run(["make", "--dry-run", "zip"], cwd=ROOT, capture_output=True, text=True)
    assert dry.returncode == 0 and "check_release" not in dry.stdout


def test_the_addresses_stand_in_one_place_only(check):
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "metadata.txt", encoding="utf-8")
    addresses = [parser["general"][key] for key in check.ADDRESSES]
    folders = ("algorithms", "bridge", "docs", "rsqi_core", "ui")
    files = [
        file for folder in folders for file in (ROOT / folder).rglob("*") if file.suffix in (".py", ".md", ".json")
    ]
    files += [ROOT / name for name in ("README.md", "pyproject.toml", "plugin.py", "pb_tool.cfg")]
    found = [file.name for file in files if any(each in file.read_text(encoding="utf-8") for each in addresses)]
    assert found == []
