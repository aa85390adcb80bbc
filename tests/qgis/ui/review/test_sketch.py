"""A polygon that crosses itself stays in the tool that drew it, and is taken once it is mended."""

import pytest
from qgis.core import QgsPointXY
from qgis.gui import QgsAdvancedDigitizingDockWidget, QgsMapMouseEvent, QgsMapToolCapture, QgsMapToolDigitizeFeature
from qgis.PyQt.QtCore import QEvent, QPoint, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAction, QApplication
from review_scene import box, stored
from test_review_page import page, press

page = page  # a fixture
KEY = Qt.Key
BOW_TIE = ((710, 710), (740, 740), (740, 710), (710, 740))


@pytest.fixture
def tool(page):
    """QGIS's own tool, which adds what it has drawn to the layer."""
    canvas, layer = page.iface.canvas, page.decisions.layer
    canvas.resize(600, 600)
    canvas.setExtent(box(600, 600, 300, 300).boundingBox())
    digitizer = QgsAdvancedDigitizingDockWidget(canvas)
    tool = QgsMapToolDigitizeFeature(canvas, digitizer, QgsMapToolCapture.CapturePolygon)

    def add(feature):
        layer.beginEditCommand("Add feature")
        layer.addFeature(feature)
        layer.endEditCommand()

    tool.digitizingCompleted.connect(add)
    action = QAction(page.iface.window)
    action.setObjectName("mActionAddFeature")
    action.triggered.connect(lambda: canvas.setMapTool(tool))
    yield tool
    page.run_command("leave")
    canvas.unsetMapTool(tool)


def click(page, x, y, button=Qt.MouseButton.LeftButton):
    canvas = page.iface.canvas
    place = QgsPointXY(500000 + x, 3400000 + y)
    pixel = canvas.getCoordinateTransform().transform(place).toQPointF().toPoint()
    event = QgsMapMouseEvent(canvas, QEvent.Type.MouseButtonRelease, QPoint(pixel), button, button)
    event.setMapPoint(place)
    canvas.mapTool().cadCanvasReleaseEvent(event)
    QApplication.processEvents()


def test_a_polygon_that_crosses_itself_is_mended_by_the_tool_that_drew_it(page, path, tool):
    before = stored(path)
    press(page, KEY.Key_D, KEY.Key_1)
    for place in BOW_TIE:
        click(page, *place)
    click(page, *BOW_TIE[-1], Qt.MouseButton.RightButton)
    assert stored(path) == before and page.iface.texts()[-1].startswith("The outline crosses itself")
    assert page.navigator._cross is not None, "where it crosses is shown"
    assert page.tools.mode == "draw" and page.tools.digitising.sketching() and tool.size() == 4
    drawn = [(round(point.x() - 500000), round(point.y() - 3400000)) for point in tool.captureCurve().vertices()]
    assert drawn == list(BOW_TIE), "nothing of it is lost"
    QTest.keyClick(page.iface.canvas, KEY.Key_Backspace)
    QTest.keyClick(page.iface.canvas, KEY.Key_Backspace)
    assert tool.size() == 2
    for place in ((710, 745), (700, 730)):
        click(page, *place)
    click(page, 700, 730, Qt.MouseButton.RightButton)
    (fid,) = set(stored(path)) - set(before)
    assert stored(path, fid)["status"] == "added" and stored(path, fid)["category_id"] == 1
    assert not page.tools.digitising.sketching() and page.tools.mode == "draw", "the next one can be drawn"
    page.run_command("undo")
    assert stored(path) == before


def test_escape_drops_it(page, path, tool):
    before = stored(path)
    press(page, KEY.Key_D)
    for place in BOW_TIE:
        click(page, *place)
    click(page, *BOW_TIE[-1], Qt.MouseButton.RightButton)
    assert page.tools.digitising.sketching()
    press(page, KEY.Key_Escape)
    assert not page.tools.digitising.sketching() and page.tools.mode == "draw"
    press(page, KEY.Key_Escape)
    assert page.tools.mode == "" and stored(path) == before and not page.decisions.layer.isEditable()
