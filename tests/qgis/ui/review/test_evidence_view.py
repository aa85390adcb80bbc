"""Where the model saw an error: a layer under the errors as long as it is looked at, made in the background."""

import os
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal, osr
from qgis.core import QgsProject
from review_scene import Iface, layer_of, write
from scored_layer import wait

ROOT = Path(__file__).parents[4]
PYTHON = Path(os.environ.get("RSQI_TEST_PYTHON", ROOT / ".venv" / "bin" / "python"))
pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="the worker environment is not built")


@pytest.fixture
def image(tmp_path):
    """The image of the scene: 2000 x 2000 px of 0.5 m."""
    path = tmp_path / "scene.tif"
    rgb = np.random.default_rng(0).integers(60, 120, (3, 2000, 2000), dtype=np.uint8)
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), 2000, 2000, 3, gdal.GDT_Byte)
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(4547)
    dataset.SetProjection(crs.ExportToWkt())
    dataset.SetGeoTransform((500000, 0.5, 0, 3401000, 0, -0.5))
    for band in range(3):
        dataset.GetRasterBand(band + 1).WriteArray(rgb[band])
    del dataset
    return path


@pytest.fixture
def page(application, monkeypatch):
    from rsqi.bridge.live_score import LiveScore
    from rsqi.ui.review.page import ReviewPage

    monkeypatch.setenv("RSQI_PYTHON", str(PYTHON))
    iface = Iface()
    made = ReviewPage(iface, LiveScore())
    made.iface = iface
    made.show()
    yield made
    made.stop()
    made.deleteLater()
    QgsProject.instance().clear()


def marked():
    return [layer for layer in QgsProject.instance().mapLayers().values() if layer.customProperty("rsqi/evidence")]


def take(page, path):
    layer = layer_of(path)
    QgsProject.instance().addMapLayer(layer)
    page.set_layer(layer)
    page.go_to(1)
    return layer


def test_a_key_shows_it_and_takes_it_away(page, application, tmp_path, image):
    from qgis.core import QgsRasterLayer

    layer = take(page, write(tmp_path / "result.gpkg"))
    QgsProject.instance().addMapLayer(QgsRasterLayer(str(image), "scene"))
    turns = []
    assert page.run_command("evidence")
    wait(application, lambda: turns.append(1) or marked())
    assert len(turns) > 3  # QGIS went on working meanwhile
    (shown,) = marked()
    assert shown.bandCount() == 4 and layer.extent().intersects(shown.extent())
    assert any("Cloud: probability" in text for text in page.iface.texts())
    assert page.decision_bar.buttons["evidence"].isChecked()
    order = [node.layerId() for node in QgsProject.instance().layerTreeRoot().findLayers()]
    assert order.index(shown.id()) == order.index(layer.id()) + 1
    page.run_command("evidence")
    assert not marked() and not page.decision_bar.buttons["evidence"].isChecked()


def test_another_error_takes_it_away_and_a_failure_is_said(page, application, tmp_path, image):
    from qgis.core import QgsRasterLayer

    take(page, write(tmp_path / "result.gpkg"))
    page.run_command("evidence")  # no image anywhere
    wait(application, lambda: page.evidence.fid is None)
    assert not marked() and len(page.iface.texts()) == 1 and "\n" not in page.iface.texts()[0]
    QgsProject.instance().addMapLayer(QgsRasterLayer(str(image), "scene"))
    page.run_command("evidence")
    wait(application, marked)
    page.go_to(2)
    assert not marked()
    page.run_command("evidence")
    page.set_layer(None)  # while it is being made
    assert page.evidence.fid is None and not marked()
