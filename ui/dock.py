"""The dock: Inspect, Review, Score and Learn as tabs, each a page of its own."""

from __future__ import annotations

from qgis.core import QgsMapLayer, QgsProject, QgsVectorLayer
from qgis.gui import QgsDockWidget
from qgis.PyQt.QtWidgets import QStackedWidget, QTabWidget

from ..bridge.i18n import tr
from ..bridge.live_score import LiveScore
from . import settings
from .guide import GuideButton
from .inspect.page import InspectPage
from .learn.page import LearnPage
from .review.page import ReviewPage
from .score.page import ScorePage
from .setup.page import SetupPage

LAYER_FIELD = "category_id"  # a vector layer with this field is one of errors


class RsqiDock(QgsDockWidget):
    """Shows the pages, and hands them the layer of errors under review."""

    def __init__(self, iface, parent=None):
        super().__init__("RSQI", parent)
        self.setObjectName("rsqiDock")
        self._iface = iface
        self._layer_id = None
        self.tabs = QTabWidget()
        self.tabs.setObjectName("rsqiTabs")
        self.tabs.setDocumentMode(True)
        self.inspect_page = InspectPage(iface)
        self.inspect_page.finished.connect(self.show_review)
        self.inspect_page.options_requested.connect(lambda: iface.showOptionsDialog(iface.mainWindow(), settings.PAGE))
        self.setup_page = SetupPage(iface)
        self.setup_page.ready.connect(self.show_setup_if_needed)
        self._inspect_stack = QStackedWidget()  # set-up, until there is a worker to inspect with
        self._inspect_stack.addWidget(self.inspect_page)
        self._inspect_stack.addWidget(self.setup_page)
        self.live = LiveScore(self)  # the only one: the review stores what it says, the page Score shows it
        self.review_page, self.score_page = ReviewPage(iface, self.live), ScorePage(iface, self.live)
        self.learn_page = LearnPage(iface)
        self.tabs.addTab(self._inspect_stack, tr("Inspect"))
        self.tabs.addTab(self.review_page, tr("Review"))
        self.tabs.addTab(self.score_page, tr("Score"))
        self.tabs.addTab(self.learn_page, tr("Learn"))
        self._pages = (self.inspect_page, self.setup_page, self.review_page, self.score_page, self.learn_page)
        self.guide_button = GuideButton()
        self.tabs.setCornerWidget(self.guide_button)
        self.setWidget(self.tabs)
        self.visibilityChanged.connect(self._visibility_changed)
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
            for page in self._pages:
                page.set_layer(layer)

    def show_review(self, layer: QgsVectorLayer) -> None:
        """Open the review of what an inspection has found."""
        self.set_layer(layer)
        self.tabs.setCurrentWidget(self.review_page)

    def show_setup_if_needed(self) -> None:
        """Show the set-up in place of *Inspect* while there is nothing to inspect with."""
        self._inspect_stack.setCurrentWidget(self.setup_page if self.setup_page.needed else self.inspect_page)

    def stop(self) -> None:
        """Let go of QGIS; called when the plugin is unloaded."""
        self._iface.currentLayerChanged.disconnect(self.follow)
        QgsProject.instance().layersWillBeRemoved.disconnect(self._forget)
        for page in (*self._pages, self.guide_button):
            page.stop()

    def _visibility_changed(self, visible: bool) -> None:
        if visible:
            self.show_setup_if_needed()

    def _forget(self, layer_ids: list[str]) -> None:
        if self._layer_id in layer_ids:
            self.set_layer(None)
