"""The panel of a seam: its measures from the result, and the tone across it from the image."""

import numpy as np
import pytest
from osgeo import gdal, osr
from qgis.core import QgsGeometry, QgsRasterLayer, QgsWkbTypes
from qgis.PyQt.QtGui import QColor, QPixmap
from review_scene import box, error, layer_of, write, write_table
from test_review_page import until

STEP = (30, 20, -10)


@pytest.fixture
def raster(tmp_path):
    """400 x 300 px of 0.5 m, by STEP brighter in the east of x = 500100; its last rows are nodata."""
    rgb = np.full((3, 300, 400), 100, np.uint8)
    rgb[:, :, 200:] = (100 + np.array(STEP))[:, None, None]
    rgb[:, 280:] = 0
    path, crs = tmp_path / "mosaic.tif", osr.SpatialReference()
    crs.ImportFromEPSG(4547)
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), 400, 300, 3)
    dataset.SetProjection(crs.ExportToWkt())
    dataset.SetGeoTransform((500000, 0.5, 0, 3400150, 0, -0.5))
    for band in range(3):
        dataset.GetRasterBand(band + 1).WriteArray(rgb[band])
        dataset.GetRasterBand(band + 1).SetNoDataValue(0)
    return path


@pytest.fixture
def errors(tmp_path, application):
    """A layer of a seam's error and a cloud."""
    from rsqi.bridge.fields import seam_fields

    path = write(tmp_path / "seams.gpkg", [error(7, 1.0, box(97, 20, 6, 100)), error(1, 0.9, box(10, 10, 20, 20))])
    line = QgsGeometry.fromWkt("LineString(500100 3400020, 500100 3400120)")
    row = line, [8, 30.4, 20.0, -9.6, 11.25, 0.953, 4.25, 2.0, 100.0, 1.0, 1, "unreviewed"]
    write_table(path, "seams", seam_fields(), [row], QgsWkbTypes.LineString)
    return layer_of(path)


@pytest.fixture
def panel(application, errors, raster):
    from rsqi.ui.review.seam_panel import SeamPanel

    panel = SeamPanel()
    panel.set_layer(errors, str(raster))
    yield panel
    panel.set_layer(None, "")
    panel.deleteLater()


def test_an_error_that_stands_for_a_seam_shows_its_measures(panel):
    panel.show_error(1)
    assert until(lambda: not panel.isHidden())
    assert panel.texts() == [
        "on 100 % of the line",
        "R +30, G +20, B -10; ΔE 11.2",
        "0.95",
        "4.2 px, significance 2.0",
        "100.0 m",
    ]
    panel.show_error(2)
    assert until(panel.isHidden), "a cloud has no seam"


def test_without_its_image_the_measures_are_shown_alone(panel, errors):
    panel.set_layer(errors, "/nowhere/mosaic.tif")
    panel.show_error(1)
    assert until(lambda: not panel.isHidden()) and panel.plot.isHidden()


def test_the_profile_is_drawn(panel):
    panel.show_error(1)
    assert until(lambda: not panel.isHidden())
    panel.plot.resize(240, 120)
    drawn = QPixmap(panel.plot.size())
    panel.plot.render(drawn)
    image = drawn.toImage()
    colors = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert {QColor("#e53935").name(), QColor("#2e9e4f").name(), QColor("#3f7fe0").name()} <= colors


@pytest.mark.parametrize(("wkt", "sign"), [
    ("LineString(500100 3400020, 500100 3400120)", 1),
    ("LineString(500100 3400120, 500100 3400020)", -1),
    ("LineString(500100 3400160, 500100 3399990)", -1),  # over both rims, and over nodata
])  # fmt: skip
def test_the_right_side_of_a_line_is_that_of_its_direction(application, raster, wkt, sign):
    from rsqi.bridge.seam_profile import HALF, read_profile

    layer = QgsRasterLayer(str(raster), "mosaic")
    profile = read_profile(layer.dataProvider(), QgsGeometry.fromWkt(wkt))
    left, right = profile.sides()
    assert right - left == pytest.approx(sign * np.array(STEP))
    assert np.unique(profile.tones[:HALF], axis=0).shape[0] == 1, "the step is at the line, to the pixel"


def test_beside_the_image_there_is_no_profile(application, raster):
    from rsqi.bridge.seam_profile import read_profile

    layer = QgsRasterLayer(str(raster), "mosaic")
    for wkt in ("LineString(600000 3400020, 600000 3400120)", "LineString EMPTY"):
        assert read_profile(layer.dataProvider(), QgsGeometry.fromWkt(wkt)) is None
