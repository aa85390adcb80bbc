"""The page *Find and ask*: find by words what the ten types do not cover, and ask about the image under review."""

from __future__ import annotations

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtWidgets import QGroupBox, QVBoxLayout, QWidget

from ...bridge.i18n import tr
from ..widgets.narrow import VerticalScroll
from .ask_box import AskBox
from .find_box import FindBox
from .found_layers import add_layers
from .found_list import FoundList


class WordsPage(QWidget):
    """Finds and answers by words."""

    def __init__(self, iface, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiWordsPage")
        self.find_box, self.found, self.ask_box = FindBox(), FoundList(iface), AskBox(iface)
        self.find_box.found.connect(self._show_found)
        finding, asking = QGroupBox(tr("Find by words")), QGroupBox(tr("Ask about the inspected image"))
        column = QVBoxLayout(finding)
        column.addWidget(self.find_box)
        column.addWidget(self.found, 1)
        column = QVBoxLayout(asking)
        column.addWidget(self.ask_box)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.addWidget(finding)
        column.addWidget(asking)
        column.addStretch()
        scroll = VerticalScroll()
        scroll.setWidget(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Ask about another layer of errors."""
        self.ask_box.set_layer(layer)

    def stop(self) -> None:
        """Let go of QGIS."""
        self.find_box.stop()
        self.found.show_layer(None)
        self.ask_box.stop()

    def _show_found(self, places: str, heat: str, phrase: str) -> None:
        try:
            layer, _ = add_layers(places, heat, phrase)
        except ValueError as error:
            self.find_box.status.setText(str(error))
            return
        self.found.show_layer(layer)
