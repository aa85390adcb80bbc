"""Run inside the real QGIS by ``qgis --code``: inspect a layer by the dock as a person would, and note what is seen.

The environment says where: RSQI_TEST_RASTER, RSQI_TEST_FOLDER (of images), RSQI_TEST_OBSERVED (JSON) and
RSQI_TEST_PICTURES (a folder); and RSQI_TEST_WORKER whether the worker is the fake one, which can be slow or die when
asked to.
"""

import json
import os
import time
import traceback
from pathlib import Path

from qgis.core import Qgis, QgsApplication, QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QEventLoop, QPoint, Qt, QTimer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAction, QDockWidget, QToolBar
from qgis.utils import iface, loadPlugin, startPlugin, unloadPlugin

PICTURES = Path(os.environ["RSQI_TEST_PICTURES"])
OBSERVED = {}


def wait(seconds, until=lambda: False):
    """Let QGIS work until something is so, and count how often it came to answer."""
    end, turns = time.monotonic() + seconds, 0
    while time.monotonic() < end and not until():
        QgsApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        turns += 1
        time.sleep(0.01)
    return turns


def picture(name, widget=None):
    PICTURES.mkdir(parents=True, exist_ok=True)
    (widget or iface.mainWindow()).grab().save(str(PICTURES / f"{name}.png"))


def messages():
    bar = iface.messageBar()
    return [item.text() for item in bar.items()]


def open_dock():
    """Open the dock by its button, then load the image; return the dock."""
    main = iface.mainWindow()
    main.resize(1500, 950)
    main.findChild(QAction, "rsqiInspectLayer").trigger()
    wait(1.0)
    dock = main.findChild(QDockWidget, "rsqiDock")
    OBSERVED["visible"] = dock.isVisible()
    OBSERVED["steps"] = [button.text() for button in dock.steps.buttons.values()]
    OBSERVED["aside"] = [action.text() for action in dock.steps.actions_aside.values()]
    OBSERVED["empty"] = dock.inspect_page.status.text()
    picture("1_empty")
    layer = QgsRasterLayer(os.environ["RSQI_TEST_RASTER"], "scene")
    QgsProject.instance().addMapLayer(layer)
    iface.setActiveLayer(layer)
    iface.mapCanvas().setExtent(layer.extent())
    wait(0.5)
    OBSERVED["chosen"] = dock.inspect_page.form.source_box.layer_box.currentLayer().name()
    return dock


def others():
    """The layers of the project but for the image."""
    return [layer for layer in QgsProject.instance().mapLayers().values() if layer.name() != "scene"]


def cancel(page):
    """Start an inspection, see its errors come, and cancel it."""
    os.environ["FAKE_WORKER"] = "slow"
    page.run_button.click()
    wait(30, lambda: others() or page.run_button.isEnabled())
    wait(1.0)
    iface.mapCanvas().waitWhileRendering()
    picture("2_running")
    OBSERVED["running"] = {
        "progress": page.progress.isVisible(),
        "status": page.status.text(),
        "task": [task.description() for task in QgsApplication.taskManager().activeTasks()],
        "errors": sum(layer.featureCount() for layer in others()),
        "active": iface.activeLayer().name(),
    }
    steps = []
    page._inspection.worker_event.connect(lambda event: steps.append(event.get("stage")))
    page.cancel_button.click()
    wait(120, lambda: page.run_button.isEnabled())
    OBSERVED["after_cancel"] = steps
    OBSERVED["cancelled"] = page.status.text()
    OBSERVED["left_by_cancel"] = [layer.name() for layer in others()]


def fail(page):
    """Start an inspection whose worker is killed."""
    os.environ["FAKE_WORKER"] = "killed"
    page.run_button.click()
    wait(60, lambda: page.run_button.isEnabled())
    wait(0.5)
    OBSERVED["messages"] = messages()
    picture("3_failed")
    os.environ["FAKE_WORKER"] = "result"


def inspect(dock):
    """Inspect, and look at everything that comes of it; return the layer of errors."""
    page = dock.inspect_page
    page.run_button.click()
    OBSERVED["turns"] = wait(500, lambda: page.run_button.isEnabled())
    OBSERVED["status"] = page.status.text()
    OBSERVED["layers"] = [layer.name() for layer in others()]
    errors = others()[0]
    OBSERVED["source"] = errors.source()
    OBSERVED["features"] = errors.featureCount()
    OBSERVED["renderer"] = errors.renderer().type()
    OBSERVED["page"] = dock.page
    wait(2.0)
    iface.mapCanvas().waitWhileRendering()
    wait(0.5)
    picture("4_result")
    return errors


