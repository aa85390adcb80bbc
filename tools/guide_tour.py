"""Run inside the real QGIS by ``qgis --code``: walk through the plugin as the user guide does, and take its pictures.

The environment says where: RSQI_TOUR_SCENE (an image), RSQI_TOUR_PICTURES (a folder), RSQI_TOUR_LANGUAGE (the ending of
the pictures' names) and RSQI_TOUR_TRAIN (1: train a model on what the tour has reviewed).
"""

import os
import time
import traceback
from pathlib import Path

from qgis.core import QgsApplication, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QEventLoop, Qt, QTimer
from qgis.PyQt.QtWidgets import QDockWidget
from qgis.utils import iface

PICTURES, LANGUAGE = Path(os.environ["RSQI_TOUR_PICTURES"]), os.environ["RSQI_TOUR_LANGUAGE"]
SIZE, DOCK = (1280, 800), 400  # px
QUALITY = 85  # of JPEG: the guide travels with the plugin
LONG = 1500  # seconds that anything may take
REJECTED = 6  # every so manieth error is rejected on the tour, the others are accepted
OPEN = 4  # are left for the picture


def wait(seconds, until=lambda: False):
    """Let QGIS work until something is so; return whether it is."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not until():
        QgsApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        time.sleep(0.01)
    return until()


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


def open_dock():
    """Show the scene and the panel, and nothing else."""
    main = iface.mainWindow()
    main.resize(*SIZE)
    for dock in main.findChildren(QDockWidget):
        dock.setVisible(dock.objectName() in ("rsqiDock", "Layers"))
    layer = QgsRasterLayer(os.environ["RSQI_TOUR_SCENE"], "scene")
    QgsProject.instance().addMapLayer(layer)
    iface.setActiveLayer(layer)
    iface.mapCanvas().setExtent(layer.extent())
    dock = main.findChild(QDockWidget, "rsqiDock")
    dock.show()
    layers = main.findChild(QDockWidget, "Layers")
    main.resizeDocks([layers, dock], [220, DOCK], Qt.Orientation.Horizontal)
    wait(1.0)
    return dock


def inspect(dock):
    """Inspect the scene; take a picture on the way."""
    page = dock.inspect_page
    page.run_button.click()
    wait(LONG, lambda: page.progress.value() >= 0.4 * page.progress.maximum() or page.run_button.isEnabled())
    picture("inspect")
    if not wait(LONG, page.run_button.isEnabled):
        raise RuntimeError("the inspection does not end")


def review(dock):
    """Decide on all errors but some, by the commands of the keys."""
    page = dock.review_page
    dock.tabs.setCurrentWidget(page)
    wait(1.0)
    layer = iface.activeLayer()
    for _ in range(OPEN):
        page.obey("next")
    for number in range(layer.featureCount() - OPEN):
        page.obey("unreviewed")
        page.obey("reject" if number % REJECTED == REJECTED - 1 else "accept")
        wait(0.05)
    page.obey("unreviewed")
    picture("review")
    for _ in range(OPEN):
        page.obey("unreviewed")
        page.obey("accept")
        wait(0.05)


def learn(dock):
    """Export what was reviewed; train on it if there is time."""
    page = dock.learn_page
    dock.tabs.setCurrentWidget(page)
    wait(1.0)
    page.data.export_button.click()
    wait(LONG, page.data.export_button.isEnabled)
    if os.environ.get("RSQI_TOUR_TRAIN") == "1" and page.training.train_button.isEnabled():
        page.training.train_button.click()
        wait(5.0)
        wait(LONG, lambda: not page.cancel_button.isEnabled())
        wait(0.5)
    picture("learn")


def set_up(dock):
    """Show the set-up as it is where there is no worker yet."""
    python = os.environ.pop("RSQI_PYTHON")
    dock.look_for_worker()
    dock.setup_page.refresh()
    dock.tabs.setCurrentIndex(0)
    picture("setup")
    os.environ["RSQI_PYTHON"] = python
    dock.look_for_worker()


def tour():
    dock = open_dock()
    set_up(dock)
    inspect(dock)
    review(dock)
    dock.tabs.setCurrentWidget(dock.score_page)
    picture("score")
    learn(dock)


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
