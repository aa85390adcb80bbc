"""The page *Score*: live score and whole-image checks, each on a tab; report, scheme and lot, which the dock shows."""

from __future__ import annotations

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from ...bridge.i18n import tr
from ...bridge.live_score import LiveScore
from ...rsqi_core.scoring import Score
from ..widgets.narrow import VerticalScroll
from ..widgets.next_step import NextStep
from .checklist_panel import ChecklistPanel
from .image_panel import ImagePanel
from .live_panel import LivePanel
from .lot_panel import LotPanel
from .report_panel import ReportPanel
from .scheme_panel import SchemePanel


class ScorePage(QWidget):
    """Shows the score of the layer under review, and why it is so.

    Signals
    -------
    step_requested : str
        Name of the page to go on to.
    """

    step_requested = pyqtSignal(str)

    def __init__(self, iface, live: LiveScore, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiScorePage")
        self._iface = iface
        self.live = live
        self.live_panel = LivePanel(self.live)
        self.scheme_panel = SchemePanel()
        self.checklist_panel = ChecklistPanel(self.live)
        self.image_panel = ImagePanel()
        self.lot_panel = LotPanel()
        self.report_panel = ReportPanel()
        self.live_panel.scheme_chosen.connect(self.scheme_panel.show_scheme)
        self.scheme_panel.changed.connect(self.live_panel.show_schemes)
        self.scheme_panel.changed.connect(self.live.refresh)
        self.scheme_panel.changed.connect(self.checklist_panel.show_list)
        self.live_panel.scheme_chosen.connect(self.checklist_panel.show_list)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("rsqiScoreTabs")
        self.tabs.setDocumentMode(True)
        scroll = VerticalScroll()
        scroll.setWidget(self.live_panel)
        self.tabs.addTab(scroll, tr("Score"))
        self.tabs.addTab(self.checklist_panel, tr("By hand"))
        self.tabs.addTab(self.image_panel, tr("Checks"))
        self.next_step = NextStep()
        self.next_step.taken.connect(self.step_requested)
        live.scored.connect(self._offer_report)
        live.unavailable.connect(lambda _: self.next_step.hide())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.tabs)
        column.addWidget(self.next_step)

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Score another layer; None: there is none."""
        self.live.set_layer(layer)
        self.checklist_panel.set_layer(layer)
        self.image_panel.set_layer(layer)
        self.report_panel.set_layer(layer)

    def stop(self) -> None:
        """Let go of everything."""
        self.live.stop()
        self.checklist_panel.stop()
        self.image_panel.stop()
        self.lot_panel.stop()
        self.report_panel.stop()

    def _offer_report(self, score: Score) -> None:
        waiting = self.live.unreviewed()
        if waiting:
            text = tr("{count} errors are not yet reviewed.").format(count=waiting)
        elif score.value is None:
            text = tr("No score: nothing was inspected.")
        elif self.live.layer.featureCount():
            text = tr("All errors are reviewed.")
        else:
            text = tr("No errors were found: there is nothing to review.")
        self.next_step.offer(text, tr("Report"), "report")