def review(dock, layer):
    """Judge errors by keys, correct one with the mouse and draw one; note what the file says each time."""
    page, canvas = dock.review_page, iface.mapCanvas()
    results = OBSERVED["review"] = {}

    def key(code, modifier=Qt.KeyboardModifier.NoModifier):
        QTest.keyClick(canvas, code, modifier)
        settle()

    def click(x, y, button=Qt.MouseButton.LeftButton):
        place = canvas.viewport().rect().center() + QPoint(x, y)
        QTest.mouseMove(canvas.viewport(), place)
        wait(0.1)
        QTest.mouseClick(canvas.viewport(), button, Qt.KeyboardModifier.NoModifier, place)
        wait(0.2)

    def draw(*places):
        for x, y in places:
            click(x, y)
        click(*places[-1], Qt.MouseButton.RightButton)
        settle()

    canvas.setFocus()
    key(Qt.Key.Key_N)
    first = page.list.fid
    key(Qt.Key.Key_A)
    second = page.list.fid
    key(Qt.Key.Key_X)
    third = page.list.fid
    other = 3 if stored(layer, third)["category_id"] == 2 else 2  # than the type that the model gives it
    key(getattr(Qt.Key, f"Key_{other}"))
    results["decisions"] = [stored(layer, fid)["status"] for fid in (first, second, third)]
    results["relabelled"] = stored(layer, third)["category_id"] == other
    key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    results["undone"] = stored(layer, third)["status"]

    count = layer.featureCount()
    key(Qt.Key.Key_D)
    key(Qt.Key.Key_1)
    draw((-200, -150), (150, -150), (180, 120), (-150, 160))
    drawn = page.list.fid
    results["drawn"] = {"count": layer.featureCount() - count, **stored(layer, drawn)}
    key(Qt.Key.Key_Escape)
    page.go_to(drawn)
    settle()
    key(Qt.Key.Key_E)
    draw((-100, -320), (-60, 0), (-100, 320))
    results["reshaped"] = stored(layer, drawn)["area_m2"]
    key(Qt.Key.Key_Escape)
    picture("8_reviewed")

    page.list.selectAll()
    page.run_command("reject")
    settle()
    results["all_rejected"] = stored_score(layer)
    key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    results["score"] = stored_score(layer)
    dock.show_page("score")
    settle()
    picture("9_score")


def settle():
    """Let what an action sets off come to its end."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    wait(1.0)
    iface.mapCanvas().waitWhileRendering()
    wait(0.3)


def stored(layer, fid):
    """What the file itself says of an error, read by a connection of its own."""
    feature = QgsVectorLayer(layer.source(), "stored", "ogr").getFeature(fid)
    return {name: feature[name] for name in ("status", "category_id", "source", "area_m2")}


def stored_score(layer):
    summary = QgsVectorLayer(layer.source().replace("layername=errors", "layername=summary"), "stored", "ogr")
    return next(summary.getFeatures())["score"]


def several(dock):
    """Inspect all images of a folder, one of which is none."""
    page, source = dock.inspect_page, dock.inspect_page.form.source_box
    dock.show_page("inspect")
    source.kind_box.setCurrentIndex(2)
    source.folder_box.setFilePath(os.environ["RSQI_TEST_FOLDER"])
    page.run_button.click()
    wait(120, lambda: page.run_button.isEnabled())
    wait(0.5)
    rows = [page.table.topLevelItem(number) for number in range(page.table.topLevelItemCount())]
    OBSERVED["several"] = {"status": page.status.text(), "rows": [[row.text(c) for c in range(4)] for row in rows]}
    iface.mapCanvas().waitWhileRendering()
    wait(0.5)
    picture("5_several")
    page.table.itemActivated.emit(rows[-1], 0)
    wait(0.5)
    OBSERVED["several"]["opened"] = iface.activeLayer().name()
    OBSERVED["several"]["page"] = dock.page


def settings():
    """Test the worker from the settings page."""
    from rsqi.ui.settings import SettingsPage

    page = SettingsPage()
    page.resize(640, 260)
    page.show()
    page.test()
    wait(60, lambda: page.test_button.isEnabled())
    OBSERVED["probe"] = page.result_label.text()
    picture("6_settings", page)
    page.setup.stop()
    page.deleteLater()


def form(layer):
    """Open the form of an error."""
    opened = iface.getFeatureForm(layer, next(layer.getFeatures()))
    opened.resize(560, 560)
    opened.show()
    wait(0.5)
    picture("7_form", opened)
    opened.deleteLater()


def leave():
    """Load the plugin anew twice, unload it, and see what it leaves behind."""
    main = iface.mainWindow()
    OBSERVED["came_back"], OBSERVED["docks"] = [], []
    for _ in range(2):
        unloadPlugin("rsqi")
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        OBSERVED["came_back"].append(loadPlugin("rsqi") and startPlugin("rsqi"))
        main.findChild(QAction, "rsqiInspectLayer").trigger()
        wait(0.5)
        OBSERVED["docks"] += [d.objectName() for d in main.findChildren(QDockWidget, "rsqiDock") if d.isVisible()]
    unloadPlugin("rsqi")
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    left = [widget.objectName() for kind in (QAction, QToolBar) for widget in main.findChildren(kind)]
    OBSERVED["left_behind"] = [name for name in left if name.startswith("rsqi")]
    OBSERVED["provider_left"] = QgsApplication.processingRegistry().providerById("rsqi") is not None
    OBSERVED["dock_left"] = main.findChild(QDockWidget, "rsqiDock") is not None


def drive():
    dock = open_dock()
    if os.environ["RSQI_TEST_WORKER"] == "fake":  # the real one neither dies nor dawdles at will
        cancel(dock.inspect_page)
        fail(dock.inspect_page)
    layer = inspect(dock)
    if os.environ["RSQI_TEST_WORKER"] == "fake":
        several(dock)
        settings()
    else:  # whose file holds all that the review needs
        review(dock, layer)
    form(layer)
    leave()


def main():
    OBSERVED["qgis"] = Qgis.QGIS_VERSION
    try:
        drive()
    except BaseException:
        OBSERVED["traceback"] = traceback.format_exc()
        picture("0_broken")
    Path(os.environ["RSQI_TEST_OBSERVED"]).write_text(
        json.dumps(OBSERVED, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    os._exit(0)  # no question about the unsaved project


QTimer.singleShot(3000, main)
