"""The places that were found: one after the other on the map, and with one key into the review."""

from __future__ import annotations

from qgis.core import QgsCoordinateReferenceSystem, QgsFeature, QgsProject, QgsVectorLayer
from qgis.PyQt import sip
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QKeySequence
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ...bridge.compat import QShortcut
from ...bridge.i18n import tr
from ...bridge.texts import type_name
from ...rsqi_core import taxonomy
from ..widgets.narrow import narrow
from ..widgets.swatch import small_swatch

KEY = "T"
MOST = 1000  # places in the list; all are on the map
ROWS_HEIGHT = 140  # px: the page is to fit a small screen
_FID = Qt.ItemDataRole.UserRole


class FoundList(QWidget):
    """Shows the places of one search, the best score first.

    Signals
    -------
    take_requested : QgsFeature, QgsCoordinateReferenceSystem, int
        A place that is to become an error of this type.
    """

    take_requested = pyqtSignal(QgsFeature, QgsCoordinateReferenceSystem, int)

    def __init__(self, iface, parent=None):
        super().__init__(parent)
        self._iface = iface
        self._layer: QgsVectorLayer | None = None
        self.list = QListWidget()
        self.list.setObjectName("rsqiFound")
        self.list.setMaximumHeight(ROWS_HEIGHT)
        self.type_box = narrow(QComboBox())
        for t in taxonomy.TYPES:
            self.type_box.addItem(small_swatch(t.color), type_name(t), t.id)
        self.type_box.setToolTip(tr("The type that a place is taken as"))
        self.take_button = QPushButton(tr("Take as an error ({key})").format(key=KEY))
        self.take_button.setObjectName("rsqiTake")
        self.take_button.setToolTip(tr("Adds the place to the layer under review, where it can be undone."))
        self.said = QLabel()
        self.said.setWordWrap(True)
        line = QHBoxLayout()
        line.addWidget(self.take_button, 1)
        line.addWidget(self.type_box, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list, 1)
        column.addLayout(line)
        column.addWidget(self.said)
        shortcut = QShortcut(QKeySequence(KEY), self.list)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        shortcut.activated.connect(self.take)
        self.take_button.clicked.connect(self.take)
        self.list.currentItemChanged.connect(lambda *_: self._zoom())
        self.show_layer(None)

    def show_layer(self, layer: QgsVectorLayer | None) -> None:
        """List the places of a layer ``found``."""
        self._layer = layer
        self.list.clear()
        self.said.clear()
        features = list(layer.getFeatures())[:MOST] if layer is not None else []
        for feature in sorted(features, key=lambda each: -each["score"]):
            text = f"{feature['score']:.2f}   {feature['area_m2']:,.0f} m²"
            item = QListWidgetItem(text, self.list)
            item.setData(_FID, feature.id())
        self.setVisible(bool(features))

    def take(self) -> None:
        """Ask that the current place be taken, and go on to the next one."""
        item, layer = self.list.currentItem(), self._living_layer()
        if item is None or layer is None or item.data(_FID + 1):
            return
        feature = layer.getFeature(item.data(_FID))
        self.take_requested.emit(feature, layer.crs(), self.type_box.currentData())

    def show_taken(self, place: int, fid: int | None, reason: str) -> None:
        """Mark a place as taken, or say why it was not."""
        items = (self.list.item(row) for row in range(self.list.count()))
        item = next((item for item in items if item.data(_FID) == place), None)
        if fid is None or item is None:
            self.said.setText(reason)
            return
        item.setData(_FID + 1, fid)
        item.setText("✓ " + item.text())
        self.said.setText(tr("Taken as error {fid}.").format(fid=fid))
        self.list.setCurrentRow(min(self.list.row(item) + 1, self.list.count() - 1))

    def _zoom(self) -> None:
        item, layer = self.list.currentItem(), self._living_layer()
        if item is not None and layer is not None:
            canvas = self._iface.mapCanvas()
            canvas.zoomToFeatureIds(layer, [item.data(_FID)])
            canvas.flashFeatureIds(layer, [item.data(_FID)])

    def _living_layer(self) -> QgsVectorLayer | None:
        layer = self._layer
        if layer is None or sip.isdeleted(layer) or layer.id() not in QgsProject.instance().mapLayers():
            return None
        return layer
