"""The plugin's card has all that the plugin site asks for."""

import configparser
from pathlib import Path

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
