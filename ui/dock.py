"""The dock: the steps Inspect, Review, Score and Report, and what stands aside, each a page of its own."""

from __future__ import annotations

from qgis.core import QgsFeature, QgsMapLayer, QgsProject, QgsVectorLayer
from qgis.gui import QgsDockWidget
from qgis.PyQt.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from ..bridge.fields import is_error_layer
from ..bridge.i18n import tr
from ..bridge.live_score import LiveScore
from . import settings
from .guide import GuideButton
from .inspect.page import InspectPage
from .learn.page import LearnPage
from .lot.page import LotPage
from .review.page import ReviewPage
from .review.taking import take_place
from .score.page import ScorePage
from .setup.page import SetupPage
from .steps import StepBar
from .words.page import WordsPage


class RsqiDock(QgsDockWidget):
    """Shows the pages, and hands them the layer of errors under review.

    Attributes
    ----------
    page : str
        Name of the page that is shown: inspect, review, score, report; learn, lot, words or scheme.
    """

    def __init__(self, iface, parent=None):
        super().__init__("RSQI", parent)
        self.setObjectName("rsqiDock")
        self._iface = iface
        self._layer_id = None
        self.page = ""
        self.inspect_page = InspectPage(iface)
        self.inspect_page.finished.connect(self.show_result)
        self.inspect_page.options_requested.connect(lambda: iface.showOptionsDialog(iface.mainWindow(), settings.PAGE))
        self.setup_page = SetupPage(iface)
        self.setup_page.ready.connect(self.show_setup_if_needed)
        self._inspect_stack = QStackedWidget()  # set-up, until there is a worker to inspect with
        self._inspect_stack.addWidget(self.inspect_page)
        self._inspect_stack.addWidget(self.setup_page)
        self.live = LiveScore(self)  # the only one: the review stores what it says, the page Score shows it
        self.review_page, self.score_page = ReviewPage(iface, self.live), ScorePage(iface, self.live)
        self.learn_page = LearnPage(iface)
        self.lot_page = LotPage(iface, self.inspect_page.form.method, self.score_page.lot_panel)
        self.lot_page.open_requested.connect(lambda entry: self.inspect_page.open_result(entry.scene, entry.result))
        self.words_page = WordsPage(iface)
        for places in (self.words_page.found, self.words_page.unusual):
            places.take_requested.connect(lambda *place, places=places: self._take_place(places, *place))
        self._pages = (
            self.inspect_page, self.setup_page, self.review_page, self.score_page, self.learn_page, self.lot_page,
            self.words_page,
        )  # fmt: skip
        self._shown = {
            "inspect": self._inspect_stack,
            "review": self.review_page,
            "score": self.score_page,
            "report": self.score_page.report_panel,
            "learn": self.learn_page,
            "lot": self.lot_page,
            "words": self.words_page,
            "scheme": self.score_page.scheme_panel,
        }
        steps = {"inspect": tr("Inspect"), "review": tr("Review"), "score": tr("Score"), "report": tr("Report")}
        aside = {"learn": tr("Learn"), "lot": tr("Lot"), "words": tr("Find and ask"), "scheme": tr("Scheme")}
        self.steps = StepBar(steps, aside)
        self.guide_button = GuideButton(self._guide_section)
        self._stack = QStackedWidget()
        for widget in self._shown.values():
            self._stack.addWidget(widget)
        for source in (self.steps.chosen, self.review_page.step_requested, self.score_page.step_requested):
            source.connect(self.show_page)
        self._build()
        self.show_page("inspect")
        self.visibilityChanged.connect(self._visibility_changed)
        iface.currentLayerChanged.connect(self.follow)
        QgsProject.instance().layersWillBeRemoved.connect(self._forget)
        self.follow(iface.activeLayer())

    def follow(self, layer: QgsMapLayer | None) -> None:
        """Take the layer that became active for review, if it is one of errors."""
        if is_error_layer(layer):
            self.set_layer(layer)

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Hand a layer of errors to all pages."""
        layer_id = layer.id() if layer is not None else None
        if layer_id != self._layer_id:
            self._layer_id = layer_id
            for page in self._pages:
                page.set_layer(layer)

    def show_page(self, name: str) -> None:
        """Show a page by its name."""
        self.page = name
        self._stack.setCurrentWidget(self._shown[name])
        self.steps.show_page(name)

    def show_result(self, layer: QgsVectorLayer) -> None:
        """Go on to the review of what an inspection has found; without an error to the score."""
        self.set_layer(layer)
        self.show_page("review" if layer.featureCount() else "score")
        self.review_page.begin()

    def show_setup_if_needed(self) -> None:
        """Show the set-up in place of *Inspect* while there is nothing to inspect with."""
        self._inspect_stack.setCurrentWidget(self.setup_page if self.setup_page.needed else self.inspect_page)

    def stop(self) -> None:
        """Let go of QGIS; called when the plugin is unloaded."""
        self._iface.currentLayerChanged.disconnect(self.follow)
        QgsProject.instance().layersWillBeRemoved.disconnect(self._forget)
        for page in (*self._pages, self.guide_button):
            page.stop()

    def _take_place(self, places, place: QgsFeature, crs, category_id: int) -> None:
        """Take a place of a list into the layer under review."""
        fid, reason = take_place(self.review_page.decisions, place, crs, category_id)
        places.show_taken(place.id(), fid, reason)

    def _build(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(0)
        line.addWidget(self.steps, 1)
        line.addWidget(self.guide_button)
        room = QWidget()
        column = QVBoxLayout(room)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(line)
        column.addWidget(self._stack, 1)
        self.setWidget(room)

    def _visibility_changed(self, visible: bool) -> None:
        if visible:
            self.show_setup_if_needed()

    def _guide_section(self) -> str:
        """Return what the guide should tell about: the page, or the part of it that a person is at."""
        if self.page == "inspect" and self._inspect_stack.currentWidget() is self.setup_page:
            return "setup"
        if self.page == "score" and self.score_page.tabs.currentWidget() is self.score_page.checklist_panel:
            return "by hand"
        focus = QApplication.focusWidget()
        if self.page == "learn" and focus is not None and self.learn_page.models.isAncestorOf(focus):
            return "models"
        return self.page

    def _forget(self, layer_ids: list[str]) -> None:
        if self._layer_id in layer_ids:
            self.set_layer(None)
