"""The page *Score*: live score, report, scheme, whole-image checks and lots, each on a tab."""

from __future__ import annotations

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QScrollArea, QTabWidget, QVBoxLayout, QWidget

from ...bridge.i18n import tr
from ...bridge.live_score import LiveScore
from .image_panel import ImagePanel
from .live_panel import LivePanel
from .lot_panel import LotPanel
from .report_panel import ReportPanel
from .scheme_panel import SchemePanel


class ScorePage(QWidget):
    """Shows the score of the layer under review, and why it is so."""

    def __init__(self, iface, live: LiveScore, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiScorePage")
        self._iface = iface
        self.live = live
        self.live_panel = LivePanel(self.live)
        self.scheme_panel = SchemePanel()
        self.image_panel = ImagePanel()
        self.lot_panel = LotPanel()
        self.report_panel = ReportPanel()
        self.live_panel.scheme_chosen.connect(self.scheme_panel.show_scheme)
        self.scheme_panel.changed.connect(self.live_panel.show_schemes)
        self.scheme_panel.changed.connect(self.live.refresh)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("rsqiScoreTabs")
        self.tabs.setDocumentMode(True)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self.live_panel)
        self.tabs.addTab(scroll, tr("Score"))
        self.tabs.addTab(self.report_panel, tr("Report"))
        self.tabs.addTab(self.scheme_panel, tr("Scheme"))
        self.tabs.addTab(self.image_panel, tr("Checks"))
        self.tabs.addTab(self.lot_panel, tr("Lot"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.tabs)

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Score another layer; None: there is none."""
        self.live.set_layer(layer)
        self.image_panel.set_layer(layer)
        self.report_panel.set_layer(layer)

    def stop(self) -> None:
        """Let go of everything."""
        self.live.stop()
        self.image_panel.stop()
        self.lot_panel.stop()
        self.report_panel.stop()
