"""The dock: Inspect, Review, Score and Learn as tabs, each a page of its own."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from qgis.core import QgsMapLayer, QgsProject, QgsVectorLayer
from qgis.gui import QgsDockWidget
from qgis.PyQt.QtWidgets import QStackedWidget, QTabWidget, QWidget

from ..algorithms.i18n import tr
from .inspect.page import InspectPage

LAYER_FIELD = "category_id"  # a vector layer with this field is one of errors


class RsqiDock(QgsDockWidget):
    """Shows the pages, and tells them which layer of errors is under review."""

    def __init__(self, iface, parent=None):
        super().__init__("RSQI", parent)
        self.setObjectName("rsqiDock")
        self._iface = iface
        self._layer_id = None
        self.tabs = QTabWidget()
        self.tabs.setObjectName("rsqiTabs")
        self.tabs.setDocumentMode(True)
        self.inspect_page = InspectPage(iface)
        self.inspect_page.finished.connect(self.show_result)
        self.setup_page = _page("setup", iface)
        self._room = QStackedWidget()  # set-up, until there is a worker to inspect with
        self._room.addWidget(self.inspect_page)
        if self.setup_page is not None:
            self._room.addWidget(self.setup_page)
            for signal in (self.setup_page.ready, self.setup_page.changed):
                signal.connect(self.look_for_worker)
        self.tabs.addTab(self._room, tr("Inspect"))
        self.pages = {name: page for name in ("review", "score", "learn") if (page := _page(name, iface))}
        titles = {"review": tr("Review"), "score": tr("Score"), "learn": tr("Learn")}
        for name, page in self.pages.items():
            self.tabs.addTab(page, titles[name])
        self.setWidget(self.tabs)
        self.visibilityChanged.connect(self._shown)
        iface.currentLayerChanged.connect(self.follow)
        QgsProject.instance().layersWillBeRemoved.connect(self._forget)
        self.follow(iface.activeLayer())

    def follow(self, layer: QgsMapLayer | None) -> None:
        """Take the layer that became active for review, if it is one of errors."""
        if isinstance(layer, QgsVectorLayer) and layer.fields().indexFromName(LAYER_FIELD) >= 0:
            self.set_layer(layer)

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Hand a layer of errors to all pages."""
        layer_id = layer.id() if layer is not None else None
        if layer_id != self._layer_id:
            self._layer_id = layer_id
            for page in (self.inspect_page, *self.pages.values()):
                page.set_layer(layer)

    def show_result(self, layer: QgsVectorLayer) -> None:
        """Open the review of what an inspection has found."""
        self.set_layer(layer)
        if "review" in self.pages:
            self.tabs.setCurrentWidget(self.pages["review"])

    def look_for_worker(self) -> None:
        """Show the set-up in place of *Inspect* while there is nothing to inspect with."""
        if self.setup_page is not None:
            self._room.setCurrentWidget(self.setup_page if self.setup_page.needed else self.inspect_page)

    def stop(self) -> None:
        """Let go of QGIS; called when the plugin is unloaded."""
        self._iface.currentLayerChanged.disconnect(self.follow)
        QgsProject.instance().layersWillBeRemoved.disconnect(self._forget)
        for page in (self.inspect_page, self.setup_page, *self.pages.values()):
            if page is not None:
                page.stop()

    def _shown(self, visible: bool) -> None:
        if visible:
            self.look_for_worker()

    def _forget(self, layer_ids: list[str]) -> None:
        if self._layer_id in layer_ids:
            self.set_layer(None)


def _page(name: str, iface) -> QWidget | None:
    """Return the page `name`, if its room is furnished."""
    if not (Path(__file__).parent / name / "page.py").is_file():
        return None
    module = import_module(f".{name}.page", __package__)
    return getattr(module, f"{name.capitalize()}Page")(iface)
