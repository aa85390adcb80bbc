"""The page *Score* and a layer to score."""

import pytest
from qgis.core import QgsProject, QgsSettings
from results import write_result
from scored_layer import opened


@pytest.fixture
def page(application, tmp_path, monkeypatch):
    """A page without any memory of earlier ones."""
    from rsqi.bridge import schemes
    from rsqi.bridge.live_score import LiveScore
    from rsqi.ui.score.page import ScorePage

    monkeypatch.setattr(schemes, "folder", lambda: tmp_path / "schemes")
    for key in ("rsqi/scheme", "rsqi/score_mode", "rsqi/lot"):
        QgsSettings().remove(key)
    made = ScorePage(None, LiveScore())
    made.show()
    yield made
    made.stop()
    made.deleteLater()
    QgsProject.instance().clear()


@pytest.fixture
def layer(tmp_path):
    """A cloud of 2 % (C) and a hole of 400 pixels (C): 92 points."""
    return opened(write_result(tmp_path / "a.gpkg", (1, 100, 200), (10, 10, 10), inspected="cloud,pixel_missing"))
