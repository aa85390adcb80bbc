"""The parameters SCHEME and MODE of all algorithms that score."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]


@pytest.fixture
def chosen(application, tmp_path):
    """Let the tab *Score* have chosen a scheme and the area mode."""
    from qgis.core import QgsSettings
    from rsqi.bridge import schemes

    path = tmp_path / "own.json"
    path.write_bytes((ROOT / "resources/schemes/default.json").read_bytes())
    schemes.choose(path)
    schemes.choose_mode("area")
    yield path
    for name in (schemes.SCHEME, schemes.MODE):
        QgsSettings().remove(name)


@pytest.mark.parametrize(("name", "mode"), [("inspect", 1), ("score", 1), ("lot", 1), ("report", 2)])
def test_dialogs_begin_with_the_choice_of_the_panel_and_models_do_not_depend_on_it(application, chosen, name, mode):
    alg = application.processingRegistry().createAlgorithmById(f"rsqi:{name}")
    scheme, by = (alg.parameterDefinition(each) for each in ("SCHEME", "MODE"))
    assert (scheme.defaultValueForGui(), by.defaultValueForGui()) == (str(chosen), mode)
    assert (scheme.defaultValue(), by.defaultValue()) == (None, 0)
