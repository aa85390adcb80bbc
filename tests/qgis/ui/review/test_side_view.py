"""The second view follows the first and leads it, shows another raster, and is gone without a trace."""

import numpy as np
import pytest
from osgeo import gdal, osr
from qgis.core import QgsCoordinateReferenceSystem, QgsPointXY, QgsProject, QgsRasterLayer, QgsRectangle
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QDockWidget, QWidget
from review_scene import Iface, layer_of


def raster(path, value):
    made = gdal.GetDriverByName("GTiff").Create(str(path), 100, 100, 1)
    made.SetGeoTransform((500000, 10, 0, 3401000, 0, -10))
    system = osr.SpatialReference()
    system.ImportFromEPSG(4547)
    made.SetProjection(system.ExportToWkt())
    made.GetRasterBand(1).WriteArray(np.full((100, 100), value, np.uint8))
    made = None
    return QgsRasterLayer(str(path), path.stem)


@pytest.fixture
def page(path, tmp_path):
    from rsqi.bridge.live_score import LiveScore
    from rsqi.ui.review.page import ReviewPage

    iface = Iface()
    iface.window.resize(1000, 700)
    page = ReviewPage(iface, LiveScore())
    page.iface = iface
    page.rasters = [raster(tmp_path / f"{year}.tif", value) for year, value in (("2023", 90), ("2024", 160))]
    layer = layer_of(path)
    QgsProject.instance().addMapLayers([layer, *page.rasters])
    iface.canvas.setLayers([layer, page.rasters[0]])
    page.set_layer(layer)
    iface.window.show()
    page.show()
    iface.canvas.setExtent(QgsRectangle(500200, 3400200, 500600, 3400500))
    yield page
    page.stop()
    QgsProject.instance().removeAllMapLayers()
    page.deleteLater()
    iface.window.deleteLater()


def same_place(one, other):
    assert one.center().x() == pytest.approx(other.center().x(), abs=0.01)
    assert one.center().y() == pytest.approx(other.center().y(), abs=0.01)
    assert one.scale() == pytest.approx(other.scale(), rel=1e-3)
    assert one.rotation() == other.rotation()


def test_each_view_follows_the_other_without_drifting(page):
    assert page.run_command("side")
    main, side = page.iface.canvas, page.side_views.view.canvas
    assert page.decision_bar.buttons["side"].isChecked()
    same_place(main, side)
    main.setExtent(QgsRectangle(500300, 3400300, 500350, 3400380))
    same_place(main, side)
    scale = main.scale()
    side.setCenter(QgsPointXY(500700, 3400650))
    same_place(main, side)
    assert main.center().x() == pytest.approx(500700, abs=0.01) and main.scale() == pytest.approx(scale, rel=1e-6)
    side.zoomScale(900)
    assert main.scale() == pytest.approx(900, rel=1e-3)
    main.setRotation(30)
    same_place(main, side)
    side.setRotation(-45)
    same_place(main, side)
    for _ in range(20):  # one that is not followed back does not widen the other
        side.setCenter(side.center())
        main.setCenter(main.center())
    assert main.scale() == pytest.approx(900, rel=1e-3)


def test_it_shows_another_raster_and_errors_if_asked(page):
    page.run_command("side")
    view = page.side_views.view
    assert view.canvas.layers() == [page.rasters[1]], "the one that the main view does not show"
    view.raster_box.setLayer(page.rasters[0])
    view.errors_box.setChecked(True)
    assert view.canvas.layers() == [page._layer, page.rasters[0]]
    QgsProject.instance().removeMapLayer(page.rasters[0].id())
    assert page.rasters[1] in view.canvas.layers() and len(view.canvas.layers()) == 2


def test_the_system_of_the_map_is_followed(page):
    page.run_command("side")
    page.iface.canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    page.iface.canvas.setExtent(QgsRectangle(113.99, 30.7, 114.01, 30.72))
    assert page.side_views.view.canvas.mapSettings().destinationCrs().authid() == "EPSG:4326"
    same_place(page.iface.canvas, page.side_views.view.canvas)


@pytest.mark.parametrize("way", ["key", "close", "stop"])
def test_closed_it_leaves_nothing(page, way):
    main = page.iface.canvas
    items = len(main.scene().items())
    page.run_command("side")
    view = page.side_views.view
    assert len(main.scene().items()) == items + 1
    {"key": lambda: page.run_command("side"), "close": view.close, "stop": page.stop}[way]()
    assert page.side_views.view is None and not view.isVisible()
    assert not page.decision_bar.buttons["side"].isChecked()
    if way != "stop":
        assert len(main.scene().items()) == items
    before = view.canvas.center()
    main.setCenter(QgsPointXY(500900, 3400900))
    assert view.canvas.center() == before, "it still follows"
    page.set_layer(page._layer)


def test_other_docks_keep_their_widths_and_the_window_its_height(page):
    window = page.iface.window
    window.resize(1200, 600)
    left, right = QDockWidget("layers", window), QDockWidget("panel", window)
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, left)
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, right)
    room = QWidget()
    room.setMinimumSize(300, 500)
    right.setWidget(room)
    page.setParent(room)
    page.show()
    window.resizeDocks([left, right], [200, 300], Qt.Orientation.Horizontal)
    QTest.qWait(50)
    before = left.width(), right.width(), window.height()
    page.run_command("side")
    QTest.qWait(50)
    view = page.side_views.view
    assert (left.width(), right.width(), window.height()) == before
    assert left.x() < view.x() < right.x(), "it stands between the map and the panel"
    page.run_command("side")
    QTest.qWait(50)
    assert (left.width(), right.width(), window.height()) == before
    page.setParent(None)


def test_it_can_be_opened_again(page):
    for _ in range(3):
        page.run_command("side")
        page.run_command("side")
    page.run_command("side")
    same_place(page.iface.canvas, page.side_views.view.canvas)
    docks = [dock for dock in page.iface.window.findChildren(QDockWidget) if dock.isVisible()]
    assert docks == [page.side_views.view]
