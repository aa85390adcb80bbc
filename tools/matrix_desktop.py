"""Run by ``qgis --code`` in a fresh profile: install the plugin as *Install from ZIP* does, and look at it.

The environment says where: RSQI_MATRIX_ZIP, and RSQI_MATRIX_OUT, a folder for ``seen.json`` and ``desktop.png``.
"""

import json
import os
import sys
import time
import traceback
from pathlib import Path

import pyplugin_installer
from qgis.core import Qgis, QgsApplication, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QT_VERSION_STR, QEventLoop, QTimer
from qgis.PyQt.QtWidgets import QAction, QDockWidget
from qgis.utils import active_plugins, iface

OUT = Path(os.environ["RSQI_MATRIX_OUT"])


def wait(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QgsApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)


def look():
    seen = {"qgis": Qgis.QGIS_VERSION, "qt": QT_VERSION_STR, "python": sys.version.split()[0]}
    try:
        seen["before"] = "rsqi" in active_plugins
        pyplugin_installer.instance().installFromZipFile(os.environ["RSQI_MATRIX_ZIP"])
        wait(2)
        seen["loaded"] = "rsqi" in active_plugins
        provider = QgsApplication.processingRegistry().providerById("rsqi")
        seen["algorithms"] = len(provider.algorithms()) if provider else 0
        main = iface.mainWindow()
        main.resize(1400, 900)
        layer = QgsRasterLayer(str(OUT / "small.tif"), "small")
        QgsProject.instance().addMapLayer(layer)
        iface.mapCanvas().setExtent(layer.extent())
        main.findChild(QAction, "rsqiInspectLayer").trigger()
        wait(4)
        seen["dock"] = main.findChild(QDockWidget, "rsqiDock").isVisible()
        seen["messages"] = [item.text() for item in iface.messageBar().items()]
        main.grab().save(str(OUT / "desktop.png"))
    except Exception:
        seen["error"] = traceback.format_exc()
    (OUT / "seen.json").write_text(json.dumps(seen, indent=1))
    QgsProject.instance().setDirty(False)
    os._exit(0)  # whatever dialog might wait for a person


QTimer.singleShot(3000, look)
