"""A missed seam is followed on the map, a drawn one is moved: with the real worker, and undone as one step."""

import numpy as np
import pytest
from osgeo import gdal, osr
from qgis.core import QgsGeometry, QgsPoint, QgsPointXY, QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.gui import QgsMapMouseEvent
from qgis.PyQt.QtCore import QEvent, QPoint, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication
from review_scene import box, layer_of, stored
from test_real_worker import PYTHON
from test_review_page import page, press, until

page = page  # a fixture
pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="the worker environment is not built")
KEY = Qt.Key
SIDE, AT = 1200, 700  # px; the mosaic is parted at column AT, by STEP


@pytest.fixture(scope="module")
def mosaic(tmp_path_factory):
    rng = np.random.default_rng(3)
    ground = np.clip(120 + rng.normal(0, 4, (3, SIDE, SIDE)), 0, 255)
    ground[:, :, AT:] += np.array([30, 20, 12])[:, None, None]
    path, crs = tmp_path_factory.mktemp("mosaic") / "mosaic.tif", osr.SpatialReference()
    crs.ImportFromEPSG(4547)
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), SIDE, SIDE, 3)
    dataset.SetProjection(crs.ExportToWkt())
    dataset.SetGeoTransform((500000, 0.5, 0, 3400600, 0, -0.5))
    for band in range(3):
        dataset.GetRasterBand(band + 1).WriteArray(ground[band].astype(np.uint8))
    return path


@pytest.fixture
def review_page(page, mosaic, monkeypatch):
    """The page over the mosaic, with the whole of it on the map."""
    monkeypatch.setenv("RSQI_PYTHON", str(PYTHON))
    QgsProject.instance().addMapLayer(QgsRasterLayer(str(mosaic), "mosaic"))
    layer = page.decisions.layer
    page.set_layer(None)
    page.set_layer(layer)
    canvas = page.iface.canvas
    canvas.resize(600, 600)
    QApplication.processEvents()
    canvas.setExtent(box(0, 0, 600, 600).boundingBox())
    return page


def seams(path):
    """Return the lines of a file as (geometry, values)."""
    layer = QgsVectorLayer(f"{path}|layername=seams", "seams", "ogr")
    return [(f.geometry(), f.attributeMap()) for f in layer.getFeatures()] if layer.isValid() else []


def at(page, column, row):
    """Return where a pixel of the mosaic is on the canvas."""
    place = page.iface.canvas.getCoordinateTransform().transform(QgsPointXY(500000 + column / 2, 3400600 - row / 2))
    return QPoint(round(place.x()), round(place.y()))


def click(page, column, row, button=Qt.MouseButton.LeftButton):
    canvas = page.iface.canvas
    event = QgsMapMouseEvent(
        canvas, QEvent.Type.MouseButtonRelease, at(page, column, row), button, button, Qt.KeyboardModifier.NoModifier
    )
    page.tools.following.tool.canvasReleaseEvent(event)


def move(page, column, row):
    canvas = page.iface.canvas
    page.tools.following.tool.canvasMoveEvent(QgsMapMouseEvent(canvas, QEvent.Type.MouseMove, at(page, column, row)))


def drawn(page):
    band = page.tools.following.tool._bands.get("line")
    return band.asGeometry() if band is not None else QgsGeometry()


def followed(page, *rows):
    """Follow the seam through places some pixels beside it; return when it is drawn through all of them."""
    press(page, KEY.Key_F)
    for k, row in enumerate(rows):
        click(page, AT + (5 if k % 2 else -5), row)
    assert until(lambda: page.tools.following._measure_id and not page.tools.seam_session.busy, 60)


def test_a_seam_is_followed_taken_and_undone(review_page, path):
    page = review_page
    followed(page, 200, 600)
    assert page.tools.following.mode == "follow" and "Enter" in page.mode_label.text()
    away = [abs(vertex.x() - 500350) for vertex in drawn(page).asPolyline()]
    assert max(away) < 2, "the line keeps to the seam, not to the clicks"
    assert not page.seam_panel.isHidden() and page.seam_panel.texts()[1].startswith("R ")
    count = len(stored(path))
    press(page, KEY.Key_Return)
    assert until(lambda: len(stored(path)) == count + 1, 30)
    fid = max(stored(path))
    row = stored(path, fid)
    assert (row["category_id"], row["status"], row["source"]) == (7, "added", "technician") and row["area_m2"] > 500
    ((line, values),) = seams(path)
    assert values["error_id"] == fid and values["status"] == "added" and line.length() == pytest.approx(200, abs=16)
    steps = [abs(values[f"step_dn_{band}"]) for band in "rgb"]
    assert steps == pytest.approx([30, 20, 12], abs=2)
    assert layer_of(path).getFeature(fid).geometry().contains(line.interpolate(50))
    assert until(lambda: stored(path, fid)["severity"] == "B", 10), "the score knows the step"
    press(page, KEY.Key_Escape)
    assert not page.tools.following.mode and page.list.fid == fid
    page.run_command("undo")
    assert stored(path, fid) is None and seams(path) == []
    page.run_command("redo")
    assert stored(path, fid)["status"] == "added"
    ((again, values),) = seams(path)
    assert again.equals(line) and values["error_id"] == fid


def test_a_third_click_lengthens_the_line_and_backspace_shortens_it(review_page, path):
    page = review_page
    followed(page, 200, 500, 900)
    assert drawn(page).length() == pytest.approx(350, abs=16)
    press(page, KEY.Key_Backspace)
    assert until(lambda: drawn(page).length() == pytest.approx(150, abs=16), 30)
    click(page, AT, 700)
    assert until(lambda: drawn(page).length() == pytest.approx(250, abs=16), 30)
    press(page, KEY.Key_Backspace, KEY.Key_Backspace)
    assert drawn(page).isEmpty() and len(page.tools.following.tool.clicks) == 1
    press(page, KEY.Key_Return)
    assert page.iface.texts()[-1].startswith("Click two places") and seams(path) == []


