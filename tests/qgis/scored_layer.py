"""A layer of errors that the page *Score* follows."""

import time

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import QEventLoop


def opened(path):
    found = QgsVectorLayer(path if "|" in path else f"{path}|layername=errors", "errors", "ogr")
    assert found.isValid()
    return found


def wait(application, until):
    end = time.monotonic() + 90
    while not until() and time.monotonic() < end:
        application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
    assert until()


def value(page):
    return page.live_panel.score.value if page.live_panel.score else None


def change(layer, fid, **values):
    for name, new in values.items():
        layer.changeAttributeValue(fid, layer.fields().indexFromName(name), new)
