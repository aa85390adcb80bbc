"""Run inside the real QGIS by ``qgis --code``: inspect a layer by the dock as a person would, and note what is seen.

The environment says where: RSQI_TEST_RASTER, RSQI_TEST_VERDICT (JSON), RSQI_TEST_PICTURES (a folder); and
RSQI_TEST_WORKER whether the worker is the fake one, which can be slow or die when asked to.
"""

import json
import os
import time
import traceback
from pathlib import Path

from qgis.core import Qgis, QgsApplication, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QEventLoop, QTimer
from qgis.PyQt.QtWidgets import QAction, QDockWidget, QToolBar, QWidget
from qgis.utils import iface, unloadPlugin

PICTURES = Path(os.environ["RSQI_TEST_PICTURES"])
VERDICT = {}


def wait(seconds, until=lambda: False):
    """Let QGIS work, and measure the longest time that it did not answer."""
    end, last, longest = time.monotonic() + seconds, time.monotonic(), 0.0
    while time.monotonic() < end and not until():
        QgsApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
        time.sleep(0.01)
    return longest


def picture(name, widget=None):
    PICTURES.mkdir(parents=True, exist_ok=True)
    (widget or iface.mainWindow()).grab().save(str(PICTURES / f"{name}.png"))


def messages():
    bar = iface.messageBar()
    return [item.text() for item in bar.items()]


def open_dock():
    """Load the image and open the dock by its button; return the dock."""
    main = iface.mainWindow()
    main.resize(1500, 950)
    layer = QgsRasterLayer(os.environ["RSQI_TEST_RASTER"], "scene")
    QgsProject.instance().addMapLayer(layer)
    iface.setActiveLayer(layer)
    iface.mapCanvas().setExtent(layer.extent())
    main.findChild(QAction, "rsqiInspectLayer").trigger()
    wait(1.0)
    dock = main.findChild(QDockWidget, "rsqiDock")
    VERDICT["visible"] = dock.isVisible()
    page = dock.findChild(QWidget, "rsqiInspectPage")
    VERDICT["chosen"] = page.layer_box.currentLayer().name()
    VERDICT["title"] = dock.tabs.tabText(0)
    picture("1_dock")
    return page


def cancel(page):
    """Start an inspection and cancel it."""
    os.environ["FAKE_WORKER"] = "slow"
    page.run_button.click()
    wait(20, lambda: page.progress.value() > 0 or page.run_button.isEnabled())
    picture("2_running")
    VERDICT["running"] = {"progress": page.progress.isVisible(), "status": page.status.text()}
    started = time.monotonic()
    page.cancel_button.click()
    wait(5, lambda: page.run_button.isEnabled())
    VERDICT["cancel_seconds"] = time.monotonic() - started
    VERDICT["cancelled"] = page.status.text()


def fail(page):
    """Start an inspection whose worker is killed."""
    os.environ["FAKE_WORKER"] = "killed"
    page.run_button.click()
    wait(60, lambda: page.run_button.isEnabled())
    wait(0.5)
    VERDICT["messages"] = messages()
    picture("3_failed")
    os.environ["FAKE_WORKER"] = "result"


def inspect(page):
    """Inspect, and look at everything that comes of it; return the layer of errors."""
    page.run_button.click()
    VERDICT["longest_pause"] = wait(500, lambda: page.run_button.isEnabled())
    VERDICT["status"] = page.status.text()
    errors = [found for found in QgsProject.instance().mapLayers().values() if found.name() != "scene"]
    VERDICT["layers"] = [found.name() for found in errors]
    VERDICT["features"] = errors[0].featureCount()
    VERDICT["renderer"] = errors[0].renderer().type()
    VERDICT["score"] = page.score_card.score_label.text() if page.score_card.isVisible() else None
    VERDICT["grade"] = page.score_card.grade_label.text()
    VERDICT["count"] = page.score_card.count_label.text()
    wait(2.0)
    iface.mapCanvas().waitWhileRendering()
    wait(0.5)
    picture("4_result")
    return errors[0]


def settings():
    """Test the worker from the settings page."""
    from rsqi.ui.settings import SettingsPage

    page = SettingsPage()
    page.resize(640, 260)
    page.show()
    page.test()
    wait(60, lambda: page.test_button.isEnabled())
    VERDICT["probe"] = page.verdict.text()
    picture("5_settings", page)
    page.deleteLater()


def form(layer):
    """Open the form of an error."""
    opened = iface.getFeatureForm(layer, next(layer.getFeatures()))
    opened.resize(560, 560)
    opened.show()
    wait(0.5)
    picture("6_form", opened)
    opened.deleteLater()


def leave():
    """Unload the plugin and see what it leaves behind."""
    main = iface.mainWindow()
    unloadPlugin("rsqi")
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    left = [widget.objectName() for kind in (QAction, QToolBar) for widget in main.findChildren(kind)]
    VERDICT["left_behind"] = [name for name in left if name.startswith("rsqi")]
    VERDICT["provider_left"] = QgsApplication.processingRegistry().providerById("rsqi") is not None
    VERDICT["dock_left"] = main.findChild(QDockWidget, "rsqiDock") is not None


def drive():
    page = open_dock()
    if os.environ["RSQI_TEST_WORKER"] == "fake":  # the real one neither dies nor dawdles at will
        cancel(page)
        fail(page)
    layer = inspect(page)
    settings()
    form(layer)
    leave()


def main():
    VERDICT["qgis"] = Qgis.QGIS_VERSION
    try:
        drive()
    except BaseException:
        VERDICT["traceback"] = traceback.format_exc()
        picture("0_broken")
    Path(os.environ["RSQI_TEST_VERDICT"]).write_text(
        json.dumps(VERDICT, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    os._exit(0)  # no question about the unsaved project


QTimer.singleShot(3000, main)
