"""Run inside the real QGIS by ``qgis --code``: walk through the plugin as the user guide does, and take its pictures.

The way from an image to a signed report is gone with real clicks and keys, and what each step cost is noted: clicks,
keys, and the seconds until QGIS has done what they ask. Taking a picture costs none. The verdicts are no judgement:
the walk presses keys.

The environment says where: RSQI_TOUR_SCENE (an image), RSQI_TOUR_PICTURES (a folder), RSQI_TOUR_LANGUAGE (the ending of
the pictures' names), RSQI_TOUR_WALK (a JSON file for what the steps cost), RSQI_TOUR_TRAIN (1: train a model on what
the tour has reviewed) and RSQI_TOUR_SHORT (1: go no farther than the report).
"""

import json
import os
import time
import traceback
from contextlib import contextmanager
from pathlib import Path

from osgeo import gdal
from qgis.core import Qgis, QgsApplication, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QEventLoop, QPoint, Qt, QTimer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QDockWidget, QScrollArea, QToolBar
from qgis.utils import iface

PICTURES, LANGUAGE = Path(os.environ["RSQI_TOUR_PICTURES"]), os.environ["RSQI_TOUR_LANGUAGE"]
SIZE, DOCK = (1366, 768), 400  # px: the screen of a plain notebook
QUALITY = 85  # of JPEG: the guide travels with the plugin
LONG = 1500  # seconds that anything may take
REJECTED = 6  # every sixth error is rejected on the walk, the others are accepted
PIXEL_TYPES = (9, 10)  # come by the hundred: each type is judged at once
MISSED = ((-120, -60), (110, -70), (130, 80), (-90, 90))  # what is drawn, px from the middle of the map

QUESTIONS = {
    "en": "Where are the clouds, and which error is the worst?",
    "zh": "云在哪里？哪处错误最严重？",
}

walked = {}


class Hand:
    """Clicks and presses, and counts."""

    def __init__(self):
        self.clicks = self.keys = 0

    def click(self, widget, place=None, button=Qt.MouseButton.LeftButton):
        self.clicks += 1
        QTest.mouseClick(widget, button, Qt.KeyboardModifier.NoModifier, place or widget.rect().center())

    def choose(self, box, value):
        """Choose in a box: one click opens it, one chooses."""
        self.clicks += 2
        box.setCurrentIndex(box.findData(value))

    def press(self, widget, key, modifier=Qt.KeyboardModifier.NoModifier):
        self.keys += 1
        QTest.keyClick(widget, key, modifier)


hand = Hand()


