"""The page *Find and ask*: what the ten types do not cover, by words or unlike anything clean, and questions."""

from __future__ import annotations

from qgis.core import QgsProject, QgsVectorLayer
from qgis.PyQt.QtWidgets import QGroupBox, QVBoxLayout, QWidget

from ...bridge.i18n import tr
from ..widgets.narrow import VerticalScroll
from .ask_box import AskBox
from .find_box import FindBox
from .found_layers import add_layers, unusual_beside
from .found_list import FoundList


class WordsPage(QWidget):
    """Finds and answers by words."""

    def __init__(self, iface, parent=None):
        super().__init__(parent)
        self.setObjectName("rsqiWordsPage")
        self.find_box, self.found, self.ask_box = FindBox(), FoundList(iface), AskBox(iface)
        self._layer: QgsVectorLayer | None = None
        self._shown_id: str | None = None
        self.unusual = FoundList(iface)
        self.unusual.list.setObjectName("rsqiUnusual")
        self.find_box.found.connect(self._show_found)
        finding, asking = QGroupBox(tr("Find by words")), QGroupBox(tr("Ask about the inspected image"))
        self.unusual_box = QGroupBox(tr("Unusual places of the inspected image"))
        QVBoxLayout(self.unusual_box).addWidget(self.unusual)
        self.unusual_box.hide()
        QgsProject.instance().layersAdded.connect(self._show_unusual)  # it may come after the errors
        column = QVBoxLayout(finding)
        column.addWidget(self.find_box)
        column.addWidget(self.found, 1)
        column = QVBoxLayout(asking)
        column.addWidget(self.ask_box)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.addWidget(self.unusual_box)
        column.addWidget(finding)
        column.addWidget(asking)
        column.addStretch()
        scroll = VerticalScroll()
        scroll.setWidget(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

    def set_layer(self, layer: QgsVectorLayer | None) -> None:
        """Ask about another layer of errors, and list what is unusual beside it."""
        self.ask_box.set_layer(layer)
        self._layer = layer
        self._show_unusual()

    def stop(self) -> None:
        """Let go of QGIS."""
        self.find_box.stop()
        self.found.show_layer(None)
        self.unusual.show_layer(None)
        QgsProject.instance().layersAdded.disconnect(self._show_unusual)
        self.ask_box.stop()

    def _show_unusual(self, *_) -> None:
        unusual = unusual_beside(self._layer)
        shown = unusual.id() if unusual is not None else None
        if shown == self._shown_id:  # what was taken of it stays marked
            return
        self._shown_id = shown
        self.unusual.show_layer(unusual)
        self.unusual_box.setVisible(unusual is not None)

    def _show_found(self, places: str, heat: str, phrase: str) -> None:
        try:
            layer, _ = add_layers(places, heat, phrase)
        except ValueError as error:
            self.find_box.status.setText(str(error))
            return
        self.found.show_layer(layer)
