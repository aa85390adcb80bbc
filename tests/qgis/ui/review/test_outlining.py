"""A click gets its outline from the real worker, and Enter makes it an error that can be undone."""

import numpy as np
import pytest
from osgeo import gdal, osr
from qgis.core import QgsApplication, QgsGeometry, QgsPointXY, QgsProject
from qgis.gui import QgsMapMouseEvent
from qgis.PyQt.QtCore import QEvent, QEventLoop, Qt
from qgis.PyQt.QtTest import QTest
from review_scene import Iface, layer_of, stored

LEFT, TOP, PIXEL, SIDE = 500000, 3401000, 0.5, 300
CLOUD = 500045, 3400910, 500100, 3400950  # xmin, ymin, xmax, ymax


@pytest.fixture
def image(tmp_path):
    """Grey noise with a white rectangle, below the errors of the review."""
    pixels = np.random.default_rng(1).normal(95, 12, (SIDE, SIDE, 3)).clip(1, 254).astype(np.uint8)
    pixels[100:180, 90:200] = 240
    path = tmp_path / "image.tif"
    made = gdal.GetDriverByName("GTiff").Create(str(path), SIDE, SIDE, 3)
    made.SetGeoTransform((LEFT, PIXEL, 0, TOP, 0, -PIXEL))
    system = osr.SpatialReference()
    system.ImportFromEPSG(4547)
    made.SetProjection(system.ExportToWkt())
    for band in range(3):
        made.GetRasterBand(band + 1).WriteArray(pixels[..., band])
    made = None
    return path


@pytest.fixture
def page(path, image, monkeypatch):
    from rsqi.bridge.live_score import LiveScore
    from rsqi.ui.review import outlining
    from rsqi.ui.review.page import ReviewPage

    monkeypatch.setattr(
        outlining.Outlining,
        "_request",
        lambda self: {"command": "outline", "raster": str(image), "parameters": {}},
    )
    iface = Iface()
    iface.window.resize(800, 600)
    page = ReviewPage(iface, LiveScore())
    page.iface = iface
    layer = layer_of(path)
    QgsProject.instance().addMapLayer(layer)
    page.set_layer(layer)
    page.show()
    iface.window.show()
    iface.canvas.setExtent(layer.extent())
    yield page
    page.stop()
    QgsProject.instance().removeAllMapLayers()
    page.deleteLater()
    iface.window.deleteLater()


def wait_for(done, rounds=1500):
    for _ in range(rounds):
        QgsApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        if done():
            return True
        QTest.qWait(20)
    return False


def click(page, x, y, held=Qt.KeyboardModifier.NoModifier):
    """Click on the map as the mouse does."""
    canvas = page.iface.canvas
    place = canvas.getCoordinateTransform().transform(QgsPointXY(x, y)).toQPointF().toPoint()
    event = QgsMapMouseEvent(
        canvas, QEvent.Type.MouseButtonRelease, place, Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton, held
    )
    page.tools.outlining.tool.canvasReleaseEvent(event)


def likeness(geometry):
    planted = QgsGeometry.fromWkt(QgsGeometry.fromRect(rectangle()).asWkt())
    return geometry.intersection(planted).area() / geometry.combine(planted).area()


def rectangle():
    from qgis.core import QgsRectangle

    return QgsRectangle(*CLOUD)


def start(page):
    page.iface.canvas.setExtent(rectangle().buffered(60))
    assert page.run_command("outline")
    assert page.tools.digitising.mode == "outline" and page.iface.canvas.mapTool() is page.tools.outlining.tool


def test_a_click_is_outlined_taken_and_undone(page, path):
    start(page)
    fids = set(stored(path))
    click(page, 500072, 3400930)
    assert page.tools.outlining.waiting and "working" in page.mode_label.text(), "QGIS waits for the worker"
    page.run_command("type_1")
    assert wait_for(lambda: not page.tools.outlining.waiting)
    assert page.tools.outlining.geometry is not None and likeness(page.tools.outlining.geometry) > 0.85
    assert "Cloud" in page.mode_label.text() or "云" in page.mode_label.text()
    QTest.keyClick(page.iface.canvas, Qt.Key.Key_Return)
    assert wait_for(lambda: set(stored(path)) != fids)
    (fid,) = set(stored(path)) - fids
    row = stored(path, fid)
    assert (row["category_id"], row["status"], row["source"]) == (1, "added", "technician")
    assert row["area_m2"] == pytest.approx(55 * 40, rel=0.15) and row["edited_by"]
    assert page.list.fid == fid and page.tools.digitising.mode == "outline", "the next one can be clicked at once"
    assert page.decisions.history.last(False).text == "Draw"
    page.run_command("undo")
    assert set(stored(path)) == fids
    page.run_command("leave")
    assert page.tools.digitising.mode == "" and page.iface.canvas.mapTool() is not page.tools.outlining.tool


def test_clicks_are_sent_as_they_were_made(page, monkeypatch):
    asked = []
    monkeypatch.setattr(page.tools.outlining.call, "ask", asked.append)
    start(page)
    click(page, 500060, 3400940, Qt.KeyboardModifier.ControlModifier)
    assert not asked and "first" in page.iface.texts()[-1]
    click(page, 500060, 3400940)
    click(page, 500080, 3400920)
    click(page, 500090, 3400915, Qt.KeyboardModifier.ControlModifier)
    assert [len(asked[-1][name]) for name in ("at", "without")] == [2, 1]
    assert asked[-1]["at"][0] == pytest.approx([500060, 3400940], abs=1) and asked[-1]["type"] is None
    page.tools.outlining.choose_type(2)
    assert asked[-1]["type"] == "shadow"
    page.tools.outlining.choose_type(9)
    assert asked[-1]["type"] is None, "stripes have no outline around a place: only the name is theirs"
    items = len(page.iface.canvas.scene().items())
    page.run_command("leave")
    assert len(page.iface.canvas.scene().items()) == items - 3, "the marks are off the map"


def test_what_the_worker_says_is_shown(page):
    start(page)
    click(page, 499990, 3400930)  # beside the image
    assert wait_for(lambda: not page.tools.outlining.waiting)
    assert page.tools.outlining.geometry is None and "lies outside" in page.iface.texts()[-1]
    assert page.tools.digitising.mode == "outline"


def test_a_layer_without_its_image_is_refused(path, application):
    from rsqi.bridge.live_score import LiveScore
    from rsqi.ui.review.page import ReviewPage

    iface = Iface()
    page = ReviewPage(iface, LiveScore())
    layer = layer_of(path)
    QgsProject.instance().addMapLayer(layer)
    page.set_layer(layer)
    page.run_command("outline")
    page.tools.outlining.point_at(QgsPointXY(500072, 3400930))
    assert "not found" in iface.texts()[-1] and not page.tools.outlining.waiting
    page.stop()
    QgsProject.instance().removeAllMapLayers()