def wait(seconds, until=lambda: False):
    """Let QGIS work until something is so; return whether it is."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not until():
        QgsApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        time.sleep(0.01)
    return until()


def drawn():
    """Wait until the map shows what it is asked to show."""
    wait(0.15)
    wait(LONG, lambda: not iface.mapCanvas().isDrawing())


@contextmanager
def step(name):
    """Note what one step of the walk costs."""
    clicks, keys, start = hand.clicks, hand.keys, time.monotonic()
    yield
    walked[name] = {"clicks": hand.clicks - clicks, "keys": hand.keys - keys, "seconds": time.monotonic() - start}


def picture(name):
    """Take a picture of the whole window when the map is drawn."""
    wait(1.0)
    iface.messageBar().clearWidgets()
    iface.mapCanvas().waitWhileRendering()
    wait(0.5)
    PICTURES.mkdir(parents=True, exist_ok=True)
    file = PICTURES / f"{name}.{LANGUAGE}.jpg"
    iface.mainWindow().grab().save(str(file), quality=QUALITY)
    print(file.name, flush=True)


def open_image():
    """Show the scene, and nothing but the layers; a person drags the file into the window."""
    main = iface.mainWindow()
    main.resize(*SIZE)
    for dock in main.findChildren(QDockWidget):
        dock.setVisible(dock.objectName() == "Layers")
    wait(1.0)
    with step("open"):
        layer = QgsRasterLayer(os.environ["RSQI_TOUR_SCENE"], "scene")
        QgsProject.instance().addMapLayer(layer)
        iface.setActiveLayer(layer)
        iface.mapCanvas().setExtent(layer.extent())
        drawn()
        hand.clicks += 1
    return layer


def open_dock():
    main = iface.mainWindow()
    toolbar = main.findChild(QToolBar, "rsqiToolBar")
    button = toolbar.widgetForAction(toolbar.actions()[0])
    dock = main.findChild(QDockWidget, "rsqiDock")
    with step("panel"):
        hand.click(button)
        wait(LONG, dock.isVisible)
        drawn()
    main.resizeDocks([main.findChild(QDockWidget, "Layers"), dock], [220, DOCK], Qt.Orientation.Horizontal)
    wait(1.0)
    return dock


def set_up(dock):
    """Show the set-up as it is where there is no worker yet."""
    python = os.environ.pop("RSQI_PYTHON")
    dock.show_setup_if_needed()
    dock.setup_page.refresh()
    dock.show_page("inspect")
    picture("setup")
    os.environ["RSQI_PYTHON"] = python
    dock.show_setup_if_needed()


def inspect(dock):
    """Inspect the scene, and take a picture when there are errors to see: the inspection goes on meanwhile."""
    page = dock.inspect_page
    project = QgsProject.instance()

    def found():
        return any(layer.featureCount() > 8 for layer in project.mapLayers().values() if layer.name() != "scene")

    with step("inspect"):
        hand.click(page.run_button)
        wait(LONG, lambda: page.run_button.isEnabled() or found())
        picture("inspect")
        wait(LONG, page.run_button.isEnabled)
        drawn()
    if dock.page != "review":
        raise RuntimeError(page.status.text())


def review(dock):
    """Judge the large errors one by one, the small ones by type, and draw a missed one."""
    page, canvas, keys = dock.review_page, iface.mapCanvas(), 0

    def rows():
        return page.decisions.rows  # anew: what is read from the file again comes as new rows

    canvas.setFocus()
    with step("judge"):
        while page.list.fid is not None and rows()[page.list.fid].category_id not in PIXEL_TYPES:
            fid = page.list.fid
            hand.press(canvas, Qt.Key.Key_X if keys % REJECTED == REJECTED - 1 else Qt.Key.Key_A)
            keys += 1
            drawn()
            if page.list.fid == fid:
                break
    picture("review")
    with step("sort"):
        for category_id in PIXEL_TYPES:
            hand.choose(page.filter_bar.type_box, category_id)
            hand.click(page.list.viewport(), QPoint(60, 8))
            hand.press(page.list, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
            hand.press(page.list, Qt.Key.Key_A)
            drawn()
        hand.choose(page.filter_bar.type_box, 0)
    with step("draw"):
        canvas.setFocus()
        hand.press(canvas, Qt.Key.Key_D)
        hand.press(canvas, Qt.Key.Key_1)
        view, middle = canvas.viewport(), canvas.viewport().rect().center()
        for x, y in MISSED:
            QTest.mouseMove(view, middle + QPoint(x, y))
            wait(0.05)
            hand.click(view, middle + QPoint(x, y))
        hand.click(view, middle, Qt.MouseButton.RightButton)
        wait(10, lambda: any(row.source == "technician" for row in rows().values()))
        hand.press(canvas, Qt.Key.Key_Escape)
        drawn()
    if not any(row.source == "technician" for row in rows().values()):
        raise RuntimeError("nothing was drawn")
    walked["errors"] = len(rows())
    walked["judged"] = keys


def report(dock, scene):
    """Look at the score, write the report, and sign it."""
    page = dock.score_page
    shown = []
    page.live.scored.connect(shown.append)
    with step("score"):
        hand.click(dock.steps.buttons["score"])
        wait(2.0, lambda: shown)
    iface.mapCanvas().setExtent(scene.extent())
    iface.mapCanvas().refresh()
    drawn()
    picture("score")
    panel = page.report_panel
    with step("report"):
        hand.click(page.next_step.button)
        hand.click(panel.run_button)
        wait(2.0, lambda: not panel.run_button.isEnabled())
        wait(LONG, panel.run_button.isEnabled)
    if "href" not in panel.status.text():
        raise RuntimeError(panel.status.text())
    picture("report")


def words(dock):
    """Ask about the result; what is answered is measured, so that no model is needed."""
    page = dock.words_page
    dock.show_page("words")
    page.ask_box.question_box.setText(QUESTIONS[LANGUAGE])
    page.ask_box.ask_button.click()
    wait(30, page.ask_box.text.text)
    page.findChild(QScrollArea).ensureWidgetVisible(page.ask_box)
    picture("words")


def learn(dock):
    """Export what was reviewed; train on it if there is time."""
    page = dock.learn_page
    dock.show_page("learn")
    wait(1.0)
    page.data.export_button.click()
    wait(LONG, page.data.export_button.isEnabled)
    if os.environ.get("RSQI_TOUR_TRAIN") == "1" and page.training.train_button.isEnabled():
        page.training.train_button.click()
        wait(5.0)
        wait(LONG, lambda: not page.cancel_button.isEnabled())
        wait(0.5)
        page.scroll.ensureWidgetVisible(page.training.curve)
    picture("learn")


def lot(dock):
    """Inspect the four quarters of the scene as a lot."""
    scene = Path(os.environ["RSQI_TOUR_SCENE"])
    folder = scene.parent / "lot"
    folder.mkdir(exist_ok=True)
    whole = gdal.Open(str(scene))
    width, height = whole.RasterXSize // 2, whole.RasterYSize // 2
    for number, (x, y) in enumerate(((0, 0), (width, 0), (0, height), (width, height)), 1):
        gdal.Translate(str(folder / f"sheet_{number}.tif"), whole, srcWin=[x, y, width, height])
    QgsProject.instance().clear()
    page = dock.lot_page
    dock.show_page("lot")
    page.run_box.scenes_box.setFilePath(str(folder))
    page.run_box.folder_box.setFilePath(str(scene.parent / "results"))
    page.run_box.run()
    wait(LONG, lambda: not page.run_box.is_running())
    wait(3.0)
    page.show_all()
    picture("lot")


def tour():
    scene = open_image()
    dock = open_dock()
    set_up(dock)
    inspect(dock)
    review(dock)
    report(dock, scene)
    walked["qgis"], walked["width"], walked["height"] = Qgis.QGIS_VERSION, scene.width(), scene.height()
    Path(os.environ["RSQI_TOUR_WALK"]).write_text(json.dumps(walked, indent=1), encoding="utf-8")
    if os.environ.get("RSQI_TOUR_SHORT") != "1":
        words(dock)
        learn(dock)
        lot(dock)


def main():
    code = 0
    try:
        tour()
    except Exception:
        traceback.print_exc()
        picture("broken")
        code = 1
    os._exit(code)  # no question about the unsaved project


QTimer.singleShot(3000, main)
