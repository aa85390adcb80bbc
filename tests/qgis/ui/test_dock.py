"""The dock: which page it shows."""

import os

from fake_iface import Iface
from qgis.PyQt import sip
from qgis.PyQt.QtWidgets import QToolButton


def test_the_set_up_is_shown_while_there_is_no_worker(application, fake, monkeypatch):
    from rsqi.ui.dock import RsqiDock

    iface = Iface()
    dock = RsqiDock(iface)
    python = os.environ["RSQI_PYTHON"]
    monkeypatch.setenv("RSQI_PYTHON", "")
    dock.show_setup_if_needed()
    assert dock._inspect_stack.currentWidget() is dock.setup_page
    monkeypatch.setenv("RSQI_PYTHON", python)
    dock.setup_page.ready.emit()
    assert dock._inspect_stack.currentWidget() is dock.inspect_page
    dock.stop()
    for widget in (dock, iface.canvas, iface.bar):
        sip.delete(widget)


def test_the_button_of_the_settings_opens_their_page(application, fake):
    from rsqi.ui.dock import RsqiDock
    from rsqi.ui.settings import PAGE

    iface = Iface()
    dock = RsqiDock(iface)
    buttons = dock.inspect_page.findChildren(QToolButton)
    next(button for button in buttons if button.toolTip() == "RSQI settings").click()
    assert iface.options == [PAGE]
    dock.stop()
    for widget in (dock, iface.canvas, iface.bar):
        sip.delete(widget)