def test_the_line_is_drawn_live_up_to_the_mouse(review_page):
    page = review_page
    press(page, KEY.Key_F)
    click(page, AT - 4, 200)
    move(page, AT + 6, 500)
    assert until(lambda: drawn(page).length() == pytest.approx(150, abs=16), 60)
    assert not page.tools.following._line, "what the mouse shows is not clicked yet"


def test_escape_leaves_nothing_behind(review_page, path):
    page, before = review_page, stored(path)
    followed(page, 200, 600)
    press(page, KEY.Key_Escape)
    assert not page.tools.following.mode and page.tools.following.tool._bands == {} and page.map_choice.has_tool
    QTest.qWait(200)
    assert stored(path) == before and seams(path) == []


def test_a_right_click_takes_too_and_letters_belong_to_the_tool_meanwhile(review_page, path):
    page = review_page
    followed(page, 300, 500)
    press(page, KEY.Key_X)
    assert {row["status"] for row in stored(path).values()} == {"unreviewed"}
    click(page, AT, 500, Qt.MouseButton.RightButton)
    assert until(lambda: len(seams(path)) == 1, 30)


def test_beside_the_image_a_line_is_refused_in_one_sentence(review_page, path):
    page = review_page
    page.iface.canvas.setExtent(box(0, 0, 3000, 3000).boundingBox())
    press(page, KEY.Key_F)
    click(page, 3000, 600)
    click(page, 4000, 600)
    assert until(lambda: "lies beside the image" in " ".join(page.iface.texts()), 60) and seams(path) == []


def test_without_an_image_it_is_said(page, path):
    press(page, KEY.Key_F)
    for column in (100, 400):
        click(page, column, 300)
    assert page.iface.texts()[-1].startswith("The inspected image was not found")


def test_without_a_worker_it_is_said(review_page, monkeypatch):
    monkeypatch.setenv("RSQI_PYTHON", "/nowhere/python")
    page = review_page
    press(page, KEY.Key_F)
    for row in (200, 600):
        click(page, AT, row)
    assert until(lambda: page.iface.texts(), 10) and page.tools.following.mode


def test_a_verdict_reaches_the_line(review_page, path):
    page = review_page
    followed(page, 200, 600)
    press(page, KEY.Key_Return)
    assert until(lambda: seams(path), 30)
    press(page, KEY.Key_Escape, KEY.Key_X)
    assert seams(path)[0][1]["status"] == "rejected"
    page.run_command("undo")
    assert seams(path)[0][1]["status"] == "added"
    page.run_command("delete")
    assert seams(path) == [], "a drawn error goes with its line"
    page.run_command("undo")
    assert seams(path)[0][1]["error_id"] == max(stored(path))


def taken(page, path):
    """Take a seam; return its error's fid, and the layer of the project that shows its line, being edited."""
    followed(page, 200, 600)
    press(page, KEY.Key_Return)
    assert until(lambda: seams(path), 30)
    press(page, KEY.Key_Escape)
    page.iface.add_tool("mActionVertexToolActiveLayer")
    press(page, KEY.Key_V)
    assert page.tools.seam_moving.mode == "vertices"
    layer = page.iface.canvas.currentLayer()
    assert layer.isEditable() and layer.selectedFeatureCount() == 1
    return page.list.fid, layer


def test_a_moved_line_is_measured_and_its_error_follows(review_page, path):
    page = review_page
    fid, layer = taken(page, path)
    ((before, old),) = seams(path)
    shape = layer_of(path).getFeature(fid).geometry()
    heard = []
    page.tools.seam_moving.measured.connect(heard.append)
    moved = QgsGeometry.fromPolyline([QgsPoint(500349, 3400520), QgsPoint(500351, 3400200)])
    layer.changeGeometry(layer.selectedFeatureIds()[0], moved)
    assert until(lambda: heard, 30)
    ((line, values),) = seams(path)
    assert line.equals(moved) and values["length_m"] == pytest.approx(320, rel=5e-3) and values["error_id"] == fid
    assert layer_of(path).getFeature(fid).geometry().contains(line.interpolate(100))
    assert page.seam_panel.texts()[4] == f"{values['length_m']:,.1f} m", "the panel follows"
    assert layer.isEditable() and not layer.isModified()
    press(page, KEY.Key_Escape)
    assert not layer.isEditable() and not page.tools.seam_moving.mode
    page.run_command("undo")
    ((line, values),) = seams(path)
    assert line.equals(before) and values == old
    assert layer_of(path).getFeature(fid).geometry().equals(shape)


def test_a_line_that_cannot_be_measured_is_put_back(review_page, path):
    page = review_page
    _, layer = taken(page, path)
    ((before, old),) = seams(path)
    moved = QgsGeometry.fromPolyline([QgsPoint(500349, 3400520), QgsPoint(500351, 3400519)])
    layer.changeGeometry(layer.selectedFeatureIds()[0], moved)
    assert until(lambda: page.iface.texts() and "put back" in page.iface.texts()[-1], 30)
    assert seams(path)[0][0].equals(before) and seams(path)[0][1] == old
    assert layer.getFeature(layer.selectedFeatureIds()[0]).geometry().equals(before)


def test_vertices_of_an_error_without_a_line_are_those_of_its_outline(review_page):
    page = review_page
    page.iface.add_tool("mActionVertexToolActiveLayer")
    press(page, KEY.Key_V)
    assert page.tools.digitising.mode == "vertices" and not page.tools.seam_moving.mode
