"""The dock: which page it shows."""

import os

from fake_iface import Iface
from qgis.PyQt import sip


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
